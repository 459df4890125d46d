# SPDX-License-Identifier: GPL-2.0
"""Actors of storm.py that configure, ask, and take away what others stand on."""

import contextlib
import errno
import os
import pathlib
import socket
import subprocess
import time

import netlink as nl
import storm_rules
from patience import PATIENCE

SYSFS = pathlib.Path("/sys/kernel/portclass")
TOOL = os.environ["PORTCLASSCTL"]
COUNTER_FILES = [f"{proto}/{klass}/{denied}{what}" for proto in ("tcp", "udp") for klass in ("well_known", "registered", "dynamic")
                 for denied in ("", "denied_") for what in ("flows", "packets", "bytes")]
GONE = (nl.Refused, OSError)


def is_gone(error):
    """The module is not there, at the moment, or about to go, as a dump is told; or what was asked for isn't: not
    confirmed in time, no shadow."""
    return error.errno in (errno.ENOENT, errno.ENODEV, errno.EPROTONOSUPPORT)


def new_client(**how):
    client = nl.Client(**how)
    client.sock.settimeout(30 * PATIENCE)
    return client


def command(*words, status=0, text=None):
    done = subprocess.run(words, capture_output=True, check=False, text=True, input=text or "")
    assert status is None or done.returncode == status, f"{words}: {done.returncode}: {done.stderr}"
    return done


def try_set(client, *parts):
    """False if another change waits to be confirmed."""
    try:
        client.set(*parts)
        return True
    except nl.Refused as refused:
        if refused.errno != errno.EBUSY:
            raise
        return False


def came():
    """How many packets have come in, or were sent by us, as nftables tells."""
    words = command("nft", "list", "table", "inet", "others").stdout.split()
    return sum(int(words[i + 1]) for i, word in enumerate(words) if word == "packets")


def module(world, dice):
    """Goes and comes; now and then just when a change is to be taken back."""
    def load():
        world.came = came()
        command("insmod", os.environ["PORTCLASS_KO"])
        world.load += 1

    if world.load % 2:
        load()
    while True:
        time.sleep(dice.uniform(1, 5) * PATIENCE)
        if not dice.randrange(2):
            now = time.monotonic()
            new_client().set(dice.choice(storm_rules.REQUESTS[:2]), nl.u32(nl.CONFIRM_IN, 1), nl.attr(nl.FORCE))
            time.sleep(max(0.0, now + 1 + dice.uniform(-0.06, 0.04) - time.monotonic()))
        world.load += 1
        held, started = False, time.monotonic()
        while True:
            done = command("rmmod", "portclass", status=None)
            if not done.returncode:
                break
            # By a dump that nobody reads to its end; it may have begun between rmmod's own look and the kernel's (EAGAIN).
            waited = time.monotonic() - started
            in_use = "in use" in done.stderr or "temporarily unavailable" in done.stderr
            assert in_use and waited < 30 * PATIENCE, f"rmmod: {done.stderr}"
            held = True
            # There may always be one.
            world.held = waited > 1
            time.sleep(0.02)
        world.held = 0
        assert not SYSFS.exists()
        load()
        yield "times unloaded, once a dump was closed" if held else "times unloaded"


def applier(_world, dice):
    """Asks for one configuration after the other."""
    client = new_client(sndbuf=1 << 20)
    while True:
        force = nl.attr(nl.FORCE) if not dice.randrange(8) else b""
        done = try_set(client, dice.choice(storm_rules.REQUESTS), force)
        yield "changes" if done else "refused"
        time.sleep(dice.choice((0, 0.01, 0.05, 0.1)))


def confirmer(_world, dice):
    """Changes that are to be confirmed: some are, some are taken back, some are prolonged."""
    client = new_client(sndbuf=1 << 20)
    while True:
        if try_set(client, dice.choice(storm_rules.REQUESTS), nl.u32(nl.CONFIRM_IN, dice.choice((1, 1, 2)))):
            time.sleep(dice.choice((0, 0.2, 0.95, 1, 1.05)))
            sort = dice.randrange(4)
            if sort == 0:
                client.act(nl.CONFIRM)
                yield "confirmed"
            elif sort == 1:
                client.set(dice.choice(storm_rules.REQUESTS), nl.attr(nl.FORCE), nl.u32(nl.CONFIRM_IN, 1))
                yield "prolonged"
            else:
                while "pending" in client.config():
                    time.sleep(0.05)
                yield "taken back, or confirmed by others"
        else:
            time.sleep(0.05)
            yield "refused"


def shadow(_world, dice):
    """Candidates: cast, replaced, promoted, dropped."""
    client = new_client(sndbuf=1 << 20)
    while True:
        for _ in range(dice.randrange(1, 3)):
            client.set(nl.attr(nl.SHADOW), dice.choice(storm_rules.REQUESTS))
            yield "cast"
            time.sleep(dice.uniform(0, 0.2))
        try:
            action, word = dice.choice(((nl.SHADOW_PROMOTE, "promoted"), (nl.SHADOW_DROP, "dropped")))
            client.act(action)
            yield word
        except nl.Refused as refused:
            if refused.errno != errno.EBUSY:
                raise
            yield "refused"


