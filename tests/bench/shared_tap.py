#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
shared_tap.py FOLDER: what run.sh's part "shared" has seen of two processors, as tests. These are exact, unlike times: so
they can fail a check.
"""

import pathlib
import sys

import seen

results = 0


def tell(ok, name, found):
    global results
    results += 1
    print(f"{'ok' if ok else 'not ok'} {results} - shared: {name}")
    if not ok:
        print(f"#   {found}")


def main():
    rows = seen.pairs(seen.read(pathlib.Path(sys.argv[1])))
    ours = [row for row in rows if row["peer"] == "portclass"]
    for row in ours:
        work = row["work"]
        tell(row["void"] is None and row["shared"] == 0, f"{work}: no line is written by one and touched by the other",
             f"{row['shared']} lines, written by {', '.join(row['writers'])}; {row['void']}")
        tell(max(row["two"]) <= row["one"], f"{work}: no more instructions with both than with one",
             f"{row['one']} alone, {row['two']} together")
    # That such a line would be seen at all.
    tell(any(row["shared"] and row["peer"] == "ipset counters" for row in rows), "ipset's counters share one", "none seen")
    print(f"1..{results}")
    return 0 if ours else 1


if __name__ == "__main__":
    sys.exit(main())
