# SPDX-License-Identifier: GPL-2.0
"""Random IP packets: whole ones of every sort, with faults, in fragments, cut off, and kept ones that are changed."""

import pathlib
import socket
import struct

from spec_random import PORTS, mutate
from wire import ACK, PSH, SYN, behind, checksum, cut

TCP, UDP, UDPLITE = 6, 17, 136
HOP, ROUTING, FRAGMENT, ESP, AH, DEST, NONE = 0, 43, 44, 50, 51, 60, 59
# ICMP, IGMP, IP in IP, EGP, DCCP, IPv6 in IP, GRE, ESP, ICMPv6, OSPF, SCTP, UDP-Lite, none, MPLS, unassigned
OTHERS = (1, 2, 4, 8, 33, 41, 47, 50, 58, 59, 89, 132, 136, 137, 200, 255)
OPTIONS4 = (bytes([1] * 4), bytes(4), bytes([7, 15, 4]) + bytes(13), bytes([68, 12, 5, 0]) + bytes(8),
            bytes([148, 4, 0, 0]), bytes([131, 7, 8]) + bytes(5), bytes([0x5e, 4, 0, 0]), bytes([1] * 40),
            bytes([7, 39, 4, 0]))
KEPT = pathlib.Path(__file__).resolve().parents[1] / "fuzz" / "corpus" / "packet"


