# SPDX-License-Identifier: GPL-2.0
"""Whether the kernel has found a fault of its own, for a fuzzer to stop right behind what has caused it."""

import os
import re

# As guest-init.sh, which looks at all of it in the end.
FAULT = re.compile(r"WARNING: |BUG: |Oops: |general protection fault|Call Trace:|suspicious RCU|possible circular|"
                   r"inconsistent lock state|UBSAN: |KASAN: |ODEBUG:|refcount_t: |unregister_netdevice: waiting")


class KernelLog:
    """What it says from now on."""

    def __init__(self):
        self.file = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.file, 0, os.SEEK_END)

    def clean(self, what):
        """@what: what was done since; a function that says it."""
        said = []
        while True:
            try:
                said.append(os.read(self.file, 8192).decode(errors="replace").partition(";")[2].rstrip())
            except BlockingIOError:
                break
            except BrokenPipeError:
                continue  # run over
        assert not any(FAULT.search(line) for line in said), "\n".join((*said[:40], "right behind", what()))
