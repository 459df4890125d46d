# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Test results, for run.sh and the tests. Meant to be sourced; TAP_FILE is the name of the test file, TAP_STATE the
# folder that run.sh keeps the numbers in.

# tap_report STATUS NAME [DIAGNOSTIC]: prints the result of a test, ok if STATUS is 0.
tap_report() {
	local number
	number=$(($(<"$TAP_STATE/count") + 1))
	echo "$number" >"$TAP_STATE/count"
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s: %s\n' "$number" "$TAP_FILE" "$2"
		return
	fi
	printf '%s: %s\n' "$TAP_FILE" "$2" >>"$TAP_STATE/failed"
	printf 'not ok %d - %s: %s\n' "$number" "$TAP_FILE" "$2"
	[ -z "${3-}" ] || printf '%s\n' "$3" | head -n 40 | sed 's/^/#   /'
}

# t_ok NAME COMMAND...: passes if COMMAND succeeds. Its output is shown if not.
t_ok() {
	local name=$1 status=0
	shift
	"$@" >"$TAP_STATE/output" 2>&1 || status=$?
	tap_report "$status" "$name" "$(printf 'exit status %d of: %s\n' "$status" "$*" && tail -n 30 "$TAP_STATE/output")"
}

# t_not NAME COMMAND...: passes if COMMAND fails.
t_not() {
	local name=$1 status=1
	shift
	"$@" >"$TAP_STATE/output" 2>&1 || status=0
	tap_report "$status" "$name" "$(printf 'no failure of: %s\n' "$*" && tail -n 30 "$TAP_STATE/output")"
}

# t_is NAME GOT WANT: passes if both are the same.
t_is() {
	local status=0
	[ "$2" = "$3" ] || status=1
	tap_report "$status" "$1" "$(printf 'got:  %s\nwant: %s\n' "$2" "$3")"
}

# t_match NAME TEXT REGEX: passes if the extended regular expression is in TEXT.
t_match() {
	local status=0
	[[ $2 =~ $3 ]] || status=1
	tap_report "$status" "$1" "$(printf 'no "%s" in:\n%s\n' "$3" "$2")"
}

# t_skip NAME WHY: a test that can't be done here.
t_skip() {
	tap_report 0 "$1 # SKIP $2"
}
