# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# The part of guest.sh that is about the shadow table. Meant to be sourced by it, and to be run with portclass-test,
# 192.0.2.2, as a peer.

# shadow_ports JSON ARGUMENT...: what it would have denied, by port.
shadow_ports() { is "[.ports[] | [.port, .denied_packets]] == $1" -j shadow "${@:2}"; }
shadow_text() {
	ctl shadow | tee "$work/out" | tr -s ' ' | diff - <(cat <<-'END'
		mode enforce
		track none

		POLICY WELL-KNOWN REGISTERED DYNAMIC
		in tcp allow allow allow
		in udp deny allow allow
		out tcp allow allow allow
		out udp allow allow allow
		forward tcp allow allow allow
		forward udp allow allow allow

		RULE SCOPE PORT SERVICE FROM
		reject in udp/6001
		allow in udp/6002-6003 198.51.100.0/24

		it would have denied:
		SCOPE PROTO CLASS FLOWS PACKETS BYTES
		in udp registered 3 3 87

		SCOPE PORT SERVICE FLOWS PACKETS BYTES
		in udp/6002 2 2 58
		in udp/6001 1 1 29
	END
	)
}
shadow_waiting() {
	refused 1 "portclassctl: a change waits to be confirmed, for " deny tcp/24 && grep -q ': shadow promote$' "$work/err"
}

shadow() {
	local peer='192.0.2.2 50000 192.0.2.1 22' generation none="there is no shadow table"
	check "no shadow: alone" refused 1 "kernel: $none" shadow
	check "says how to make one" refused 1 "'portclassctl shadow FILE' makes one" shadow
	check "no shadow: promote" refused 1 "kernel: $none" shadow promote
	check "no shadow: drop" refused 1 "kernel: $none" shadow drop
	check "show: none" is '.shadow == false' -j show
	printf 'deny tcp/6001x\n' >"$work/shadow.conf"
	check "a bad file makes none" refused 2 "line 1, column 10: '6001x' is no port number" shadow "$work/shadow.conf"
	check "indeed" is '.shadow == false' -j show

	check "a rule of the live one" silent deny udp/6001
	generation=$(ctl -j show | jq .generation)
	printf 'track none\npolicy well-known deny udp\nreject udp/6001\nallow udp/6002-6003 from 198.51.100.0/24\n' \
		>"$work/shadow.conf"
	check "a shadow from a file" silent shadow "$work/shadow.conf"
	check "nothing has changed" is ".generation == $generation and .shadow and .track == \"conntrack\" and
		[.rules[] | [.action, .low]] == [[\"deny\", 6001]]" -j show
	check "text: show tells of it" is_text "shadow counts what it would deny, see 'portclassctl shadow'" show
	check "it is here only" is '.shadow == false' -j show -n portclass-test
	check "its own is counted" shadow_ports '[]'
	check "text: nothing yet" is_text "it would have denied nothing yet" shadow
	check "knock" knock 6001 6002 6004 6002
	check "what it would have denied, most first" shadow_ports '[[6002, 2], [6001, 1]]'
	check "only the first" shadow_ports '[[6002, 2]]' --limit 1
	check "the rest is told of" is '.total == 2' -j shadow --limit 1
	check "by class" is '[.paths[] | select(.scope == "in" and .proto == "udp") | .classes[].denied_packets] == [0, 3, 0] and
		.mode == "enforce" and .track == "none" and .rules[1].from == ["198.51.100.0/24"] and
		.rules[0].action == "reject" and .policy[3].action == "deny"' -j shadow
	check "text: all of it" shadow_text
	check "live counters know nothing of it" is '[.ports[] | select(.port > 6000 and .port < 6005) |
		[.port, .denied_packets]] == [[6001, 1], [6002, 0], [6004, 0]]' -j stats in --by port
	check "anyone may look" as_user shadow
	check "another one, from standard input" silent shadow - <<<'deny udp/6004'
	check "it begins at 0" shadow_ports '[]'
	check "the first one is no more" is '[.rules[].low] == [6004]' -j shadow
	check "drop it" silent shadow drop
	check "it is gone" refused 1 "$none" shadow

	echo 'deny tcp/22' >"$work/promote"
	check "a file that is called as a word" shadow_in_work ./promote
	check "who made it is told" is '.history[-1] | .cause == "shadow" and .flush and [.rules[].low] == [22]' -j history
	check "would lock out, promoted" ssh_refused "$peer" "22 from 192.0.2.2" shadow promote
	check "it is there still" is '[.rules[].low] == [22]' -j shadow
	check "and the live one, too" is ".generation == $generation" -j show
	echo 'allow ssh from 192.0.2.0/24' >"$work/shadow.conf"
	check "one that locks out others" silent shadow "$work/shadow.conf"
	check "promote it" ssh_silent "$peer" shadow promote --reason "seems fine"
	check "it is the live one, in one step" is ".generation == $generation + 1 and (.shadow | not) and
		[.rules[] | [.action, .low, .from]] == [[\"allow\", 22, [\"192.0.2.0/24\"]]]" -j show
	check "text: history" line '.*: shadow promote  "seems fine"'
	check "history" is '.history[-1] | .cause == "promote" and .reason == "seems fine" and .rules == []' -j history
	check "a shadow of that" silent shadow - <<<'deny tcp/22'
	check "promote it, to be confirmed" ssh_said "$peer" "taken back in 60 s unless 'portclassctl confirm' comes first" \
		shadow promote --confirm 60
	check "in the way of others" shadow_waiting
	check "also of another promotion" silent shadow - <<<'deny tcp/23'
	check "which waits" refused 1 "a change waits to be confirmed" shadow promote
	check "unless it is forced" silent shadow promote --force
	check "one deadline for both" said "taken back in 1 s unless 'portclassctl confirm' comes first" \
		mode enforce --force --confirm 1s
	check "nobody confirms" taken_back
	check "what was before is there again" is '.rules[0].from == ["192.0.2.0/24"]' -j show
	check "drop nothing" refused 1 "$none" shadow drop
	check "forget it" silent flush
}
shadow_in_work() { (cd "$work" && silent shadow "$@"); }
ssh_said() { SSH_CONNECTION=$1 said "${@:2}"; }
