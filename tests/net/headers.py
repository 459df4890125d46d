# SPDX-License-Identifier: GPL-2.0
"""headers.py ARGUMENTS-OF-WIRE: packets with odd IP, extension and transport headers, whole and cut off.

What begins with "IP: " is refused by the IP layer itself, before anybody looks for
a port; what begins with "malformed: " has no whole transport header; what begins
with "no opener: " is of TCP, and no SYN.
"""
import struct

import wire
from wire import ACK, FIN, PSH, RST, SYN, URG, run

HOP, ROUTING, FRAGMENT, DEST = 0, 43, 44, 60


def padded(*parts):
    """The body of an options header of IPv6, padded to a multiple of 8 bytes."""
    body = b"".join(parts)
    pad = -(len(body) + 2) % 8
    if pad == 1:
        body += b"\0"
    elif pad:
        body += bytes([1, pad - 2]) + bytes(pad - 2)
    return bytes([(len(body) + 2) // 8 - 1]) + body


def option(kind):
    """One that nobody knows; the upper bits of its type say what to do then."""
    return padded(bytes([kind, 4, 1, 2, 3, 4]))


def routing(kind, segments=0, left=0):
    return ROUTING, bytes([2 * segments, kind, left]) + bytes(4) + (bytes([0x20, 1]) + bytes(14)) * segments


hop = HOP, padded()
dest = DEST, padded()
atom = FRAGMENT, struct.pack("!BHI", 0, 0, 7)

CHAINS = {
    "hop-by-hop": [hop],
    "hop-by-hop, router alert": [(HOP, padded(bytes([5, 2, 0, 0])))],
    "destination options": [dest],
    "an option to be skipped": [(DEST, option(0x1e))],
    "an option to be discarded for": [(DEST, option(0x5e))],
    "an option to be refused for": [(DEST, option(0x9e))],
    "an option to be refused for unless multicast": [(DEST, option(0xde))],
    "eight destination options": [dest] * 8,
    "a hundred destination options": [dest] * 100,
    "long destination options": [(DEST, padded(bytes([0x1e, 120]) + bytes(120), bytes([0x1e, 120]) + bytes(120)))],
    "routing, type 0": [routing(0)],
    "routing, type 0, with a segment left": [routing(0, 1, 1)],
    "routing, type 2": [routing(2, 1)],
    "routing, type 4": [routing(4, 1)],
    "routing, type 253": [routing(253)],
    "routing, type 253, with a segment left": [routing(253, 1, 1)],
    "a fragment of its own": [atom],
    "two fragments of their own": [atom, atom],
    "hop-by-hop, destination options": [hop, dest],
    "hop-by-hop, routing": [hop, routing(253)],
    "hop-by-hop, fragment": [hop, atom],
    "fragment, destination options": [atom, dest],
    "fragment, routing": [atom, routing(253)],
    "routing, fragment": [routing(253), atom],
    "destination options, fragment": [dest, atom],
    "destination options, routing, destination options": [dest, routing(253), dest],
    "all, in the order of RFC 8200": [hop, dest, routing(253), atom, dest],
    "hop-by-hop behind another": [dest, hop],
    "IP: hop-by-hop, an option to be discarded for": [(HOP, option(0x5e))],
    "IP: hop-by-hop, an option to be refused for": [(HOP, option(0x9e))],
}

OPTIONS4 = {
    "NOPs": bytes([1] * 4),
    "end of options": bytes(4),
    "record route": bytes([7, 15, 4]) + bytes(13),
    "timestamp": bytes([68, 12, 5, 0]) + bytes(8),
    "router alert": bytes([148, 4, 0, 0]),
    "a source route that is used up": bytes([131, 7, 8]) + bytes(5),
    "an unknown option": bytes([0x5e, 4, 0, 0]),
    "all 40 bytes of options": bytes([1] * 40),
    "IP: an option that is too long": bytes([7, 39, 4, 0]),
}

# What the IPv4 header says of itself.
HEADERS4 = {
    "type of service 255": {"tos": 255},
    "the evil bit": {"flags": 4},
    "don't fragment": {"flags": 2},
    "TTL 1": {"ttl": 1},
    "a wrong checksum of IP": {"wrong": 1},
    "a length of IP that is too long": {"length": 999},
    "malformed: a length of IP that cuts the ports off": {"length": 22},
    "malformed: a length of IP that cuts the header off": {"length": 27},
    "an IP header of 16 bytes": {"ihl": 4},
    "an IP header that is too long": {"ihl": 15},
}

TCP_OPTIONS = {
    "the usual options": bytes([2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]),
    "40 bytes of options": bytes([1] * 40),
    "an unknown option": bytes([253, 4, 1, 2]),
    "an option of no length": bytes([2, 0, 0, 0]),
    "a signature": bytes([19, 18]) + bytes(16) + bytes([1, 1]),
    "a request for a cookie": bytes([34, 2, 1, 1]),
}

# What the TCP header says, and what is behind it.
TCP_HEADERS = {
    "SYN with data": {"data": bytes(100)},
    "SYN with an odd number of bytes": {"data": b"odd"},
    "SYN, ECN": {"flags": SYN | wire.ECE | wire.CWR},
    "SYN, PSH, URG": {"flags": SYN | PSH | URG, "urgent": 9},
    "SYN, FIN": {"flags": SYN | FIN},
    "SYN, RST": {"flags": SYN | RST},
    "no opener: SYN, ACK": {"flags": SYN | ACK},
    "SYN with a window of 0": {"window": 0},
    "SYN with reserved bits": {"reserved": 14},
    "no opener: all flags": {"flags": 255},
    "no opener: FIN": {"flags": FIN},
    "no opener: no flags": {"flags": 0},
    "no opener: FIN, PSH, URG": {"flags": FIN | PSH | URG},
    "no opener: ACK": {"flags": ACK},
    "no opener: FIN, ACK": {"flags": FIN | ACK},
    "no opener: ACK with data": {"flags": ACK | PSH, "data": b"data"},
    "no opener: RST": {"flags": RST},
    "no opener: RST, ACK": {"flags": RST | ACK},
    "a wrong checksum": {"wrong": 0x101},
    "a checksum of 0": {"check": 0},
    "malformed: a data offset of 4": {"doff": 4},
    "malformed: a data offset beyond the end": {"doff": 6},
    "from port 0": {"sport": 0},
}

UDP_HEADERS = {
    "no data": {"data": b""},
    "an odd number of bytes": {"data": b"odd"},
    "a checksum of 0": {"check": 0},
    "a wrong checksum": {"wrong": 0x101},
    "malformed: a length of 7": {"length": 7},
    "malformed: a length that is too long": {"length": 13},
    "a length of no data, with data": {"length": 8},
    "a length of less": {"length": 10},
    "from port 0": {"sport": 0},
}


def sorts():
    both, ports = (4, 6), ("tcp", "udp")
    yield "plain", both, ports, lambda one: [one.ip(one.opener())]
    yield "a padded frame", both, ports, lambda one: [one.ip(one.opener()) + bytes(30)]
    yield "to all", (4,), ports, lambda one: [
        (wire.ALL, one.towards(one.theirs[:3] + b"\xff").ip(one.opener()))]
    yield "to all nodes", (6,), ports, lambda one: [
        (bytes.fromhex("333300000001"), one.towards(b"\xff\2" + bytes(13) + b"\1").ip(one.opener()))]

    for name, given in OPTIONS4.items():
        yield name, (4,), ports, lambda one, given=given: [one.ip4(one.opener(), given)]
    for name, given in HEADERS4.items():
        yield name, (4,), ports, lambda one, given=given: [one.ip4(one.opener(), **given)]
    for name, chain in CHAINS.items():
        yield name, (6,), ports, lambda one, chain=chain: [one.ip6(one.opener(), chain)]
    yield "a length of IP that is too long", (6,), ports, lambda one: [one.ip6(one.opener(), length=999)]
    yield "malformed: a length of IP that cuts the ports off", (6,), ports, lambda one: [
        one.ip6(one.opener(), length=2)]
    yield "malformed: a length of IP of 0", (6,), ports, lambda one: [one.ip6(one.opener(), length=0)]
    yield "malformed: an extension header that is cut off", (6,), ports, lambda one: [
        one.ip6(one.opener(), [dest, (DEST, bytes([20]) + bytes(6))])]

    for name, given in TCP_OPTIONS.items():
        yield f"SYN, {name}", both, ("tcp",), lambda one, given=given: [one.ip(one.tcp(options=given))]
    for name, given in TCP_HEADERS.items():
        yield name, both, ("tcp",), lambda one, given=given: [one.ip(one.tcp(**given))]
    yield "a length of 0", (6,), ("udp",), lambda one: [one.ip(one.udp(length=0))]
    yield "malformed: a length of 0", (4,), ("udp",), lambda one: [one.ip(one.udp(length=0))]
    for name, given in UDP_HEADERS.items():
        yield name, both, ("udp",), lambda one, given=given: [one.ip(one.udp(**given))]
    for size in (0, 3, 13, 19):
        yield f"malformed: {size} bytes of a header", both, ("tcp",), lambda one, size=size: [one.ip(one.tcp()[:size])]
    for size in (0, 3, 7):
        yield f"malformed: {size} bytes of a header", both, ("udp",), lambda one, size=size: [one.ip(one.udp()[:size])]
        yield f"malformed: {size} bytes of a header, behind another", (6,), ("udp",), lambda one, size=size: [
            one.ip6(one.udp()[:size], [dest])]
    # Its ports are not UDP's: nobody has denied them.
    yield "UDP-Lite", both, ("udplite",), lambda one: [one.ip(one.udp(length=0))]


run(sorts())
