# SPDX-License-Identifier: GPL-2.0
"""What the plugin has seen: sections with instructions and shared cache lines, and in what functions these are."""

import bisect
import json


class Symbols:
    """The kernel's functions by address, as /proc/kallsyms has them."""

    def __init__(self, pairs):
        pairs = sorted((int(address, 16), name) for address, name in pairs)
        self.addresses = [address for address, _ in pairs]
        self.names = [name for _, name in pairs]

    def of(self, address):
        at = bisect.bisect_right(self.addresses, address) - 1
        return self.names[at] if at >= 0 else "?"


class Section:
    """Packets of one configuration: instructions of most of them, by processor; functions: instructions a packet."""

    def __init__(self, words):
        self.counts = [int(words[3]), int(words[6])]
        self.packets = [int(words[4]), int(words[7])]
        self.shared = int(words[9])
        self.writers, self.functions = set(), {}
        self.peer = self.work = None
        self.cpus = 0
        self.done = False

    def add(self, words, symbols):
        name = symbols.of(int(words[3 if words[0] == "line" else 1], 16))
        if words[0] == "line":
            self.writers.add(name)
        else:
            self.functions[name] = self.functions.get(name, 0) + int(words[2]) / sum(self.packets)


def read(folder):
    """All sections; an empty list if there was no such run."""
    try:
        about = json.loads((folder / "shared.json").read_text())
        lines = (folder / "shared.seen").read_text().splitlines()
    except FileNotFoundError:
        return []
    symbols = Symbols(about["symbols"])
    sections = []
    for words in map(str.split, lines):
        if words[0] == "section":
            sections.append(Section(words))
        else:
            sections[-1].add(words, symbols)
    if len(sections) != len(about["sections"]):
        raise ValueError(f"{len(sections)} sections were seen, of {len(about['sections'])}")
    for section, facts in zip(sections, about["sections"]):
        vars(section).update(facts)
    return sections


def pairs(sections):
    """Rows of (peer, work, instructions alone, instructions of each of two, lines shared, who writes to them)."""
    rows = []
    for one, two in zip(sections[::2], sections[1::2]):
        ok = one.done and two.done and all(two.packets) and one.packets[0]
        rows.append({"peer": one.peer, "work": one.work, "void": None if ok else "it did not come to its end",
                     "one": one.counts[0], "two": two.counts, "shared": two.shared, "writers": sorted(two.writers),
                     "functions": dict(sorted(one.functions.items(), key=lambda item: -item[1])[:12])})
    return rows
