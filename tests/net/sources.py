#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""sources.py STEPS [SEED]: random ports that are open to random sources, against a model that is too simple to be wrong.

The packets come from the namespace "peer", which has the addresses 2 to 249 of its links (see test_29_sources.sh).
"""

import ipaddress
import os
import random
import socket
import sys

import netlink as nl

HOST = {4: "10.1.0.1", 6: "fd01::1"}
PORTS = range(7000, 7012)
LAST = 6999     # open to all: what has come there came behind all others


class Model:
    """The sources of each port: None where everybody may, a list where they alone may."""

    def __init__(self):
        self.sources = {port: None for port in PORTS}
        self.denied = set()

    def admits(self, port, address):
        if self.sources[port] is None:
            return port not in self.denied
        return any(address in source for source in self.sources[port])

    def ranges(self):
        """What a dump says: neighbours with the same sources are one rule if they came by one."""
        return {port: sorted(map(str, sources)) for port, sources in self.sources.items() if sources is not None}


def some_source(rng):
    if rng.random() < 0.5:
        return ipaddress.ip_network((rng.choice(("10.1.0.0", "10.1.7.0", "192.0.2.0")), 24)).supernet(rng.randrange(9)) \
            if rng.random() < 0.5 else ipaddress.ip_network(f"10.1.0.{rng.randrange(2, 250)}")
    return ipaddress.ip_network(f"fd01::{rng.randrange(2, 250):x}") if rng.random() < 0.5 else \
        ipaddress.ip_network("fd01::/112").supernet(rng.randrange(60))


def without_inner(sources):
    """A source within another one of them is left out."""
    return [one for one in set(sources)
            if not any(one != other and one.version == other.version and one.subnet_of(other) for other in sources)]


def change(rng, model, client):
    low = rng.choice(PORTS)
    high = min(low + rng.choice((0, 0, 2, 5)), PORTS[-1])
    how = rng.random()
    if how < 0.6:
        sources = [some_source(rng) for _ in range(rng.choice((1, 2, 5, 100)))]
        client.set(nl.sourced(nl.IN, nl.UDP, low, high, *map(str, sources)))
    else:
        sources = None
        action = nl.DENY if how < 0.8 else rng.choice((nl.UNSET, nl.ALLOW))
        client.set(nl.rule(nl.IN, nl.UDP, action, low, high))
    for port in range(low, high + 1):
        model.sources[port] = without_inner(sources) if sources else None
        model.denied.discard(port)
        if sources is None and action == nl.DENY:
            model.denied.add(port)


def read_back(client):
    found = {}
    for answer in client.dump(nl.RULE_GET)[0]:
        _, _, low, high, action = nl.parse_rule(answer)
        sources = nl.parse_sources(answer)
        if sources:
            assert action == nl.ALLOW
            for port in range(low, high + 1):
                found[port] = sorted(sources)
    return found


def probe(rng, model, seen, last, first):
    """A datagram from each of some addresses to each port; those that come are those that may. @first: its number."""
    sent = {}
    with nl.namespace("peer"):
        for _ in range(8):
            version = rng.choice((4, 6))
            address = ipaddress.ip_address(f"10.1.0.{rng.randrange(2, 250)}" if version == 4 else
                                           f"fd01::{rng.randrange(2, 250):x}")
            sock = socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
            sock.bind((str(address), 0))
            for port in PORTS:
                number = (first + len(sent)).to_bytes(4, "little")
                sent[number] = model.admits(port, address), f"{address} to {port}"
                sock.sendto(number, (HOST[version], port))
            sock.close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(first.to_bytes(4, "little"), (HOST[4], LAST))
    assert last.recv(4) == first.to_bytes(4, "little")
    came = set()
    for sock in seen:
        try:
            while True:
                came.add(sock.recv(4))
        except BlockingIOError:
            pass
    wrong = [what for number, (may, what) in sent.items() if may != (number in came)]
    assert not wrong, f"{len(wrong)} wrong: {wrong[:5]}; {model.sources}"
    return len(sent)


def main():
    steps = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    client, model = nl.Client(), Model()
    # Packets that one processor sends stay in their order.
    os.sched_setaffinity(0, {0})
    last, *seen = [socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) for _ in (LAST, *PORTS)]
    for sock, port in zip((last, *seen), (LAST, *PORTS)):
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::", port))
        sock.settimeout(0 if port != LAST else 60)
    packets = 0
    for _ in range(steps):
        change(rng, model, client)
        got, want = read_back(client), model.ranges()
        assert got == want, f"read back {got}\nwant {want}"
        packets += probe(rng, model, seen, last, packets)
    print(f"{steps} requests, {packets} packets")


main()
