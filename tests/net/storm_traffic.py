# SPDX-License-Identifier: GPL-2.0
"""Actors of storm.py that send packets: to us, from us and through us; see test_93_storm.sh for who is where.

Ports below are what storm_control.py's rules are about. What becomes of a packet is not theirs to say."""

import contextlib
import os
import socket
import time

import netlink as nl
import wire
from patience import PATIENCE

HOST, SRV, RIGHT = ("10.1.0.1", "fd01::1"), ("10.2.0.2", "fd02::2"), ("10.4.0.2", "fd04::2")
# Of each protocol: served, denied by some, rejected by some, with sources, and such that nobody serves.
UDP_PORTS = 9000, 9001, 9100, 9200, 9300, 53, 7777
TCP_PORTS = 5001, 5003, 5005, 5007, 5009, 5011, 22, 7777


def paced(work):
    """No more than a part of a processor for each: what isn't traffic has to get on, too."""
    while True:
        started = time.monotonic()
        yield next(work)
        time.sleep(0.005 + 6 * min(0.1, time.monotonic() - started))


def inside(name, kind, *how):
    """A socket in a namespace; None is this one."""
    with nl.namespace(name) if name else contextlib.nullcontext():
        return socket.socket(kind, *how)


def udp(name, addresses, dice, sizes):
    """Datagrams of both families, in bursts; from few ports and from new ones."""
    socks = {}
    while True:
        for address in addresses:
            if address not in socks or not dice.randrange(50):
                socks[address] = inside(name, socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
                socks[address].setblocking(False)
            for _ in range(20):
                # Full buffers, links that are down, ports that are unreachable, and denied.
                with contextlib.suppress(OSError):
                    socks[address].sendto(bytes(dice.choice(sizes)), (address, dice.choice(UDP_PORTS)))
            with contextlib.suppress(OSError):
                while True:
                    socks[address].recv(65536)
            yield "bursts"


def tcp(name, addresses, dice):
    """Connections: answered, refused (by a server or by us) or left without an answer."""
    while True:
        address, port = dice.choice(addresses), dice.choice(TCP_PORTS)
        with inside(name, socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as sock:
            sock.settimeout(0.2 * PATIENCE)
            if not dice.randrange(4):
                # Closed by a reset.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            try:
                sock.connect((address, port))
                sock.sendall(bytes(dice.choice((1, 1000, 20000))))
                word = "answered" if sock.recv(65536) else "closed"
            except TimeoutError:
                word = "silent"
            except OSError:
                word = "refused"
        yield word


def udp_to_us(_world, dice):
    return paced(udp("peer", HOST, dice, (1, 100, 1200)))


def udp_from_us(_world, dice):
    return paced(udp(None, SRV, dice, (1, 100, 1200)))


def udp_all_the_time(_world, dice):
    """As fast as it goes, but for what others leave of the processor: they interrupt it wherever it is just then, and where
    the kernel is preemptible that is amid a packet, too."""
    os.nice(19)
    bursts = udp(None, SRV, dice, (1, 100))
    while True:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            next(bursts)
        yield "times two seconds"


def udp_through_us(_world, dice):
    return paced(udp("left", RIGHT, dice, (1, 100, 1200, 4000)))


def tcp_to_us(_world, dice):
    return paced(tcp("peer", HOST, dice))


def tcp_from_us(_world, dice):
    return paced(tcp(None, SRV, dice))


def tcp_through_us(_world, dice):
    return paced(tcp("left", RIGHT, dice))


def fragments(_world, dice):
    """Datagrams that travel in pieces, and answers that do."""
    return paced(udp("peer", HOST, dice, (2000, 6000, 30000)))


class Spoofer:
    """Packets as bytes, out of the peer's link, whoever they are from."""

    def __init__(self):
        with open("/sys/class/net/to-peer/address", encoding="ascii") as mac, nl.namespace("peer"):
            self.host = wire.Host(mac.read().strip(), *HOST)

    def opener(self, dice, proto):
        one = wire.Try(self.host, dice.choice((4, 6)), proto, dice.randrange(40000, 40060),
                       dice.choice((dice.randrange(40), dice.randrange(65500, 65536), dice.choice(TCP_PORTS))))
        one.ours = dice.choice((
            one.ours, one.ours[:-2] + dice.randbytes(2),
            bytes([198, 18]) + dice.randbytes(2) if one.family == 4 else b"\x20\1\x0d\xb8" + dice.randbytes(12)))
        return one

    def send(self, packet):
        with contextlib.suppress(OSError):
            self.host.send(packet)


def knock(dice):
    spoofer = Spoofer()
    while True:
        for _ in range(20):
            one = spoofer.opener(dice, dice.choice(("tcp", "udp")))
            spoofer.send(one.ip(one.opener()))
        yield "bursts"


def knocks(_world, dice):
    """SYNs and datagrams from many addresses to many ports."""
    return paced(knock(dice))


def confuse(dice):
    spoofer = Spoofer()
    right = {4: socket.inet_pton(socket.AF_INET, RIGHT[0]), 6: socket.inet_pton(socket.AF_INET6, RIGHT[1])}
    while True:
        for _ in range(10):
            proto = dice.choice(("tcp", "udp"))
            one = spoofer.opener(dice, proto)
            if not dice.randrange(3):
                one.towards(right[one.family])
            whole = one.tcp(dice.randrange(64), data=bytes(dice.randrange(64))) if proto == "tcp" else one.opener(64)
            sort = dice.randrange(5)
            if sort == 0:
                spoofer.send(one.ip(whole))
            elif sort == 1:
                spoofer.send(one.ip(whole[:dice.randrange(len(whole))]))
            elif sort == 2:
                spoofer.send(one.ip(one.opener(64)[:-4] + b"odd!"))
            elif one.family == 4:
                at = dice.randrange(8, 64, 8)
                for piece in dice.sample(((0, whole[:at], True), (at, whole[at:], False)), dice.choice((1, 2))):
                    spoofer.send(one.ip4(piece[1], frag=piece[0], more=piece[2]))
            else:
                header = 44, bytes([0, 0, dice.randrange(2)]) + dice.randbytes(4)
                spoofer.send(one.ip6(whole, [header]))
        yield "bursts"


def odd(_world, dice):
    """What opens nothing, is cut off, comes in pieces that don't fit, or is for somebody else: to be forwarded."""
    return paced(confuse(dice))
