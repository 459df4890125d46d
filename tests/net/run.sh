#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [PATTERN]: runs the end-to-end tests, as root, in a guest: tests/vm/net.sh tests/net/run.sh 'test_1*'
#
# PORTCLASS_KO is the module to test, PORTCLASSCTL the tool. Each test_*.sh whose name matches PATTERN (a shell
# pattern, with or without its "test_" and ".sh") is a bash process of its own that finds no module loaded, no
# namespace and no process of another test. What comes out is one TAP stream, with the plan at its end.
#
# For a slow guest, PATIENCE is how many times longer to wait for anything, and LEFT_OUT are lines of "test_NAME: why" for
# files that aren't run, but count as skipped.

set -uo pipefail
shopt -s extglob

here=$(cd "$(dirname "$0")" && pwd)
pattern=${1:-*}
export PATIENCE=${PATIENCE:-1}
# Seconds, for a file that hangs; more if one is told to take long.
limit=$((300 * PATIENCE + 2 * ${FUZZ_SECONDS:-0} + 2 * ${STORM_SECONDS:-0}))
: "${PORTCLASS_KO:?the path of portclass.ko}" "${PORTCLASSCTL:?the path of portclassctl}"

# The numbers go on from file to file, and a test may run in a subshell: so they are kept in files.
TAP_STATE=$(mktemp -d)
export TAP_STATE PORTCLASS_KO PORTCLASSCTL
echo 0 >"$TAP_STATE/count"
: >"$TAP_STATE/failed"
trap 'rm -rf "$TAP_STATE"' EXIT

# shellcheck source=tests/net/tap.sh
. "$here/tap.sh"

# leftovers SESSION: ends what a test may have left. What a test starts stays in its session, or in a namespace.
leftovers() {
	local ns
	[ -z "$1" ] || pkill -KILL -s "$1"
	for ns in $(ip netns list | cut -d' ' -f1); do
		ip netns pids "$ns" | xargs -r kill -KILL
		ip netns delete "$ns"
	done
	nft flush ruleset
	if [ -e /sys/module/portclass ]; then rmmod portclass; fi
} 2>/dev/null

run_file() {
	local file=$1 name before status=0 took start
	name=$(basename "$file" .sh)
	before=$(<"$TAP_STATE/count")
	start=${EPOCHREALTIME/./}
	printf '# %s\n' "$name"

	TAP_FILE=$name timeout -k 5 "$limit" setsid --wait bash "$file" </dev/null || status=$?

	leftovers "$(cat "$TAP_STATE/session" 2>/dev/null)"
	rm -f "$TAP_STATE/session"
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	printf '# %s: %d.%01d s\n' "$name" $((took / 1000)) $((took % 1000 / 100))

	TAP_FILE=$name
	if [ "$status" -ne 0 ]; then
		tap_report 1 "ran to its end" "exit status $status"
	elif [ "$(<"$TAP_STATE/count")" -eq "$before" ]; then
		tap_report 1 "tests something" "it printed no test"
	fi
	if [ -e /sys/module/portclass ]; then
		tap_report 1 "left no module" "portclass is still loaded"
	fi
}

leftovers ''
ran=0
for file in "$here"/test_*.sh; do
	name=$(basename "$file" .sh)
	# shellcheck disable=SC2254  # it is a pattern
	case $name in
	$pattern | test_$pattern | ${pattern%.sh}) ;;
	*) continue ;;
	esac
	why=$(sed -n "s/^$name: //p" <<<"${LEFT_OUT-}")
	if [ -n "$why" ]; then
		TAP_FILE=$name
		tap_report 0 "left out # SKIP $why"
	else
		run_file "$file"
	fi
	ran=$((ran + 1))
done
if [ "$ran" -eq 0 ]; then
	TAP_FILE=run
	tap_report 1 "finds a test" "no test matches $pattern"
fi

printf '1..%d\n' "$(<"$TAP_STATE/count")"
failed=$(wc -l <"$TAP_STATE/failed")
printf '# %d files, %d tests, %d failed, %d s\n' "$ran" "$(<"$TAP_STATE/count")" "$failed" "$SECONDS"
sed 's/^/# failed: /' "$TAP_STATE/failed"
[ "$failed" -eq 0 ]
