# SPDX-License-Identifier: GPL-2.0
"""faults.py WHAT: one allocation after another fails, in each thing that a user asks of portclass.

The kernel counts the allocations of a thread (/proc/thread-self/fail-nth), and lets one of them fail, until a try has
fewer than that. Each failure has to be an error to the user, with everything as it was; or to be made up for, with
everything as asked. What leaks shows when the guest ends.
"""

import contextlib
import ctypes
import errno
import os
import pathlib
import shutil
import subprocess
import sys
import time

from netlink import (ALLOW, CONFIRM, CONFIRM_IN, DENY, DONE, ERROR, EXPLAIN, F_ACK, F_DUMP, F_REQUEST, FLUSH, FORWARD, GET,
                     HISTORY_GET, IN, MODE, NONE, OUT, PORT_STATS_GET, REASON, REJECT, RULE_GET, RULES_SHADOW, SET, SHADOW,
                     SHADOW_DROP, SHADOW_PROMOTE, STATS_GET, TCP, TRACK, UDP, Client, attr, messages, namespace, policy,
                     rule, sourced, u16, u32)

MOST = 5000  # allocations that no request comes near to
FAILSLAB = pathlib.Path("/sys/kernel/debug/failslab")
MANY = 100000
CLONE_NEWNET = 0x40000000
NO_MEMORY = {errno.ENOMEM, errno.ENOBUFS}
libc = ctypes.CDLL(None, use_errno=True)
counter = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
told = {"failures": 0, "made up for": 0}


def failing(number, call):
    """Whether there was such an allocation, for which call() had to do without."""
    os.write(counter, b"%d" % number)
    try:
        call()
    finally:
        left = int(os.pread(counter, 20, 0))
        os.write(counter, b"0")
    return left == 0


class Exchange:
    """A request, and what comes of it; all that can be made before is, as this process needs memory, too."""

    def __init__(self, client, cmd, data, flags):
        self.sock, self.request, self.flags = client.sock, client.pack(cmd, data, flags), flags
        self.buffer = bytearray(65536)
        self.answer, self.error, self.perhaps = [], None, False

    def __call__(self):
        try:
            self.sock.send(self.request)
        except OSError as error:
            self.error = error.errno
            return
        while True:
            try:
                length = self.sock.recv_into(self.buffer)
            except OSError as error:
                # No memory for the answer. Whether it was done, it doesn't say.
                self.error, self.perhaps = error.errno, True
                return
            for kind, _, _, _, payload in messages(bytes(self.buffer[:length])):
                if kind in (ERROR, DONE):
                    self.error = -int.from_bytes(payload[:4], "little", signed=True)
                    return
                self.answer.append(payload)


def state(where):
    """The whole configuration, live and shadow."""
    client = where()
    shadow = "shadow" in client.config()
    return [client.config(), client.dump(RULE_GET)[0],
            *([client.config(True), client.dump(RULE_GET, attr(RULES_SHADOW))[0]] if shadow else [])]


def same(one, other, but=()):
    """But for how long a confirmation has still time, and what is named."""
    def bare(state):
        return [{k: bool(v) if k == "pending" else v for k, v in part.items() if k not in but}
                if isinstance(part, dict) else part for part in state]
    return bare(one) == bare(other)


def done(one, other):
    """How many changes there were doesn't matter."""
    return same(one, other, ("generation",))


