#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""fuzz_spec.py SECONDS SEED | replay FILE...: requests made of kmod/portclass.yaml, good ones and ones with faults.

Of every operation, by several sockets at once, some of them of nobody's; single and in batches; dumps are left
half-way. What the spec allows is done, what it doesn't is refused; what is refused has changed nothing; answers are as
the spec says; counters only grow; and what one namespace says of itself makes another one the same. Both namespaces,
and one to send packets from, are made by who calls this: twin and peer.

FILE has a request a line: operation, flags, attributes (hex); "#" begins a comment.
"""

import contextlib
import errno
import os
import random
import struct
import time

import netlink as nl
import sockets
from fuzz_main import kept, main
from kernel_log import KernelLog
from spec import Spec, Wrong
from spec_random import BAD, GOOD, PERHAPS, Maker, mutate
from state import State, rebuild

# To what is good: another change waits; there is no shadow, nothing to confirm; too many rules with sources.
MAY_BE = {0, errno.EBUSY, errno.ENOENT, errno.E2BIG}
MUST_SAY_WHY = {errno.EINVAL, errno.ERANGE}


class Sent:
    """A request on its way."""

    def __init__(self, op, flags, data, expect, cmd=None):
        self.op, self.flags, self.data, self.expect = op, flags, data, expect
        self.cmd = op.number if cmd is None else cmd
        self.error = None  # 0, an errno, or None if it got no answer
        self.sent = False

    def __str__(self):
        return f"{self.op.name} {self.flags:#x} {self.data.hex()} # {self.cmd}, {('good', 'odd', 'bad')[self.expect]}"


class Fuzzer:
    """All sockets, and what is known of the kernel's state."""

    def __init__(self, seed):
        self.spec, self.rng = Spec(), random.Random(seed)
        self.maker = Maker(self.spec, self.rng)
        self.ops = {op.number: op for op in self.spec.ops}
        self.control = nl.Client(sndbuf=1 << 22, rcvbuf=1 << 22)
        with nl.namespace("twin"):
            self.twin = nl.Client(sndbuf=1 << 22, rcvbuf=1 << 22)
        self.state = State(self.control)
        self.sockets = [sockets.Socket(kind) for kind in (*sockets.KINDS, *sockets.KINDS[:1] * 4)]
        self.traffic = sockets.Traffic("peer")
        self.log, self.recent = KernelLog(), []
        self.told = dict.fromkeys(
            ("requests", "done", "refused", "answers", "dumps left", "no privilege", "rebuilt"), 0)

    def said(self):
        return "\n".join(map(str, self.recent))

    def request(self):
        rng = self.rng
        op = rng.choice(self.spec.ops) if rng.random() < 0.6 else self.spec.ops[1]
        flags = nl.F_REQUEST | (nl.F_DUMP if op.dump else nl.F_ACK)
        data, expect = self.maker.make(op)
        cmd = op.number
        if not op.asked:
            expect = BAD
        if rng.random() < 0.05:
            flags, expect = rng.choice((0, 1, 3, 5, 0x305, 0x301, 0x101, 0x201, 0xf05, 0x405, 0x0d)), PERHAPS
        if rng.random() < 0.02:
            cmd, expect = rng.randrange(256), PERHAPS
        if rng.random() < 0.1:
            data, expect = mutate(rng, data), PERHAPS
        return Sent(op, flags, data, expect, cmd)

    def send(self, sock, batch, spoil=False):
        """All of a batch in one datagram; the kernel is done with it then, but for the dumps."""
        parts = []
        for one in batch:
            sock.seq += 1
            sock.waiting[sock.seq] = one
            head = struct.pack("=IHHIIBBH", 20 + len(one.data), self.control.family, one.flags, sock.seq, 0,
                               one.cmd, 1, 0)
            parts.append(head + one.data + bytes(-len(one.data) % 4))
        raw = b"".join(parts)
        if spoil:
            raw = mutate(self.rng, raw)
            sock.waiting.clear()  # by its number, an answer may be anybody's
        self.recent = self.recent[-40:] + batch
        self.told["requests"] += len(batch)
        # More than its buffer, or nothing at all: that is no request.
        with contextlib.suppress(OSError):
            sock.send(raw)
            for one in batch:
                one.sent = True
        return raw

    def receive(self, sock, everything):
        """Looks at what has come; a dump goes on with each look, unless it is left alone."""
        for kind, flags, seq, _, payload in sock.receive(everything):
            one = sock.waiting.get(seq)
            if kind == nl.ERROR:
                refusal = nl.Client.refusal(flags, payload)
                if one:
                    one.error = refusal.errno if refusal else 0
                if refusal and refusal.offset is not None and one:
                    assert 16 <= refusal.offset <= 20 + len(one.data), f"it points at {refusal.offset} of {one}"
                if refusal and one and one.expect == BAD and not one.op.dump and refusal.errno in MUST_SAY_WHY:
                    assert refusal.message, f"no reason: {one}"
            elif kind == nl.DONE:
                if one:
                    one.error = -struct.unpack_from("=i", payload)[0]
                    assert one.error >= 0, f"the end of a dump says {one.error}: {one}"
            elif kind == self.control.family:
                self.answer(one, payload)

    def answer(self, one, payload):
        cmd, version, reserved = struct.unpack_from("=BBH", payload)
        assert version == 1 and not reserved, f"an answer's header is {payload[:4].hex()}"
        if one:
            assert cmd == one.cmd, f"{cmd} answers {one}"
        try:
            self.spec.check(self.ops[cmd], payload[4:])
        except Wrong as wrong:
            raise AssertionError(f"{wrong}, in the answer {payload.hex()} to {one}") from wrong
        self.told["answers"] += 1

    def judge(self, sock, batch, exact, everything):
        """What must hold of all of a batch, now. @exact: nothing came between, each was sent as it is. @everything: all
        that has come was read."""
        for one in batch:
            if exact and everything and one.sent and one.flags == nl.F_REQUEST | nl.F_ACK and not one.op.dump:
                assert one.error is not None, f"not answered: {one}"
            self.told["done" if not one.error else "refused"] += 1
            # While a dump goes on by a socket, there is no second one.
            if not exact or one.error is None or (one.op.dump and one.error == errno.EBUSY):
                continue
            if sock.nobody and one.op.admin and one.cmd == one.op.number:
                self.told["no privilege"] += 1
                assert one.error, f"done for nobody: {one}"
                assert one.expect != GOOD or one.error == errno.EPERM, f"{os.strerror(one.error)} to nobody: {one}"
            elif one.expect == GOOD and one.op.asked:
                assert one.error in MAY_BE, f"refused ({os.strerror(one.error)}): {one}"
            elif one.expect == BAD:
                assert one.error, f"done: {one}"
        refused = exact and all(one.error for one in batch)
        self.state.after(refused or sock.nobody, lambda: f"refused:\n{self.said()}", self.rng.random() < 0.1)

    def step(self):
        rng = self.rng
        at = rng.randrange(len(self.sockets))
        sock = self.sockets[at]
        if rng.random() < 0.02:
            self.told["dumps left"] += 1
            sock.close()
            self.sockets[at] = sock = sockets.Socket(sock.kind)
        self.receive(sock, True)
        self.state.before()
        batch = [self.request() for _ in range(rng.choice((1, 1, 1, 1, 1, 2, 5)))]
        spoil = rng.random() < 0.1
        self.send(sock, batch, spoil)
        everything = rng.random() < 0.7
        self.receive(sock, everything)
        self.judge(sock, batch, not spoil, everything)
        if rng.random() < 0.05:
            self.traffic.send(rng)

    def round(self):
        """Once in a while."""
        self.log.clean(self.said)
        self.state.counters_grow()
        self.state.before(True)
        for shadow in (False, True):
            if shadow in self.state.tables:
                rebuild(self.twin, *self.state.tables[shadow])
                self.told["rebuilt"] += 1
        if self.rng.random() < 0.2:
            self.control.set(nl.attr(nl.FLUSH), nl.attr(nl.FORCE))
            self.state.forget()

    def run(self, seconds):
        start = time.monotonic()
        steps, told = 0, start
        while time.monotonic() < start + seconds:
            try:
                self.step()
                steps += 1
                if steps % 100 == 0:
                    self.round()
            except AssertionError:
                print(f"after {steps} steps; the last requests:\n{self.said()}", flush=True)
                raise
            if time.monotonic() > told + 20:
                told = time.monotonic()
                print(f"{steps} steps in {told - start:.0f} s", flush=True)
        self.round()
        took = time.monotonic() - start
        for what in "done", "refused", "answers", "rebuilt":
            assert self.told[what], f"nothing {what}: {self.told}"
        print(f"{self.told['requests'] / took:.0f} requests a second;",
              ", ".join(f"{number} {what}" for what, number in self.told.items()))

    def replay(self, path):
        """Requests of a file, each by each sort of socket."""
        ops = {op.name: op for op in self.spec.ops}
        count = 0
        for name, flags, *data in kept(path):
            for sock in self.sockets[:len(sockets.KINDS)]:
                self.receive(sock, True)
                self.state.before()
                one = Sent(ops[name], int(flags, 0), bytes.fromhex("".join(data)), PERHAPS)
                self.send(sock, [one])
                self.receive(sock, True)
                self.judge(sock, [one], True, True)
                self.log.clean(lambda one=one: str(one))
                count += 1
        self.round()
        print(f"{os.path.basename(path)}: {count} requests")


if __name__ == "__main__":
    main(Fuzzer)
