#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""history.py confirm|author|bounds: changes that are taken back, and what is remembered of changes.

Run as root in a guest with the module loaded; asks by netlink, without the tool."""

import contextlib
import errno
import os
import sys
import time

import netlink as nl

CAUSES = ("request", "confirm", "revert", "promote", "shadow", "shadow-drop")
NAMES = {1: "generation", 2: "cause", 4: "time", 5: "uid", 6: "login_uid", 7: "pid", 8: "command", 9: "reason",
         10: "confirm", 11: "flush", 12: "mode", 13: "track", 14: "policy", 15: "rule", 16: "left_out"}


def entry(data):
    found = {"policy": 0, "rules": []}
    for kind, value in nl.attrs(data):
        name = NAMES[kind]
        if name == "rule":
            rule = {k: nl.number(v) for k, v in nl.attrs(value)}
            found["rules"].append((rule[1], rule[2], rule[4], rule.get(5, rule[4]), rule[3]))
        elif name == "policy":
            found["policy"] += 1
        elif name in ("command", "reason"):
            found[name] = value.rstrip(b"\0").decode()
        else:
            found[name] = nl.number(value) if value else True
    return found


def history(client):
    return [entry(answer) for answer in client.dump(nl.HISTORY_GET)[0]]


def state(client):
    config = client.config()
    for key in ("generation", "pending"):
        config.pop(key, None)
    return config, client.rules()


def refused(code, what):
    try:
        what()
    except nl.Refused as refusal:
        assert refusal.errno == code and refusal.message, f"{refusal}"
        return refusal.message
    raise AssertionError("not refused")


def until(what, seconds=10.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def confirm(client):
    """Each way a change that waits may end."""
    rule, other = nl.rule(nl.IN, nl.TCP, nl.DENY, 81), nl.rule(nl.IN, nl.TCP, nl.DENY, 82)
    client.set(nl.rule(nl.IN, nl.TCP, nl.DENY, 80))
    before = state(client)
    refused(errno.ENOENT, lambda: client.act(nl.CONFIRM))
    for seconds in (0, 28801):
        refused(errno.ERANGE, lambda: client.set(rule, nl.u32(nl.CONFIRM_IN, seconds)))
    refused(errno.EINVAL, lambda: client.set(nl.u32(nl.CONFIRM_IN, 9)))

    # Confirmed.
    client.set(rule, nl.u32(nl.CONFIRM_IN, 60))
    changed = state(client)
    assert 58 <= client.config()["pending"] <= 60 and changed != before
    refused(errno.EBUSY, lambda: client.set(other))
    refused(errno.EINVAL, lambda: client.act(nl.CONFIRM, nl.attr(nl.REASON, b"a\0"), nl.attr(nl.REASON, b"b\0")))
    assert state(client) == changed
    client.act(nl.CONFIRM)
    assert "pending" not in client.config() and state(client) == changed
    client.set(nl.rule(nl.IN, nl.TCP, nl.UNSET, 81))
    assert state(client) == before

    # Not confirmed: all of it goes, tracking and mode and policies as well, and counters go on.
    client.set(rule, nl.u32(nl.TRACK, nl.NONE), nl.u32(nl.MODE, nl.OBSERVE), nl.policy(0, 0, 0, nl.DENY),
               nl.u32(nl.CONFIRM_IN, 2))
    generation = client.config()["generation"]
    until(lambda: "pending" not in client.config())
    assert state(client) == before and client.config()["generation"] == generation + 1
    refused(errno.ENOENT, lambda: client.act(nl.CONFIRM))

    # Forced: both go together; a new deadline is the one that counts.
    client.set(rule, nl.u32(nl.CONFIRM_IN, 2))
    client.set(other, nl.attr(nl.FORCE))
    until(lambda: "pending" not in client.config())
    assert state(client) == before
    client.set(rule, nl.u32(nl.CONFIRM_IN, 2))
    client.set(other, nl.attr(nl.FORCE), nl.u32(nl.CONFIRM_IN, 60))
    assert client.config()["pending"] > 50
    client.act(nl.CONFIRM)
    client.set(nl.rule(nl.IN, nl.TCP, nl.UNSET, 81, 82))
    assert state(client) == before
    causes = [CAUSES[one["cause"]] for one in history(client)]
    assert causes == ["request", "request", "confirm", "request", "request", "revert", "request", "request", "revert",
                      "request", "request", "confirm", "request"], causes

    # A namespace at rest goes back to what it did; and one that waits may go.
    os.system("ip netns add young")
    with nl.namespace("young"):
        young = nl.Client()
        young.set(nl.policy(0, 0, 0, nl.DENY), nl.u32(nl.TRACK, nl.NONE), nl.u32(nl.CONFIRM_IN, 1))
        until(lambda: "pending" not in young.config())
        config = young.config()
        assert set(config["policy"].values()) == {nl.ALLOW} and config["track"] == nl.CONNTRACK, config
        young.set(nl.policy(0, 0, 0, nl.DENY), nl.u32(nl.CONFIRM_IN, 60))
        young.sock.close()
    os.system("ip netns delete young")
    client.set(nl.attr(nl.FLUSH), nl.u32(nl.CONFIRM_IN, 60))
    client.act(nl.CONFIRM)
    return "confirmed, reverted, forced, and in a namespace that goes"


def author(client):
    """Who, when and why."""
    listener = nl.Client()
    listener.listen("history")
    since = time.time_ns()
    client.set(nl.attr(nl.FLUSH), nl.rule(nl.IN, nl.UDP, nl.DENY, 5, 9), nl.policy(1, 1, 1, nl.DENY),
               nl.attr(nl.REASON, "a reason, in words: ü".encode() + b"\0"))
    last = history(client)[-1]
    want = {"cause": 0, "uid": 0, "pid": os.getpid(), "command": "python3", "reason": "a reason, in words: ü",
            "flush": True, "policy": 1, "rules": [(0, 1, 5, 9, nl.DENY)], "generation": client.config()["generation"]}
    got = {key: last.get(key) for key in want}
    assert got == want, f"{got}\nwant {want}"
    assert since <= last["time"] <= time.time_ns(), (since, last["time"])
    events = [entry(one) for one in listener.events(nl.HISTORY_NTF)]
    assert events == [last], events

    for reason in (b"two\nlines\0", b"\x1b[31m\0", b"x" * 201 + b"\0"):
        count = len(history(client))
        refused(errno.EINVAL, lambda: client.set(nl.u32(nl.MODE, 0), nl.attr(nl.REASON, reason)))
        assert len(history(client)) == count
    child = os.fork()
    if not child:
        os.setuid(1234)
        stranger = nl.Client()
        with contextlib.suppress(nl.Refused):
            stranger.dump(nl.HISTORY_GET)
            os._exit(1)
        with contextlib.suppress(PermissionError):
            stranger.listen("history")
            os._exit(2)
        stranger.listen()
        stranger.config()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, "somebody else has read the history"
    return "author, time, reason and request are told; to nobody else"


def bounds(client):
    """The last 64, and of a long request its beginning."""
    for port in range(100):
        client.set(nl.rule(nl.IN, nl.TCP, nl.DENY, port), nl.attr(nl.REASON, b"number %d\0" % port))
    last = history(client)
    assert [one["reason"] for one in last] == [f"number {port}" for port in range(36, 100)]
    client.set(*(nl.rule(nl.IN, nl.TCP, nl.DENY, port) for port in range(1000)))
    last = history(client)[-1]
    assert last["left_out"] + len(last["rules"]) == 1000 and len(last["rules"]) > 10, last
    assert last["rules"] == [(0, 0, port, port, nl.DENY) for port in range(len(last["rules"]))]
    return f"64 changes, and {len(last['rules'])} rules of 1,000"


def main():
    client = nl.Client()
    print({"confirm": confirm, "author": author, "bounds": bounds}[sys.argv[1]](client))


if __name__ == "__main__":
    main()
