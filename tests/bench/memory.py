# SPDX-License-Identifier: GPL-2.0
"""What a namespace costs that is told to let in some ports, before its first packet."""

import contextlib
import os
import pathlib
import time

import peers

COUNT = 8
ONLY_OURS = os.environ.get("BENCH_MEMORY") == "ours"  # where the others would take minutes
SIZES = (1, 100, 65535)


def held():
    """KiB of the kernel's own memory, with the caches given back."""
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
    for shrink in pathlib.Path("/sys/kernel/slab").glob("*/shrink"):
        with contextlib.suppress(OSError):
            shrink.write_text("1")
    lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.split(":")[0] in ("SUnreclaim", "Percpu", "VmallocUsed"))


def settled():
    """The same, when it has stopped falling: what was freed goes a grace period later."""
    least, since = held(), time.monotonic()
    while time.monotonic() < since + 0.5:
        now = held()
        if now < least - 8:
            least, since = now, time.monotonic()
        time.sleep(0.05)
    return least


def measure(bench, say):
    """A row for each peer that has rules, and each number of ports."""
    rows = []
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("4")  # no word of it in the log
    for peer in peers.STATELESS + peers.STATEFUL[2:3]:
        for size in SIZES:
            if not peer.guards or (ONLY_OURS and not peer.ours) or not peer.least <= size <= peer.most:
                continue
            spaces = [f"memory{number}" for number in range(COUNT)]
            for namespace in spaces:
                bench.add(namespace, sink=False)
            row = {"peer": peer.name + (", conntrack" if getattr(peer, "track", "") == "conntrack" else ""),
                   "size": size, "void": None, "kib": None}
            try:
                peer.set_up(bench, spaces[0], peers.open_ports(size))  # what only the first one costs
                before = settled()
                for namespace in spaces[1:]:
                    peer.set_up(bench, namespace, peers.open_ports(size))
                row["kib"] = (settled() - before) / (COUNT - 1)
            except RuntimeError as error:
                row["void"] = str(error)
            rows.append(row)
            for namespace in spaces:
                bench.remove(namespace)
            settled()
    say(f"memory: {len(rows)} configurations, {COUNT} namespaces each")
    return rows
