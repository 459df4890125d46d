#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
page.py FOLDER: the README's tables of what run.sh has measured, from FOLDER/bench.json. Figures are medians; where a round
has an empty hook to compare with, what is beyond it.
"""

import json
import pathlib
import sys

# (work, ports, words) and the columns: a name, and the peer that it is in each sort of works.
STATELESS = [("portclass", "portclass"), ("ipset, counters", "ipset counters"), ("nft set, counter in the rule",
             "nft set, rule counter"), ("nft set, a counter each", "nft set, element counters"),
             ("nft, counts any port", "nft set, counts any port"), ("iptables, a rule each", "iptables rules")]
STATEFUL = [("portclass", "portclass"), ("ipset, counters", "ipset counters"), ("nft stateful", "nft stateful"),
            ("nft stateful, all counted", "nft stateful, all counted"), ("nft set, a counter each",
             "nft set, element counters"), ("iptables stateful, ipset", "iptables stateful, ipset")]
EARLY = [("portclass", "portclass"), ("nft in raw prerouting", "nft raw prerouting"), ("the same, counting by port",
         "nft raw prerouting, counted"), ("ipset, counters", "ipset counters"), ("nft set, a counter each",
         "nft set, element counters")]
TABLES = [
    (STATELESS, [
        ("allowed, 1 port", "allowed", 1), ("allowed, 100 ports", "allowed", 100),
        ("allowed, 10,000 ports", "allowed", 10000), ("allowed, 65,535 ports", "allowed", 65535),
        ("allowed, IPv6", "allowed v6", 100), ("allowed SYN", "allowed SYN", 100),
        ("denied SYN, behind routing", "denied", 100), ("scan of all ports, 100 open", "scan", 100),
        ("scan, 65,535 open", "scan", 65535)]),
    (STATEFUL, [
        ("live flow, beyond conntrack", "live flow", 100), ("the same, IPv6", "live flow v6", 100),
        ("new flow, beyond conntrack", "new flow", 100)]),
    (EARLY, [
        ("denied SYN, from the driver on", "received, denied", 100),
        ("the same with conntrack", "received, tracked, denied", 100),
        ("one datagram to 7 denied SYNs, with conntrack", "flooded", 100)]),
]


def line(cells):
    return "| " + " | ".join(cells) + " |"


def figure(rows, peer, ports):
    row = next((row for row in rows if row["peer"] == peer and row["ports"] == ports and row["median"] is not None), None)
    if not row:
        return "–"
    value = row["median"] if row["beyond"] is None else row["beyond"]
    return f"{value:.1f}"


def main():
    native = json.loads((pathlib.Path(sys.argv[1]) / "bench.json").read_text())["native"]
    for columns, works in TABLES:
        print("\n" + line(["ns a packet", *(name for name, _ in columns)]))
        print("|" + "---|" * (len(columns) + 1))
        for name, work, ports in works:
            rows = native["summary"].get(work, [])
            print(line([name, *(figure(rows, peer, ports) for _, peer in columns)]))
    print("\n" + line(["all rules exchanged", "rules", "ms", "packets lost"]))
    print("|---|---|---|---|")
    for row in native["swaps"]:
        if not row["void"]:
            print(line([row["way"], f"{row['rules']:,}", f"{sorted(row['ms'])[len(row['ms']) // 2]:.2f}", str(row["lost"])]))
    print("\n" + "; ".join(f"{goal['about']}: {goal['is']:.2f} (at most {goal['at_most']:.2f}), {goal['verdict']}"
                           for goal in native["goals"] if goal["is"] is not None))


if __name__ == "__main__":
    main()