def flip(dice, kind, values, pause):
    client = new_client()
    while True:
        for value in values:
            force = nl.attr(nl.FORCE) if not dice.randrange(4) else b""
            yield "flips" if try_set(client, nl.u32(kind, value), force) else "refused"
            time.sleep(dice.uniform(0, pause))


def mode(_world, dice):
    return flip(dice, nl.MODE, (nl.OBSERVE, nl.ENFORCE), 0.1)


def track(_world, dice):
    return flip(dice, nl.TRACK, (nl.NONE, nl.CONNTRACK), 0.5)


def rules(_world, dice):
    """Whatever is read has been asked for, as a whole."""
    client = new_client(rcvbuf=1 << 20)
    while True:
        kind, data = dice.choice((("live", b""), ("shadow", nl.attr(nl.RULES_SHADOW))))
        found, interrupted = client.rules_once(data)
        assert interrupted or found in storm_rules.RULES, f"nobody asked for {kind} {found}"
        yield "flagged" if interrupted else f"whole, {kind}"
        policies = {where: action for where, action in client.config()["policy"].items() if action != nl.ALLOW}
        assert policies in storm_rules.POLICIES, f"nobody asked for {policies}"
        time.sleep(0.02)


def read_counters(client, dice):
    """Counters by names of their own, all but for sysfs; and the number of packets, both told by class and by port."""
    found, packets = {}, [0, 0]
    ports = client.ports()
    packets[0] = sum(values[1] for values in ports.values())
    for path, fields in client.stats().items():
        found.update({(path, field): value for field, value in fields.items()})
        packets[1] += sum(fields[klass, "packets"] for klass in range(3)) - fields["unlisted"]
    for port, values in ports.items():
        found.update({(port, i): value for i, value in enumerate(values)})
    for file in dice.sample(COUNTER_FILES, 5):
        found[file] = int((SYSFS / file).read_text(encoding="ascii"))
    return found, packets


def counters(world, dice):
    """They only ever grow, for as long as it is the same module; and there are never more packets than have come."""
    client = new_client(rcvbuf=1 << 22)
    last, load = {}, None
    while True:
        this = world.load
        now, (by_port, by_class) = read_counters(client, dice)
        limit = came() - world.came
        if this % 2 or this != world.load:
            yield "looks, one at either module"
            client = new_client(rcvbuf=1 << 22)
            continue
        if this != load:
            last, load = {}, this
        down = {name: (value, now.get(name)) for name, value in last.items()
                if now.get(name, -1) < value and (name in now or not isinstance(name, str))}
        assert not down, f"counters that went down: {down}"
        assert by_port <= by_class <= limit, f"{by_port} packets by port, {by_class} by class, {limit} have come"
        last.update(now)
        yield "looks"


def answers(_world, dice):
    """All that can be asked for, of the live configuration and of the shadow."""
    client = new_client(rcvbuf=1 << 20)
    while True:
        sort = dice.randrange(5)
        if sort == 0:
            client.explain(dice.randrange(3), dice.randrange(2), dice.choice((0, 22, 5001, 9000, 65535)))
        elif sort == 1:
            client.dump(nl.HISTORY_GET)
        elif sort == 2:
            client.dump(nl.PORT_STATS_GET, nl.u32(1, dice.randrange(3)) + nl.u32(2, dice.randrange(2)))
        elif sort == 3:
            client.dump(nl.STATS_GET)
        else:
            client.config(shadow=bool(dice.randrange(2)))
        yield ("explained", "histories", "ports", "classes", "configurations")[sort]
        time.sleep(0.02)


def left_alone(_world, dice):
    """Dumps that nobody reads to the end: closed at once, half-way, or after a while."""
    while True:
        client = new_client(recvsize=4096)
        client.dump_start(dice.choice((nl.RULE_GET, nl.STATS_GET, nl.PORT_STATS_GET, nl.HISTORY_GET)))
        with contextlib.suppress(nl.Refused):
            for _ in range(dice.randrange(3)):
                if client.dump_part()[2]:
                    break
        time.sleep(dice.choice((0, 0, 0.1)))
        client.sock.close()
        yield "closed"
        time.sleep(0.05)


def sysfs(_world, dice):
    """Its files, whoever takes them away; and one that is kept open until then."""
    while True:
        files = [file for file in SYSFS.rglob("*") if file.is_file()]
        if not files:
            time.sleep(0.01)
            continue
        with dice.choice(files).open("rb", 0) as kept:
            for file in dice.sample(files, min(8, len(files))):
                text = file.read_text(encoding="ascii").rstrip()
                assert text.isdigit() or text in ("observe", "enforce", "conntrack", "none") or "." in text, \
                    f"{file}: {text}"
            kept.read()
        yield "looks"
        time.sleep(0.05)


