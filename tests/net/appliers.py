#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""appliers.py files|kill COUNT|grow|commands|large: what many at once make of the configuration, all by the tool.

Run as root in a guest with the module loaded; the tool is PORTCLASSCTL."""

import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

import netlink as nl

TOOL = os.environ["PORTCLASSCTL"]
SYSFS = pathlib.Path("/sys/kernel/portclass")
MANY = 8
TOGGLED = 60001
GAVE_UP = b"portclassctl: the configuration keeps changing; tried 10 times\n"


def tool(*args):
    return subprocess.run([TOOL, *map(str, args)], capture_output=True, stdin=subprocess.DEVNULL)


def do(*args):
    done = tool(*args)
    assert done.returncode == 0 and not done.stderr, f"{args}: status {done.returncode}: {done.stderr.decode()}"
    return done.stdout


def save():
    """The configuration as the tool tells it, or None if it says that it couldn't."""
    done = tool("save")
    if done.returncode == 1 and done.stderr == GAVE_UP and not done.stdout:
        return None
    assert done.returncode == 0 and not done.stderr, f"save: status {done.returncode}: {done.stderr.decode()}"
    return done.stdout


@contextlib.contextmanager
def others(*bodies):
    """Processes that run while the block does; each is to end well by itself, or when it is told to."""
    children = []
    for body in bodies:
        child = os.fork()
        if not child:
            status = 1
            try:
                body()
                status = 0
            finally:
                sys.stderr.flush()
                os._exit(status)
        children.append(child)
    statuses = {}

    def running():
        for child in children:
            if child not in statuses:
                pid, status = os.waitpid(child, os.WNOHANG)
                if pid:
                    statuses[child] = status
        return len(statuses) < len(children)

    try:
        yield running
    finally:
        for child in children:
            if child not in statuses:
                statuses[child] = os.waitpid(child, 0)[1]
    assert not any(statuses.values()), f"of {len(children)}, some failed: {list(statuses.values())}"


def told_to_stop():
    """For a process: whether it was asked to end, which is looked at when it likes."""
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    return lambda: bool(stop)


def write_file(folder, number, rules, step=60):
    """A file that shares no rule with those of other numbers, but for what can't differ."""
    rng = random.Random(number)
    lines = [f"mode {'observe' if number % 2 else 'enforce'}"]
    for scope in nl.SCOPES:
        for proto in nl.PROTOS:
            for klass in nl.CLASSES:
                if rng.random() < 0.5:
                    lines.append(f"policy {scope} {klass} deny {proto}")
    # Each number has its own ports, so that one rule of another file can be told from all of this one.
    for i in range(rules):
        low = (i * step + number * 3) % 65500
        lines.append(f"{rng.choice(('allow', 'deny'))} {nl.SCOPES[i % 3]} {nl.PROTOS[i % 2]}/{low}-{low + 1}")
    path = pathlib.Path(folder, f"{number}.conf")
    path.write_text("\n".join(lines) + "\n")
    return path


def saved_of(paths):
    """What each of the files comes to, with nobody else there."""
    wanted = []
    for path in paths:
        do("apply", path)
        wanted.append(save())
    assert len(set(wanted)) == len(paths)
    return wanted


def files(client, folder):
    """8 apply whole files at once: each save is one of them, and so is the end."""
    paths = [write_file(folder, number, 700) for number in range(MANY)]
    wanted = saved_of(paths)
    do("flush")
    wanted.append(save())
    rounds = 10
    before = client.generation()

    def applier(path):
        for _ in range(rounds):
            do("apply", path)

    seen, gave_up = [0] * len(wanted), 0
    with others(*(lambda path=path: applier(path) for path in paths)) as running:
        while running():
            found = save()
            if found is None:
                gave_up += 1
                continue
            assert found in wanted, f"nobody asked for this:\n{found.decode()[:3000]}"
            seen[wanted.index(found)] += 1
    made = client.generation() - before
    assert made == MANY * rounds, f"{made} generations by {MANY * rounds} files"
    end = save()
    assert end in wanted[:MANY], "nobody asked for what is left"
    assert sum(number > 0 for number in seen) >= 3, f"too few of the states were ever seen: {seen}"
    print(f"{made} files by {MANY} at once; {sum(seen)} saved, each whole: {seen}; {gave_up} times it kept changing")


def state(client):
    """All of the configuration, to be compared; for a file of thousands of rules, the tool is slow."""
    config = client.config()
    generation = config.pop("generation")
    return (config, client.blob()[0]), generation


