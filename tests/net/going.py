#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""going.py COUNT: a change of a namespace is due to be taken back in the very moment in which the namespace goes."""

import ctypes
import os
import random
import sys
import time

import netlink as nl

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
AHEAD = 0.05  # seconds: about what it takes a namespace to go


def check(result):
    if result:
        raise OSError(ctypes.get_errno(), "unshare or setns")


def make():
    """A namespace, by its only reference, and when its change is due. Going back takes hooks away that the change has set."""
    check(libc.unshare(CLONE_NEWNET))
    nl.Client().set(nl.policy(nl.IN, nl.TCP, 1, nl.DENY), nl.u32(nl.CONFIRM_IN, 1))
    return os.open("/proc/self/ns/net", os.O_RDONLY), time.monotonic() + 1


def main():
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    waiting = []
    for _ in range(int(sys.argv[1])):
        waiting.append(make())
        check(libc.setns(home, CLONE_NEWNET))
        while waiting and (waiting[0][1] < time.monotonic() + 0.2):
            there, due = waiting.pop(0)
            time.sleep(max(0, due - random.random() * AHEAD - time.monotonic()))
            os.close(there)
    for there, due in waiting:
        time.sleep(max(0, due - random.random() * AHEAD - time.monotonic()))
        os.close(there)


main()
