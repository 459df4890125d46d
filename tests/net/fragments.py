# SPDX-License-Identifier: GPL-2.0
"""fragments.py ARGUMENTS-OF-WIRE: packets in fragments, whole ones and such that nobody can put together.

What begins with "incomplete: " may be told to be so, after a while; what begins with
"nested: " has fragments in fragments, which nobody may send (RFC 8200, 4.5).
"""
import random
import struct
import sys

from wire import ACK, NUMBERS, SYN, behind, cut, run

HOP, ROUTING, FRAGMENT, DEST, NONE = 0, 43, 44, 60, 59
hop = HOP, bytes([0, 1, 4, 0, 0, 0, 0])
dest = DEST, bytes([0, 1, 4, 0, 0, 0, 0])
routing = ROUTING, bytes([0, 253, 0, 0, 0, 0, 0])


def header(at, more, number):
    return FRAGMENT, struct.pack("!BHI", 0, at | more, number)


def packets(one, pieces, chain=(), kinds=(None,), given=({},)):
    """A packet for each piece; @kinds: next headers, @given: of the IP header; for one piece after the other."""
    for i, (at, data, more) in enumerate(pieces):
        how = given[i % len(given)]
        if one.family == 4:
            yield one.ip4(data, frag=at, more=more, **how)
        else:
            yield one.ip6(data, list(chain) + [header(at, more, one.number)], kind=kinds[i % len(kinds)], **how)


def other_port(payload):
    """The same for another port."""
    return payload[:3] + bytes([payload[3] ^ 1]) + payload[4:]


def shuffled(pieces):
    return random.Random(1).sample(pieces, len(pieces))


def overlapping(payload):
    """Pieces of 300 bytes that overlap, with the same bytes and with others, in several ways."""
    first, last = cut(payload, 160, 1000)
    yield "by 8 bytes", [first, (152, payload[152:], False)]
    yield "by 8 bytes, with others", [first, (152, bytes([255] * 8) + payload[160:], False)]
    yield "by 8 bytes, backwards", [(152, payload[152:], False), first]
    yield "one within another", [first, (24, payload[24:40], True), last]
    yield "one within another, with others", [first, (24, bytes([255] * 16), True), last]
    yield "a piece around another", [(24, payload[24:40], True), first, last]
    yield "all, and a piece", [(0, payload[:296], True), first, (296, payload[296:], False)]
    yield "the first twice", [first, first, last]
    yield "the last twice", [first, last, last]
    yield "the first twice, for another port first", [(0, other_port(first[1]), True), first, last]
    yield "the first twice, for another port then", [first, (0, other_port(first[1]), True), last]
    yield "the ports alone, twice", [
        (0, payload[:8], True), (0, other_port(payload[:8]), True), *cut(payload, 8, 1000)[1:]]
    yield "another port behind all", [last, first, (0, other_port(first[1]), True)]
    yield "8 bytes with another first half", [first, (0, other_port(payload[:8]), True), last]


