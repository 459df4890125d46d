#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""atomic.py whole|pair|packets|slow|many|announce|tool: changes are seen as a whole or not at all, however large they are."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import netlink as nl

# 10,000 ranges, none of them next to another one; and as many others, where the first ones have holes.
FIRST = [(nl.IN, nl.TCP, i * 6, i * 6 + 1, nl.DENY) for i in range(10000)]
SECOND = [(nl.IN, nl.TCP, i * 6 + 3, i * 6 + 4, nl.ALLOW) for i in range(10000)]


def request(rules):
    """A request that makes these the only rules."""
    return nl.attr(nl.FLUSH) + b"".join(nl.rule(s, p, action, low, high) for s, p, low, high, action in rules)


@contextlib.contextmanager
def writer(*requests, pause=0.0):
    """A process that makes one request after the other, over and over."""
    child = os.fork()
    if not child:
        client = nl.Client(sndbuf=1 << 24)
        while True:
            for one in requests:
                client.set(one)
                time.sleep(pause)
    try:
        yield
    finally:
        os.kill(child, signal.SIGTERM)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"the writer ended by itself: {status}"


def watch(client, states, seconds):
    """Dump for a while; each dump that is not flagged has to be one of the states. How many dumps were what."""
    blobs = [client.rule_blob(state) for state in states]
    seen = [0] * len(states)
    interrupted = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        blob, flagged = client.blob()
        if flagged:
            interrupted += 1
            continue
        assert blob in blobs, f"a mix of {len(blob) // 64} rules, not flagged"
        seen[blobs.index(blob)] += 1
    return seen, interrupted


def whole(client):
    client.set(request(FIRST))
    before = client.generation()
    started = time.monotonic()
    client.set(request(SECOND))
    took = time.monotonic() - started
    assert client.generation() == before + 1, "10,000 rules are not one change"
    assert client.blob()[0] == client.rule_blob(SECOND), "10,000 rules read back wrongly"

    with writer(request(FIRST), request(SECOND), pause=0.03):
        seen, interrupted = watch(client, (FIRST, SECOND), 8)
    assert min(seen) > 0, f"never saw one of the states: {seen}"
    assert interrupted > 0, "no dump was ever interrupted: too slow a writer proves nothing"
    print(f"10,000 rules in {took * 1000:.0f} ms; under changes {sum(seen)} dumps whole, {interrupted} flagged")


def pair(client):
    """Two ports that are always changed together, as far from each other as can be."""
    first = [(nl.IN, nl.TCP, 0, 0, nl.DENY), (nl.FORWARD, nl.UDP, 65535, 65535, nl.ALLOW)]
    second = [(nl.IN, nl.TCP, 0, 0, nl.ALLOW), (nl.FORWARD, nl.UDP, 65535, 65535, nl.DENY)]
    requests = [b"".join(nl.rule(s, p, action, low) for s, p, low, _, action in rules) for rules in (first, second)]
    client.set(request(first))
    with writer(*requests):
        seen, interrupted = watch(client, (first, second), 5)
    assert min(seen) > 20, f"hardly saw one of the states: {seen}"
    print(f"two ports: {seen[0]} and {seen[1]} dumps of the one and the other, {interrupted} flagged")


