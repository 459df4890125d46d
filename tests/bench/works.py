# SPDX-License-Identifier: GPL-2.0
"""The works: which packets, by which way, and for which configurations."""

import os

import peers
from peers_bpf import BPF

STRIDE = 40503  # as in bench_push.c
MOST = int(os.environ.get("BENCH_MOST") or 65535)


class Work:
    """
    One sort of packets. path and kind: see bench.h; low, ports, flows: which ports they are for, from how many; open:
    connections are made first; fresh: each packet may open a flow, and all are forgotten behind each batch; batch: how
    many, if not as many as time allows; whole: what an empty hook lets pass goes on to cost more, so nothing is to be
    subtracted.
    """

    path, family, kind = "in", 4, "ack"
    low, ports, flows = peers.SERVED, 1, 64
    track = open = fresh = whole = False
    batch = 0

    def __init__(self, name, about, candidates, sizes, **options):
        self.name, self.about, self.candidates, self.sizes = name, about, candidates, sizes
        vars(self).update(options)

    def configurations(self):
        """(peer, number of open ports); beyond BENCH_MOST, portclass only."""
        return [(peer, size) for size in self.sizes for peer in self.candidates
                if peer.least <= size <= peer.most and (size <= MOST or peer.ours)]

    def passing(self, config, packets):
        """How many of the first packets a configuration is expected to let through."""
        if self.kind == "flood":
            return -(-packets // 8)
        if self.path == "receive" and self.kind != "udp":
            return 0  # nobody is there
        if not config.peer.guards:
            return packets
        let_in = set(peers.open_ports(config.size))
        return sum(self.low + i * STRIDE % self.ports in let_in for i in range(packets))


ALL = (1, 100, 10000, 65535)
STATELESS, STATEFUL, EARLY = peers.STATELESS, peers.STATEFUL, peers.EARLY
DENIED = {"kind": "syn", "low": peers.DENIED}
TRACKED = {"path": "tracked", "track": True}
NEW = {"flows": 32000, "fresh": True, "batch": 1000}

WORKS = [
    Work("allowed", "TCP segments to an open port; no conntrack", STATELESS, ALL),
    Work("allowed SYN", "SYNs to an open port; no conntrack", STATELESS, (100,), kind="syn"),
    Work("allowed v6", "TCP segments in IPv6 to an open port; no conntrack", STATELESS, (100,), family=6),
    Work("denied", "SYNs to a closed port; no conntrack", STATELESS, (100,), **DENIED),
    Work("scan", "SYNs to all ports in turn, of which some are open; no conntrack", STATELESS, (100, 65535), kind="syn",
         low=0, ports=65536, flows=1),
    Work("live flow", "segments of connections that conntrack knows", STATEFUL, (1, 100, 65535), open=True, **TRACKED),
    Work("live flow v6", "the same in IPv6", STATEFUL, (100,), family=6, open=True, **TRACKED),
    Work("new flow", "SYNs to an open port, each of which opens a flow", STATEFUL, (100, 65535), kind="syn",
         **TRACKED, **NEW),
    Work("denied new flow", "SYNs to a closed port, each of which would open a flow", STATEFUL, (100,), whole=True,
         **DENIED, **TRACKED, **NEW),
    Work("received", "datagrams from the driver to a socket; no conntrack", STATELESS + BPF, (100,), path="receive",
         kind="udp", batch=1000),
    Work("received, denied", "SYNs to a closed port, from the driver on; no conntrack", STATELESS + EARLY + BPF, (100,),
         path="receive", batch=1000, whole=True, **DENIED),
    Work("received, tracked", "datagrams from the driver to a socket, with conntrack", STATEFUL, (100,), path="receive",
         kind="udp", track=True, batch=1000),
    Work("received, tracked, denied", "SYNs to a closed port, from the driver on, with conntrack",
         STATEFUL + EARLY + BPF, (100,), path="receive", track=True, whole=True, **DENIED, **NEW),
    Work("flooded", "datagrams to a socket with 7 SYNs to a closed port behind each, from the driver on, with conntrack",
         STATEFUL + EARLY + BPF, (100,), path="receive", kind="flood", track=True, whole=True, **NEW),
]