class Packets:
    """@ends: {4: ((from …), (to …)), 6: …}, addresses as text."""

    def __init__(self, rng, ends):
        self.rng = rng
        kinds = {4: socket.AF_INET, 6: socket.AF_INET6}
        self.ends = {family: [[socket.inet_pton(kinds[family], one) for one in side] for side in sides]
                     for family, sides in ends.items()}
        self.exact = False  # headers of IP without faults
        self.kept = [path.read_bytes()[2:] for path in sorted(KEPT.iterdir())]

    # Parts

    def port(self):
        return self.rng.choice(PORTS) if self.rng.random() < 0.85 else self.rng.randrange(65536)

    def payload(self):
        return self.rng.randbytes(self.rng.choice((0, 0, 1, 4, 11, 64, 300, 1400)))

    def sum(self, data, at, ends, proto, size=None):
        """Mostly a right checksum."""
        rng = self.rng
        if rng.random() < 0.1:
            return data[:at] + rng.choice((b"\0\0", b"\xff\xff", rng.randbytes(2))) + data[at + 2:]
        pseudo = ends[0] + ends[1] + struct.pack("!II", size or len(data), proto)
        return data[:at] + struct.pack("!H", checksum(pseudo + data) or 0xffff) + data[at + 2:]

    def tcp(self, ends):
        rng = self.rng
        flags = rng.choice((SYN, SYN, SYN, SYN | ACK, ACK, ACK | PSH, rng.randrange(256), rng.randrange(256)))
        options = rng.choice((b"", b"", bytes([2, 4, 5, 180]), bytes([1] * 40), rng.randbytes(4 * rng.randrange(11))))
        doff = 5 + len(options) // 4 if rng.random() < 0.9 else rng.randrange(16)
        head = struct.pack("!HHIIBBHHH", self.port(), self.port(), rng.randrange(1 << 32), rng.randrange(1 << 32),
                           doff << 4 | rng.choice((0, 0, 0, 14)), flags, rng.choice((0, 1024, 65535)), 0,
                           rng.choice((0, 9)))
        return self.sum(head + options + self.payload(), 16, ends, TCP)

    def udp(self, ends, proto=UDP):
        data = self.payload()
        length = 8 + len(data)
        if self.rng.random() < 0.2:
            length = self.rng.choice((0, 1, 7, 8, max(0, length - 1), length + 1, length + 8, 65535))
        return self.sum(struct.pack("!HHHH", self.port(), self.port(), length, 0) + data, 6, ends, proto)

    def icmp(self, ends, family):
        """An echo, or an error that quotes a packet of ours, whole or not."""
        rng = self.rng
        if rng.random() < 0.3:
            kind, code, body = rng.choice((8, 0) if family == 4 else (128, 129)), 0, rng.randbytes(12)
        else:
            kind, code = rng.choice((3, 4, 5, 11, 12) if family == 4 else (1, 2, 3, 4, 137)), rng.randrange(16)
            quoted = self.whole(family, (ends[1], ends[0]), rng.choice((TCP, UDP)))
            quoted = quoted[:rng.choice((0, 8, 20, 24, 28, 40, 48, len(quoted)))]
            body = struct.pack("!I", rng.choice((0, 1280, 576))) + quoted
        data = bytes([kind, code, 0, 0]) + body
        if family == 4:
            return data[:2] + struct.pack("!H", checksum(data)) + data[4:]
        return self.sum(data, 2, ends, 58)

    def transport(self, family, ends, proto):
        if proto == TCP:
            return self.tcp(ends)
        if proto in (UDP, UDPLITE):
            return self.udp(ends, proto)
        if proto == (1 if family == 4 else 58):
            return self.icmp(ends, family)
        if proto in (4, 41):
            return self.whole(4 if proto == 4 else 6, None, self.rng.choice((TCP, UDP)))
        return self.rng.randbytes(self.rng.choice((0, 8, 20, 60)))

    def extension(self, kind):
        """The body of a header of IPv6, without the next one's type."""
        rng = self.rng
        if kind == ROUTING:
            segments = rng.choice((0, 0, 1, 2))
            body = bytes([2 * segments, rng.choice((0, 2, 3, 4, 253)), rng.choice((0, 0, segments))])
            return body + bytes(4) + rng.randbytes(16 * segments)
        if kind == FRAGMENT:
            return struct.pack("!BHI", 0, rng.choice((0, 0, 1, 8, 9, 0xfff8)), rng.randrange(4))
        if kind == AH:
            return bytes([4, 0, 0]) + rng.randbytes(20)
        size = rng.choice((0, 0, 0, 1, 5, 31))
        return bytes([size]) + bytes([1, 4 + 8 * size if 8 * size < 250 else 4]) + bytes(4 + 8 * size)

    def chain(self, kinds):
        chosen = self.rng.choices(kinds, k=self.rng.choice((1, 1, 2, 3, 9)))
        return [(kind, self.extension(kind)) for kind in chosen]

    # Packets

    def addresses(self, family):
        return tuple(self.rng.choice(side) if self.rng.random() < 0.98 else self.rng.randbytes(len(side[0]))
                     for side in self.ends[family])

    def ip4(self, ends, proto, payload, frag=0, number=None, options=None):
        rng = self.rng
        if options is None:
            options = b"" if rng.random() < 0.85 else rng.choice((*OPTIONS4, rng.randbytes(8)))
        ihl = 5 + len(options) // 4
        length = ihl * 4 + len(payload)
        if not self.exact and rng.random() < 0.03:
            ihl, length = rng.choice(((rng.randrange(16), length), (ihl, rng.randrange(length + 9))))
        head = struct.pack("!BBHHHBBH4s4s", 0x40 | ihl, rng.choice((0, 0, 3, 255)), length & 0xffff,
                           rng.randrange(65536) if number is None else number, frag, rng.choice((64, 64, 64, 2, 1, 0)),
                           proto, 0, *ends) + options
        return head[:10] + struct.pack("!H", checksum(head) if rng.random() < 0.98 else 7) + head[12:] + payload

    def ip6(self, ends, chain):
        rng = self.rng
        payload = behind(chain)
        length = len(payload) if rng.random() < 0.97 else rng.randrange(len(payload) + 9)
        return struct.pack("!IHBB16s16s", 6 << 28 | rng.randrange(4), length, chain[0][0],
                           rng.choice((64, 64, 64, 2, 1, 0)), *ends) + payload

    def whole(self, family, ends, proto):
        ends = ends or self.addresses(family)
        payload = self.transport(family, ends, proto)
        if family == 4:
            return self.ip4(ends, proto, payload)
        chain = self.chain((HOP, DEST, ROUTING, FRAGMENT, AH, DEST, 135, 139, 140)) if self.rng.random() < 0.3 else []
        return self.ip6(ends, [*chain, (proto, payload)])

    def fragments(self):
        """In pieces, some of which may be missing, twice there, or overlap."""
        rng = self.rng
        family, number = rng.choice((4, 6)), rng.randrange(4)
        ends, proto = self.addresses(family), rng.choice((TCP, UDP, UDP, 1))
        sizes = rng.choice(((8,), (16, 1480), (24, 8), (400,), (1480,)))
        pieces = cut(self.transport(family, ends, proto) or b"x", *sizes)[:20]
        if rng.random() < 0.5:
            rng.shuffle(pieces)
        if rng.random() < 0.4:
            pieces.insert(rng.randint(0, len(pieces)), rng.choice(pieces))
        if rng.random() < 0.4:
            pieces.pop(rng.randrange(len(pieces)))
        for at, data, more in pieces:
            if rng.random() < 0.05:
                at = rng.choice((0, 8, 16, 65528))
            if family == 4:
                yield self.ip4(ends, proto, data, more << 13 | at // 8, number, b"")
            else:
                yield self.ip6(ends, [(FRAGMENT, struct.pack("!BHI", 0, at | more, number)), (proto, data)])

    def run(self):
        """Segments in a row, as a device would put together."""
        family = self.rng.choice((4, 6))
        ends, ports, seq = self.addresses(family), (self.port(), self.port()), self.rng.randrange(1 << 31)
        for _ in range(self.rng.choice((2, 3, 8))):
            size = self.rng.choice((1, 100, 100, 100))
            data = struct.pack("!HHIIBBHHH", *ports, seq, 1, 0x50, ACK, 1024, 0, 0) + bytes(size)
            seq += size
            data = self.sum(data, 16, ends, TCP)
            yield self.ip4(ends, TCP, data, 2 << 13, 1, b"") if family == 4 else self.ip6(ends, [(TCP, data)])

    def any(self):
        """A list of packets of any sort."""
        rng = self.rng
        how = rng.randrange(20)
        if how < 2:
            return list(self.fragments())
        if how < 3:
            return list(self.run())
        if how < 5:
            packet = self.readdressed(mutate(rng, rng.choice(self.kept), 1))
            return [packet] if packet else []
        packet = self.whole(rng.choice((4, 6)), None, rng.choice((TCP, TCP, TCP, UDP, UDP, rng.choice(OTHERS))))
        if how < 8:
            packet = packet[:rng.randint(1, len(packet))]
            packet = self.relength(packet) if rng.random() < 0.7 else packet
        elif how < 11:
            packet = mutate(rng, packet, rng.choice((0, 20, 40)))
            packet = self.relength(packet) if rng.random() < 0.7 else packet
        return [packet] if packet else []

    def other(self):
        """Whole, and of neither TCP nor UDP; nothing that carries them either."""
        rng = self.rng
        family = rng.choice((4, 6))
        ends, proto = self.addresses(family), rng.choice(OTHERS)
        payload = self.transport(family, ends, proto)
        if family == 4:
            return [self.relength(self.ip4(ends, proto, payload))]
        kinds = (HOP, DEST, ROUTING)
        return [self.relength(self.ip6(ends, [*(self.chain(kinds) if rng.random() < 0.4 else []), (proto, payload)]))]

    def malformed(self):
        """The header of its transport is cut off, or says what can't be."""
        rng = self.rng
        family, proto = rng.choice((4, 6)), rng.choice((TCP, UDP))
        ends = self.addresses(family)
        data = self.transport(family, ends, proto)
        how = rng.randrange(3)
        if how == 0:
            data = data[:rng.randrange(20 if proto == TCP else 8)]
        elif proto == TCP:
            data = data[:12] + bytes([rng.randrange(5) << 4 if how == 1 else 0xf0]) + data[13:50]
        else:
            data = data[:4] + struct.pack("!H", rng.randrange(1, 8) if how == 1 else len(data) + 1) + data[6:]
        packet = self.ip4(ends, proto, data) if family == 4 else self.ip6(ends, [(proto, data)])
        return [self.relength(packet)]

    def relength(self, packet):
        """Its own length in its header, and for IPv4 the checksum."""
        if len(packet) >= 20 and packet[0] >> 4 == 4:
            size = min((packet[0] & 15) * 4, len(packet)) & ~3
            head = packet[:2] + struct.pack("!H", len(packet) & 0xffff) + packet[4:10] + b"\0\0" + packet[12:size]
            return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + packet[size:]
        if len(packet) >= 40 and packet[0] >> 4 == 6:
            return packet[:4] + struct.pack("!H", (len(packet) - 40) & 0xffff) + packet[6:]
        return packet

    def readdressed(self, packet):
        """One from elsewhere, as from here."""
        if len(packet) >= 20 and packet[0] >> 4 == 4:
            return self.relength(packet[:12] + b"".join(self.addresses(4)) + packet[20:])
        if len(packet) >= 40 and packet[0] >> 4 == 6:
            return self.relength(packet[:8] + b"".join(self.addresses(6)) + packet[40:])
        return packet
