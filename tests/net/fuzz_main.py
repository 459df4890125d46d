# SPDX-License-Identifier: GPL-2.0
"""What the fuzzers have in common: what they are asked to do, and what is kept of their finds."""

import sys


def kept(path):
    """The words of each line of a file; "#" begins a comment."""
    with open(path, encoding="ascii") as file:
        return [words for words in (line.partition("#")[0].split() for line in file) if words]


def main(fuzzer):
    """SECONDS SEED | replay FILE...; @fuzzer makes one of a seed, which can run() and replay()."""
    if sys.argv[1] == "replay":
        one = fuzzer(1)
        for path in sys.argv[2:]:
            one.replay(path)
        return
    seconds, seed = float(sys.argv[1]), sys.argv[2]
    print(f"seed {seed}", flush=True)
    fuzzer(seed).run(seconds)
