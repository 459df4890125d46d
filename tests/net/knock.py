# SPDX-License-Identifier: GPL-2.0
"""knock.py [--from PORT] [--seed N] [--rate N] PROTO,... ADDRESS,... PORT|LOW-HIGH...: one opener to each.

PROTO is tcp or udp. A TCP SYN or a UDP datagram of 4 bytes through a raw socket,
so that it can be for any port, 0 included, and from any: 65535 unless told. With
a seed, the ports in an order of its own; with a rate, no more than so many a second.
"""
import errno
import random
import socket
import struct
import sys
import time

from wire import NUMBERS, checksum


def openers(proto, address, source, ports):
    """A socket, and the packets to send by it."""
    number = NUMBERS[proto]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_RAW, number)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    sock.connect((address, 0))
    addresses = socket.inet_pton(family, sock.getsockname()[0]) + socket.inet_pton(family, address)

    def opener(port):
        if proto == "tcp":
            head = struct.pack("!HHIIBBH", source, port, 1, 0, 5 << 4, 2, 1024)
            tail = b"\0\0"
        else:
            head = struct.pack("!HHH", source, port, 12)
            tail = b"ping"
        pseudo = addresses + struct.pack("!II", len(head) + 2 + len(tail), number)
        return head + struct.pack("!H", checksum(pseudo + head + tail) or 0xffff) + tail

    return sock, [opener(port) for port in ports]


def main():
    options = {"--from": 65535, "--seed": None, "--rate": None}
    args = sys.argv[1:]
    while args[0] in options:
        options[args[0]] = int(args[1])
        args = args[2:]
    ports = []
    for word in args[2:]:
        low, _, high = word.partition("-")
        ports += range(int(low), int(high or low) + 1)
    if options["--seed"] is not None:
        random.Random(options["--seed"]).shuffle(ports)
    # Made before the first one is sent, so that they come as fast as can be.
    made = [openers(proto, address, options["--from"], ports)
            for proto in args[0].split(",") for address in args[1].split(",")]
    packets = [(sock, packet) for sock, some in made for packet in some]
    start = time.monotonic()
    for sent, (sock, packet) in enumerate(packets):
        while options["--rate"] and time.monotonic() < start + sent / options["--rate"]:
            time.sleep(0.001)
        while True:
            try:
                sock.send(packet)
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                time.sleep(0.001)   # the receiver is behind


if __name__ == "__main__":
    main()
