# SPDX-License-Identifier: GPL-2.0
"""From raw rounds to figures. A ratio or a difference is taken within each round, and then the median of all rounds."""

from statistics import median

EMPTY = ("empty", "conntrack, empty")


class Row:
    """
    A configuration of a work. each: by round; beyond: the same less an empty hook's of that round, or the whole where
    an empty hook would have let the packet go on; ratio: portclass's beyond to this one's.
    """

    def __init__(self, entry, each):
        self.peer, self.size, self.void, self.ours = entry["peer"], entry["size"], entry["void"], entry["ours"]
        self.counts, self.by_port = entry["counts"], entry["by_port"]
        self.each = each
        self.beyond = self.ratio = self.to_empty = None

    @property
    def median(self):
        return median(self.each)


class Work:
    """A work with its rows. unit is a key of the raw figures: ns, or ticks."""

    def __init__(self, raw, unit):
        self.name, self.about, self.whole = raw["work"], raw["about"], raw["whole"]
        self.rows = [Row(entry, [] if entry["void"] else entry[unit]) for entry in raw["configs"]]
        for row in self.rows:
            if row.each:
                self.compare(row)

    def find(self, peer, size):
        """That row, with figures; None if there is none."""
        return next((row for row in self.rows if row.peer == peer and row.size == size and row.each), None)

    def empty(self, size):
        """The empty hook; how many ports it doesn't know of doesn't matter to it."""
        rows = [row for row in self.rows if row.peer in EMPTY and row.each]
        return next((row for row in rows if row.size == size), rows[0] if rows else None)

    def over(self, row):
        """By round, how much more than an empty hook; None if none was measured."""
        if self.whole:
            return row.each
        empty = self.empty(row.size)
        return [mine - base for mine, base in zip(row.each, empty.each)] if empty else None

    def compare(self, row):
        empty, ours = self.empty(row.size), self.find("portclass", row.size)
        over = self.over(row)
        if not over:
            return
        row.beyond = median(over)
        row.to_empty = median(mine / base for mine, base in zip(row.each, empty.each)) if empty else None
        if ours and row.beyond > 0 and (self.whole or row.peer not in ("none", "conntrack", *EMPTY)):
            # Where a round was disturbed, the difference may be anything, 0 too.
            row.ratio = median(mine / other if other > 0 else float("inf")
                               for mine, other in zip(self.over(ours), over))


class Goal:
    """One thing that portclass promises. figure and limit may be None: not measured."""

    def __init__(self, about, figure, limit):
        self.about, self.figure, self.limit = about, figure, limit

    @property
    def verdict(self):
        if self.figure is None:
            return "missing"
        return "met" if self.figure <= self.limit else "missed"


def ratio(works, work, peer, size=100):
    row = works[work].find(peer, size) if work in works else None
    return row.ratio if row else None


def flat(works, work):
    """Portclass's cost with the most ports to that with one."""
    rows = [works[work].find("portclass", size) for size in (1, 65535)] if work in works else [None]
    if None in rows:
        return None
    return median(most / one for one, most in zip(rows[0].each, rows[1].each))


def shared_goals(rows):
    """Nothing that two processors share; the peer that does is there to show that it would be seen."""
    ours = [row for row in rows if row["peer"] == "portclass" and not row["void"]]
    peer = [row for row in rows if row["peer"] == "ipset counters" and row["work"] == "allowed" and not row["void"]]
    return [
        Goal("cache lines that portclass shares between processors, most of any work",
             max((row["shared"] for row in ours), default=None), 0),
        Goal("instructions a packet with two processors at once, less those with one",
             max((max(row["two"]) - row["one"] for row in ours), default=None), 0),
        Goal("is ipset's shared counter seen? (0: yes)", (0 if peer[0]["shared"] else 1) if peer else None, 0),
    ]


def swap_goals(swaps, native):
    """What an exchange of all rules costs who writes, where time is real; and that no packet is lost."""
    swap = next((row for row in swaps if row["way"].startswith("portclass,") and not row["void"]), None)
    found = [Goal("packets lost while 65,536 rules are exchanged", swap["lost"] if swap else None, 0)]
    if native:
        found.append(Goal("ms to exchange 65,536 rules", median(swap["ms"]) if swap else None, 5))
    return found


def goals(works):
    """What the project promises, with portclass's cost as a part of the peer's, both beyond an empty hook."""
    return [
        Goal("allowed, to ipset with counters in a rule", ratio(works, "allowed", "ipset counters"), 1 / 3),
        Goal("allowed, to one iptables rule", ratio(works, "allowed", "iptables rules", 1), 1),
        Goal("allowed, to an nft set with a counter for each element",
             ratio(works, "allowed", "nft set, element counters"), 1 / 5),
        Goal("allowed, to ipset's counters, which count by port, too",
             ratio(works, "allowed", "ipset counters"), 1 / 5),
        Goal("allowed, to an nft set that counts any port", ratio(works, "allowed", "nft set, counts any port"), 1 / 5),
        Goal("live flow, beyond conntrack, to a stateful nft ruleset", ratio(works, "live flow", "nft stateful"),
             1 / 3),
        Goal("allowed, 65,535 ports to 1 (whole)", flat(works, "allowed"), 1.05),
        Goal("denied SYN, from the driver on, to a drop in nft's raw prerouting (whole)",
             ratio(works, "received, denied", "nft raw prerouting"), 1),
        Goal("denied SYN with conntrack, to the same drop before conntrack (whole)",
             ratio(works, "received, tracked, denied", "nft raw prerouting"), 1),
        Goal("datagrams and denied SYNs, 1 to 7, with conntrack, to the same drop (whole)",
             ratio(works, "flooded", "nft raw prerouting"), 1),
    ]
