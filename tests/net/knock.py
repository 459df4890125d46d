# SPDX-License-Identifier: GPL-2.0
"""knock.py [--from PORT] [--seed N] [--rate N] tcp|udp ADDRESS PORT|LOW-HIGH...: one opener to each.

A TCP SYN or a UDP datagram of 4 bytes through a raw socket, so that it can be
for any port, 0 included, and from any: 65535 unless told. With a seed, in an
order of its own; with a rate, no more than so many a second.
"""
import errno
import random
import socket
import struct
import sys
import time

args = sys.argv[1:]
source = 65535
if args[0] == "--from":
    source = int(args[1])
    args = args[2:]
seed = None
if args[0] == "--seed":
    seed = int(args[1])
    args = args[2:]
rate = None
if args[0] == "--rate":
    rate = int(args[1])
    args = args[2:]
proto, address = args[:2]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
number = socket.IPPROTO_TCP if proto == "tcp" else socket.IPPROTO_UDP
sock = socket.socket(family, socket.SOCK_RAW, number)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
sock.connect((address, 0))
ours = socket.inet_pton(family, sock.getsockname()[0])
theirs = socket.inet_pton(family, address)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff or 0xffff


def opener(port):
    if proto == "tcp":
        head = struct.pack("!HHIIBBH", source, port, 1, 0, 5 << 4, 2, 1024)
        tail = b"\0\0"
    else:
        head = struct.pack("!HHH", source, port, 12)
        tail = b"ping"
    size = len(head) + 2 + len(tail)
    pseudo = ours + theirs + struct.pack("!II", size, number)
    return head + struct.pack("!H", checksum(pseudo + head + tail)) + tail


ports = []
for word in args[2:]:
    low, _, high = word.partition("-")
    ports += range(int(low), int(high or low) + 1)
if seed is not None:
    random.Random(seed).shuffle(ports)
# Made before the first one is sent, so that they come as fast as can be.
packets = [opener(port) for port in ports]
start = time.monotonic()
for number_sent, packet in enumerate(packets):
    while rate and time.monotonic() < start + number_sent / rate:
        time.sleep(0.001)
    while True:
        try:
            sock.send(packet)
            break
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            time.sleep(0.001)   # the receiver is behind
