# SPDX-License-Identifier: GPL-2.0
"""headers.py FIRST-PORT|malformed MAC ADDRESS4 ADDRESS6 PORT...: odd packets, on eth0.

FIRST-PORT: openers to each PORT that a host has to deliver, however their headers
are arranged, from this port and the next ones on. A line "SOURCE-PORT PROTO PORT CASE" for each; the last is plain.
malformed: openers whose transport header is cut off or impossible, from the
addresses that end with 66. A line "PROTO COUNT" for each protocol.
"""
import collections
import sys

from scapy.all import conf, Ether, IP, IPOption_NOP, IPOption_RR, Raw, TCP, UDP
from scapy.layers.inet6 import (
    HBHOptUnknown, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting, PadN)

what, mac, address4, address6, *ports = sys.argv[1:]
link = conf.L2socket(iface="eth0")
ours4 = address4.rsplit(".", 1)[0] + ".2"
ours6 = address6.rsplit(":", 1)[0] + ":2"


def send(packet):
    link.send(Ether(dst=mac) / packet)


def hop():
    return IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))])


def dest():
    # An option that nobody knows, of a type that says: then skip it.
    return IPv6ExtHdrDestOpt(options=[
        HBHOptUnknown(otype=0x1e, optdata=bytes(18)), PadN(optdata=b"")])


def routing():
    # Type 253 is for experiments (RFC 4727); with no segments left, it is to
    # be skipped (RFC 8200, 4.4).
    return IPv6ExtHdrRouting(type=253, addresses=[], segleft=0)


def fragment():
    return IPv6ExtHdrFragment(id=7, offset=0, m=0)


CHAINS = {
    "plain": (),
    "hop-by-hop": (hop,),
    "destination options": (dest,),
    "routing": (routing,),
    "a fragment of its own": (fragment,),
    "two destination options": (dest, dest),
    "hop-by-hop, destination options": (hop, dest),
    "hop-by-hop, routing": (hop, routing),
    "destination options, routing, destination options": (dest, routing, dest),
    "hop-by-hop, fragment": (hop, fragment),
    "fragment, destination options": (fragment, dest),
    "all, in the order of RFC 8200": (hop, dest, routing, fragment, dest),
}

OPTIONS = {
    "plain": [],
    "NOPs": [IPOption_NOP()] * 4,
    "record route": [IPOption_RR(routers=["0.0.0.0"] * 3)],
    "all 40 bytes of options": [IPOption_NOP()] * 40,
}


def pieces(packet, header, sizes):
    """Cuts what is behind the IPv4 header into fragments."""
    data = bytes(packet)[header:]
    at = 0
    for i, size in enumerate(sizes + [len(data)]):
        part = IP(src=packet.src, dst=packet.dst, proto=packet.proto, id=9,
                  frag=at // 8, flags="MF" if i < len(sizes) else 0)
        yield part / Raw(data[at:at + size])
        at += size


def pieces6(packet, size, number):
    data = bytes(packet)[40:]
    for at in range(0, len(data), size):
        part = IPv6ExtHdrFragment(nh=packet.nh, id=number, offset=at // 8,
                                  m=int(at + size < len(data)))
        yield IPv6(src=packet.src, dst=packet.dst) / part / Raw(
            data[at:at + size])


def legal():
    source = int(what)

    def opener(proto, port, name, size=4):
        nonlocal source
        source += 1
        print(source, proto, port, name)
        if proto == "tcp":
            return TCP(sport=source, dport=port, flags="S", seq=1)
        return UDP(sport=source, dport=port) / Raw(bytes(size))

    for port in map(int, ports):
        for proto in ("tcp", "udp"):
            for name, chain in CHAINS.items():
                packet = IPv6(src=ours6, dst=address6)
                for header in chain:
                    packet /= header()
                send(packet / opener(proto, port, f"IPv6, {name}"))
            for name, options in OPTIONS.items():
                send(IP(src=ours4, dst=address4, options=options) /
                     opener(proto, port, f"IPv4, {name}"))
            packet = IP(src=ours4, dst=address4) / opener(
                proto, port, "IPv4, a header in pieces")
            for part in pieces(IP(bytes(packet)), 20, [8]):
                send(part)
        packet = IPv6(src=ours6, dst=address6) / opener(
            "udp", port, "IPv6, a datagram in fragments", 3000)
        for part in pieces6(IPv6(bytes(packet)), 1200, port):
            send(part)
    for proto in ("tcp", "udp"):
        send(IPv6(src=ours6, dst=address6) /
             opener(proto, int(ports[0]), "IPv6, the last one"))


def malformed():
    port = int(ports[0])
    syn = {"sport": 30000, "dport": port, "flags": "S"}
    dgram = {"sport": 30000, "dport": port}
    bad = [
        ("tcp", b""),
        ("tcp", bytes(TCP(**syn))[:13]),
        ("tcp", bytes(TCP(**syn))[:19]),
        ("tcp", bytes(TCP(dataofs=4, **syn))),
        ("tcp", bytes(TCP(dataofs=15, **syn)) + bytes(39)),
        ("udp", b""),
        ("udp", bytes(UDP(**dgram))[:7]),
        ("udp", bytes(UDP(len=7, **dgram))),
        ("udp", bytes(UDP(len=13, **dgram)) + bytes(4)),
    ]
    count = collections.Counter()
    from4 = ours4.rsplit(".", 1)[0] + ".66"
    from6 = ours6.rsplit(":", 1)[0] + ":66"
    for proto, data in bad:
        number = 6 if proto == "tcp" else 17
        send(IP(src=from4, dst=address4, proto=number) / Raw(data))
        send(IPv6(src=from6, dst=address6, nh=number) / Raw(data))
        send(IPv6(src=from6, dst=address6) / IPv6ExtHdrDestOpt(
            options=[PadN(optdata=bytes(4))], nh=number) / Raw(data))
        count[proto] += 3

    # A first fragment that has less than the header, and one that has less
    # than the extension headers: nobody can tell what it is for.
    send(IPv6(src=from6, dst=address6) /
         IPv6ExtHdrFragment(nh=6, id=66, offset=0, m=1) /
         Raw(bytes(TCP(**syn))[:16]))
    send(IPv6(src=from6, dst=address6) /
         IPv6ExtHdrFragment(nh=60, id=67, offset=0, m=1) /
         Raw(bytes([6, 5, 1, 4, 0, 0, 0, 0])))
    count["tcp"] += 2
    for proto, number in count.items():
        print(proto, number)


malformed() if what == "malformed" else legal()
