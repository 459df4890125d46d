#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""coverage.py GCOV FOLDER SOURCES MIN: the lines of the files in SOURCES that the objects in FOLDER have run, by their counts.

A line counts as run if any object has run it: the suites compile the module's files once more. The lines that nobody ran
are listed, with their functions. Fails if fewer than MIN percent were run. (gcovr and the like want gcov to find each
header that the kernel was compiled with.)
"""
import json
import os
import subprocess
import sys


def read(gcov, folder, sources):
    """{file: {line: [times, function]}}"""
    lines = {}
    for where, _, names in os.walk(folder):
        for name in names:
            if not name.endswith('.gcno'):
                continue
            # Where there are no counts, it takes it that nothing was run, and says so.
            said = subprocess.run([gcov, '--stdout', '--json-format', name], cwd=where, check=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            for file in json.loads(said)['files']:
                path = os.path.realpath(os.path.join(where, file['file']))
                if os.path.dirname(path) != sources:
                    continue
                of_file = lines.setdefault(os.path.basename(path), {})
                for line in file['lines']:
                    known = of_file.setdefault(line['line_number'], [0, line.get('function_name', '')])
                    known[0] += line['count']
    return lines


def missing(lines):
    """'FUNCTION 3-5, 7; ...': what was not run, where nothing that was lies between."""
    functions, run = {}, []
    for number in sorted(lines) + [None]:
        if number is not None and not lines[number][0] and (not run or lines[run[0]][1] == lines[number][1]):
            run.append(number)
            continue
        if run:
            text = f'{run[0]}-{run[-1]}' if len(run) > 1 else str(run[0])
            functions.setdefault(lines[run[0]][1], []).append(text)
        run = [number] if number is not None and not lines[number][0] else []
    return '; '.join(f"{name} {', '.join(ranges)}" for name, ranges in functions.items())


def main():
    gcov, folder, sources, least = sys.argv[1:]
    sources = os.path.realpath(sources)
    lines = read(gcov, folder, sources)
    of_all = run_all = 0
    print(f"{'FILE':16} {'LINES':>5} {'RUN':>5} {'%':>6}  NOT RUN")
    for name in sorted(lines):
        of, run = len(lines[name]), sum(1 for times, _ in lines[name].values() if times)
        of_all, run_all = of_all + of, run_all + run
        print(f'{name:16} {of:5} {run:5} {100 * run / of:6.1f}  {missing(lines[name])}'.rstrip())
    percent = 100 * run_all / of_all if of_all else 0
    print(f"{'all':16} {of_all:5} {run_all:5} {percent:6.1f}")
    if percent < float(least):
        sys.exit(f'coverage.py: that is less than {least} percent')


main()