def kill(client, folder, count):
    """The tool is killed at a random moment of applying thousands of rules: all of it has happened, or nothing."""
    paths = [write_file(folder, number, 2000, 30) for number in range(2)]
    wanted, times = [], []
    for path in paths * 2:
        started = time.monotonic()
        do("apply", path)
        times.append(time.monotonic() - started)
        wanted.append(state(client)[0])
    assert wanted[0] == wanted[2] and wanted[1] == wanted[3] and wanted[0] != wanted[1]
    # How long it takes to the change, about; followed as it goes, as others may slow all of this down.
    now, took = 1, min(times)
    rng = random.Random()
    killed = late = halfway = 0
    _, generation = state(client)
    for step in range(int(count)):
        to = 1 - now
        child = subprocess.Popen([TOOL, "apply", paths[to]], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(rng.uniform(0.2, 1.1) * took)
        child.kill()
        said = child.communicate()[1]
        # What the kernel had begun, it has ended: the process is gone.
        found, after = state(client)
        assert found in wanted, f"step {step}: a mix of {len(found[1]) // 64} rules, {found[0]}"
        reached = wanted.index(found)
        assert after - generation == (reached == to), f"step {step}: {after - generation} generations, now {reached}"
        if child.returncode == -signal.SIGKILL:
            killed += 1
            halfway += reached == to
            took *= 1 if reached == to else 1.03
        else:
            late += 1
            took *= 0.93
            assert child.returncode == 0 and not said and reached == to, \
                f"step {step}: status {child.returncode}, {said}, now {reached}"
        now, generation = reached, after
    # 40 and 20, of 150.
    assert killed * 15 >= int(count) * 4 and (killed - halfway) * 15 >= int(count) * 2, \
        f"{killed} killed, {halfway} of them behind the change: too few"
    do("apply", paths[0])
    assert state(client)[0] == wanted[0], "the tool doesn't get through any more"
    print(f"{killed} killed, {halfway} of them when it was done, {late} came too late; an apply took {min(times) * 1000:.0f} ms")


def commands(client, _folder):
    """8 change ports of their own, one a command, while one of them has changes confirmed: each that says it is done is
    there, and each other one isn't, and says why."""
    busy = re.compile(rb"portclassctl: (a change waits to be confirmed, for |a change waited to be confirmed, until now)")
    do("flush")
    before = client.generation()
    rounds = 18
    read, write = os.pipe()

    def writer(i):
        rng = random.Random(i)
        state, done, refused = {}, 0, 0
        for step in range(rounds):
            port, action = 4000 * (i + 1) + 2 * rng.randrange(8), rng.choice((nl.ALLOW, nl.DENY))
            args = ["deny" if action == nl.DENY else "allow", f"tcp/{port}"]
            waits = i == 0 and step % 3 == 0
            result = tool(*args, *(["--confirm", "60", "--force"] if waits else []))
            if result.returncode == 0:
                assert not result.stderr and waits == bool(result.stdout), result
                state[port] = action
                done += 1
            else:
                assert result.returncode == 1 and busy.match(result.stderr) and not result.stdout, result
                refused += 1
            if waits:
                time.sleep(0.1)
                do("confirm")
        os.write(write, repr((state, done, refused)).encode().ljust(2048))

    with others(*(lambda i=i: writer(i) for i in range(MANY))):
        pass
    told = [eval(os.read(read, 2048)) for _ in range(MANY)]  # pylint: disable=eval-used
    want = sorted((nl.IN, nl.TCP, port, port, action) for state, _, _ in told for port, action in state.items())
    assert client.rules() == want, f"{client.rules()}\nwant {want}"
    done, refused = sum(one[1] for one in told), sum(one[2] for one in told)
    assert client.generation() - before == done, f"{client.generation() - before} generations by {done} commands"
    assert done + refused == MANY * rounds and refused > 0 and "pending" not in client.config()
    assert min(one[1] for one in told) > 0, f"somebody never got to it: {told}"
    print(f"{done} commands by {MANY} at once took effect, {refused} were refused for a change that waited")


def alternating(path, turn):
    """Every port of both protocols a rule, of which no two neighbours are alike; but for the neighbours of one that is
    to be changed by itself, which are to stay apart from it."""
    with open(path, "w", encoding="ascii") as out:
        out.write("mode enforce\ntrack conntrack\n")
        out.writelines(f"{'allow' if (i + p + turn) % 2 else 'deny'} in {nl.PROTOS[p]}/{i}\n"
                       for p in range(2) for i in range(65536) if abs(i - TOGGLED) != 1)
    return path.read_bytes()


def large(_client, folder):
    """All there can be of single ports, saved while others change one of them, or all."""
    paths = [pathlib.Path(folder, name) for name in ("even", "odd")]
    wanted = [alternating(path, turn) for turn, path in enumerate(paths)]
    times = {}

    def timed(name, *args):
        started = time.monotonic()
        out = do(*args)
        times.setdefault(name, []).append(time.monotonic() - started)
        return out

    saved = []
    for path, text in zip(paths, wanted):
        timed("applied", "apply", path)
        saved.append(timed("saved", "save"))
        assert re.sub(rb"(?m)^#.*\n|^\n| +#.*", b"", saved[-1]) == text, "what is saved is not what was applied"
    words = [b"%s in tcp/%d\n" % (action, TOGGLED) for action in (b"allow", b"deny")]
    saved += [text.replace(words[turn], words[1 - turn]) for turn, text in enumerate(saved)]
    assert len(set(saved)) == 4

    def toggler():
        stop = told_to_stop()
        while not stop():
            for action in "deny", "allow":
                do(action, f"tcp/{TOGGLED}")
                time.sleep(random.uniform(0.1, 2.5) * min(times["saved"]))

    def changer():
        for path in paths:
            do("apply", path)

    def look(running, at_least):
        seen, gave_up = [], 0
        while running() or len(seen) + gave_up < at_least:
            found = save()
            if found is None:
                gave_up += 1
                continue
            assert found in saved, "nobody asked for what was saved"
            seen.append(saved.index(found))
        return seen, gave_up

    toggling = os.fork()
    if not toggling:
        toggler()
        os._exit(0)
    try:
        one, gave_up = look(lambda: False, 3)
    finally:
        os.kill(toggling, signal.SIGTERM)
        failed = os.waitpid(toggling, 0)[1]
    assert not failed, "a command failed"
    with others(changer) as running:
        whole, gave_up_too = look(running, 0)
    took = ", ".join(f"{name} in {min(all_of_them):.1f} s" for name, all_of_them in times.items())
    assert one and whole, f"never saved between the changes: {one}, {whole}"
    print(f"131,068 rules: {took}; saved under changes {len(one)} and {len(whole)} times, "
          f"{gave_up} and {gave_up_too} times it kept changing")


def counters(client):
    """Every counter that there is, by a name of its own."""
    found = {}
    for path, fields in client.stats().items():
        found.update({("class", path, field): value for field, value in fields.items()})
    for port, values in client.ports().items():
        found.update({("port", port, i): value for i, value in enumerate(values)})
    for file in SYSFS.glob("*/*/*"):
        found[str(file)] = int(file.read_text())
    return found


def grow(client, folder):
    """Under traffic and changes of every sort, no counter ever goes down."""
    paths = [write_file(folder, number, 50) for number in range(2)]

    def changer():
        mine = nl.Client()
        stop = told_to_stop()
        while not stop():
            do("apply", paths[0])
            do("apply", paths[1], "--confirm", 60)
            do("confirm")
            mine.set(nl.attr(nl.SHADOW), nl.attr(nl.FLUSH), nl.rule(nl.IN, nl.UDP, nl.DENY, 9000))
            mine.act(nl.SHADOW_PROMOTE)
            do("restore", paths[0])
            do("flush")
            do("track", "none")
            do("track", "conntrack")
            do("mode", "observe", "--confirm", 1)
            while "pending" in mine.config():
                time.sleep(0.05)

    child = os.fork()
    if not child:
        status = 1
        try:
            changer()
            status = 0
        finally:
            os._exit(status)
    first = last = counters(client)
    before, looks, end = client.generation(), 0, time.monotonic() + 8
    try:
        while time.monotonic() < end:
            now = counters(client)
            down = {name: (value, now.get(name)) for name, value in last.items() if now.get(name, -1) < value}
            assert not down, f"counters that went down: {down}"
            last, looks = now, looks + 1
    finally:
        os.kill(child, signal.SIGTERM)
        failed = os.waitpid(child, 0)[1]
    assert not failed, "a change failed"
    made, name = client.generation() - before, ("port", (nl.IN, nl.UDP, 9000))
    grown = last[(*name, 1)] - first.get((*name, 1), 0)
    assert made >= 5 and grown > 100 and last[(*name, 3)] > 0, f"{made} changes, {grown} packets: nothing was tested"
    print(f"{len(last)} counters, looked at {looks} times under {made} changes and {grown} packets")


def main():
    client = nl.Client(rcvbuf=1 << 22)
    with tempfile.TemporaryDirectory() as folder:
        what = sys.argv[1]
        if what == "grow":
            grow(client, folder)
        else:
            {"files": files, "kill": kill, "commands": commands, "large": large}[what](client, folder, *sys.argv[2:])


if __name__ == "__main__":
    main()
