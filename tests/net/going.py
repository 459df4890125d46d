#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""going.py COUNT: a change of a namespace is due to be taken back in the very moment in which the namespace goes."""

import ctypes
import os
import random
import sys
import time

import netlink as nl
from patience import PATIENCE

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
# Seconds: about what it takes a namespace to go.
AHEAD = 0.05 * PATIENCE
LEAD = 4 * AHEAD


def check(result):
    if result:
        raise OSError(ctypes.get_errno(), "unshare or setns")


def make():
    """A namespace, by its only reference, and when its change is due. Going back takes hooks away that the change has set."""
    check(libc.unshare(CLONE_NEWNET))
    nl.Client().set(nl.policy(nl.IN, nl.TCP, 1, nl.DENY), nl.u32(nl.CONFIRM_IN, 1))
    return os.open("/proc/self/ns/net", os.O_RDONLY), time.monotonic() + 1


def go(there, due):
    """Whether it goes before its change is taken back."""
    time.sleep(max(0, due - random.random() * AHEAD - time.monotonic()))
    os.close(there)
    return time.monotonic() < due


def main():
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    waiting, early, count = [], 0, int(sys.argv[1])
    for _ in range(count):
        waiting.append(make())
        check(libc.setns(home, CLONE_NEWNET))
        while waiting and waiting[0][1] < time.monotonic() + LEAD:
            early += go(*waiting.pop(0))
    early += sum(go(*one) for one in waiting)
    print(f"{early} of {count} went before it")
    assert early > count / 10, "too late for what this is about"


main()
