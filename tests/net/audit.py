#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""audit.py changes|syscall|revert|quiet: what the kernel's audit log says of changes, and of whom.

Run as root in a guest with the module loaded and no auditd; the tool is PORTCLASSCTL. Reads what an auditd would."""

import contextlib
import os
import re
import socket
import struct
import subprocess
import sys
import time

import netlink as nl

NETLINK_AUDIT, READLOG = 9, 1
SET_STATUS, ADD_RULE, DEL_RULE = 1001, 1011, 1012
SYSCALL, NETFILTER_CFG = 1300, 1325
ENABLED = 1  # in a status' mask
EXIT, ALWAYS, PID = 4, 2, 0  # of a rule: in which list, what then, and the field


class Audit:
    """The audit subsystem: to be told what to do, and to be listened to."""

    def __init__(self):
        self.sock = self.open()
        self.log = self.open()
        self.log.setsockopt(nl.SOL_NETLINK, nl.ADD_MEMBERSHIP, READLOG)
        self.log.setsockopt(socket.SOL_SOCKET, nl.RCVBUFFORCE, 1 << 22)

    @staticmethod
    def open():
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT)
        sock.bind((0, 0))
        sock.settimeout(10)
        return sock

    def do(self, kind, data):
        self.sock.send(struct.pack("=IHHII", 16 + len(data), kind, nl.F_REQUEST | nl.F_ACK, 1, 0) + data)
        while True:
            answer = self.sock.recv(65536)
            if struct.unpack_from("=H", answer, 4)[0] == nl.ERROR:
                errno = -struct.unpack_from("=i", answer, 16)[0]
                assert not errno, os.strerror(errno)
                return

    def enable(self, value):
        self.do(SET_STATUS, struct.pack("=11I", ENABLED, value, *[0] * 9))

    @contextlib.contextmanager
    def rule(self):
        """One that is never true: with any rule at all, the system call of an event is told as well."""
        data = struct.pack("=3I 64I 64I 64I 64I I", EXIT, ALWAYS, 1, *[0] * 64, PID, *[0] * 63, 0x7ffffffe, *[0] * 63,
                           0x40000000, *[0] * 63, 0)  # Audit_equal
        self.do(ADD_RULE, data)
        try:
            yield
        finally:
            self.do(DEL_RULE, data)

    def read(self, seconds=0.3):
        """[(type, number of the event, {word: value})] of what was told so far."""
        found = []
        self.log.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            while True:
                record = self.log.recv(65536)
                text = record[16:].rstrip(b"\0").decode()
                number = re.match(r"audit\(\d+\.\d+:(\d+)\): ", text)
                words = dict(re.findall(r'(\w+)=("[^"]*"|\S+)', text[number.end():]))
                found.append((struct.unpack_from("=H", record, 4)[0], number[1], words))
        return found

    def ours(self):
        return [words for kind, _, words in self.read() if kind == NETFILTER_CFG and words["table"] == "portclass"]


def tool(*args, login=None, status=0):
    """The process of a command of the tool."""
    child = os.fork()
    if not child:
        if login is not None:
            with open("/proc/self/loginuid", "w", encoding="ascii") as out:
                out.write(str(login))
        os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
        os.dup2(1, 2)
        os.execv(os.environ["PORTCLASSCTL"], ["portclassctl", *args])
    got = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert got == status, f"{args}: status {got}"
    return child


def want(words, generation, pid, comm='"portclassctl"'):
    """What each record of ours says; family 1 is NFPROTO_INET, as of nftables' tables for both."""
    expected = {"table": "portclass", "family": "1", "entries": str(generation), "op": "xt_replace", "comm": comm,
                "pid": str(pid)}
    got = {name: words.get(name) for name in expected}
    assert got == expected, f"{got}\nwant {expected}"


def one(audit, *generation_pid, **more):
    found = audit.ours()
    assert len(found) == 1, f"one change, told as {found}"
    want(found[0], *generation_pid, **more)


