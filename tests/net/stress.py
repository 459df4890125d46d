#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flood ADDRESS... | exactly COUNT ADDRESS PORT | reload COUNT | appliers SECONDS | churn COUNT | dump:
what test_7*.sh does over and over, while something else goes on."""

import contextlib
import errno
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time

import netlink as nl

SYSFS = pathlib.Path("/sys/kernel/portclass")
LINK = pathlib.Path("/sys/class/net/to-peer/statistics")
APPLIERS = 8


def run(*command):
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def insmod():
    run("insmod", os.environ["PORTCLASS_KO"])


def rmmod():
    run("rmmod", "portclass")


def flood(*addresses):
    """Some thousand datagrams a second, to hosts that may be there or not: to ports 9000 and 9001."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        while True:
            for address in addresses:
                for port in [9000, 9001] * 5:
                    with contextlib.suppress(OSError):
                        sock.sendto(bytes(64), (address, port))
                time.sleep(0.005)


def exactly(count, address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for i in range(int(count)):
            sock.sendto(bytes(100), (address, int(port)))
            if i % 100 == 99:
                time.sleep(0.002)


def number(path):
    return int(path.read_text())


def on_link():
    return number(LINK / "rx_packets") + number(LINK / "tx_packets")


def counted():
    return sum(number(SYSFS / proto / "registered/packets") for proto in ("tcp", "udp"))


def segments():
    """TCP segments that this host has received."""
    names, values = [line.split() for line in pathlib.Path("/proc/net/snmp").read_text().splitlines()
                     if line.startswith("Tcp:")]
    return int(values[names.index("InSegs")])


def until(what, condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.005)


def reload(count):
    """Insert, look, remove, under traffic: what is counted is never more than what came, and never less than before."""
    slowest = 0.0
    for i in range(int(count)):
        came = on_link()
        insmod()
        first = last = counted()
        came = on_link() - came
        assert first <= came, f"load {i}: {first} packets counted, where only {came} have come"
        for _ in range(5):
            now = counted()
            assert now >= last, f"load {i}: the counter went from {last} to {now}"
            last = now
        until("packets that are counted", lambda: counted() > last)
        assert nl.Client().generation() == 1
        was = segments()
        started = time.monotonic()
        rmmod()
        slowest = max(slowest, time.monotonic() - started)
        until("the TCP stream goes on", lambda: segments() > was)
    print(f"{count} times loaded and unloaded; the slowest unload took {slowest * 1000:.0f} ms")


def wish(i):
    """What applier i asks for: a state of its own, whatever was there before."""
    rules = [(s, p, 100 + i, 100 + i + s + p, nl.DENY if i % 2 else nl.ALLOW) for s in range(3) for p in range(2)]
    return rules, nl.attr(nl.FLUSH) + b"".join(nl.rule(s, p, action, low, high) for s, p, low, high, action in rules)


def applier(i, results):
    """Asks again and again, until it is told to stop; says how often it got what it asked for."""
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    _, request = wish(i)
    client, done = None, 0
    while not stop:
        try:
            if not client:
                client = nl.Client()
            client.set(request)
            done += 1
        except nl.Refused as refusal:
            # The module is not there, at the moment.
            if refusal.errno != errno.ENOENT:
                raise
            client = None
    os.write(results, done.to_bytes(4, "little"))


class Appliers:
    """Some of them, while the block runs; done is how many changes they made."""

    def __enter__(self):
        self.read, write = os.pipe()
        self.children = []
        for i in range(APPLIERS):
            child = os.fork()
            if not child:
                status = 1
                try:
                    applier(i, write)
                    status = 0
                finally:
                    os._exit(status)
            self.children.append(child)
        os.close(write)
        return self

    def __exit__(self, *_):
        for child in self.children:
            os.kill(child, signal.SIGTERM)
        failed = [child for child in self.children if os.waitpid(child, 0)[1]]
        assert not failed, f"{len(failed)} appliers failed"
        self.done = [int.from_bytes(os.read(self.read, 4), "little") for _ in self.children]
        os.close(self.read)


def appliers(seconds):
    """8 at once end in what one of them asked for, and each change counts."""
    before = nl.Client().generation()
    with Appliers() as all_of_them:
        time.sleep(float(seconds))
    client = nl.Client()
    made = client.generation() - before
    assert made == sum(all_of_them.done), f"{made} generations by {sum(all_of_them.done)} changes"
    assert min(all_of_them.done) > 0, f"one of them never got to it: {all_of_them.done}"
    assert client.rules() in [wish(i)[0] for i in range(APPLIERS)], f"nobody asked for {client.rules()}"
    print(f"{made} changes by {APPLIERS} at once")


def churn(count):
    """The module goes and comes under 8 who want to configure it."""
    with Appliers() as all_of_them:
        for _ in range(int(count)):
            until("an applier finds the module", lambda: nl.Client().generation() > 1)
            rmmod()
            assert not SYSFS.exists()
            insmod()
    print(f"{count} times unloaded and loaded under {sum(all_of_them.done)} changes")


def dump():
    """A dump that is not read to its end holds the module; closing its socket lets go of it."""
    client = nl.Client(sndbuf=1 << 20, recvsize=4096)
    client.set(*(nl.rule(0, 0, nl.DENY, port * 2) for port in range(1000)))
    client.dump_start(nl.RULE_GET)
    client.dump_part()
    held = subprocess.run(["rmmod", "portclass"], capture_output=True)
    assert held.returncode != 0 and b"in use" in held.stderr, f"rmmod: {held}"
    parts = random.randrange(1, 5)
    for _ in range(parts):
        client.dump_part()
    client.sock.close()
    until("the module can go", lambda: subprocess.run(["rmmod", "portclass"], capture_output=True).returncode == 0)


def main():
    {"flood": flood, "exactly": exactly, "reload": reload, "appliers": appliers, "churn": churn, "dump": dump}[
        sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
