#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
bench.py OUT: the measurements, in a guest whose kernel has portclass.ko and portclass_bench.ko loaded.

Each configuration of each peer has a network namespace of its own, so all of them are there at once, and a round
measures one after the other, in another order each time. What comes out is raw: the time a packet, by work,
configuration and round. Environment: BENCH_ROUNDS, BENCH_PACKETS (a batch; 0: about a millisecond's), BENCH_WORKS (a
regular expression), BENCH_WHAT (works, swaps, memory: words), BENCH_MEMORY (ours: of portclass only).
"""

import json
import os
import platform
import re
import sys
import time

import memory
import peers
import swap
from peers_bpf import BPF
from works import WORKS

ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 11)
PACKETS = int(os.environ.get("BENCH_PACKETS") or 0)
CHECKED = 500  # packets that are sent to see whether a configuration does its job


def say(text):
    print(text, flush=True)


class Bench:
    """The module's file, and namespaces by name."""

    def __init__(self):
        self.fds = {}
        self.maps = {}
        self.reopen()

    def reopen(self):
        """A result is the file's: another process needs one of its own."""
        self.file = os.open("/sys/kernel/debug/portclass_bench", os.O_RDWR)

    def command(self, verb, namespace, *words):
        os.pwrite(self.file, " ".join(map(str, (verb, self.fds[namespace], *words))).encode(), 0)

    def push(self, namespace, *words, verb="run"):
        """(nanoseconds, ticks, accepted, dropped)"""
        self.command(verb, namespace, *words)
        return [int(word) for word in os.pread(self.file, 100, 0).split()]

    def add(self, namespace, sink=True):
        peers.run(["ip", "netns", "add", namespace])
        peers.run(["ip", "-netns", namespace, "-batch", "-"], """
            link add bench0 type dummy
            link set bench0 up
            address add 10.9.0.1/24 dev bench0
            address add fd09::1/64 dev bench0 nodad
            neighbour add 10.9.0.2 lladdr 02:00:00:00:00:02 dev bench0
            neighbour add fd09::2 lladdr 02:00:00:00:00:02 dev bench0
            """)
        self.fds[namespace] = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
        if sink:
            self.command("sink", namespace, peers.SERVED)

    def remove(self, namespace):
        os.close(self.fds.pop(namespace))
        peers.run(["ip", "netns", "delete", namespace])


class Config:
    """A peer that lets in so many ports, with or without conntrack, in a namespace."""

    made = {}

    def __init__(self, bench, peer, size, track):
        self.bench, self.peer, self.size, self.track = bench, peer, size, track
        self.namespace = f"ns{len(Config.made)}"
        self.broken = self.void = None
        bench.add(self.namespace)
        if track:
            bench.command("track", self.namespace)
        try:
            peer.set_up(bench, self.namespace, peers.open_ports(size))
        except RuntimeError as error:
            self.broken = str(error)

    @classmethod
    def of(cls, bench, peer, size, track):
        key = id(peer), size, track
        if key not in cls.made:
            cls.made[key] = cls(bench, peer, size, track)
        return cls.made[key]


def words_of(work, packets):
    return work.path, work.family, work.kind, work.low, work.ports, work.flows, packets


def check(config, work):
    """Why the figures are void; None if the configuration does what it is there for."""
    bench, name, peer = config.bench, config.namespace, config.peer
    passing = work.passing(config, CHECKED)
    before = peer.counted(name) if peer.counts else 0
    _, _, accepted, dropped = bench.push(name, *words_of(work, CHECKED))
    moved = peer.counted(name) - before if peer.counts else passing
    if accepted != passing:
        return f"{accepted} of {CHECKED} packets passed, {dropped} were dropped; {passing} were to pass"
    # Who counts, counts what passes; some what they drop, too.
    if moved not in (passing, CHECKED):
        return f"the counters moved by {moved}, for {CHECKED} packets of which {passing} passed"
    return None


def prepare(config, work):
    """Connections, warm caches, counters that have their memory; how many packets make a batch."""
    bench, name = config.bench, config.namespace
    if config.track:
        bench.command("forget", name)
    if work.open:
        bench.command("open", name, *words_of(work, 0))
    first = work.batch or 2000
    for _ in range(3):
        ns, *_ = bench.push(name, *words_of(work, first))
        if work.fresh:
            bench.command("forget", name)
        time.sleep(0.02)
    config.void = config.void or check(config, work)
    if work.fresh:
        bench.command("forget", name)
    return work.batch or PACKETS or max(200, min(20000, int(1e6 / (ns / first))))


def measure(bench, work):
    """{configuration: {peer, size, void, ns, ticks}} of a work."""
    configs = [Config.of(bench, peer, size, work.track) for peer, size in work.configurations()]
    batch = {}
    for config in configs:
        config.void = config.broken
        if not config.void:
            batch[config] = prepare(config, work)
    runs = [config for config in configs if not config.void]
    found = {config: [] for config in configs}
    for turn in range(ROUNDS):
        turned = runs[turn % len(runs):] + runs[:turn % len(runs)]
        for config in turned if turn % 2 else turned[::-1]:
            ns, ticks, *_ = bench.push(config.namespace, *words_of(work, batch[config]))
            found[config].append((ns / batch[config], ticks / batch[config]))
            if work.fresh:
                bench.command("forget", config.namespace)
    return [{"peer": config.peer.name, "size": config.size, "void": config.void, "packets": batch.get(config, 0),
               "counts": config.peer.counts, "by_port": config.peer.by_port,
               "ours": config.peer.ours,
               "ns": [round(ns, 2) for ns, _ in found[config]],
               "ticks": [round(ticks, 2) for _, ticks in found[config]]} for config in configs]


def main():
    bench = Bench()
    wanted = re.compile(os.environ.get("BENCH_WORKS") or "")
    results, versions = [], {"kernel": platform.release() + " " + platform.machine()}
    what = os.environ.get("BENCH_WHAT") or "works swaps memory"
    for work in WORKS if "works" in what else []:
        if not wanted.search(work.name):
            continue
        started = time.monotonic()
        result = measure(bench, work)
        results.append({"work": work.name, "about": work.about, "track": work.track, "path": work.path,
                        "whole": work.whole, "configs": result})
        voids = [f"{entry['peer']}, {entry['size']}: {entry['void']}" for entry in result if entry["void"]]
        say(f"{work.name}: {len(result)} configurations, {ROUNDS} rounds, {time.monotonic() - started:.1f} s")
        for void in voids:
            say(f"  void: {void}")
    swaps = swap.measure(bench, say) if "swaps" in what and wanted.search("swap") else []
    memories = memory.measure(bench, say) if "memory" in what and wanted.search("memory") else []
    for peer in peers.STATELESS + BPF:
        versions.update(peer.versions())
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump({"versions": versions, "rounds": ROUNDS, "works": results, "swaps": swaps, "memory": memories}, out)


if __name__ == "__main__":
    main()
