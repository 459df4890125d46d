#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""model.py STEPS [SEED]: random changes, against a model that is too simple to be wrong.

The model has a byte a port and no bitmaps, so that it shares no idea with the module. After each change all that can be
read is compared; now and then packets are sent to a sample of ports, with the neighbours of test_50_model.sh.
"""

import contextlib
import errno
import random
import re
import select
import socket
import sys
import time

import netlink as nl

EDGES = (0, 1, 63, 64, 127, 128, 1022, 1023, 1024, 1025, 49150, 49151, 49152, 49153, 65534, 65535)
PATHS = [(s, p) for s in range(3) for p in range(2)]
# Who dials, and whom, for each scope.
ROADS = {
    nl.IN: ("peer", ("10.1.0.1", "fd01::1")),
    nl.OUT: (None, ("10.2.0.2", "fd02::2")),
    nl.FORWARD: ("peer", ("10.2.0.2", "fd02::2")),
}


class Model:
    def __init__(self):
        self.generation = 1
        self.track = nl.CONNTRACK
        self.flush()

    def flush(self):
        self.rules = {path: bytearray(65536) for path in PATHS}
        self.policy = {(s, p, c): nl.ALLOW for s, p in PATHS for c in range(3)}
        self.mode = nl.ENFORCE

    def apply(self, request):
        self.generation += 1
        if ("flush",) in request:
            self.flush()
        for kind, *rest in request:
            if kind == "policy":
                s, p, c, action = rest
                self.policy[s, p, c] = action
        for kind, *rest in request:
            if kind == "rule":
                s, p, low, high, action = rest
                self.rules[s, p][low:high + 1] = bytes([action]) * (high + 1 - low)
        for kind, *rest in request:
            if kind == "mode":
                self.mode, = rest
            if kind == "track":
                self.track, = rest

    def ranges(self):
        # Those without a rule are matched, too: to search for what follows them would take 20 times as long.
        return [(s, p, found.start(), found.end() - 1, found.group()[0])
                for (s, p), ports in self.rules.items()
                for found in re.finditer(rb"\x00+|\x01+|\x02+|\x03+", ports) if found.group()[0] != nl.UNSET]

    def verdict(self, s, p, port):
        action = self.rules[s, p][port]
        if action == nl.UNSET:
            klass = next(c for c, (low, high) in enumerate(nl.CLASS_PORTS) if low <= port <= high)
            action = self.policy[s, p, klass]
        return action

    def denies(self, s, p, port):
        return self.verdict(s, p, port) != nl.ALLOW


def some_port(rng):
    return rng.choice(EDGES) if rng.random() < 0.4 else rng.randrange(65536)


def some_rule(rng):
    low = some_port(rng)
    width = rng.choice((0, 0, 1, rng.randrange(200), rng.randrange(65536)))
    return "rule", rng.randrange(3), rng.randrange(2), low, min(low + width, 65535), rng.randrange(4)


def some_request(rng):
    """Requests have no order but the one among rules and the one among policies: flush may well come last."""
    request = [some_rule(rng) for _ in range(rng.choice((0, 1, 1, 3, 12)))]
    for _ in range(rng.choice((0, 0, 1, 3))):
        one = "policy", rng.randrange(3), rng.randrange(2), rng.randrange(3), \
            rng.choice((nl.ALLOW, nl.DENY, nl.REJECT))
        request.insert(rng.randrange(len(request) + 1), one)
    if rng.random() < 0.06:
        request.insert(rng.randrange(len(request) + 1), ("flush",))
    if rng.random() < 0.2 or not request:
        request.insert(rng.randrange(len(request) + 1), ("mode", rng.randrange(2)))
    if rng.random() < 0.1:
        request.insert(rng.randrange(len(request) + 1), ("track", rng.randrange(2)))
    return request


def encode(rng, item):
    kind, *rest = item
    if kind == "rule":
        s, p, low, high, action = rest
        return nl.rule(s, p, action, low, None if low == high and rng.random() < 0.5 else high)
    if kind == "policy":
        return nl.policy(*rest)
    return nl.attr(nl.FLUSH) if kind == "flush" else nl.u32({"mode": nl.MODE, "track": nl.TRACK}[kind], *rest)


def broken_part(rng):
    return rng.choice((nl.rule(0, 0, nl.DENY, 9, 8), nl.rule(3, 0, nl.DENY, 9), nl.rule(0, 2, nl.DENY, 9),
                       nl.rule(0, 0, 4, 9), nl.policy(0, 0, 0, nl.UNSET), nl.policy(0, 0, 3, nl.DENY),
                       nl.nest(nl.RULE, nl.u32(1, 0)), nl.u32(nl.GENERATION, 7), nl.u32(nl.MODE, 2)))


def compare(client, model):
    config = client.config()
    want = {"generation": model.generation, "mode": model.mode, "track": model.track, "policy": model.policy,
            "active": 1, "version": config["version"]}
    assert config == want, f"configuration {config}\nwant {want}"
    rules = client.rules()
    assert rules == model.ranges(), f"rules {rules}\nwant {model.ranges()}"


def explain(rng, client, model):
    """What is said of a port is what the model says, and the counters are those of the dump."""
    path, port = rng.choice(PATHS), some_port(rng)
    told = client.explain(*path, port)
    klass = next(c for c, (low, high) in enumerate(nl.CLASS_PORTS) if low <= port <= high)
    rule = next(((low, high, action) for s, p, low, high, action in model.ranges()
                 if (s, p) == path and low <= port <= high), None)
    want = {"active": 1, "mode": model.mode, "track": model.track, "policy": model.policy[(*path, klass)],
            "verdict": model.verdict(*path, port), "rule": rule}
    assert {key: told[key] for key in want} == want, f"{path} {port}: {told}\nwant {want}"


def dial(path, host, port):
    """A socket that waits for the answer, if the packet got away at all; None if it was refused at once."""
    six = ":" in host
    kind = socket.SOCK_DGRAM if path[1] == nl.UDP else socket.SOCK_STREAM
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, kind)
    sock.setblocking(False)
    try:
        if path[1] == nl.TCP:
            sock.connect((host, port))
        elif path[0] == nl.OUT:
            # Unconnected: it dials, where a connected one may be a server that answers. IP_RECVERR, IPV6_RECVERR.
            sock.setsockopt(socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP, 25 if six else 11, 1)
            sock.sendto(b"?", (host, port))
        else:
            sock.connect((host, port))
            sock.send(b"?")
    except (PermissionError, BlockingIOError):
        pass
    except ConnectionRefusedError:
        sock.close()
        return None
    return sock


def answers(sockets, expected):
    """Which of the ports have answered: all of those expected, and no other a little later."""
    poll = select.poll()
    by_fd = {}
    found = {port for port, sock in sockets.items() if not sock}
    for port, sock in sockets.items():
        if not sock:
            continue
        by_fd[sock.fileno()] = port
        poll.register(sock, select.POLLIN | select.POLLOUT if sock.type == socket.SOCK_STREAM else select.POLLIN)
    end = time.monotonic() + 8
    while time.monotonic() < end:
        for fd, _ in poll.poll(50):
            sock = sockets[by_fd[fd]]
            refused = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED
            if refused:
                found.add(by_fd[fd])
            # A datagram's error wakes its socket a moment before it can be read.
            if refused or sock.type == socket.SOCK_STREAM:
                poll.unregister(fd)
        if found >= expected:
            end = min(end, time.monotonic() + 0.15)
    return found


def sample(rng, model, path, count):
    """Ports of a path, many of them where something changes."""
    ports = {rng.choice(EDGES[1:]) for _ in range(6)}
    edges = [(low, high) for s, p, low, high, _ in model.ranges() if (s, p) == path]
    for low, high in rng.sample(edges, min(len(edges), count // 4)):
        ports |= {max(low - 1, 1), max(low, 1), high or 1, min(high + 1, 65535)}
    while len(ports) < count:
        ports.add(rng.randrange(1, 65536))
    return rng.sample(sorted(ports), count)


def probe(rng, client, model, count):
    """Send to some ports; who answers, and what was counted as denied, is what the model says."""
    for path in PATHS:
        ports = sample(rng, model, path, count)
        denied = {port for port in ports if model.denies(*path, port)}
        silent = {port for port in ports if model.verdict(*path, port) == nl.DENY}
        source, hosts = ROADS[path[0]]
        before = client.ports()
        host = rng.choice(hosts)
        with nl.namespace(source) if source else contextlib.nullcontext():
            sockets = {port: dial(path, host, port) for port in ports}
        expected = set(ports) - (silent if model.mode == nl.ENFORCE else set())
        found = answers(sockets, expected)
        after = client.ports()
        for sock in filter(None, sockets.values()):
            sock.close()
        where = f"{nl.SCOPES[path[0]]} {nl.PROTOS[path[1]]} to {host}, mode {model.mode}, track {model.track}"
        assert found == expected, f"{where}: answered wrongly: {sorted(found ^ expected)}, denied: {sorted(denied)}"
        zero = (0, 0, 0, 0)
        counted = {port for port in ports
                   if after.get((*path, port), zero)[3] > before.get((*path, port), zero)[3]}
        assert counted == denied, f"{where}: counted as denied wrongly: {sorted(counted ^ denied)}"


def main():
    steps = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    client = nl.Client()
    model = Model()
    refused = probed = 0
    for step in range(steps):
        request = some_request(rng)
        parts = [encode(rng, item) for item in request]
        broken = rng.random() < 0.15
        if broken:
            parts.insert(rng.randrange(len(parts) + 1), broken_part(rng))
        try:
            client.set(*parts)
            assert not broken, f"step {step}: took {request} with something broken in it"
            model.apply(request)
        except nl.Refused as refusal:
            assert broken, f"step {step}: {request}: {refusal}"
            refused += 1
        compare(client, model)
        explain(rng, client, model)
        if step % (steps // 6) == steps // 6 - 1:
            probe(rng, client, model, 40)
            probed += 240
    print(f"{steps} requests, {refused} of them refused; packets to {probed} ports")


if __name__ == "__main__":
    main()
