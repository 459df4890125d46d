#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""fuzz_netlink.py known|truncated|mutated COUNT|random COUNT|queries COUNT [SEED]: requests that no tool would send.

Whatever the kernel answers with an error has changed nothing: the generation tells, and once in a while all that can be
read. netlink.py makes sure on the way that no answer carries a byte in its padding.
"""

import errno
import random
import struct
import sys

import netlink as nl

# genlmsghdr behind nlmsghdr: what extack's offsets count from.
HEAD = 20
GOOD = (nl.rule(0, 0, nl.DENY, 10, 20), nl.policy(1, 1, 2, nl.DENY), nl.u32(nl.MODE, nl.OBSERVE))


def inner(kind, *attrs):
    """A nest without the flag that says so."""
    return nl.attr(kind, b"".join(attrs))


def rule_of(*attrs):
    return nl.nest(nl.RULE, *attrs)


R = [nl.u32(1, 0), nl.u32(2, 0), nl.u32(3, nl.DENY), nl.u16(4, 80), nl.u16(5, 90)]
P = [nl.u32(1, 0), nl.u32(2, 0), nl.u32(3, 0), nl.u32(4, nl.DENY)]
DEEP = nl.u32(1, 0)
for _ in range(30):
    DEEP = nl.nest(nl.RULE, DEEP)

# Name, request, the errno; the words that extack has to have, and where in the request it has to point (None: at
# nothing; -1: anywhere in it).
KNOWN = [
    ("an empty request", b"", errno.EINVAL, "changes nothing", None),
    ("scope 3", nl.rule(3, 0, 2, 80), errno.ERANGE, "out of range", 4),
    ("scope 2^32-1", nl.rule(0xffffffff, 0, 2, 80), errno.ERANGE, "out of range", 4),
    ("protocol 2", nl.rule(0, 2, 2, 80), errno.ERANGE, "out of range", 12),
    ("action 4", nl.rule(0, 0, 4, 80), errno.ERANGE, "out of range", 20),
    ("ports the wrong way round", nl.rule(0, 0, 2, 80, 79), errno.EINVAL, "below the first", 36),
    ("policy unset", nl.policy(0, 0, 0, 0), errno.ERANGE, "out of range", 28),
    ("policy action 4", nl.policy(0, 0, 0, 4), errno.ERANGE, "out of range", 28),
    ("class 3", nl.policy(0, 0, 3, 2), errno.ERANGE, "out of range", 20),
    ("mode 2", nl.u32(nl.MODE, 2), errno.ERANGE, "out of range", 0),
    ("confirm in no time", nl.u32(nl.MODE, 0) + nl.u32(nl.CONFIRM_IN, 0), errno.ERANGE, "out of range", 8),
    ("nothing to confirm", nl.u32(nl.CONFIRM_IN, 9), errno.EINVAL, "changes nothing", None),
    ("a reason, and nothing else", nl.attr(nl.REASON, b"why\0"), errno.EINVAL, "changes nothing", None),
    ("a reason without its end", nl.u32(nl.MODE, 0) + nl.attr(nl.REASON, b"why"), errno.EINVAL, "", 8),
    ("a reason of two lines", nl.u32(nl.MODE, 0) + nl.attr(nl.REASON, b"a\nb\0"), errno.EINVAL, "one line", 8),
    ("force with a value", nl.u32(nl.MODE, 0) + nl.u32(nl.FORCE, 1), errno.ERANGE, "", 8),
    *((f"a source {what}", nl.sourced(0, 0, 9, 9, source), errno.EINVAL, words, 48) for what, source, words in (
        ("longer than its address", "192.0.2.0/33", "so many bits"),
        ("with bits behind its length", "192.0.2.1/24", "behind its length"),
        ("with the last bit behind its length", "2001:db8::1/127", "behind its length"))),
    ("a source of 129 bits", nl.sourced(0, 0, 9, 9, "2001:db8::/129"), errno.ERANGE, "out of range", -1),
    ("a denied port's sources", nl.sourced(0, 0, 9, 9, "192.0.2.0/24", action=2), errno.EINVAL, "only an allowed", 44),
    ("our own sources", nl.sourced(1, 0, 9, 9, "192.0.2.0/24"), errno.EINVAL, "no sources", 44),
    ("101 sources", nl.sourced(0, 0, 9, 9, *(f"10.0.{i}.0/24" for i in range(101))), errno.EINVAL, "100", -1),
    ("an address of 5 bytes", rule_of(*R[:2], nl.u32(3, 1), R[3], nl.nest(6, nl.attr(1, bytes(5)), nl.attr(2, b"\0"))),
     errno.EINVAL, "4 or 16", -1),
    ("an address of 3 bytes", rule_of(*R[:2], nl.u32(3, 1), R[3], nl.nest(6, nl.attr(1, bytes(3)), nl.attr(2, b"\0"))),
     errno.EINVAL, "", -1),
    ("a source without its length", rule_of(*R[:2], nl.u32(3, 1), R[3], nl.nest(6, nl.attr(1, bytes(4)))), errno.EINVAL,
     "missing", -1),
    ("129 rules with sources", b"".join(nl.sourced(0, 0, i * 2, i * 2, "192.0.2.0/24") for i in range(129)),
     errno.E2BIG, "128", -1),
    ("track 2", nl.u32(nl.TRACK, 2), errno.ERANGE, "out of range", 0),
    ("track twice", nl.u32(nl.TRACK, 0) * 2, errno.EINVAL, "twice", 8),
    ("track of 1 byte", nl.attr(nl.TRACK, b"\1"), errno.EINVAL, "length", 0),
    *((f"rule without attribute {i + 1}", rule_of(*(R[:i] + R[i + 1:])), errno.EINVAL, "missing", 0) for i in range(4)),
    *((f"policy without attribute {i + 1}", nl.nest(nl.POLICY, *(P[:i] + P[i + 1:])), errno.EINVAL, "missing", 0)
      for i in range(4)),
    *((f"rule with attribute {i + 1} twice", rule_of(*R, R[i]), errno.EINVAL, "twice", 44) for i in range(5)),
    *((f"policy with attribute {i + 1} twice", nl.nest(nl.POLICY, *P, P[i]), errno.EINVAL, "twice", 36)
      for i in range(4)),
    ("mode twice", nl.u32(nl.MODE, 0) + nl.u32(nl.MODE, 1), errno.EINVAL, "twice", 8),
    ("flush twice", nl.attr(nl.FLUSH) * 2, errno.EINVAL, "twice", 4),
    ("flush with a value", nl.u32(nl.FLUSH, 1), errno.ERANGE, "", 0),
    ("mode of 3 bytes", nl.attr(nl.MODE, b"\0\0\0"), errno.EINVAL, "length", 0),
    ("mode of 8 bytes", nl.attr(nl.MODE, bytes(8)), errno.EINVAL, "length", 0),
    ("mode of no bytes", nl.attr(nl.MODE), errno.EINVAL, "length", 0),
    ("port of 4 bytes", rule_of(*R[:3], nl.u32(4, 80)), errno.EINVAL, "length", 28),
    ("port of 1 byte", rule_of(*R[:3], nl.attr(4, b"P")), errno.EINVAL, "length", 28),
    ("scope of 2 bytes", rule_of(nl.u16(1, 0), *R[1:]), errno.EINVAL, "length", 4),
    ("attribute 0", nl.u32(0, 1), errno.EINVAL, "nknown", 0),
    ("attribute 14", nl.u32(14, 1), errno.EINVAL, "nknown", 0),
    ("attribute 99 in a rule", rule_of(*R, nl.u32(99, 1)), errno.EINVAL, "nknown", 44),
    ("attribute 16383", nl.u32(0x3fff, 1), errno.EINVAL, "nknown", 0),
    ("the generation", nl.u32(nl.GENERATION, 7), errno.EINVAL, "", 0),
    ("a version", nl.attr(nl.VERSION, b"9\0"), errno.EINVAL, "", 0),
    ("active", nl.attr(nl.ACTIVE, b"\0"), errno.EINVAL, "", 0),
    ("rule without the nest's flag", inner(nl.RULE, *R), errno.EINVAL, "NLA_F_NESTED", 0),
    ("mode with the nest's flag", nl.u32(nl.MODE | nl.NESTED, 1), errno.EINVAL, "NLA_F_NESTED", 0),
    ("an empty rule", nl.nest(nl.RULE), errno.EINVAL, "missing", 0),
    ("a rule of rules of rules …", DEEP, errno.EINVAL, "", -1),
    ("an attribute longer than the request", nl.attr(nl.MODE, bytes(4), 400), errno.EINVAL, "", -1),
    ("an attribute shorter than its header", nl.attr(nl.MODE, bytes(4), 3), errno.EINVAL, "", -1),
    ("an attribute in a rule longer than the rule", rule_of(*R[:3], nl.attr(4, b"P\0", 60)), errno.EINVAL, "", -1),
    ("three bytes behind the last attribute", nl.u32(nl.MODE, 1) + b"\0\0\0", errno.EINVAL, "", -1),
    ("a good rule, then a bad one", nl.rule(0, 0, 2, 9) + nl.rule(0, 0, 2, 9, 8), errno.EINVAL, "below", 72),
    ("a bad one, then a good one", nl.rule(0, 0, 2, 9, 8) + nl.rule(0, 0, 2, 9), errno.EINVAL, "below", 36),
    ("flush, and a bad policy", nl.attr(nl.FLUSH) + nl.policy(0, 0, 0, 0), errno.ERANGE, "out of range", 32),
]


class Watch:
    """Knows when something has changed that should not have."""

    def __init__(self, client):
        self.client = client
        self.look()

    def look(self):
        self.state = self.client.config(), self.client.rules()

    def same(self, what, whole=True):
        now = self.client.generation()
        assert now == self.state[0]["generation"], f"{what}: refused, and the generation is {now}: {self.state[0]}"
        if whole:
            assert (self.client.config(), self.client.rules()) == self.state, f"{what}: refused, and something changed"


def known(client, _count, _rng):
    watch = Watch(client)
    wrong = []
    for name, data, want_errno, words, where in KNOWN:
        try:
            client.set(data)
            wrong.append(f"{name}: taken")
            watch.look()
            continue
        except nl.Refused as refusal:
            if refusal.errno != want_errno:
                wrong.append(f"{name}: {refusal}, not {errno.errorcode[want_errno]}")
            elif words.lower() not in (refusal.message or "").lower() or (words and not refusal.message):
                wrong.append(f"{name}: no '{words}' in {refusal.message!r}")
            elif where is None and refusal.offset is not None:
                wrong.append(f"{name}: points at {refusal.offset}")
            elif where is not None and where >= 0 and refusal.offset != HEAD + where:
                wrong.append(f"{name}: points at {refusal.offset}, not at {HEAD + where}")
        watch.same(name)
    assert not wrong, "\n".join(("", *wrong))
    print(f"{len(KNOWN)} bad requests, each with its reason and its place")


def outcome(client, raw):
    """0 or the errno that the answer to a raw message says; None if there is none at all."""
    client.send_raw(raw)
    # Whatever became of that one, this one is answered.
    client.send_raw(client.pack(nl.GET))
    found = None
    while True:
        for kind, flags, seq, _, payload in client.receive():
            if kind == nl.ERROR:
                refused = client.refusal(flags, payload)
                if seq == client.seq and refused is None:
                    return found
                found = refused.errno if refused else 0


def fire(client, watch, raw, what):
    """True if the kernel took it, or may have: a message that wants no answer gets one if it is refused only."""
    result = outcome(client, raw)
    if not result:
        watch.look()
        return result == 0
    watch.same(f"{what} {raw.hex()}", whole=False)
    return False


def relabel(raw, length=None):
    return struct.pack("=I", length or len(raw)) + raw[4:]


def truncated(client, _count, _rng):
    """Each length of a whole request: cut off and honest about it, cut off and lying, and in one attribute."""
    watch = Watch(client)
    data = b"".join(GOOD)
    whole = client.pack(nl.SET, data)
    tried = taken = 0
    ends = {20 + len(b"".join(GOOD[:i])) for i in range(1, len(GOOD))}
    for length in range(1, len(whole)):
        took = fire(client, watch, relabel(whole[:length]) if length >= 4 else whole[:length], "cut off")
        assert not took or length in ends, f"cut off after {length} bytes, and taken"
        taken += took
        if length >= 16:
            fire(client, watch, whole[:length], "cut off, and not said so")
        tried += 2
    for length in range(len(whole) + 1, len(whole) + 40):
        fire(client, watch, relabel(whole, length), "shorter than said")
        tried += 1
    # Up to the last value's end; behind that there is padding, which may be missing.
    for length in range(len(GOOD[0]) - 2):
        lie = struct.pack("=HH", length, nl.RULE | nl.NESTED) + GOOD[0][4:]
        assert not fire(client, watch, client.pack(nl.SET, lie), "a nest's length"), f"a nest of {length} bytes taken"
        tried += 1
    watch.same("all of it")
    print(f"{tried} requests, {taken} cut where an attribute ends and so whole")


def mutate(rng, raw):
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(16, len(data))
        how = rng.randrange(5)
        if how == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at] = rng.choice((0, 1, 2, 3, 4, 5, 8, 0x40, 0x80, 0xff))
        elif how == 2 and len(data) > 40:
            del data[at:at + rng.choice((1, 4, 8))]
        elif how == 3:
            data[at:at] = data[at:at + rng.choice((4, 8, 44))]
        else:
            data[4 + 2 * rng.randrange(2)] ^= 1 << rng.randrange(8)  # type or flags
    return relabel(bytes(data))


def mutated(client, count, rng):
    watch = Watch(client)
    taken = 0
    for _ in range(count):
        good = *GOOD, nl.rule(2, 1, 1, 500), nl.policy(0, 0, 0, 1), nl.attr(nl.FLUSH)
        parts = rng.sample(good, rng.choice((1, 2, 4)))
        taken += fire(client, watch, mutate(rng, client.pack(nl.SET, b"".join(parts))), "mutated")
    watch.same("all of it")
    print(f"{count} requests, {taken} of them still good enough")


def noise(client, count, rng):
    """Random bytes, as a message, as its attributes, as the attributes of a rule."""
    watch = Watch(client)
    taken = 0
    for i in range(count):
        data = rng.randbytes(rng.randrange(120))
        if i % 3 == 0:
            raw = client.pack(nl.SET, data)
        elif i % 3 == 1:
            raw = client.pack(nl.SET, nl.attr(rng.choice((nl.RULE, nl.POLICY)) | nl.NESTED, data))
        else:
            flags = 1 | rng.randrange(256) << 2
            raw = client.pack(rng.randrange(256), data, flags, rng.randrange(256), rng.randrange(9))
        taken += fire(client, watch, raw, "random")
    watch.same("all of it")
    print(f"{count} requests, {taken} taken")


def queries(client, count, rng):
    """Reads with selections that are none; the answers to the good ones are looked at by netlink.py's parser."""
    watch = Watch(client)
    refused = 0
    for _ in range(count):
        cmd = rng.choice((nl.RULE_GET, nl.STATS_GET, nl.PORT_STATS_GET))
        kind = rng.choice((1, 1, 2, 2, 3, 4, 100))
        value = rng.choice((0, 0, 1, 2, 3, 0xffffffff))
        good = (kind, value) in ((1, 0), (1, 1), (1, 2), (2, 0), (2, 1))
        data = nl.u32(kind, value)
        if rng.random() < 0.2:
            data, good = data[:rng.randrange(1, 8)], False
        try:
            client.dump(cmd, data)
            assert good, f"command {cmd} took {data.hex()}"
        except nl.Refused as refusal:
            assert not good, f"command {cmd} refused {data.hex()}: {refusal}"
            assert refusal.message, f"command {cmd} gives no reason for {data.hex()}"
            refused += 1
    watch.same("all of it")
    print(f"{count} dumps, {refused} of them refused, each with a reason")


def main():
    what = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    client = nl.Client()
    client.set(nl.attr(nl.FLUSH), nl.rule(0, 0, nl.DENY, 7, 9), nl.rule(1, 1, nl.ALLOW, 7), nl.policy(2, 0, 1, nl.DENY))
    {"known": known, "truncated": truncated, "mutated": mutated, "random": noise, "queries": queries}[what](
        client, count, random.Random(seed))


if __name__ == "__main__":
    main()
