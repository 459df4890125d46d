# SPDX-License-Identifier: GPL-2.0
"""Packets made of bytes, as odd as wanted, and what comes back. For headers.py and fragments.py.

A sort of packet is a function that makes the packets of one try, of IPv4 or IPv6,
for a protocol and a port. run() sends each sort to each port and says what became
of it: what reached the server's socket, and what was answered.
"""
import collections
import selectors
import socket
import struct
import sys
import time

from patience import PATIENCE

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
TCP, UDP, UDPLITE = 6, 17, 136
NUMBERS = {"tcp": TCP, "udp": UDP, "udplite": UDPLITE}
OUTGOING = 4    # PACKET_OUTGOING
ALL = bytes([255] * 6)


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Try:
    """One try of a sort: from a port of its own, and with a number that errors send back."""

    def __init__(self, host, family, proto, sport, dport):
        self.family, self.proto, self.sport, self.dport = family, proto, sport, dport
        self.ours, self.theirs = host.ours[family], host.theirs[family]
        self.number = sport     # IPv4's identification, IPv6's flow label, and its fragments' identification

    def towards(self, address):
        self.theirs = address
        return self

    def summed(self, data, at, size, wrong=0, check=None):
        """@data with a checksum of its first @size bytes at the offset @at."""
        if check is None:
            pseudo = self.ours + self.theirs + struct.pack("!II", size, NUMBERS[self.proto])
            check = (checksum(pseudo + data[:size]) or 0xffff) ^ wrong
        return data[:at] + struct.pack("!H", check) + data[at + 2:]

    def tcp(self, flags=SYN, options=b"", data=b"", doff=None, sport=None, window=1024, urgent=0, reserved=0, **check):
        if doff is None:
            doff = 5 + len(options) // 4
        ack = 77 if flags & ACK else 0
        head = struct.pack("!HHIIBBHHH", self.sport if sport is None else sport, self.dport, 1, ack,
                           doff << 4 | reserved, flags, window, 0, urgent)
        return self.summed(head + options + data, 16, len(head + options + data), **check)

    def udp(self, data=bytes(4), length=None, sport=None, **check):
        size = 8 + len(data)
        if length is None:
            length = size
        head = struct.pack("!HHHH", self.sport if sport is None else sport, self.dport, length, 0)
        return self.summed(head + data, 6, length if 8 <= length <= size else size, **check)

    def opener(self, size=4):
        if self.proto == "tcp":
            return self.tcp(data=bytes(size - 4))
        return self.udp(bytes(size))

    def ip4(self, payload, options=b"", frag=0, more=False, flags=0, ihl=None, length=None, wrong=0, tos=0, ttl=64):
        head = struct.pack("!BBHHHBBH4s4s", 0x40 | (5 + len(options) // 4 if ihl is None else ihl), tos,
                           20 + len(options) + len(payload) if length is None else length,
                           self.number, flags << 13 | more << 13 | frag // 8,
                           ttl, NUMBERS[self.proto], 0, self.ours, self.theirs) + options
        return head[:10] + struct.pack("!H", checksum(head) ^ wrong) + head[12:] + payload

    def ip6(self, payload, chain=(), length=None, tos=0, ttl=64, kind=None):
        """@chain: the headers before the payload, as (type, bytes without the next one's type); @kind: its own type."""
        chain = list(chain) + [(kind or NUMBERS[self.proto], payload)]
        payload = behind(chain)
        return struct.pack("!IHBB16s16s", 6 << 28 | tos << 20 | self.number, len(payload) if length is None else length,
                           chain[0][0], ttl, self.ours, self.theirs) + payload

    def ip(self, payload):
        return self.ip4(payload) if self.family == 4 else self.ip6(payload)


def behind(chain):
    """The headers of @chain, each with the type of the next one; the last is the payload."""
    return b"".join(bytes([following[0]]) + body for (_, body), following in zip(chain, chain[1:])) + chain[-1][1]


def cut(payload, *sizes):
    """(offset, bytes, whether more follow) of pieces of these sizes; the last size is that of all that follow."""
    at, pieces = 0, []
    sizes = list(sizes)
    while at < len(payload):
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        pieces.append((at, payload[at:at + size], at + size < len(payload)))
        at += size
    return pieces


class Host:
    """Who is tried: over eth0, by his addresses and that of his network card."""

    def __init__(self, mac, address4, address6):
        self.ours, self.theirs = {}, {}
        for family, kind, address in (4, socket.AF_INET, address4), (6, socket.AF_INET6, address6):
            with socket.socket(kind, socket.SOCK_DGRAM) as sock:
                sock.connect((address, 9))
                self.ours[family] = socket.inet_pton(kind, sock.getsockname()[0])
            self.theirs[family] = socket.inet_pton(kind, address)
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)   # SO_RCVBUFFORCE
        self.sock.bind(("eth0", 3))

    def send(self, packet):
        """@packet: bytes, or with the address of a network card before it."""
        mac = self.mac
        if isinstance(packet, tuple):
            mac, packet = packet
        kind = 0x86dd if packet[0] >> 4 == 6 else 0x0800
        self.sock.sendto(packet, ("eth0", kind, 0, 0, mac))

    def answers(self):
        """(family, proto, port, our port, what) of what has come; (family, "icmp", number, None, what) of errors."""
        while True:
            try:
                data, (_, kind, sort, *_) = self.sock.recvfrom(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if sort == OUTGOING:
                continue
            if kind == 0x0800:
                yield from answer(4, data[9], data[(data[0] & 15) * 4:], data[6] & 31 or data[7])
            elif kind == 0x86dd:
                proto, payload = data[6], data[40:]
                if proto == 44:
                    yield from answer(6, payload[0], payload[8:], payload[2:4] > b"\0\7")
                else:
                    yield from answer(6, proto, payload, False)


def answer(family, proto, data, later_fragment):
    if later_fragment:
        return
    if proto in (TCP, UDP):
        sport, dport = struct.unpack("!HH", data[:4])
        what = "udp"
        if proto == TCP:
            what = {SYN | ACK: "syn-ack"}.get(data[13] & (SYN | ACK | RST), "rst" if data[13] & RST else "ack")
        yield family, proto, sport, dport, what
    elif (family, proto) == (4, 1) and data[0] in (3, 11, 12):
        yield family, "icmp", struct.unpack("!H", data[12:14])[0], None, f"icmp {data[0]}/{data[1]}"
    elif (family, proto) == (6, 58) and data[0] < 128:
        number = struct.unpack("!I", data[8:12])[0] & 0xfffff
        yield family, "icmp", number, None, f"icmp {data[0]}/{data[1]}"


def served(log, at):
    """(family, UDP, port, our port, "delivered") of what the server's sockets have got, as its log says."""
    with open(log, encoding="ascii") as file:
        file.seek(at)
        for line in file:
            port, address, sport = line.split()
            yield 4 if address.startswith("::ffff:") else 6, UDP, int(port), int(sport), "delivered"


def run(sorts, quiet=0.4, limit=20):
    """sys.argv: PREFIX MAC ADDRESS4 ADDRESS6 LOG FIRST-PORT PORT...: tries each sort with each PORT.

    @sorts: (name, IP versions, protocols, function of a Try), of which those are
    tried whose name has that prefix, from FIRST-PORT on. LOG is that of the UDP
    server. It's over when the first PORT has answered the last try, and nothing has
    come for @quiet seconds, or at @limit; both times PATIENCE. Prints lines "NAME, IPvN, PROTO;PORT;OUTCOME".
    """
    prefix, mac, address4, address6, log, first, *ports = sys.argv[1:]
    host = Host(mac, address4, address6)
    sport = int(first)
    found = collections.defaultdict(set)
    tries = []
    with open(log, encoding="ascii") as file:
        at = file.seek(0, 2)
    sorts = [sort for sort in sorts if sort[0].startswith(prefix)]
    sorts.append(("the last one", (4, 6), ("tcp", "udp"), lambda one: [one.ip(one.opener())]))
    for name, families, protos, make in sorts:
        for family in families:
            for proto in protos:
                for port in ports[:1] if name == "the last one" else ports:
                    one = Try(host, family, proto, sport, int(port))
                    sport += 1
                    tries.append((name, one))
                    for packet in make(one):
                        host.send(packet)

    selector = selectors.DefaultSelector()
    selector.register(host.sock, selectors.EVENT_READ)
    last = time.monotonic()
    end = last + limit * PATIENCE
    done = False
    while not done and time.monotonic() < end:
        selector.select(0.1)
        for *key, what in host.answers():
            found[tuple(key)].add(what)
            last = time.monotonic()
        done = time.monotonic() > last + quiet * PATIENCE and all(
            found[one.family, NUMBERS[one.proto], one.dport, one.sport] for _, one in tries[-4:])
    for *key, what in served(log, at):
        found[tuple(key)].add(what)
    for name, one in tries:
        proto = NUMBERS[one.proto]
        outcome = found[one.family, proto, one.dport, one.sport] | found[one.family, "icmp", one.number, None]
        if name == "from port 0":
            outcome |= found[one.family, proto, one.dport, 0]
        print(f"{name}, IPv{one.family}, {one.proto};{one.dport};{' and '.join(sorted(outcome)) or 'nothing'}")
