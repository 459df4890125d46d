#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# coverage-guest.sh PATTERN: coverage.sh's part in the guest: runs the tests, and takes the kernel's counts of lines out.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit

gcov=/sys/kernel/debug/gcov
if [ ! -w "$gcov/reset" ]; then
	echo "coverage-guest: this kernel doesn't count" >&2
	exit 1
fi

# run NAME COMMAND...: says how many results of a run were good. One that takes too long has run what it has.
run() {
	local name=$1 said
	shift
	said=$(timeout -k 5 1500 "$@" 2>&1)
	printf '%s\n' "$said"
	printf 'coverage-guest: %s: %d passed, %d failed\n' "$name" \
		"$(grep -cE '^ *ok ' <<<"$said")" "$(grep -cE '^ *not ok ' <<<"$said")"
}

run kunit tests/kunit/run.sh
[ -z "$1" ] || run tool tests/cli/guest.sh
[ -z "$1" ] || run "$1" tests/net/run.sh "$1"

# These files have no size before they are read.
counts=$(mktemp -d)
(cd "$gcov" && find . -name '*.gcda') | while read -r file; do
	mkdir -p "$counts/$(dirname "$file")"
	cat "$gcov/$file" >"$counts/$file"
done
# Files only: the folders, this one first, would have their modes changed where it is unpacked.
(cd "$counts" && find . -name '*.gcda' -print0 | tar --null -T - -cf /out/counts.tar)
