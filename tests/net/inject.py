# SPDX-License-Identifier: GPL-2.0
"""Ways for a packet into the kernel: as from a driver (tun, tap), over a veth pair, and out by a raw socket."""

import fcntl
import os
import socket
import struct
import subprocess

import netlink as nl

TUNSETIFF, TUNSETVNETHDRSZ = 0x400454ca, 0x400454d8
IFF_TUN, IFF_TAP, IFF_NAPI, IFF_NAPI_FRAGS, IFF_NO_PI, IFF_VNET_HDR = 1, 2, 0x10, 0x20, 0x1000, 0x4000
SOL_PACKET, PACKET_VNET_HDR = 263, 15
NEEDS_CSUM, DATA_VALID = 1, 2
GSO_TCP4, GSO_UFO, GSO_TCP6, GSO_UDP, GSO_ECN = 1, 3, 4, 5, 0x80
NO_HEADER = bytes(10)
OUR_MAC, THEIR_MAC = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")


def offload(rng, packet):
    """What a device says of a packet: often nothing, else that it is yet to be cut, or its checksum to be made."""
    if rng.random() < 0.5:
        return NO_HEADER
    v4 = packet[0] >> 4 == 4
    at = (packet[0] & 15) * 4 if v4 else 40
    proto = (packet[9:10] if v4 else packet[6:7]) or b"\0"
    flags, sort = rng.choice((NEEDS_CSUM, NEEDS_CSUM, DATA_VALID, 0, 3, rng.randrange(256))), 0
    if rng.random() < 0.6:
        flags |= NEEDS_CSUM
        sort = (GSO_TCP4 if v4 else GSO_TCP6) if proto == b"\6" else rng.choice((GSO_UFO, GSO_UDP))
        if rng.random() < 0.1:
            sort = rng.choice((GSO_TCP4, GSO_UFO, GSO_TCP6, GSO_UDP, sort | GSO_ECN, rng.randrange(256)))
    where = 16 if proto == b"\6" else 6
    head = at + (20 if proto == b"\6" else 8)
    if rng.random() < 0.15:
        at, where, head = (rng.randrange(len(packet) + 20) for _ in range(3))
        # Not within the header of IPv6: reassembly moves that, and in Debian's 6.1.192 ip6_fragment() then warns of a
        # checksum that begins before the packet (skb_checksum_help()), where ip_do_fragment() refuses it.
        at = at if v4 else max(at, 40)
    return struct.pack("=BBHHHH", flags, sort, rng.choice((head, head, 0, 14, 1400)),
                       rng.choice((1, 8, 100, 536, 1400, 0, 65535)), at, where)


def shifted(header, by):
    """For a packet with a header of its link before it."""
    flags, sort, head, size, at, where = struct.unpack("=BBHHHH", header)
    if header == NO_HEADER:
        return header
    return struct.pack("=BBHHHH", flags, sort, min(head + by, 65535), size, at + by, where)


def frame(rng, packet):
    """In Ethernet, for us or not; perhaps with tags of VLANs."""
    kind = 0x86dd if packet[0] >> 4 == 6 else 0x0800
    to = OUR_MAC
    if rng.random() < 0.05:
        to = rng.choice((bytes([255] * 6), bytes.fromhex("333300000001"), rng.randbytes(6)))
    tags = b"".join(struct.pack("!HH", rng.choice((0x8100, 0x88a8)), rng.choice((0, 0, 5)))
                    for _ in range(rng.choice((0,) * 9 + (1, 2))))
    return to + THEIR_MAC + tags + struct.pack("!H", kind)


def ip(*lines):
    subprocess.run(("ip", "-batch", "-"), input="\n".join(lines), text=True, check=True)


class Tun:
    """A device of ours, with addresses of that number and a neighbour that never answers."""

    def __init__(self, name, flags, number):
        self.name, self.tap = name, bool(flags & IFF_TAP)
        self.frags = bool(flags & IFF_NAPI_FRAGS)
        self.file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.file, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags | IFF_NO_PI | IFF_VNET_HDR))
        fcntl.ioctl(self.file, TUNSETVNETHDRSZ, struct.pack("=i", len(NO_HEADER)))
        ip(f"address add 10.{number}.0.1/24 dev {name}", f"address add fd{number:02}::1/64 dev {name} nodad",
           f"link set {name} up")
        if self.tap:
            ip(f"link set {name} address {OUR_MAC.hex(':')}",
               *(f"neighbour replace {one} lladdr {THEIR_MAC.hex(':')} dev {name}"
                 for one in (f"10.{number}.0.2", f"fd{number:02}::2")))

    def make(self, rng, packet):
        header = offload(rng, packet)
        pieces = []
        if self.tap:
            link = frame(rng, packet)
            header, packet = shifted(header, len(link)), link + packet
        if self.frags:
            # The first piece is what is linear; all others are pages of their own.
            pieces = sorted(rng.randrange(14, len(packet) + 1) for _ in range(rng.choice((0, 1, 1, 2, 5))))
        return header, pieces, packet

    def send(self, header, pieces, packet):
        ends = [0, *pieces, len(packet)]
        os.writev(self.file, [header, *(packet[a:b] for a, b in zip(ends, ends[1:]) if a < b)])

    def drain(self):
        """What the kernel sends there; or else it would be full."""
        try:
            while os.read(self.file, 65536 + 64):
                pass
        except BlockingIOError:
            pass


class Veth:
    """From eth0 of a namespace, to the other end of the pair."""

    def __init__(self, name):
        self.name = name
        with nl.namespace(name):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.sock.bind(("eth0", 0))
        self.sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        ip(f"link set to-{name} address {OUR_MAC.hex(':')}")

    def make(self, rng, packet):
        link = frame(rng, packet)
        return shifted(offload(rng, packet), len(link)), [], link + packet

    def send(self, header, _pieces, packet):
        self.sock.send(header + packet)

    def drain(self):
        pass


class Raw:
    """Out, with a header of IP that the sender has made; goes where the address in it says."""

    def __init__(self):
        self.name = "raw"
        self.socks = {4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
                      6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}

    def make(self, _rng, packet):
        return NO_HEADER, [], packet

    def send(self, _header, _pieces, packet):
        if packet[0] >> 4 == 6 and len(packet) >= 40:
            self.socks[6].sendto(packet, (socket.inet_ntop(socket.AF_INET6, packet[24:40]), 0))
        elif len(packet) >= 20:
            self.socks[4].sendto(packet, (socket.inet_ntop(socket.AF_INET, packet[16:20]), 0))

    def drain(self):
        pass