def slow(client):
    """A reader that takes its time; a change behind each part of its dump in turn."""
    reader = nl.Client(recvsize=4096)
    rules = FIRST[:1000]
    changes = {
        "other rules": request(SECOND[:1000]),
        "no rules": nl.attr(nl.FLUSH),
        "the last rule": nl.rule(*rules[-1][:2], nl.UNSET, *rules[-1][2:4]),
        "a policy": nl.policy(nl.OUT, nl.UDP, 0, nl.DENY),
        "a scope that isn't asked for": nl.rule(nl.FORWARD, nl.UDP, nl.DENY, 1),
    }
    dumps = full = 0
    want = client.rule_blob(rules)
    for name, change in changes.items():
        at = -1
        while True:
            client.set(request(rules))
            parts = 0

            def step():
                nonlocal parts
                if parts == at:
                    client.set(change)
                parts += 1

            blob, flagged = reader.blob(nl.u32(1, nl.IN) + nl.u32(2, nl.TCP), step)
            dumps += 1
            if at < 0:
                full = parts
                assert not flagged, "a dump that nothing interrupted is flagged"
            where = f"{name}, behind part {at} of {full}"
            assert flagged or blob == want, f"{where}: not whole, and not flagged"
            # The kernel is a part ahead of its reader: at the end, the dump is over before the change.
            assert flagged or not 0 <= at <= full - 3, f"{where}: not flagged"
            if at >= full:
                break
            at += 1
    assert full > 10, f"too few parts to be interrupted: {full}"

    # One candidate behind the other, with the live table as it was.
    candidates = [nl.attr(nl.SHADOW) + request(some) for some in (rules, SECOND[:1000])]
    client.set(candidates[0])
    parts = 0

    def another():
        nonlocal parts
        parts += 1
        if parts == full // 2:
            client.set(candidates[1])

    blob, flagged = reader.blob(nl.attr(nl.RULES_SHADOW), another)
    assert flagged or blob == want, "two shadow tables: not whole, and not flagged"

    # What they counted, likewise.
    client.set(nl.attr(nl.SHADOW), nl.rule(nl.OUT, nl.UDP, nl.DENY, 1, 100))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for port in range(1, 101):
            sock.sendto(b"x", ("10.1.0.2", port))
    reader = nl.Client(recvsize=4096)
    reader.dump_start(nl.PORT_STATS_GET, nl.attr(nl.PORT_STATS_SHADOW))
    client.set(nl.attr(nl.SHADOW), nl.rule(nl.OUT, nl.UDP, nl.DENY, 1, 200))
    said = [reader.dump_part()]
    while not said[-1][2]:
        said.append(reader.dump_part())
    assert said[0][0], "nothing has been counted"
    assert any(flagged for _, flagged, _ in said), "counters of two shadow tables: not flagged"
    print(f"counters of two shadow tables: {[len(answers) for answers, *_ in said]}")

    # A history, of which the first part is made at once, and the rest is pushed out.
    one = nl.rule(nl.IN, nl.TCP, nl.DENY, 1)
    for _ in range(64):
        client.set(one)
    reader = nl.Client(recvsize=4096)
    reader.dump_start(nl.HISTORY_GET)
    for _ in range(128):
        client.set(one)
    said = [reader.dump_part()]
    while not said[-1][2]:
        said.append(reader.dump_part())
    assert said[0][0] and any(flagged for _, flagged, _ in said), "a history with a gap: not flagged"
    client.act(nl.SHADOW_DROP)
    print(f"{dumps} dumps, changed behind each part by {len(changes)} changes: flagged, or whole")


def many(client):
    """Every port another rule than its neighbours, in both protocols."""
    rules = [(nl.IN, p, port, port, nl.ALLOW + port % 2) for p in range(2) for port in range(65536)]
    data = request(rules)
    before = client.generation()
    started = time.monotonic()
    client.set(data)
    took = time.monotonic() - started
    started = time.monotonic()
    blob, flagged = client.blob()
    read = time.monotonic() - started
    assert client.generation() == before + 1 and not flagged
    assert blob == client.rule_blob(rules), f"{len(blob) // 64} rules read back, not as they were"
    print(f"131,072 rules: a request of {len(data)} bytes in {took * 1000:.0f} ms, their dump in {read * 1000:.0f} ms")


def announce(client):
    listener = nl.Client()
    listener.listen()
    with nl.namespace("peer"):
        elsewhere = nl.Client()
        far_listener = nl.Client()
    far_listener.listen()

    client.set(nl.rule(nl.IN, nl.TCP, nl.DENY, 23), nl.u32(nl.MODE, nl.OBSERVE))
    heard = listener.announced(0.2)
    assert heard == [client.config()], f"one change, announced as {heard}"
    for bad in (nl.rule(0, 0, nl.DENY, 9, 8), nl.u32(nl.MODE, 5), b""):
        with contextlib.suppress(nl.Refused):
            client.set(bad)
            raise AssertionError("took something bad")
    assert listener.announced(0.2) == [], "a refused change was announced"
    before = client.generation()
    for port in range(50):
        client.set(nl.rule(nl.IN, nl.TCP, nl.DENY, port))
    generations = [config["generation"] for config in listener.announced(0.2)]
    assert generations == list(range(before + 1, before + 51)), f"50 changes, announced as {generations}"

    elsewhere.set(nl.rule(nl.IN, nl.TCP, nl.DENY, 99))
    assert listener.announced(0.2) == [], "another namespace's change was announced here"
    assert far_listener.announced(0.2) == [elsewhere.config()], "no announcement in the other namespace"
    print("51 changes, 51 announcements")


