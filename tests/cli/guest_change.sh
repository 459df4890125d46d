# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# The part of guest.sh that is about changes: confirmed or taken back, remembered, told as they happen, and kept from
# locking people out. Meant to be sourced by it.

# said TEXT ARGUMENT...: done, and exactly this is said of it.
said() {
	local text=$1 said
	shift
	said=$(ctl "$@" 2>&1) || { echo "status $?: $said"; return 1; }
	echo "$said"
	[ "$said" = "$text" ]
}

# In the way of a change: who and what, and what to do about it.
in_the_way() {
	refused 1 "portclassctl: a change waits to be confirmed, for 8 h more: deny in tcp/23" deny tcp/24 ||
		refused 1 "portclassctl: a change waits to be confirmed, for 7 h 59 min more: deny in tcp/23" deny tcp/24 ||
		return
	grep -q '^  by .*root, portclassctl\[[0-9]*\]: "testing, für alle"$' "$work/err" &&
		grep -qxF "  'portclassctl confirm' keeps it; with --force, both are kept or taken back together" "$work/err"
}
shows_pending() {
	ctl --color always show | grep -qE "^pending {5}"$'\e'"\[33mtaken back in .* unless 'portclassctl confirm' comes first"$'\e'"\[0m$"
}
taken_back() {
	for _ in {1..100}; do
		is 'has("pending") | not' -j show && return
		sleep 0.1
	done
	return 1
}
line() { ctl history | tail -n 1 | tee /dev/stderr | grep -qE "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}  #[0-9]+  $1\$"; }
as_login() { bash -c 'echo 1234 >/proc/self/loginuid && exec "$@"' bash "$PORTCLASSCTL" "$@"; }

changes() {
	check "change, to be confirmed" said "taken back in 60 s unless 'portclassctl confirm' comes first" \
		deny tcp/22 --confirm 60
	check "show tells for how long" is '.pending >= 1 and .pending <= 60' -j show
	check "confirm" silent confirm --reason "it works"
	check "nothing waits any more" is '(has("pending") | not) and (.rules | length) == 1' -j show
	check "nothing to confirm" refused 1 "kernel: no change waits to be confirmed" confirm
	check "as JSON" is '. == {"pending": 28800}' -j deny tcp/23 --confirm 8h --reason "testing, für alle"
	check "text: what is pending" shows_pending
	check "another change has to wait" in_the_way
	check "unless it is forced" silent deny tcp/24 --force
	check "one deadline for both" said "taken back in 1 s unless 'portclassctl confirm' comes first" \
		mode observe --force --confirm 1s
	check "nobody confirms" taken_back
	check "all of it is taken back" is '[.rules[].low] == [22] and .mode == "enforce"' -j show
	check "the history has it all" is '.history[-6:] | map(.cause) == ["request", "confirm", "request", "request",
		"request", "revert"] and .[0].rules == [{"scope": "in", "proto": "tcp", "action": "deny", "low": 22,
		"high": 22}] and .[0].confirm == 60 and .[1].reason == "it works" and .[2].reason == "testing, für alle" and
		.[2].command == "portclassctl" and .[2].uid == 0 and .[2].user == "root" and .[4].mode == "observe" and
		(.[5] | has("uid") | not)' -j history
	check "its end" is '.history | length == 1 and .[0].cause == "revert"' -j history --limit 1
	check "text: taken back" line "the kernel: taken back, as nobody confirmed it"
	check "log in, and change it" as_login policy in all deny --force --reason why
	check "text: who, what and why" line '1234 as root, portclassctl\[[0-9]+\]: policy in all deny  "why"'
	ctl flush
	seq -f 'tcp/%g' 1 2 999 >"$work/ports"
	check "500 ports" silent deny - --force <"$work/ports"
	check "text: in a line" line '.*: deny in tcp/1 tcp/3 .* and 48[0-9] more'
	check "elsewhere" said "taken back in 5 min unless 'portclassctl -n portclass-test confirm' comes first" \
		-n portclass-test deny tcp/1 --confirm 5m
	check "it is not here" is 'has("pending") | not' -j show
	check "confirm it there" silent -n portclass-test confirm
	check "forget it" silent flush
}

