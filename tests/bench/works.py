# SPDX-License-Identifier: GPL-2.0
"""The works: which packets, by which way, and for which configurations."""

import peers


class Work:
    """
    One sort of packets. path: see bench.h; low, ports, flows: which ports they are for, from how many; open: connections
    are made first; fresh: each packet opens a flow, and all are forgotten behind each batch; batch: packets, if not as
    many as time allows; passes: is a configuration expected to let them in?
    """

    path, family, kind = "in", 4, "ack"
    low, ports, flows = peers.SERVED, 1, 64
    track = open = fresh = False
    batch = 0
    passes = True

    def __init__(self, name, about, candidates, sizes, **options):
        self.name, self.about, self.candidates, self.sizes = name, about, candidates, sizes
        vars(self).update(options)

    def configurations(self):
        return [(peer, size) for size in self.sizes for peer in self.candidates if peer.least <= size <= peer.most]

    def expected(self, config):
        if not config.guards():
            return True if self.path != "receive" or self.passes else None
        return self.passes


ALL = (1, 100, 10000, 65535)
STATELESS, STATEFUL, EARLY = peers.STATELESS, peers.STATEFUL, peers.EARLY

WORKS = [
    Work("allowed", "TCP segments to an open port; no conntrack", STATELESS, ALL),
    Work("allowed syn", "SYNs to an open port; no conntrack", STATELESS, (100,), kind="syn"),
    Work("live flow", "segments of connections that conntrack knows", STATEFUL, (1, 100, 65535), path="tracked",
         track=True, open=True),
    Work("new flow", "SYNs to an open port; conntrack takes up each", STATEFUL, (100, 65535), path="tracked",
         track=True, kind="syn", flows=32000, fresh=True, batch=1000),
]