def tool(client):
    """The tool shows one state or the other, and never gives up on a change now and then."""
    states = FIRST[:3000], SECOND[:2000]
    client.set(request(states[0]))
    seen = [0, 0]
    with writer(*map(request, states), pause=0.6):
        for _ in range(12):
            shown = subprocess.run([os.environ["PORTCLASSCTL"], "--json", "show"], check=True, capture_output=True)
            rules = [(nl.SCOPES.index(rule["scope"]), nl.PROTOS.index(rule["proto"]), rule["low"], rule["high"],
                      {"allow": nl.ALLOW, "deny": nl.DENY}[rule["action"]])
                     for rule in json.loads(shown.stdout)["rules"]]
            assert rules in states, f"the tool showed {len(rules)} rules that never were together"
            seen[states.index(rules)] += 1
    assert min(seen) > 0, f"never saw one of the states: {seen}"
    print(f"shown {seen[0]} and {seen[1]} times")


PAIR = 7001, 60001  # of two classes, far apart in the bitmap


@contextlib.contextmanager
def stream():
    """A process that sends numbered datagrams to the two ports by turns, in order, on one processor."""
    start, end = os.pipe()
    child = os.fork()
    if not child:
        sent = 0
        stop = []
        signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
        os.sched_setaffinity(0, {1})
        with nl.namespace("peer"):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        while not stop:
            sock.sendto(sent.to_bytes(4, "little"), ("10.1.0.1", PAIR[sent % 2]))
            sent += 1
        os.write(end, sent.to_bytes(4, "little"))
        os._exit(0)
    sent = []
    try:
        yield sent
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        sent.append(int.from_bytes(os.read(start, 4), "little"))


def receive(sock, came):
    """Note the numbers of those that have come, until the socket times out."""
    with contextlib.suppress(TimeoutError):
        while True:
            came.add(int.from_bytes(sock.recv(4), "little"))


def counted(client):
    ports = client.ports()
    return [sum(values) for values in zip(*(ports.get((nl.IN, nl.UDP, port), (0,) * 4) for port in PAIR))]


def packets(client):
    """Two ports are only ever both allowed or both denied: in the order of their packets, what becomes of them turns no
    more often than it was changed. A packet judged by a mix of two tables would be a turn, and back, for nothing."""
    rng = random.Random()
    came, readers = set(), []
    for port in PAIR:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, nl.RCVBUFFORCE, 1 << 25)
        sock.bind(("10.1.0.1", port))
        sock.settimeout(2)
        readers.append(threading.Thread(target=receive, args=(sock, came)))
        readers[-1].start()
    changes, action = 0, nl.ALLOW
    with stream() as sent:
        for _ in range(1000):
            others = [nl.rule(rng.randrange(3), rng.randrange(2), rng.choice((nl.ALLOW, nl.DENY)), rng.randrange(7000))
                      for _ in range(rng.randrange(40))]
            if rng.random() < 0.5:
                action = nl.DENY if action == nl.ALLOW else nl.ALLOW
                changes += 1
            client.set(nl.attr(nl.FLUSH), *others, *(nl.rule(nl.IN, nl.UDP, action, port) for port in PAIR), *others)
            time.sleep(0.002)
    for reader in readers:
        reader.join()
    _, seen, _, denied = counted(client)
    assert seen == sent[0] and seen - denied == len(came), \
        f"{sent[0]} sent, {seen} seen, {denied} denied, {len(came)} received: some were lost"
    turns = sum((number in came) != (number + 1 in came) for number in range(sent[0] - 1))
    assert turns <= changes, f"{changes} changes, and {turns} turns in {sent[0]} packets"
    assert turns >= 50, f"{changes} changes, and only {turns} turns: what has been tested?"
    print(f"1,000 requests, {changes} changes of both ports, {turns} turns in {sent[0]} packets")


def main():
    client = nl.Client(sndbuf=1 << 24, rcvbuf=1 << 22)
    {"whole": whole, "pair": pair, "packets": packets, "slow": slow, "many": many, "announce": announce,
     "tool": tool}[sys.argv[1]](client)


if __name__ == "__main__":
    main()
