# SPDX-License-Identifier: GPL-2.0
"""burst.py SEED FIRST COUNT SERVED-TCP-PORTS TCP-PORTS UDP-PORTS ADDRESS...: COUNT flows of raw packets, at full speed.

From any port to one of those given (commas between), and to any address of those
given. Most flows begin with an opener, some of which come more than once; others
with a stray packet of whatever flags. All packets of a flow follow each other. No
two flows have the same ports and addresses, if FIRST counts those of earlier calls
with the same SEED. Prints how many flows and packets it has sent.
"""
import random
import socket
import struct
import sys

FIN, SYN, RST, PSH, ACK, URG = (1 << bit for bit in range(6))
dice = random.Random(" ".join(sys.argv))
first, count = map(int, sys.argv[2:4])
served_ports, tcp_ports, udp_ports = ([int(port) for port in word.split(",")] for word in sys.argv[4:7])
# Two servers that echo to each other would never end.
free_ports = sorted(set(range(1, 65536)) - set(udp_ports))


class Target:
    """An address, by one protocol."""

    def __init__(self, address, number):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_RAW, number)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)
        self.sock.connect((address, 0))
        ends = socket.inet_pton(family, self.sock.getsockname()[0]) + socket.inet_pton(family, address)
        self.pseudo = sum(struct.unpack(f"!{len(ends) // 2}H", ends)) + number
        self.source_ports = random.Random(sys.argv[1]).sample(free_ports, len(free_ports))[first:first + count]

    def send(self, data, at):
        """With the checksum at that offset, where there are two bytes of 0."""
        total = self.pseudo + len(data) + sum(struct.unpack(f"!{len(data) // 2}H", data))
        total = (total & 0xffff) + (total >> 16)
        total = ~((total & 0xffff) + (total >> 16)) & 0xffff or 0xffff
        try:
            self.sock.send(data[:at] + struct.pack("!H", total) + data[at + 2:])
        except PermissionError:
            pass    # denied on its way out

    def tcp(self, sport, dport, flags, seq=1):
        ack = 77 if flags & ACK else 0
        self.send(struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 5 << 4, flags, 1024, 0, 0), 16)

    def udp(self, sport, dport, size):
        self.send(struct.pack("!HHHH", sport, dport, 8 + size, 0) + bytes(size), 6)


def tcp_flow(target, sport, dport):
    """How many packets it took."""
    kind = dice.random()
    packets = [(SYN, 1)]
    # Conntrack forgets at once whom a reset has refused before any other answer; what comes then belongs to nothing. So
    # more than one packet is for who answers, and resets nothing.
    if kind < 0.2 and dport in served_ports:
        packets *= dice.choice((2, 2, 3))
    elif kind < 0.35 and dport in served_ports:
        packets.append((dice.randrange(64) & ~RST, dice.choice((1, 2, 1 << 31))))
    elif kind < 0.4:
        packets = [(ACK, 1)]
    elif kind < 0.45:
        packets = [(RST, 1)]
    elif kind < 0.5:
        packets = [(dice.randrange(64), 1)]
    for flags, seq in packets:
        target.tcp(sport, dport, flags, seq)
    return len(packets)


def udp_flow(target, sport, dport):
    packets = dice.choice((1, 1, 1, 2, 3))
    for _ in range(packets):
        target.udp(sport, dport, 2 * dice.choice((0, 1, 50, 700)))
    return packets


def main():
    protos = (socket.IPPROTO_TCP, tcp_flow, tcp_ports), (socket.IPPROTO_UDP, udp_flow, udp_ports)
    ways = [(Target(address, number), flow, ports) for address in sys.argv[7:] for number, flow, ports in protos]
    packets = 0
    for _ in range(count):
        target, flow, ports = dice.choice(ways)
        packets += flow(target, target.source_ports.pop(), dice.choice(ports))
    print(f"{count} flows, {packets} packets")


main()
