#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
report.py FOLDER: the tables of what was measured, on stdout; bench.json with the same and the raw figures, and
bench.svg, in that folder. What was not measured is said to be missing. Exit status 1 if portclass itself has no
figures.
"""

import json
import pathlib
import sys

import chart
import seen
from figures import Work, goals, shared_goals, swap_goals

METHODS = {
    "native": ("User Mode Linux: the kernel's code at the machine's own speed, one processor, no retpolines. Its\n"
               "per-CPU additions, atomics and barriers are those of an SMP kernel (tests/bench/uml-x86.patch); spin\n"
               "locks are none.", "ns", "ns"),
    "stock": ("Debian's stock kernel under QEMU's -icount: instructions, not time. They say nothing of caches, nor of\n"
              "what a locked instruction costs.", "ticks", "instructions"),
    "smp": ("Debian's stock kernel on two emulated processors. Its times are no machine's; that a packet is lost, and\n"
            "memory, are as they are.", "ns", "ns"),
}


def number(value, digits=1):
    return "-" if value is None else f"{value:,.{digits}f}"


def pool(boots):
    """One boot's worth, with the rounds of all of them."""
    whole = boots[0]
    for boot in boots[1:]:
        for work, more in zip(whole["works"], boot["works"]):
            for config, others in zip(work["configs"], more["configs"]):
                config["void"] = config["void"] or others["void"]
                for unit in ("ns", "ticks"):
                    config[unit] += others[unit]
    return whole


def print_work(work, unit):
    kind = "the whole" if work.whole else "beyond an empty hook"
    print(f"\n{work.name}: {work.about}\n  {unit} a packet; 'portclass is' its cost as a part of that peer's, {kind}")
    print(f"  {'':32} {'ports':>6} {'median':>9} {'min':>9} {'max':>9} {'beyond':>9} {'/ empty':>8} "
          f"{'portclass is':>13}")
    for row in work.rows:
        if not row.each:
            print(f"  {row.peer:32} {row.size:6} missing: {row.void}")
            continue
        beyond = None if work.whole else row.beyond
        print(f"  {row.peer:32} {row.size:6} {number(row.median):>9} {number(min(row.each)):>9} "
              f"{number(max(row.each)):>9} {number(beyond):>9} {number(row.to_empty, 2):>8} {number(row.ratio, 2):>13}")


def print_swaps(swaps):
    print("\nswap: all ports exchanged at once\n"
          f"  {'':32} {'rules':>6} {'ms':>9} {'min':>9} {'max':>9} {'loaded':>9} {'packets':>10} {'lost':>6}")
    for row in swaps:
        if row["void"]:
            print(f"  {row['way']:32} missing: {row['void']}")
            continue
        times, loaded = sorted(row["ms"]), sorted(row["ms_loaded"])
        print(f"  {row['way']:32} {row['rules']:6} {number(times[len(times) // 2]):>9} {number(times[0]):>9} "
              f"{number(times[-1]):>9} {number(loaded[len(loaded) // 2]):>9} {row['sent']:10} {row['lost']:6}")


def print_memory(memory):
    print("\nmemory: KiB a namespace, as /proc/meminfo has it\n"
          f"  {'':32} {'ports':>6} {'KiB':>9}")
    for row in memory:
        print(f"  {row['peer']:32} {row['size']:6} {number(row['kib']):>9}" if row["void"] is None else
              f"  {row['peer']:32} {row['size']:6} missing: {row['void']}")


def print_shared(rows):
    print("\n== shared ==\nThe stock kernel, two processors under a plugin of QEMU: instructions of most packets "
          "between entering the\nhooks and leaving them, and cache lines that one processor writes there and the other "
          "one touches.")
    if not rows:
        print("missing: it did not run")
        return
    print(f"  {'':32} {'':12} {'alone':>7} {'two at once':>15} {'lines':>6}  written by")
    for row in rows:
        if row["void"]:
            print(f"  {row['peer']:32} {row['work']:12} missing: {row['void']}")
            continue
        two = f"{row['two'][0]} / {row['two'][1]}"
        print(f"  {row['peer']:32} {row['work']:12} {row['one']:7} {two:>15} {row['shared']:6}  "
              f"{', '.join(row['writers'])}")
    for row in rows:
        if row["peer"] == "portclass" and not row["void"]:
            print(f"\n  portclass, {row['work']}: instructions a packet by function")
            for name, count in row["functions"].items():
                print(f"    {name:40} {count:7.1f}")


def print_goals(found):
    print("\ngoals\n" f"  {'':72} {'is':>7} {'at most':>8}")
    for goal in found:
        print(f"  {goal.about:72} {number(goal.figure, 2):>7} {number(goal.limit, 2):>8}  {goal.verdict}")


def as_json(found):
    return [{"about": goal.about, "is": goal.figure, "at_most": goal.limit, "verdict": goal.verdict} for goal in found]


def summary(works):
    return {name: [{"peer": row.peer, "ports": row.size, "void": row.void, "median": row.median if row.each else None,
                    "min": min(row.each, default=None), "max": max(row.each, default=None), "beyond": row.beyond,
                    "to_empty": row.to_empty, "portclass_is": row.ratio} for row in work.rows]
            for name, work in works.items()}


def main():
    folder = pathlib.Path(sys.argv[1])
    whole = {}
    failed = False
    for name, (method, key, unit) in METHODS.items():
        files = sorted(folder.glob(f"{name}*.json"))
        print(f"\n== {name} ==\n{method}")
        if not files:
            print("missing: it did not run")
            continue
        raw = pool([json.loads(file.read_text()) for file in files])
        print("; ".join(f"{what}: {version}" for what, version in raw["versions"].items()) +
              f"; {raw['rounds']} rounds in each of {len(files)} boots")
        works = {work["work"]: Work(work, key) for work in raw["works"]}
        for work in works.values():
            print_work(work, unit)
            failed |= any(row.ours and not row.each for row in work.rows)
        if raw["swaps"]:
            print_swaps(raw["swaps"])
        if raw["memory"]:
            print_memory(raw["memory"])
        found = goals(works) if name != "smp" else []
        if name != "stock":
            found += swap_goals(raw["swaps"], name == "native")
        print_goals(found)
        whole[name] = {"method": method, "unit": unit, "versions": raw["versions"], "rounds": raw["rounds"],
                       "summary": summary(works), "swaps": raw["swaps"], "memory": raw["memory"],
                       "goals": as_json(found),
                       "raw": raw["works"]}
        if name == "native":
            (folder / "bench.svg").write_text(chart.draw(works, raw["versions"]))
    shared = seen.pairs(seen.read(folder))
    print_shared(shared)
    found = shared_goals(shared)
    print_goals(found)
    whole["shared"] = {"unit": "instructions", "rows": shared, "goals": as_json(found)}
    (folder / "bench.json").write_text(json.dumps(whole))
    print(f"\nAll of it, with the raw figures: {folder}/bench.json; as a chart: {folder}/bench.svg")
    return 1 if failed or not (shared or len(whole) > 1) else 0


if __name__ == "__main__":
    sys.exit(main())
