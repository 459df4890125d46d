#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""storm.py SECONDS SEED: everything at once, each actor a process of its own.

Run as root, in a guest, with the links and servers of test_93_storm.sh; the module is PORTCLASS_KO, and is not loaded at
first. Actors are in storm_traffic.py and storm_control.py: generators that yield a word for each piece of work that
they have done. What one of them finds wrong ends all. Prints how often each has done what."""

import collections
import contextlib
import json
import mmap
import os
import pathlib
import random
import struct
import sys
import tempfile
import time
import traceback

import storm_control
import storm_traffic
from patience import PATIENCE

IN_VAIN = {"refused", "silent", "without a module"}  # who has done nothing else, has done nothing


class World:
    """What the actors share: whether it is over; which load of the module this is, an odd number while there is none, with
    how many packets had come before it; whether it can't go for all the dumps, so that nobody is to begin one; and who has
    done something yet."""

    def __init__(self):
        self.memory = mmap.mmap(-1, 4096)

    def read(self, at):
        return struct.unpack_from("=Q", self.memory, at * 8)[0]

    def write(self, at, value):
        struct.pack_into("=Q", self.memory, at * 8, value)

    over = property(lambda self: self.read(0), lambda self, value: self.write(0, value))
    load = property(lambda self: self.read(1), lambda self, value: self.write(1, value))
    came = property(lambda self: self.read(2), lambda self, value: self.write(2, value))
    held = property(lambda self: self.read(3), lambda self, value: self.write(3, value))

    def worked(self, number):
        self.write(8 + number, 1)

    def idle(self):
        return [name for number, (name, _, _) in enumerate(ACTORS) if not self.read(8 + number)]


# Who, on which processor (None: on any), and what it does. The first one loads the module.
ACTORS = (
    ("module", None, storm_control.module),
    ("udp to us", 0, storm_traffic.udp_to_us),
    ("udp from us", 1, storm_traffic.udp_from_us),
    ("udp from us, all the time", 1, storm_traffic.udp_all_the_time),
    ("udp through us", 0, storm_traffic.udp_through_us),
    ("tcp to us", 1, storm_traffic.tcp_to_us),
    ("tcp from us", 0, storm_traffic.tcp_from_us),
    ("tcp through us", 1, storm_traffic.tcp_through_us),
    ("fragments", 0, storm_traffic.fragments),
    ("knocks of others", 1, storm_traffic.knocks),
    ("odd packets", 0, storm_traffic.odd),
    ("applier, one", 0, storm_control.applier),
    ("applier, two", 1, storm_control.applier),
    ("applier, to be confirmed", None, storm_control.confirmer),
    ("shadow", 0, storm_control.shadow),
    ("mode", 1, storm_control.mode),
    ("tracking", None, storm_control.track),
    ("rules", 1, storm_control.rules),
    ("counters", 0, storm_control.counters),
    ("answers", 1, storm_control.answers),
    ("dumps left alone", None, storm_control.left_alone),
    ("sysfs", 1, storm_control.sysfs),
    ("listener", 0, storm_control.listener),
    ("tool", None, storm_control.tool),
    ("namespaces, one", 0, storm_control.namespaces),
    ("namespaces, two", 1, storm_control.namespaces),
    ("links", None, storm_control.links),
    ("conntrack", None, storm_control.conntrack),
)


def act(world, number, dice):
    """One actor, until it is over; how often it has done what."""
    body, done = ACTORS[number][2], collections.Counter()
    while not world.over:
        with contextlib.closing(body(world, dice)) as work:
            try:
                started = time.monotonic()
                for word in work:
                    done[word] += 1
                    if word not in IN_VAIN:
                        world.worked(number)
                    if world.over:
                        break
                    # A slow guest that only does what it is asked to never gets to free what it has to.
                    time.sleep((PATIENCE - 1) * min(0.1, time.monotonic() - started))
                    started = time.monotonic()
                    while world.held and not world.over and body in storm_control.DUMPERS:
                        time.sleep(0.02)
            except storm_control.GONE as error:
                if not storm_control.is_gone(error):
                    raise
                done["found no module"] += 1
                time.sleep(0.02)
    return done


def start(world, number, seed, folder):
    """A process for an actor."""
    name, cpu, _ = ACTORS[number]
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
        done = act(world, number, random.Random(f"{seed} {name}"))
        pathlib.Path(folder, str(number)).write_text(json.dumps(done), encoding="ascii")
        status = 0
    except BaseException:  # pylint: disable=broad-except  # whatever it is, it is told
        print(f"{name}, load {world.load // 2}:", file=sys.stderr)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def ended(children, seconds):
    """Takes from {process: number} who ends within this time; those who did not end well."""
    bad, end = [], time.monotonic() + seconds
    while children and not bad and time.monotonic() < end:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            time.sleep(0.05)
            continue
        number = children.pop(pid)
        if status:
            bad.append(ACTORS[number][0])
    return bad


def main():
    seconds, seed = float(sys.argv[1]), sys.argv[2]
    world = World()
    world.load = 1
    with tempfile.TemporaryDirectory() as folder:
        children = {start(world, 0, seed, folder): 0}
        bad = []
        while world.load % 2 and not bad:
            bad = ended(children, 0.1)
        if not bad:
            children.update({start(world, number, seed, folder): number for number in range(1, len(ACTORS))})
        bad, end = [], time.monotonic() + seconds
        # On a busy host, some need longer to begin with. Of a short one, that all ends well is enough.
        late = end + (60 * PATIENCE if seconds >= 10 else 0)
        while not bad and len(children) == len(ACTORS) and time.monotonic() < (late if world.idle() else end):
            bad = ended(children, 0.5)
        world.over = 1
        # Those who wait for an answer are given time; who hangs is shown by what it waits for.
        limit = time.monotonic() + 60 * PATIENCE
        while children and time.monotonic() < limit:
            bad += ended(children, 1)
        for child, number in children.items():
            bad.append(f"{ACTORS[number][0]} (hangs)")
            with contextlib.suppress(OSError):
                print(pathlib.Path(f"/proc/{child}/stack").read_text(), file=sys.stderr)
            os.kill(child, 9)
        assert not bad, f"seed {seed}: failed: {', '.join(bad)}"
        for number, (name, _, _) in enumerate(ACTORS):
            done = json.loads(pathlib.Path(folder, str(number)).read_text(encoding="ascii"))
            gone = done.pop("found no module", 0)
            print(f"{name}: {', '.join(f'{count} {word}' for word, count in sorted(done.items()))}"
                  f"{f'; {gone} times it found no module' if gone else ''}")
        assert seconds < 10 or not world.idle(), f"seed {seed}: did nothing: {', '.join(world.idle())}"


if __name__ == "__main__":
    main()