def listener(world, _dice):
    """Is told of all changes, in order; or that there were too many for it."""
    this = world.load
    client = new_client(rcvbuf=1 << 16)
    client.listen("config")
    client.listen("history")
    client.sock.settimeout(0.3)
    last = 0
    while this == world.load:
        try:
            for kind, _, _, _, payload in client.receive():
                if kind != client.family:
                    continue
                if payload[0] != nl.CHANGED_NTF:
                    yield "of the history"
                    continue
                generation = nl.parse_config(client.genl(payload))["generation"]
                assert generation >= last, f"generation {generation} was announced behind {last}"
                last = generation
                yield "changes"
        except TimeoutError:
            pass
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            yield "times too many"


def tool(_world, dice):
    """The command, asking."""
    while True:
        words = dice.choice((("show",), ("save",), ("history",), ("stats", "--by", "port"), ("stats",), ("explain", "tcp/22"),
                             ("shadow",), ("--json", "show")))
        done = command(TOOL, *words, status=None)
        assert done.returncode in (0, 1) and (done.returncode == 0 or done.stderr), f"{words}: {done}"
        yield "done" if done.returncode == 0 else "refused"
        time.sleep(0.3)


def make_namespace(name, number):
    """With a link to here."""
    command("ip", "netns", "add", name)
    command("ip", "-batch", "-", text=f"""
        link add to-{name} type veth peer name eth0 netns {name}
        address add 10.{number}.0.1/24 dev to-{name}
        link set to-{name} up""")
    command("ip", "-netns", name, "-batch", "-", text=f"""
        address add 10.{number}.0.2/24 dev eth0
        link set lo up
        link set eth0 up""")


def configure(client, sort, dice):
    """What a namespace has when it goes. What is returned has to live until then."""
    client.set(dice.choice(storm_rules.REQUESTS), nl.rule(nl.IN, nl.UDP, nl.DENY, 9000))
    if sort == "pending":
        client.set(nl.attr(nl.FLUSH), nl.u32(nl.TRACK, nl.NONE), nl.u32(nl.CONFIRM_IN, 1))
    elif sort == "shadow":
        client.set(nl.attr(nl.SHADOW), dice.choice(storm_rules.REQUESTS))
    elif sort == "track none":
        client.set(nl.u32(nl.TRACK, nl.NONE))
    elif sort == "dump":
        client.dump_start(nl.RULE_GET)


def talk(name, number):
    """Packets both ways, of a namespace that is about to go."""
    with nl.namespace(name):
        there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with there, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        for port in range(8990, 9010):
            with contextlib.suppress(OSError):
                here.sendto(bytes(100), (f"10.{number}.0.2", port))
                there.sendto(bytes(100), (f"10.{number}.0.1", port))


def namespaces(_world, dice):
    """Made, configured, spoken with, and away with them; with whatever they have at that moment."""
    number = 100 + os.getpid() % 100
    name = f"storm{number}"
    while True:
        sort = dice.choice(("rules", "pending", "shadow", "track none", "dump"))
        try:
            make_namespace(name, number)
            with nl.namespace(name):
                client = new_client(sndbuf=1 << 20, recvsize=4096)
            configure(client, sort, dice)
            started = time.monotonic()
            talk(name, number)
            if sort == "pending":
                # Taken back just when the namespace goes.
                time.sleep(max(0.0, started + 1 + dice.uniform(-0.05, 0.04) - time.monotonic()))
            if sort != "dump":
                client.sock.close()
        except nl.Refused as refused:
            if not is_gone(refused):
                raise
            sort = "without a module"
        finally:
            command("ip", "netns", "delete", name, status=None)
            # Its end there goes by itself, but not at once.
            command("ip", "link", "delete", f"to-{name}", status=None)
        if sort == "dump":
            # Before anybody waits for the module to go.
            client.sock.close()
        yield sort


def links(_world, dice):
    """Devices go down and come up, and change what they are set to."""
    while True:
        device = dice.choice(("to-right", "to-srv"))
        command("ip", "link", "set", device, "down")
        time.sleep(dice.uniform(0, 0.05))
        command("ip", "link", "set", device, "up", "mtu", dice.choice(("1500", "1400")))
        yield "times down"
        time.sleep(dice.uniform(0.2, 1))


def conntrack(_world, dice):
    """All flows are forgotten."""
    while True:
        command("conntrack", "-F", status=None)
        yield "flushes"
        time.sleep(dice.uniform(0.2, 1))


# Whose dumps keep the module from going.
DUMPERS = rules, counters, answers, left_alone, tool, namespaces