def changes(client, audit):
    """Each change is told once, with who made it; and what is refused or changes nothing yet isn't."""
    for args in (("deny", "tcp/23"), ("policy", "in", "all", "deny"), ("mode", "observe", "--confirm", "60"),
                 ("confirm",), ("track", "none"), ("flush",)):
        pid = tool(*args)
        one(audit, client.generation(), pid)
    audit.read()
    tool("deny", "tcp/24", "--confirm", "60")
    tool("confirm")
    assert len(audit.ours()) == 2
    tool("confirm", status=1)
    tool("deny", "tcp/70000", status=2)
    with contextlib.suppress(nl.Refused):
        client.set(nl.rule(nl.IN, nl.TCP, nl.DENY, 9, 8))
    tool("show")
    client.set(nl.attr(nl.SHADOW), nl.attr(nl.FLUSH), nl.rule(nl.IN, nl.TCP, nl.DENY, 80))
    assert audit.ours() == [], "told, where nothing changed"
    client.act(nl.SHADOW_PROMOTE)
    with open("/proc/self/comm", encoding="ascii") as comm:
        one(audit, client.generation(), os.getpid(), comm=f'"{comm.read().strip()}"')
    pid = tool("-n", "peer", "deny", "tcp/80")
    with nl.namespace("peer"):
        elsewhere = nl.Client()
    one(audit, elsewhere.generation(), pid)
    # Nobody but the kernel's own log was there to take it.
    logged = subprocess.run(["dmesg"], check=True, capture_output=True, text=True).stdout
    lines = re.findall(r"audit: type=1325 audit\(.*table=portclass family=1 .*op=xt_replace pid=\d+ .*"
                       r'comm="portclassctl"', logged)
    assert lines, f"nothing in the kernel's log: {logged[-2000:]}"
    return "10 changes, each told once"


def syscall(client, audit):
    """Users are told by the record of the system call, for which there has to be any rule of audit's."""
    with audit.rule():
        pid = tool("deny", "tcp/25", login=1234)
        told = audit.read()
    (number, ours), = [(number, words) for kind, number, words in told if kind == NETFILTER_CFG]
    want(ours, client.generation(), pid)
    (call,) = [words for kind, other, words in told if kind == SYSCALL and other == number]
    expected = {"pid": str(pid), "auid": "1234", "uid": "0", "euid": "0", "success": "yes", "comm": '"portclassctl"',
                "exe": f'"{os.path.realpath(os.environ["PORTCLASSCTL"])}"'}
    got = {name: call.get(name) for name in expected}
    assert got == expected, f"{got}\nwant {expected}"
    return f"user {call['uid']}, who logged in as {call['auid']}, by {call['exe']}"


def revert(client, audit):
    """What the kernel takes back is told, too, and that it was the kernel."""
    pid = tool("deny", "tcp/26", "--confirm", "1")
    generation = client.generation()
    one(audit, generation, pid)
    end = time.monotonic() + 10
    while "pending" in client.config():
        assert time.monotonic() < end, "never taken back"
        time.sleep(0.05)
    assert client.generation() == generation + 1
    (words,) = audit.ours()
    want(words, generation + 1, words["pid"], comm=words["comm"])
    assert words["comm"].startswith('"kworker/') and int(words["pid"]) != pid, words
    return f"taken back by {words['comm']}"


def quiet(_client, audit):
    audit.enable(0)
    tool("deny", "tcp/27")
    assert audit.ours() == [], "audit is off"
    return "nothing"


def main():
    client, audit = nl.Client(), Audit()
    audit.enable(1)
    audit.read()
    try:
        print({"changes": changes, "syscall": syscall, "revert": revert, "quiet": quiet}[sys.argv[1]](client, audit))
    finally:
        audit.enable(0)


if __name__ == "__main__":
    main()
