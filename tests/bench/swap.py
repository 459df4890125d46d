# SPDX-License-Identifier: GPL-2.0
"""Whole tables exchanged under load: how long it takes who writes, and whether a packet is lost."""

import os
import signal
import statistics
import sys
import time

import peers

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "net"))
import netlink as nl  # noqa: E402

SWAPS = int(os.environ.get("BENCH_SWAPS") or 15)
EVEN = [port for port in range(65536) if port % 2 == 0 or port == peers.SERVED]
ODD = [port for port in range(65536) if port % 2 == 1]  # the served one, too


class Request:
    """portclass, by one netlink request with a rule for each of the 65,536 ports."""

    name, rules = "portclass, the request", 65536

    def __init__(self, bench, namespace):
        peers.run(peers.inside(namespace, os.environ["PORTCLASSCTL"], "track", "none"))
        with nl.namespace(namespace):
            self.client = nl.Client(sndbuf=1 << 24)
        self.requests = [b"".join([nl.attr(nl.FLUSH), nl.u32(nl.TRACK, nl.NONE)] + [
            nl.rule(nl.IN, nl.TCP, nl.ALLOW if port in let_in else nl.DENY, port) for port in range(65536)])
            for let_in in (set(EVEN), set(ODD))]

    def swap(self, turn):
        self.client.set(self.requests[turn])


class Range(Request):
    """The same as one rule: what a change costs before its rules do."""

    name, rules = "portclass, a request of one rule", 1

    def __init__(self, bench, namespace):
        super().__init__(bench, namespace)
        self.requests = [nl.attr(nl.FLUSH) + nl.u32(nl.TRACK, nl.NONE) + nl.rule(nl.IN, nl.TCP, nl.DENY, low, high)
                         for low, high in ((0, peers.SERVED - 1), (peers.SERVED + 1, 65535))]


class Command:
    """A command that reads a file, in the namespace."""

    def __init__(self, bench, namespace):
        self.namespace = namespace
        self.files = []
        for turn, let_in in enumerate((EVEN, ODD)):
            self.files.append(f"/run/swap-{namespace}.{turn}")
            with open(self.files[-1], "w", encoding="ascii") as out:
                out.write(self.text(let_in))

    def text(self, let_in):
        raise NotImplementedError

    def swap(self, turn):
        peers.run(peers.inside(self.namespace, *self.command, self.files[turn]))


class Apply(Command):
    name, rules = "portclassctl apply", 65536

    @property
    def command(self):
        return [os.environ["PORTCLASSCTL"], "apply"]

    def text(self, let_in):
        let_in = set(let_in)
        rules = "".join(f"{'allow' if port in let_in else 'deny'} tcp/{port}\n" for port in range(65536))
        return f"mode enforce\ntrack none\n{rules}"


class NftSwap(Command):
    name, rules, command = "nft -f, flush and add", 32768, ["nft", "-f"]

    def __init__(self, bench, namespace):
        super().__init__(bench, namespace)
        peers.Nft("nft", set="counter;").set_up(bench, namespace, EVEN)

    def text(self, let_in):
        return f"flush set inet bench open\nadd element inet bench open {{ {', '.join(map(str, let_in))} }}\n"


class IpsetSwap(Command):
    name, rules, command = "ipset restore, with swap", 32768, ["ipset", "restore", "-file"]

    def __init__(self, bench, namespace):
        super().__init__(bench, namespace)
        peers.Iptables("ipset", match="ipset", set="counters").set_up(bench, namespace, EVEN)

    def text(self, let_in):
        adds = "".join(f"add other {port}\n" for port in let_in)
        return f"create other bitmap:port range 0-65535 counters\n{adds}swap other open\ndestroy other\n"


class Load:
    """Another process that sends to a port which both tables let in; it has begun when this is made."""

    def __init__(self, namespace):
        self.read, write = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(write)
            os.read(self.read, 1)
            return
        stopped = []
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
        os.sched_setaffinity(0, {os.cpu_count() - 1})
        file = os.open("/sys/kernel/debug/portclass_bench", os.O_RDWR)
        fd = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
        sent = lost = 0
        while not stopped:
            os.pwrite(file, f"run {fd} in 4 syn {peers.SERVED} 1 64 500".encode(), 0)
            _, _, accepted, dropped = map(int, os.pread(file, 100, 0).split())
            if not sent:
                os.write(write, b".")
            sent, lost = sent + accepted + dropped, lost + dropped
        os.write(write, f"{sent} {lost}".encode())
        os._exit(0)

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        sent, lost = map(int, os.read(self.read, 100).split())
        os.waitpid(self.pid, 0)
        return sent, lost


def times(swapper, turns):
    found = []
    for turn in range(turns):
        started = time.perf_counter()
        swapper.swap(turn % 2)
        found.append((time.perf_counter() - started) * 1e3)
    return found


def measure(bench, say):
    """A row for each way: milliseconds of the writer, alone and under load; packets sent and lost meanwhile."""
    rows = []
    # The load has the other processor, if there are two.
    os.sched_setaffinity(0, {0})
    for kind in (Request, Range, Apply, NftSwap, IpsetSwap):
        namespace = f"swap{len(rows)}"
        bench.add(namespace)
        try:
            swapper = kind(bench, namespace)
            swapper.swap(0)
            alone = times(swapper, SWAPS)
            load = Load(namespace)
            try:
                loaded = times(swapper, SWAPS)
            finally:
                sent, lost = load.stop()
        except (RuntimeError, OSError, nl.Refused) as error:
            rows.append({"way": kind.name, "void": str(error)})
        else:
            rows.append({"way": kind.name, "rules": kind.rules, "void": None, "ms": alone, "ms_loaded": loaded,
                         "sent": sent, "lost": lost})
            say(f"swap: {kind.name}: {statistics.median(alone):.1f} ms alone, {statistics.median(loaded):.1f} ms under "
                f"load; {lost} of {sent} packets lost")
        if rows[-1]["void"]:
            say(f"  void: {kind.name}: {rows[-1]['void']}")
    return rows
