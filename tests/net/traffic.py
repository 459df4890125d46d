# SPDX-License-Identifier: GPL-2.0
"""traffic.py SEED COUNT PATIENCE TCP-PORTS UDP-PORTS ADDRESS...: random conversations.

Each is by TCP or UDP, to a random address and port of those given (commas
between ports), with random sizes, and echoed by a serve.py. What stays without
answer for PATIENCE seconds is given up. Prints how many were answered and how many were not.
"""
import concurrent.futures
import random
import socket
import sys

PATIENCE = float(sys.argv[3])


def receive(sock, size):
    while size > 0:
        data = sock.recv(65536)
        if not data:
            return False
        size -= len(data)
    return True


def by_tcp(address, port, size, _connected):
    with socket.create_connection((address, port), PATIENCE) as sock:
        greeting = len(b"port %d\n" % port)
        sock.sendall(bytes(size))
        return receive(sock, size + greeting)


def by_udp(address, port, size, connected):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        if connected:
            sock.connect((address, port))
            sock.send(bytes(size))
        else:
            sock.sendto(bytes(size), (address, port))
        return len(sock.recv(65536)) == size


def converse(what):
    way, *how = what
    try:
        return way(*how)
    except OSError:
        return False


def main():
    dice = random.Random(int(sys.argv[1]))
    ports = {by_tcp: sys.argv[4].split(","), by_udp: sys.argv[5].split(",")}
    todo = []
    for _ in range(int(sys.argv[2])):
        way = dice.choice((by_tcp, by_udp))
        # A large datagram travels in fragments.
        size = dice.choice((1, 100, dice.randrange(1, 1400), dice.randrange(1, 60000 if way is by_tcp else 6000)))
        todo.append((way, dice.choice(sys.argv[6:]), int(dice.choice(ports[way])),
                     size, dice.random() < 0.5))
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(converse, todo))
    print(f"{answers.count(True)} answered, {answers.count(False)} not")


main()
