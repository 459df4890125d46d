#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""fuzz_packets.py SECONDS SEED | replay FILE...: random packets to us, through us and from us, under random rules.

They come from devices of our own, in pieces or not, and over a veth pair. No more is counted than came; what is neither
TCP nor UDP isn't, and what has no whole header is malformed; counters only grow; and all the time an ordinary client is
served. Who calls this has made the namespaces peer, right, and srv, where that client is, a server on port 7777, and a
counter of nftables for all that we send ourselves (in the chain output of the table inet fuzz).

FILE has a packet a line: way, virtio's header (hex), where it is cut into pieces, the packet (hex). "#" begins a
comment.
"""

import json
import os
import pathlib
import random
import socket
import subprocess
import time

import netlink as nl
from fuzz_main import kept, main
from inject import IFF_NAPI, IFF_NAPI_FRAGS, IFF_TAP, IFF_TUN, Raw, Tun, Veth
from kernel_log import KernelLog
from packet_random import Packets
from patience import PATIENCE
from spec import Spec
from spec_random import GOOD, Maker
from state import State

SERVED = 7777
ENDS = {4: (("10.1.0.2", "10.8.0.2", "10.9.0.2", "10.7.0.2", "10.1.0.9", "0.0.0.0"),
            ("10.1.0.1", "10.1.0.1", "10.9.0.1", "10.8.0.1", "10.4.0.2", "10.4.0.2", "10.1.0.255", "224.0.0.1",
             "255.255.255.255", "10.9.0.2")),
        6: (("fd01::2", "fd08::2", "fd09::2", "fd07::2", "fd01::9", "::"),
            ("fd01::1", "fd01::1", "fd09::1", "fd08::1", "fd04::2", "fd04::2", "ff02::1", "fd09::2"))}
# What we send goes where nothing answers.
ENDS_OUT = {4: (ENDS[4][1][:4], ("10.1.0.2", "10.4.0.2", "10.9.0.2")),
            6: (ENDS[6][1][:4], ("fd01::2", "fd04::2", "fd09::2"))}


class Fuzzer:
    """All ways in, and what was counted."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.ways = [Tun("fuzz-tap", IFF_TAP | IFF_NAPI | IFF_NAPI_FRAGS, 9), Tun("fuzz-tun", IFF_TUN, 8),
                     Tun("fuzz-napi", IFF_TUN | IFF_NAPI, 7), Veth("peer"), Raw()]
        # The kernel waits for more of the same flow, and puts it together.
        for name in ("fuzz-napi", "to-peer"):
            with open(f"/sys/class/net/{name}/gro_flush_timeout", "w", encoding="ascii") as file:
                file.write("1000000")
        self.packets, self.packets_out = Packets(self.rng, ENDS), Packets(self.rng, ENDS_OUT)
        self.maker = Maker(Spec(), self.rng)
        self.client = nl.Client(sndbuf=1 << 22)
        self.state, self.log, self.recent = State(self.client), KernelLog(), []
        with nl.namespace("srv"):
            self.clients = [socket.socket(family) for family in (socket.AF_INET, socket.AF_INET6)]
        self.told = dict.fromkeys(
            ("packets", "not taken", "counted", "malformed", "fragments", "configurations", "refused"), 0)

    def said(self):
        return "\n".join(f"{way.name} {header.hex()} {','.join(map(str, pieces)) or '-'} {packet.hex()}"
                         for way, header, pieces, packet in self.recent)

    def inject(self, way, header, pieces, packet):
        self.recent = self.recent[-60:] + [(way, header, pieces, packet)]
        self.told["packets"] += 1
        try:
            way.send(header, pieces, packet)
        except OSError:
            self.told["not taken"] += 1

    def configure(self):
        """Anything, with a door for the ordinary client; nothing that comes back later."""
        rng, ops = self.rng, {op.number: op for op in self.maker.spec.ops}
        door = nl.rule(nl.IN, nl.TCP, nl.ALLOW, SERVED)
        for cmd in rng.choice(((nl.SET,), (nl.SET,), (nl.SET, nl.SET), (nl.SHADOW_PROMOTE,), (nl.SHADOW_DROP,))):
            nodes = [node for node in self.maker.request(ops[cmd]) if node.attr.name not in ("confirm", "force")]
            if cmd == nl.SET:
                # More often than not, something is denied.
                nodes += [self.maker.node("config", "policy") for _ in range(rng.choice((0, 1, 4)))]
            data = b"".join(node.pack() for node in nodes) + (door if cmd == nl.SET else b"")
            try:
                self.client.act(cmd, data)
                self.told["configurations"] += 1
            except nl.Refused:
                self.told["refused"] += 1

    def serve_ordinary(self):
        """A client that is no part of this."""
        for family, address in (socket.AF_INET, "10.2.0.1"), (socket.AF_INET6, "fd02::1"):
            with nl.namespace("srv"), socket.socket(family) as sock:
                sock.settimeout(10 * PATIENCE)
                sock.connect((address, SERVED))
                greeting = sock.recv(100)
                sock.sendall(b"ping")
                assert greeting == b"port %d\n" % SERVED and sock.recv(100) == b"ping", f"served {greeting}"

    def counted(self):
        """All packets, by what became of them, and those of ours."""
        stats = self.client.stats().values()
        said = json.loads(subprocess.run(("nft", "-j", "list", "chain", "inet", "fuzz", "output"), check=True,
                                         capture_output=True).stdout)
        return {"counted": sum(path[klass, "packets"] for path in stats for klass in range(3)),
                "malformed": sum(path["malformed"] for path in stats),
                "fragments": sum(path["fragments"] for path in stats),
                # A link may have made many of one, which it was told to cut.
                "came": sum(int(pathlib.Path(f"/sys/class/net/{name}/statistics/rx_packets").read_text())
                            for name in ("fuzz-tap", "fuzz-tun", "fuzz-napi", "to-peer")),
                "sent": next(one["counter"]["packets"] for rule in said["nftables"] if "rule" in rule
                             for one in rule["rule"]["expr"] if "counter" in one)}

    def round(self):
        """Many packets of any sort, or of one that is not to be counted, or as malformed only."""
        rng = self.rng
        self.configure()
        sort = rng.choice(("any", "any", "any", "other", "malformed"))
        ways = self.ways[:-1] if sort != "any" else self.ways
        before = self.counted()
        for _ in range(rng.choice((100, 300, 600))):
            way = rng.choice(ways)
            source = self.packets_out if way is self.ways[-1] else self.packets
            source.exact = sort != "any"
            for packet in getattr(source, sort)():
                one = way.make(rng, packet)
                if sort != "any":
                    one = (bytes(10), *one[1:])
                self.inject(way, *one)
        for way in self.ways:
            way.drain()
        time.sleep(0.002)  # what waits for more of its flow
        self.serve_ordinary()
        now = self.counted()
        grown = {name: now[name] - before[name] for name in now}
        for name, by in grown.items():
            self.told[name] = self.told.get(name, 0) + by
        # The ordinary client's packets are counted, too.
        ordinary = 40
        limit = (grown["came"] if sort == "any" else 0) + grown["sent"] + ordinary
        what = f"packets of the sort {sort}: {grown}"
        assert grown["counted"] <= limit, what
        assert grown["malformed"] <= (0 if sort == "other" else grown["came"] + grown["sent"]), what
        seen = grown["counted"] + grown["malformed"] + grown["fragments"]
        assert seen <= grown["came"] + grown["sent"] + ordinary, what
        assert sort == "any" or not grown["fragments"], what
        self.state.counters_grow()
        self.log.clean(self.said)

    def run(self, seconds):
        start = told = time.monotonic()
        rounds = 0
        while time.monotonic() < start + seconds:
            try:
                self.round()
                rounds += 1
            except (AssertionError, OSError):
                print(f"in round {rounds}; the last packets:\n{self.said()}", flush=True)
                raise
            if rounds % 20 == 0:
                # Or else there is no room for a new flow, some time.
                subprocess.run(("conntrack", "-F"), capture_output=True, check=False)
            if time.monotonic() > told + 20:
                told = time.monotonic()
                print(f"{rounds} rounds in {told - start:.0f} s", flush=True)
        took = time.monotonic() - start
        assert self.told["not taken"] < self.told["packets"] / 2, f"hardly anything came through: {self.told}"
        assert self.told["counted"], "nothing has been counted"
        print(f"{self.told['packets'] / took:.0f} packets a second; {rounds} rounds,",
              ", ".join(f"{number} {what}" for what, number in self.told.items()))

    def replay(self, path):
        """Packets of a file, while nothing is denied, and while all is."""
        ways = {way.name: way for way in self.ways}
        everything = [nl.policy(scope, proto, klass, nl.REJECT)
                      for scope in range(3) for proto in range(2) for klass in range(3)]
        count = 0
        for rules in [], everything:
            self.client.set(nl.attr(nl.FLUSH), *rules, nl.rule(nl.IN, nl.TCP, nl.ALLOW, SERVED))
            for name, header, pieces, packet in kept(path):
                pieces = [] if pieces == "-" else list(map(int, pieces.split(",")))
                self.inject(ways[name], bytes.fromhex(header), pieces, bytes.fromhex(packet))
                self.log.clean(self.said)
                count += 1
            self.serve_ordinary()
        print(f"{os.path.basename(path)}: {count} packets")


if __name__ == "__main__":
    main(Fuzzer)
