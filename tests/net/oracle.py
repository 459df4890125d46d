# SPDX-License-Identifier: GPL-2.0
"""oracle.py [OPTION] conntrack|none NFT EVENTS ADDRESSES CLASSES PORTS: are the counters what others say?

NFT is `nft -j list table inet oracle`, see nft_oracle.sh; EVENTS is what
`conntrack -E -e NEW` has printed, ADDRESSES `ip -json address`; CLASSES and PORTS
are `portclassctl --json stats`, without and with `--by port`. Says on its last
line what was compared, before it what differs.

The naive version of the rules: what was seen but did not pass is denied. What
conntrack knows counts under the port that its flow's initiator dialled, and
belongs to whoever that was. The rest counts by its own header.

Conntrack tells of each flow that passed. Of a denied one it keeps nothing, so its
opener looks new each time that it comes: with --strict it has to be known again,
without it may count as often as it came. With --observe FILE nothing was dropped,
and what would have been is in FILE, a line "SCOPE PROTO PORT" each.
"""
import collections
import ipaddress
import json
import re
import sys

SCOPE = {"prerouting": "in", "input": "in", "output": "out", "forward": "forward"}
OTHER_END = {"in": "out", "out": "in", "forward": "forward"}
SIZES = ("packets", "bytes", "packets_to", "bytes_to", "packets_from", "bytes_from", "denied_packets", "denied_bytes")
FLOW = re.compile(r"(tcp|udp) .*?src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def class_of(key):
    scope, proto, port = key
    return scope, proto, "well-known" if port < 1024 else "registered" if port < 49152 else "dynamic"


class Flows:
    """What conntrack has told of: how many there are of each (scope, proto, port), and whose packets are whose."""

    def __init__(self, events, addresses):
        infos = [info for link in addresses for info in link["addr_info"]]
        self.ours = {info["local"] for info in infos}
        self.all_of_us = {info.get("broadcast") for info in infos}
        self.count = collections.Counter()
        self.ends = {}
        with open(events, encoding="utf-8") as file:
            for found in filter(None, map(FLOW.search, file)):
                proto, src, dst, sport, dport = found.groups()
                self.add(proto, src, dst, int(sport), int(dport))

    def add(self, proto, src, dst, sport, dport):
        if src in self.ours and dst in self.ours:
            return  # on the loopback device
        if src in self.ours:
            scope = "out"
        elif dst in self.ours or dst in self.all_of_us or ipaddress.ip_address(dst).is_multicast:
            scope = "in"
        else:
            scope = "forward"
        key = scope, proto, dport
        self.count[key] += 1
        self.ends[src, dst, proto, sport, dport] = key, "to"
        self.ends[dst, src, proto, dport, sport] = key, "from"


class Wanted:
    """What the counters should be, by (scope, proto, port)."""

    def __init__(self, track, sets, flows):
        self.track = track
        self.ends = flows.ends
        self.sizes = collections.defaultdict(lambda: dict.fromkeys(SIZES, 0))
        self.flows = flows.count.copy()             # those that passed
        self.denied_flows = collections.Counter()   # openers that differ
        self.denied_openers = collections.Counter()
        denied_once = set()     # (scope, what tells openers apart)
        for name, elements in sets.items():
            hook, sort, *rest = name.split("_")
            if sort == "denied":
                denied_once |= {(SCOPE[hook], key) for key in elements}
            elif rest[0] == "seen":
                behind = sets[name.replace("seen", "passed")]
                for key, seen in elements.items():
                    passed = behind.get(key, (0, 0))
                    denied = seen[0] - passed[0], seen[1] - passed[1]
                    if hook != "prerouting":
                        self.count(hook, sort, key, passed, denied)
                    elif denied[0] and self.count_early(key, denied):
                        denied_once.add((SCOPE[hook], key))
        for scope, (_, _, proto, _, port) in denied_once:
            self.denied_flows[scope, proto, port] += 1

    def count_early(self, key, denied):
        """As many packets and bytes to us were dropped before conntrack: do they make a flow?"""
        where = "in", key[2], key[4]
        self.add(denied, where, "to", True)
        if self.track == "none" and key[2] == "udp":
            return False
        self.denied_openers[where] += denied[0]
        return True

    def count(self, hook, sort, key, passed, denied):
        """One element of a set: as many packets and bytes of the same sort have passed, and have not."""
        where = if_denied = self.key_of(hook, sort, key)
        if sort in ("open", "plain"):
            # It was judged by the port that it is for.
            if_denied = (SCOPE[hook], key[2], key[4]), "to"
        self.add(passed, *where)
        self.add(denied, *if_denied, True)
        if sort == "new":
            self.denied_openers[where[0]] += denied[0]
        if sort == "open" and self.track == "none":
            self.flows[where[0]] += passed[0]
            self.denied_flows[where[0]] += denied[0] > 0
            self.denied_openers[where[0]] += denied[0]

    def key_of(self, hook, sort, key):
        """What a packet counts under, and which way it goes."""
        scope = SCOPE[hook]
        if sort in ("new", "old"):
            direction, proto, port = key
            answers = direction == "reply"
            return (OTHER_END[scope] if answers else scope, proto, port), "from" if answers else "to"

        if key in self.ends:
            # Conntrack wants no such packet, but knows whose it would be.
            return self.ends[key]
        _, _, proto, sport, dport = key
        if self.track == "none" or sort == "plain" and hook == "output":
            answers = sort != "open" and sport < dport
        else:
            answers = sort == "reset" and hook != "input"
        return ((OTHER_END[scope], proto, sport), "from") if answers else ((scope, proto, dport), "to")

    def add(self, seen, key, way, denied=False):
        if seen[0]:
            sizes = self.sizes[key]
            for field, more in zip(("packets", "bytes"), seen):
                sizes[field] += more
                sizes[f"{field}_{way}"] += more
                if denied:
                    sizes[f"denied_{field}"] += more

    def observe(self, path):
        """Counts as denied all that has passed there."""
        with open(path, encoding="ascii") as file:
            for scope, proto, port in set(map(tuple, map(str.split, file))):
                key = scope, proto, int(port)
                sizes = self.sizes[key]
                sizes["denied_packets"], sizes["denied_bytes"] = sizes["packets"], sizes["bytes"]
                self.denied_flows[key] = self.flows.pop(key, 0)

    def keys(self):
        return self.sizes.keys() | self.flows.keys() | self.denied_flows.keys()

    def by_class(self):
        total = Wanted("", {}, Flows("/dev/null", []))
        for key in self.keys():
            for field, more in self.sizes[key].items():
                total.sizes[class_of(key)][field] += more
            for name in ("flows", "denied_flows", "denied_openers"):
                getattr(total, name)[class_of(key)] += getattr(self, name)[key]
        return total


def compare(wanted, got, strict, unlisted=0):
    """What differs, a line each."""
    for key in sorted(wanted.keys() | got.keys()):
        one = got.get(key) or dict.fromkeys(SIZES + ("flows", "denied_flows"), 0)
        sizes = {field: one[field] for field in SIZES}
        denied = one["denied_flows"]
        fewest, most = wanted.denied_flows[key], wanted.denied_openers[key]
        if strict:
            most = fewest
        flows = wanted.flows[key] + denied
        # Of a port that came too fast for its counter, some may be missing.
        if unlisted and all(one[field] <= wanted.sizes[key][field] for field in SIZES):
            continue
        if sizes != wanted.sizes[key]:
            yield f"{key}: got {sizes}, want {wanted.sizes[key]}"
        if one["flows"] != flows or not fewest <= denied <= most:
            yield (f"{key}: got {one['flows']} flows, {denied} of them denied; want {flows}, "
                   f"{fewest} to {most} of them denied")


def read_sets(nft):
    """({set: {key: (packets, bytes) or None}}, how many packets found no room in a set)"""
    def element(elem):
        if "elem" not in elem:
            return tuple(elem["concat"]), None
        counter = elem["elem"]["counter"]
        return tuple(elem["elem"]["val"]["concat"]), (counter["packets"], counter["bytes"])

    items = nft["nftables"]
    sets = {item["set"]["name"]: dict(map(element, item["set"].get("elem", []))) for item in items if "set" in item}
    lost = sum(expr["counter"]["packets"] for item in items if "comment" in item.get("rule", {})
               for expr in item["rule"]["expr"] if "counter" in expr)
    return sets, lost


def main():
    track, nft, events, *others = sys.argv[-6:]
    sets, lost = read_sets(load(nft))
    addresses, classes, ports = map(load, others)
    flows = Flows(events, addresses)
    wanted = Wanted(track, sets, flows)
    if "--observe" in sys.argv:
        wanted.observe(sys.argv[2])
    strict = len(sys.argv) > 7

    wrong = [f"the oracle had no room for {lost} packets"] if lost else []
    for path in classes["paths"]:
        for name in ("malformed", "fragments"):
            if path[name]:
                wrong.append(f"{path['scope']} {path['proto']}: {path[name]} {name}")
    unlisted = sum(path["unlisted"] for path in classes["paths"])
    by_class = {(path["scope"], path["proto"], one["class"]): one
                for path in classes["paths"] for one in path["classes"]}
    by_port = {(one["scope"], one["proto"], one["port"]): one for one in ports["ports"]}
    wrong += compare(wanted.by_class(), by_class, strict)
    wrong += compare(wanted, by_port, strict, unlisted)
    for field in SIZES[:2]:
        missing = sum(one[field] for one in by_class.values()) - sum(one[field] for one in by_port.values())
        if missing and (field == "bytes" or missing != unlisted) and not unlisted:
            wrong.append(f"{missing} {field} are in the classes, but not in the ports")

    print("\n".join(wrong[:20]))
    total = {field: sum(one[field] for one in by_class.values()) for field in SIZES + ("flows", "denied_flows")}
    print(f"{total['flows']} flows, {total['denied_flows']} of them denied, {sum(flows.count.values())} told by "
          f"conntrack; {len(by_port)} ports, {total['packets']} packets, {total['denied_packets']} of them denied, "
          f"{total['bytes']} bytes; {unlisted} unlisted")
    return 1 if wrong else 0


sys.exit(main())