# A monitor that has told of a change.
start_monitor() {
	: >"$work/monitor"
	"$PORTCLASSCTL" monitor >"$work/monitor" 2>"$work/monitor.err" & watcher=$!
	for _ in {1..100}; do
		ctl mode enforce --reason ready
		grep -qs ready "$work/monitor" && return
		sleep 0.1
	done
	return 1
}
wait_for_line() {
	for _ in {1..100}; do
		grep -qE -- "$1" "$2" && return
		sleep 0.1
	done
	cat "$2"
	return 1
}
monitor_tells() {
	start_monitor || return
	ctl deny udp/161 --confirm 60 --reason "for a while"
	ctl confirm
	wait_for_line ': deny in udp/161, to be confirmed in 60 s  "for a while"$' "$work/monitor" &&
		wait_for_line ': confirmed$' "$work/monitor" || return
	# All it has told is what the history has.
	diff <(tail -n 2 "$work/monitor") <(ctl history | tail -n 2) || return
	kill "-$1" "$watcher" && wait "$watcher"
}
monitor_counts() {
	timeout 60 "$PORTCLASSCTL" -j monitor --count 3 >"$work/monitor" & watcher=$!
	until ! kill -0 "$watcher" 2>/dev/null; do
		ctl mode enforce --reason "$(wc -l <"$work/monitor") lines"
	done
	wait "$watcher" || return
	cat "$work/monitor"
	[ "$(wc -l <"$work/monitor")" -eq 3 ] && jq -es 'all(.[]; .cause == "request" and .mode == "enforce") and
		.[1].generation == .[0].generation + 1 and .[2].reason == "2 lines"' <"$work/monitor"
}
flood() {
	python3 - "$(dirname "$0")/../net" <<-'PYTHON'
		import sys
		sys.path.insert(0, sys.argv[1])
		import netlink as nl
		client = nl.Client()
		for _ in range(2000):
		    client.set(nl.u32(nl.MODE, 0), nl.attr(nl.REASON, b"x" * 200 + b"\0"))
	PYTHON
}
monitor_loses() {
	start_monitor || return
	kill -STOP "$watcher"
	flood || return
	kill -CONT "$watcher"
	wait_for_line '^portclassctl: some changes were too fast, and are not told$' "$work/monitor.err" || return
	ctl mode enforce --reason "after the flood"
	wait_for_line "after the flood" "$work/monitor" || return
	kill "$watcher" && wait "$watcher"
}
monitor_ends() {
	local status=0
	start_monitor || return
	silent unload || return
	wait "$watcher" || status=$?
	cat "$work/monitor.err"
	[ "$status" -eq 1 ] && [ "$(cat "$work/monitor.err")" = "portclassctl: the portclass module was unloaded" ]
}
stranger_may_not() {
	! as_user "$1" 2>"$work/err" || return
	cat "$work/err"
	grep -qxF '  needs CAP_NET_ADMIN (try sudo)' "$work/err"
}
monitors() {
	check "monitor, ended by SIGTERM" monitor_tells TERM
	check "monitor, ended by SIGINT" monitor_tells INT
	check "monitor, as JSON lines" monitor_counts
	check "monitor, while too much happens" monitor_loses
	check "not anyone may read the history" stranger_may_not history
	check "nor listen to it" stranger_may_not monitor
	check "forget it" silent flush
}

# session ARGUMENT...: the command, in a session that portclass-test has with port 2222 here, by a shell in between. Its
# connection stays open until the command is done, whatever that does to it.
session() {
	: >"$work/session"
	{
		echo "exec >$work/session 2>&1; timeout 60 '$PORTCLASSCTL' $*; echo status \$?"
		wait_for_line '^status [0-9]' "$work/session" >&2
	} | timeout 30 ip netns exec portclass-test socat -t 0.1 - TCP:192.0.2.1:2222,connect-timeout=5
	cat "$work/session"
}
locked_out() {
	session "$@"
	grep -qxF "portclassctl: this would lock you out: your own session comes in by tcp/2222 from 192.0.2.2" "$work/session" &&
		grep -qxF "  --confirm 60 takes it back unless you confirm it in time; --force does it anyway" "$work/session" &&
		grep -qx "status 1" "$work/session" && is ".generation == $(cat "$work/generation")" -j show
}
let_through() {
	session "$@"
	grep -qx "status 0" "$work/session"
}
ssh_refused() { SSH_CONNECTION=$1 refused 1 "your own session comes in by tcp/$2" "${@:3}"; }
ssh_silent() { SSH_CONNECTION=$1 silent "${@:2}"; }

guard() {
	local listener peer='192.0.2.2 50000 192.0.2.1 22'
	socat TCP-LISTEN:2222,fork,reuseaddr EXEC:bash & listener=$!
	ctl allow tcp/2222
	ctl -j show | jq .generation >"$work/generation"
	check "a session: its port isn't denied" locked_out deny tcp/2222
	check "nor rejected" locked_out reject tcp/2222
	check "nor by a range" locked_out deny tcp/1-65535
	check "nor by no rule under a policy" let_through policy in registered deny
	ctl -j show | jq .generation >"$work/generation"
	check "indeed" locked_out unset tcp/2222
	check "another port is" let_through deny tcp/2221
	check "to be confirmed, it may be" let_through deny tcp/2222 --confirm 60
	ctl allow tcp/2222 --force
	ctl confirm
	check "by force, too" let_through deny tcp/2222 --force
	ctl flush
	ctl mode observe
	ctl deny tcp/2222
	ctl -j show | jq .generation >"$work/generation"
	check "not by the mode" locked_out mode enforce
	ctl track none
	ctl -j show | jq .generation >"$work/generation"
	check "whatever the tracking" locked_out mode enforce
	ctl mode enforce --force
	ctl flush
	ctl track none
	ctl -j show | jq .generation >"$work/generation"
	check "without tracking" locked_out deny tcp/2222
	ctl track conntrack
	check "in another namespace, it may be" let_through -n portclass-test deny tcp/2222
	ctl -n portclass-test flush
	kill "$listener"
	check "sshd says so: its port isn't denied" ssh_refused "$peer" 22 deny any/ssh
	check "by IPv6" ssh_refused '2001:db8::2 50000 2001:db8::1 2022' 2022 policy in all deny
	check "another port is" ssh_silent "$peer" policy in registered deny
	check "in another namespace, it may be" ssh_silent "$peer" -n portclass-test deny tcp/22
	check "from here to here, it comes by the loopback device" ssh_silent '192.0.2.1 50000 192.0.2.1 22' deny tcp/22
	ctl -n portclass-test flush
	check "forget it" silent flush
}
