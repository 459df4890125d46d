#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
shared.py OUT: packets on one processor, then on two at once, under the plugin of QEMU that looks at what they do. What
it has seen is the host's to read; OUT gets which section is what, and where the kernel's functions are. Environment:
BENCH_SHARED (a regular expression for the peers).
"""

import json
import os
import re
import sys
import time

import peers
from bench import Bench

PUSHES, PACKETS = 6, 200
CONFIGS = [peer for peer in peers.STATELESS if peer.name in (
    "empty", "portclass", "nft set, rule counter", "nft set, element counters", "nft set, counts any port", "ipset",
    "ipset counters", "iptables rules") and peer.most >= 100
    and re.search(os.environ.get("BENCH_SHARED") or "", peer.name)]
WORKS = [("allowed", "in", "ack", peers.SERVED), ("allowed SYN", "in", "syn", peers.SERVED),
         ("denied", "in", "syn", peers.DENIED)]
# With the hooks before routing, where portclass denies what it can.
EARLY = [("denied early", "tracked", "syn", peers.DENIED)]


def push(bench, namespace, words, cpu, start):
    """In a process of its own, on that processor, from that time on."""
    os.sched_setaffinity(0, {cpu})
    while time.monotonic() < start:
        pass
    for _ in range(PUSHES):
        bench.push(namespace, *words, PACKETS, verb="quiet")


def at_once(bench, namespace, words, cpus):
    bench.command("start", namespace)
    start = time.monotonic() + 0.3
    pids = []
    for cpu in cpus:
        pid = os.fork()
        if not pid:
            bench.reopen()
            push(bench, namespace, words, cpu, start)
            os._exit(0)
        pids.append(pid)
    statuses = [os.waitpid(pid, 0)[1] for pid in pids]
    bench.command("stop", namespace)
    return not any(statuses)


def main():
    bench = Bench()
    sections = []
    for number, peer in enumerate(CONFIGS):
        namespace = f"ns{number}"
        bench.add(namespace)
        peer.set_up(bench, namespace, peers.open_ports(100))
        for work, path, kind, low in WORKS + EARLY if peer.ours else WORKS:
            words = path, 4, kind, low, 1, 64
            for _ in range(3):  # counters get their memory
                bench.push(namespace, *words, 100)
                time.sleep(0.05)
            for cpus in ((0,), (0, 1)):
                done = at_once(bench, namespace, words, cpus)
                sections.append({"peer": peer.name, "work": work, "cpus": len(cpus), "done": done})
        print(f"shared: {peer.name}", flush=True)
    with open("/proc/kallsyms", encoding="ascii") as file:
        symbols = [line.split()[:3] for line in file]
    symbols = [[address, name] for address, kind, name in symbols if kind in "tTwW"]
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump({"sections": sections, "symbols": symbols}, out)


if __name__ == "__main__":
    main()