def walk(name, cmd, *parts, before=lambda: None, after=lambda: None, where=Client, dump=False):
    """All failures of one request. before() and after() are done each time, without any."""
    flags = F_REQUEST | (F_DUMP if dump else F_ACK)
    data = b"".join(parts)

    before()
    whole = Exchange(where(), cmd, data, flags)
    whole()
    assert not whole.error, f"{name}: {os.strerror(whole.error)}"
    wanted = state(where)
    after()

    for number in range(1, MOST):
        before()
        old = state(where)
        one = Exchange(where(), cmd, data, flags)
        failed = failing(number, one)
        new = state(where)
        what = f"{name}, allocation {number}: error {one.error}"
        if not one.error:
            assert done(new, wanted), f"{what}, but {new} instead of {wanted}"
            assert one.answer == whole.answer, f"{what}, but the answer {one.answer} instead of {whole.answer}"
        else:
            assert failed and one.error in NO_MEMORY, what
            assert same(new, old) or (one.perhaps and done(new, wanted)), f"{what}, but {new} instead of {old}"
        after()
        if not failed:
            print(f"{name}: {number - 1} allocations")
            return
        told["failures" if one.error else "made up for"] += 1
    raise AssertionError(f"{name}: no end of allocations")


def rules():
    """Enough for every part of a table: rules cut and joined, sources of both families, all policies."""
    return [attr(FLUSH), policy(IN, TCP, 0, DENY), policy(FORWARD, UDP, 2, REJECT), rule(IN, TCP, ALLOW, 22),
            rule(IN, TCP, DENY, 20, 30), rule(OUT, UDP, REJECT, 5000, 60000),
            *(rule(OUT, TCP, DENY, port) for port in range(9, 40, 3)),
            sourced(IN, TCP, 25, 2000, "192.0.2.0/24", "2001:db8::/32"), sourced(IN, TCP, 80, 90, "198.51.100.7")]


def base():
    client = Client()
    client.set(attr(FLUSH), u32(MODE, 0), u32(TRACK, 0), policy(OUT, UDP, 1, DENY), rule(IN, TCP, DENY, 23),
               sourced(IN, UDP, 53, 53, "192.0.2.1"))


def live():
    base()
    walk("set", SET, *rules(), u32(MODE, 1), attr(REASON, b"why\0"), after=base)
    walk("set one", SET, rule(IN, TCP, ALLOW, 24), after=base)
    walk("flush", SET, attr(FLUSH), after=base)
    walk("no tracking", SET, u32(TRACK, NONE), after=base)
    walk("tracking", SET, u32(TRACK, 0), before=lambda: Client().set(u32(TRACK, NONE)), after=base)

    def confirmed():
        if "pending" in Client().config():
            Client().act(CONFIRM)
        base()

    walk("set, to be confirmed", SET, *rules(), u32(CONFIRM_IN, 600), after=confirmed)
    walk("confirm", CONFIRM, before=lambda: Client().set(*rules(), u32(CONFIRM_IN, 600)), after=confirmed)


def workers():
    """The kernel's own threads that do its work, and who makes more of them."""
    for path in pathlib.Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if path.read_text().startswith(("kworker/", "kthreadd")):
                yield path.with_name("make-it-fail")


def back():
    """What nobody confirms is taken back by the kernel itself, though it gets no memory at all: there is nobody to be told."""
    def fail(on):
        (FAILSLAB / "probability").write_text("0")
        (FAILSLAB / "task-filter").write_text("Y")
        for path in workers():
            with contextlib.suppress(OSError):
                path.write_text("1" if on else "0")
        if on:
            (FAILSLAB / "times").write_text(str(MANY))
            (FAILSLAB / "probability").write_text("100")

    for track in (0, NONE):
        base()
        old = state(Client)
        Client().set(*rules(), policy(IN, TCP, 1, REJECT), u32(TRACK, track), u32(CONFIRM_IN, 2))
        fail(True)
        end = time.monotonic() + 60
        try:
            while "pending" in Client().config():
                assert time.monotonic() < end, "not taken back"
                time.sleep(0.1)
        finally:
            left = int((FAILSLAB / "times").read_text())
            fail(False)
        new = state(Client)
        # What another way of tracking needs may be refused: then it stays as it is, and all else goes back.
        if new[0]["track"] != old[0]["track"]:
            assert track == NONE == new[0]["track"], f"{new} instead of {old}"
            new[0]["track"] = old[0]["track"]
        assert done(new, old), f"{new} instead of {old}"
        print(f"taken back, track {track}: {MANY - left} allocations failed")
        assert left < MANY, "nothing has failed"
        told["made up for"] += MANY - left


