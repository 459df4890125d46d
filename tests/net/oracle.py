# SPDX-License-Identifier: GPL-2.0
"""oracle.py NFT CLASSES PORTS: compares nftables' sums with portclass's counters.

NFT is `nft -j list table inet oracle`, see nft_oracle.sh; CLASSES and PORTS are
`portclassctl --json stats`, without and with `--by port`. Says on its last line
what was compared, before it what differs.

The naive version of the rules: what was seen but did not pass is denied, and
counts under the port that it dialled. A TCP opener that passed counts there,
too. All else counts under the lower of its two ports; if that is the source
port, then what came in belongs to a flow of ours, and the other way round.
"""
import collections
import json
import sys

SCOPE = {"input": "in", "output": "out", "forward": "forward"}
OTHER_END = {"in": "out", "out": "in", "forward": "forward"}
FIELDS = ("flows", "packets", "bytes", "denied_flows", "denied_packets",
          "denied_bytes")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def class_of(port):
    return ("well-known" if port < 1024 else
            "registered" if port < 49152 else "dynamic")


def read_sets(nft):
    sums = {}
    lost = 0
    for item in nft["nftables"]:
        for expr in item.get("rule", {}).get("expr", []):
            if "comment" in item["rule"] and "counter" in expr:
                lost += expr["counter"]["packets"]
        for elem in item.get("set", {}).get("elem", []):
            proto, sport, dport = elem["elem"]["val"]["concat"]
            hook, sort, when = item["set"]["name"].split("_")
            counter = elem["elem"]["counter"]
            sums[hook, sort, when, proto, sport, dport] = (
                counter["packets"], counter["bytes"])
    return sums, lost


def expect(sums):
    """Returns {(scope, proto, port): [a number for each of FIELDS]}."""
    ports = collections.defaultdict(lambda: [0] * len(FIELDS))
    for (hook, sort, when, proto, sport, dport), seen in sums.items():
        if when != "seen":
            continue
        opens = sort == "open"
        passed = sums.get((hook, sort, "passed", proto, sport, dport), (0, 0))
        denied = (seen[0] - passed[0], seen[1] - passed[1])

        scope, port = SCOPE[hook], dport
        if denied[0]:
            counters = ports[scope, proto, port]
            for field, more in enumerate((opens * denied[0],) + denied):
                counters[field] += more
                counters[field + 3] += more
        if not opens and sport < dport:
            scope, port = OTHER_END[scope], sport
        if passed[0]:
            counters = ports[scope, proto, port]
            for field, more in enumerate((opens * passed[0],) + passed):
                counters[field] += more
    return ports


def main():
    nft, classes_got, ports_got = map(load, sys.argv[1:4])
    sums, lost = read_sets(nft)
    want_ports = expect(sums)
    want_classes = collections.defaultdict(lambda: [0] * len(FIELDS))
    for (scope, proto, port), counters in want_ports.items():
        total = want_classes[scope, proto, class_of(port)]
        for field, more in enumerate(counters):
            total[field] += more

    wrong = []
    unlisted = 0
    if lost:
        wrong.append(f"the oracle had no room for {lost} packets")
    in_classes = collections.Counter()
    for path in classes_got["paths"]:
        at = path["scope"], path["proto"]
        unlisted += path["unlisted"]
        for name in ("malformed", "fragments"):
            if path[name]:
                wrong.append(f"{at}: {path[name]} {name}")
        in_classes[at] -= path["unlisted"]
        for one in path["classes"]:
            got = [one[field] for field in FIELDS]
            want = want_classes[at + (one["class"],)]
            in_classes[at] += one["packets"]
            if got != want:
                wrong.append(f"{at} {one['class']}: got {got}, want {want}")

    # Of the bytes and the flows that were denied, ports keep no count.
    in_ports = collections.Counter()
    picked = (0, 1, 2, 4)
    seen_ports = {}
    for one in ports_got["ports"]:
        at = one["scope"], one["proto"]
        in_ports[at] += one["packets"]
        seen_ports[at + (one["port"],)] = [one[FIELDS[i]] for i in picked]
    for key in sorted(want_ports.keys() | seen_ports.keys()):
        got = seen_ports.get(key, [0] * 4)
        want = [want_ports[key][i] for i in picked]
        # Of a port that came too fast for its counter, some may be missing.
        if got != want and not (unlisted and all(map(int.__le__, got, want))):
            wrong.append(f"port {key}: got {got}, want {want}")
    for at, packets in in_classes.items():
        if packets != in_ports[at]:
            wrong.append(f"{at}: {packets} listed packets in the classes, "
                         f"{in_ports[at]} in the ports")

    print("\n".join(wrong[:20]))
    total = [sum(one[i] for one in want_ports.values()) for i in range(6)]
    print(f"{len(seen_ports)} ports, {total[1]} packets, {total[2]} bytes, "
          f"{total[0]} flows, of them denied {total[4]} packets, "
          f"{total[5]} bytes, {total[3]} flows; {unlisted} unlisted")
    return 1 if wrong else 0


sys.exit(main())