def sorts():
    both, ports = (4, 6), ("tcp", "udp")

    def sort(name, make, families=both, protos=ports, **more):
        """@make: the pieces of a payload of 300 bytes."""
        return name, families, protos, lambda one: packets(one, make(one.opener(300)), **more)

    yield sort("two pieces", lambda all: cut(all, 160, 1000))
    yield sort("two pieces, backwards", lambda all: cut(all, 160, 1000)[::-1])
    yield sort("pieces of 8 bytes", lambda all: cut(all, 8))
    yield sort("pieces of 8 bytes, backwards", lambda all: cut(all, 8)[::-1])
    yield sort("pieces of 8 bytes, in no order", lambda all: shuffled(cut(all, 8)))
    yield sort("pieces of 8 bytes, each twice", lambda all: [piece for piece in cut(all, 8) for _ in range(2)])
    yield sort("the header, and the rest", lambda all: cut(all, 24, 1000))
    yield sort("the ports, and the rest", lambda all: cut(all, 8, 1000))
    yield sort("all but the last byte", lambda all: cut(all[:297], 296))
    yield sort("an empty last piece", lambda all: [(0, all[:296] + bytes(8), True), (304, b"", False)])
    yield sort("an empty piece in between", lambda all: [
        (0, all[:160], True), (160, b"", True), (160, all[160:], False)])
    yield sort("pieces of an odd size", lambda all: [(0, all[:157], True), (160, all[160:], False)])
    yield sort("a piece behind the last", lambda all: cut(all, 160, 1000) + [(304, bytes(8), False)])
    yield sort("a piece behind the last, first", lambda all: [(304, bytes(8), True)] + cut(all, 160, 1000))
    yield sort("an end beyond all ends", lambda all: [(0, all[:160], True), (65528, bytes(24), False)])
    yield "9000 bytes", both, ("udp",), lambda one: packets(one, cut(one.opener(9000), 1400))
    yield "60000 bytes, in no order", both, ("udp",), lambda one: packets(one, shuffled(cut(one.opener(60000), 1400)))
    yield "no SYN, and then one", both, ("tcp",), lambda one: packets(one, [
        (0, one.tcp(ACK)[:16], True), (8, one.tcp(SYN)[8:16], True), (16, one.tcp()[16:], False)])

    for name, _ in overlapping(bytes(300)):
        yield sort(f"overlap: {name}", lambda all, name=name: dict(overlapping(all))[name])

    yield sort("incomplete: the first is missing", lambda all: cut(all, 104)[1:])
    yield sort("incomplete: one is missing", lambda all: cut(all, 104)[::2])
    yield sort("incomplete: the last is missing", lambda all: cut(all, 104)[:-1])
    yield sort("incomplete: the ports alone", lambda all: cut(all, 8)[:1])

    yield sort("options", lambda all: cut(all, 160, 1000), (4,), given=[{"options": bytes([148, 4, 0, 0] * 10)}])
    yield sort("options in the first", lambda all: cut(all, 160, 1000), (4,), given=[{"options": bytes([1] * 40)}, {}])
    yield sort("options in the last", lambda all: cut(all, 160, 1000), (4,), given=[{}, {"options": bytes([1] * 40)}])
    yield sort("don't fragment", lambda all: cut(all, 160, 1000), (4,), given=[{"flags": 2}])
    yield sort("don't fragment the last", lambda all: cut(all, 160, 1000), (4,), given=[{}, {"flags": 2}])
    yield sort("other TTLs", lambda all: cut(all, 160, 1000), given=[{"ttl": 64}, {"ttl": 3}])
    yield sort("congestion in one", lambda all: cut(all, 104), given=[{"tos": 2}, {"tos": 3}, {"tos": 2}])
    yield sort("congestion where there is none", lambda all: cut(all, 160, 1000), given=[{"tos": 0}, {"tos": 3}])

    yield sort("behind hop-by-hop", lambda all: cut(all, 160, 1000), (6,), chain=[hop])
    yield sort("behind destination options", lambda all: cut(all, 160, 1000), (6,), chain=[dest])
    yield sort("behind routing", lambda all: cut(all, 160, 1000), (6,), chain=[routing])
    yield sort("behind hop-by-hop and routing", lambda all: cut(all, 160, 1000), (6,), chain=[hop, routing])
    yield sort("later pieces with another next header", lambda all: cut(all, 160, 1000), (6,), kinds=[None, NONE])
    for name, chain, size in (
            ("destination options and the header", [dest], 160), ("destination options alone", [dest], 8),
            ("half of the destination options", [dest, dest], 8), ("routing and the header", [routing], 160),
            ("a fragment of its own", [header(0, 0, 9)], 160)):
        yield f"in the first: {name}", (6,), ports, lambda one, chain=chain, size=size: packets(
            one, cut(behind(chain + [(NUMBERS[one.proto], one.opener(300))]), size, 1000), kinds=[chain[0][0]])
    for name, size in ("fragments", 160), ("tiny fragments", 8):
        yield f"nested: fragments of their own with {name} in them", (6,), ports, lambda one, size=size: [
            one.ip6(data, [header(0, 0, one.number), header(at, more, one.number)])
            for at, data, more in cut(one.opener(300), size)]


run(sorts(), quiet=2.5 if sys.argv[1] else 0.4)