def shadow():
    def dropped():
        if "shadow" in Client().config():
            Client().act(SHADOW_DROP)
        base()

    def cast():
        Client().set(attr(SHADOW), *rules())

    base()
    walk("shadow", SET, attr(SHADOW), *rules(), after=dropped)
    walk("change the shadow", SET, attr(SHADOW), rule(IN, TCP, DENY, 6000), before=cast, after=dropped)
    walk("promote", SHADOW_PROMOTE, before=cast, after=dropped)
    walk("drop the shadow", SHADOW_DROP, before=cast, after=dropped)


def read():
    base()
    Client().set(*rules())
    walk("get", GET)
    walk("explain", EXPLAIN, u32(1, IN), u32(2, TCP), u16(3, 22))
    for name, cmd in (("rules", RULE_GET), ("stats", STATS_GET), ("port stats", PORT_STATS_GET), ("history", HISTORY_GET)):
        walk(name, cmd, dump=True)


def another():
    """A namespace at rest gets a table, counters and hooks; it goes with all that."""
    def make():
        subprocess.run(("ip", "netns", "add", "fault"), check=True)

    def gone():
        subprocess.run(("ip", "netns", "delete", "fault"), check=True)

    def there():
        with namespace("fault"):
            return Client()

    walk("first rule of a namespace", SET, *rules(), before=make, after=gone, where=there)
    walk("first shadow of a namespace", SET, attr(SHADOW), *rules(), before=make, after=gone, where=there)


def born():
    """A namespace is made, or not. Most of that is the work of others; ours has to go with it."""
    base()
    old = state(Client)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    error = [0]

    def unshare():
        error[0] = ctypes.get_errno() if libc.unshare(CLONE_NEWNET) else 0

    for number in range(1, MOST):
        failed = failing(number, unshare)
        if not error[0]:
            assert not Client().config()["active"], f"allocation {number}: not at rest"
            assert not libc.setns(home, CLONE_NEWNET)
        else:
            # Which error, is mostly up to others.
            assert failed, f"allocation {number}: error {error[0]}"
        if not failed:
            print(f"a namespace: {number - 1} allocations")
            break
        told["failures" if error[0] else "made up for"] += 1
    else:
        raise AssertionError("no end of allocations")
    assert state(Client) == old


def load():
    """Without the rest of the loader's work, there is no part of it left; unloading always does it."""
    # Not from the host's file, which takes longer to read than all the rest of it.
    path = shutil.copy(os.environ["PORTCLASS_KO"], "/tmp")

    file = os.open(path, os.O_RDONLY)

    def module():
        error[0] = ctypes.get_errno() if libc.syscall(313, file, b"", 0) else 0

    def gone():
        error[0] = ctypes.get_errno() if libc.syscall(176, b"portclass", os.O_NONBLOCK) else 0

    def there():
        return os.path.exists("/sys/kernel/portclass"), os.path.exists("/sys/module/portclass")

    error = [0]
    for call, name, want in ((module, "load", True), (gone, "unload", False)):
        for number in range(1, MOST):
            if want == there()[1]:
                subprocess.run(("rmmod", "portclass") if want else ("insmod", path), check=True)
            failed = failing(number, call)
            what = f"{name}, allocation {number}: error {error[0]}, {there()}"
            if error[0]:
                assert failed and error[0] in NO_MEMORY, what
                assert there() == (not want, not want), what
            else:
                assert there() == (want, want), what
                if want:
                    Client().config()
            if not failed:
                print(f"{name}: {number - 1} allocations")
                break
            told["failures" if error[0] else "made up for"] += 1
        else:
            raise AssertionError(f"{name}: no end of allocations")


{"live": live, "back": back, "shadow": shadow, "read": read, "another": another, "born": born,
 "load": load}[sys.argv[1]]()
print(", ".join(f"{number} {what}" for what, number in told.items()))
assert sum(told.values()), "nothing has failed"
