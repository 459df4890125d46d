#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fuzz.sh uml|debug [PATTERN]: the fuzzers of the netlink interface and of the packet path, in a kernel that looks for
# faults, for FUZZ_SECONDS (10) each; FUZZ_SEED repeats a run. PATTERN is of their tests' names (test_9[12]*). With
# PLANT=NAME it is a module with that bug of plants/. Prints TAP.
#
# fuzz.sh plants uml|debug: do they find what is planted?

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

fuzz() {
	local kernel=$1 seconds=${FUZZ_SECONDS:-10} patience=6
	[ "$kernel" = debug ] || patience=3
	GUEST_KERNEL=$kernel "$vm/net.sh" --timeout $((1200 + 4 * seconds)) --env PATIENCE=$patience \
		--env "FUZZ_SECONDS=$seconds" --env "FUZZ_SEED=${FUZZ_SEED-}" tests/net/run.sh "${2:-test_9[12]*}"
}

plants() {
	local kernel=$1 plant name report status number=0 failures=0 log
	log=$(mktemp)
	for plant in "$vm"/plants/*.patch; do
		name=$(basename "$plant" .patch)
		report=$(sed -n 's/^Report: //p' "$plant")
		status=0
		PLANT=$name fuzz "$kernel" "$(sed -n 's/^Test: //p' "$plant")" >"$log" 2>&1 || status=$?
		number=$((number + 1))
		if [ "$status" -ne 0 ] && grep -Eq "$report" "$log"; then
			printf 'ok %d - %s fuzzers find what is planted: %s\n' "$number" "$kernel" "$name"
			printf '# %s\n' "$(grep -Eom1 "($report).*" "$log")"
		else
			printf 'not ok %d - %s fuzzers find what is planted: %s\n' "$number" "$kernel" "$name"
			tail -n 40 "$log" | sed 's/^/#   /'
			failures=$((failures + 1))
		fi
	done
	rm -f "$log"
	printf '1..%d\n' "$number"
	[ "$failures" -eq 0 ]
}

case "${1-} ${2-}" in
'uml '* | 'debug '*) fuzz "$@" ;;
'plants uml' | 'plants debug') plants "$2" ;;
*) die "usage: fuzz.sh uml|debug [PATTERN] | fuzz.sh plants uml|debug" ;;
esac
