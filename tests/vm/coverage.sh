#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# coverage.sh [PATTERN]: which lines of the module its tests run, in User Mode Linux: the KUnit suites, the tool's tests
# with the module, and those end-to-end tests whose names match PATTERN ('test_2[08]*' if there is none; '' for KUnit
# alone). Prints a table of lines for each file, with the numbers of those that nothing ran; fails if fewer than
# COVERAGE_MIN percent were run.
#
# Both modules are compiled with counters (gcov), which the kernel keeps, also of modules that are gone. It is not a test
# itself: whatever fails in here is only counted, since that kernel has not all that the tests ask for, and is slow.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

pattern=${1-'test_2[08]*'}
min=${COVERAGE_MIN:-90}

"$vm/deps.sh" tool uml vm
# The compiler that modules are compiled with wrote the notes, in a format of its version.
gcov=gcov-$(gcc -dumpversion | cut -d. -f1)
make -s -C "$top/tools" O="$top/.build/tool" >&2
dir=$("$vm/build.sh" coverage GCOV_PROFILE=y)
out=$top/.build/coverage-out
rm -rf "$out"
mkdir -p "$out"
find "$top/$dir/" -name '*.gcda' -delete

status=0
"$vm/uml.sh" run --timeout 5000 --mem 1024 --out "$out" \
	--env "PORTCLASS_KO=/portclass/$dir/portclass.ko" --env "PORTCLASS_KUNIT_KO=/portclass/$dir/portclass_kunit.ko" \
	--env PORTCLASSCTL=/portclass/.build/tool/portclassctl \
	-- tests/vm/coverage-guest.sh "$pattern" >"$out/log" 2>&1 || status=$?
if [ ! -e "$out/counts.tar" ]; then
	tail -n 40 "$out/log" >&2
	die "the guest brought no counts back (exit status $status)"
fi
say "$(sed -n 's/^\[kernel\] //; /^coverage-guest: /p' "$out/log")"

# Beside the notes that the compiler left of each object.
tar -C / -xf "$out/counts.tar" "./${top#/}/$dir"
exec "$vm/coverage.py" "$gcov" "$top/$dir" "$top/kmod" "$min"
