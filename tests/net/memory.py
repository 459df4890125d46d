#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""memory.py namespaces COUNT | ports: what portclass costs, as /proc/meminfo tells it, against what it promises.

Run as root, in a guest where nothing else goes on, with no module loaded."""

import contextlib
import ctypes
import os
import pathlib
import socket
import struct
import subprocess
import sys
import time

import netlink as nl

CPUS = 1 + int(pathlib.Path("/sys/devices/system/cpu/possible").read_text().split("-")[-1])
CLONE_NEWNET = 0x40000000
IDLE_MAX = 64  # KiB a namespace with a rule, before its first packet
# What is measured is the whole system's, where a few threads' stacks come and go; an active one takes 9 at the least.
REST_MAX = 6
PAGE_KIB, PAGE_PORTS = 4, 64  # the bound that ports.c states

LIBC = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result:
        raise OSError(ctypes.get_errno(), "of the namespace")


def held(*what):
    """KiB, with the caches given back."""
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
    for shrink in pathlib.Path("/sys/kernel/slab").glob("*/shrink"):
        with contextlib.suppress(OSError):
            shrink.write_text("1")
    lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.split(":")[0] in (what or ("SUnreclaim", "Percpu", "VmallocUsed")))


def settled(*what):
    """The same, when it has stopped falling: what was freed goes a grace period later."""
    least, since = held(*what), time.monotonic()
    while time.monotonic() < since + 0.7:
        now = held(*what)
        if now < least - 8:
            least, since = now, time.monotonic()
        time.sleep(0.1)
    return least


def module(command):
    subprocess.run(command, check=True)


def insmod():
    module(["insmod", os.environ["PORTCLASS_KO"]])


def rmmod():
    module(["rmmod", "portclass"])


def here():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def namespaces(count):
    count = int(count)
    home = here()
    fds = []
    costs = []
    insmod()  # once before, for what only the first time costs
    rmmod()
    for number in (count // 6, count):
        for _ in range(number - len(fds)):
            check(LIBC.unshare(CLONE_NEWNET))
            fds.append(here())
        check(LIBC.setns(home, CLONE_NEWNET))
        empty = settled()
        insmod()
        costs.append(settled() - empty)
        if number != count:
            rmmod()
    # The rest of it is the module's, and the initial namespace's, which is active.
    figures = {"at rest": (costs[1] - costs[0]) / (count - count // 6)}

    one = [nl.rule(nl.IN, nl.TCP, nl.DENY, 23)]
    everywhere = [nl.rule(s, p, nl.DENY, 23) for s in range(3) for p in range(2)]
    requests = {
        "a policy, that denies nothing": [nl.policy(nl.IN, nl.TCP, 0, nl.ALLOW)],
        "one denied port": one,
        "1,000 rules in one protocol": [nl.rule(nl.IN, nl.TCP, nl.DENY, port * 2) for port in range(1000)],
        "denied in both protocols": [nl.rule(nl.IN, p, nl.DENY, 23) for p in range(2)],
        "denied in every scope and protocol": everywhere,
        "flushed": [],
    }
    clients = []
    for fd in fds:
        check(LIBC.setns(fd, CLONE_NEWNET))
        clients.append(nl.Client())
    check(LIBC.setns(home, CLONE_NEWNET))
    rest = settled()
    for name, request in requests.items():
        for client in clients:
            client.set(nl.attr(nl.FLUSH), *request)
        figures[name] = (settled() - rest) / count
    for client in clients:
        client.sock.close()
    rmmod()
    left = settled() - empty
    for fd in fds:
        os.close(fd)

    print(f"KiB a namespace, of {count}, {CPUS} CPUs: " +
          ", ".join(f"{name} {kib:.1f}" for name, kib in figures.items()))
    assert figures["at rest"] <= REST_MAX, f"a namespace at rest costs {figures['at rest']:.1f} KiB"
    for name in list(requests)[:3]:
        assert figures[name] <= IDLE_MAX, f"{name}: {figures[name]:.1f} KiB a namespace"
    # What is left is in slabs and blocks of per-CPU memory that others use, too. A table is 24 a namespace, counters 26.
    assert left <= count * 15, f"{left} KiB are left, of {count} namespaces, when the module is gone"


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def knock(frame, sock, port):
    """A SYN to a port; nobody checks sums on a veth pair, but the one of the IP header."""
    struct.pack_into("!H", frame, 36, port)
    sock.send(frame)


def ports():
    """A SYN to every port there is: memory for each page of 64 ports, and no more than that."""
    insmod()
    client = nl.Client()
    client.set(nl.rule(nl.IN, nl.TCP, nl.DENY, 0, 65535))  # so that nothing answers
    mac = bytes.fromhex(pathlib.Path("/sys/class/net/to-peer/address").read_text().replace(":", ""))
    with nl.namespace("peer"):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sock.bind(("eth0", 0x0800))
    ip = bytearray(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0, socket.inet_aton("10.1.0.2"),
                               socket.inet_aton("10.1.0.1")))
    struct.pack_into("!H", ip, 10, checksum(ip))
    tcp = struct.pack("!HHIIBBHHH", 65535, 0, 1, 0, 0x50, 2, 1024, 0, 0)
    frame = bytearray(mac + bytes.fromhex("020000000001" "0800") + ip + tcp)

    before = settled("Percpu")
    started = time.monotonic()
    # A page's first port waits in a small room until the page is there: not too many at once.
    for port in range(0, 65536, PAGE_PORTS):
        knock(frame, sock, port)
        if port // PAGE_PORTS % 32 == 31:
            time.sleep(0.05)
    time.sleep(0.3)
    for port in range(65536):
        knock(frame, sock, port)
        if port % 256 == 255:
            time.sleep(0)
    took = time.monotonic() - started
    grown = settled("Percpu") - before

    # The link may lose some, when the host is slow: these once more.
    for _ in range(10):
        seen = client.ports()
        missing = [port for port in range(65536) if (nl.IN, nl.TCP, port) not in seen]
        for port in missing:
            knock(frame, sock, port)
        if not missing:
            break
        time.sleep(0.2)
    again = settled("Percpu") - before
    path = client.stats()[nl.IN, nl.TCP]
    rmmod()

    bound = 65536 // PAGE_PORTS * PAGE_KIB * CPUS
    print(f"65,536 ports knocked at in {took:.1f} s: Percpu grew by {grown} KiB, bound {bound} KiB on {CPUS} CPUs, "
          f"{path['unlisted']} packets unlisted")
    assert not missing, f"{len(missing)} ports have no counters: {missing[:9]}"
    # The allocator's own blocks: an eighth. It may have had some room left, too.
    assert grown <= bound * 9 / 8, f"{grown} KiB, bound {bound}"
    assert grown >= bound / 2, f"only {grown} KiB, of {bound}: what has been measured?"
    assert again - grown <= 16, f"{again - grown} KiB more for ports that were seen before"
    # The allocator keeps blocks for the next time; what leaks is missing from them then.
    insmod()
    for port in range(0, 65536, PAGE_PORTS):
        knock(frame, sock, port)
        if port // PAGE_PORTS % 32 == 31:
            time.sleep(0.05)
    time.sleep(0.3)
    twice = settled("Percpu") - before
    rmmod()
    print(f"the second time: {twice} KiB")
    assert bound / 2 <= twice <= grown + bound / 4, f"{twice} KiB the second time, {grown} the first: it was not freed"


def main():
    {"namespaces": namespaces, "ports": ports}[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
