#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The command with the real module, in a guest: what it tells the kernel, and what comes back. Prints TAP.
# PORTCLASSCTL is the command, PORTCLASS_KO the module.

set -u
: "${PORTCLASSCTL:?is to be the command to test}" "${PORTCLASS_KO:?is to be the module to test}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# check NAME COMMAND...: one line of TAP, and what the command said if it failed.
check() {
	local name=$1
	shift
	count=$((count + 1))
	if "$@" >"$work/log" 2>&1; then
		echo "ok $count - $name"
	else
		failed=$((failed + 1))
		echo "not ok $count - $name"
		sed 's/^/# /' "$work/log"
	fi
}

ctl() { timeout 60 "$PORTCLASSCTL" "$@"; }

# silent ARGUMENT...: done, and not a word about it.
silent() {
	local said
	said=$(ctl "$@" 2>&1) || { echo "status $?: $said"; return 1; }
	echo "$said"
	[ -z "$said" ]
}

# refused STATUS TEXT ARGUMENT...: that status, and that text on stderr.
refused() {
	local status=$1 text=$2 got=0
	shift 2
	ctl "$@" >"$work/out" 2>"$work/err" || got=$?
	cat "$work/out" "$work/err"
	[ "$got" -eq "$status" ] && [ ! -s "$work/out" ] && grep -qF -- "$text" "$work/err"
}

# is FILTER ARGUMENT...: jq says so of what the command prints.
is() {
	local filter=$1
	shift
	ctl "$@" >"$work/json" || return
	cat "$work/json"
	jq -e "$filter" <"$work/json" >/dev/null
}

# is_text TEXT ARGUMENT...: the command prints this line, blanks apart.
is_text() {
	local text=$1
	shift
	ctl "$@" >"$work/text" && tr -s ' ' <"$work/text" | grep -xF -- "$text"
}

generation() { ctl -j show | jq .generation; }
# unchanged COMMAND...: the configuration is the same afterwards, and so is its generation.
unchanged() {
	local before after
	before=$(generation && ctl save)
	"$@" || return
	after=$(generation && ctl save)
	diff <(echo "$before") <(echo "$after")
}
# changed_once COMMAND...: the generation is the next one afterwards.
changed_once() {
	local before
	before=$(generation)
	"$@" && [ "$(generation)" -eq $((before + 1)) ]
}
# same_as FILE: what was saved last is this, comments apart.
same_as() { diff <(grep '^[^#]' "$1") <(sed 's/  #.*//; /^#/d; /^$/d' "$work/saved"); }
# saved FILE: what is saved is this.
saved() { ctl save >"$work/saved" && same_as "$1"; }
# survives: what is saved is applied, and saved again as it was.
survives() { ctl save >"$work/once" && silent apply "$work/once" && ctl save >"$work/twice" && cmp "$work/once" "$work/twice"; }
diffs() { ctl apply --diff "$1" >"$work/diff" && cat "$work/diff" && diff - "$work/diff"; }

as_user() { setpriv --reuid 1000 --regid 1000 --clear-groups "$PORTCLASSCTL" "$@"; }

# Between this network namespace, 192.0.2.1, and portclass-test, 192.0.2.2.
knock() {
	local port
	for port; do
		ip netns exec portclass-test bash -c "echo >/dev/udp/192.0.2.1/$port" || return
	done
}
entries() {
	is ".conntrack == {entries: $1, max: $(cat /proc/sys/net/netfilter/nf_conntrack_max)}" -j show "${@:2}"
}
track() { ip netns exec portclass-test conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport "$1" --dport 2 -t 600; }
# full_text TEXT: said of the table there.
full_text() { ctl show -n portclass-test >"$work/text" && grep -F "$1" "$work/text"; }

traffic() {
	ip link add here type veth peer name there netns portclass-test
	ip addr add 192.0.2.1/24 dev here
	ip addr add 2001:db8::1/64 dev here nodad
	ip link set here up
	ip -n portclass-test addr add 192.0.2.2/24 dev there
	ip -n portclass-test link set there up

	check "explain: from an address of ours" is '.explain[0] | .decided_by == "loopback" and .verdict == "allow" and
		.passes and .from == "192.0.2.1"' -j explain tcp/80 from 192.0.2.1
	check "explain: from an IPv6 one" is_text "decided by the loopback device, which is never judged" \
		explain tcp/80 from 2001:db8::1
	check "explain: from a peer" is '.explain[0] | .decided_by == "policy"' -j explain tcp/80 from 192.0.2.2
	check "explain: what is whose is told by the namespace" is '.explain[0] | .decided_by == "loopback"' \
		-j -n portclass-test explain tcp/80 from 192.0.2.2
	check "explain: passing through, from an address of ours" is '.explain[0] | .decided_by == "policy"' \
		-j explain forward tcp/80 from 192.0.2.1
	sysctl -qw net.ipv4.ip_nonlocal_bind=1
	check "explain: an address that could be bound to isn't ours" is '.explain[0] | .decided_by == "policy"' \
		-j explain tcp/80 from 192.0.2.2

	check "deny a port" silent deny udp/5003
	check "knock" knock 5002 5003 5001 5002 5003 5002
	check "most packets first" is '[.ports[].port] == [5002, 5003, 5001] and .total == 3' \
		-j stats in --by port --sort packets
	check "most denied first, and only that" is '[.ports[].port] == [5003] and .total == 3' \
		-j stats in --by port --sort denied --limit 1
	check "text: how many more" is_text "and 1 more" stats in --by port --limit 2
	check "by number" is '[.ports[].port] == [5001, 5002, 5003]' -j stats in --by port
	check "explain: what was counted" is '.explain[0] | .port_counters.denied_packets == 2 and
		.port_counters.packets_to == 2 and .class_counters.packets_to == 6' -j explain udp/5003

	check "a table of each namespace" track 1
	check "show: here" entries "$(cat /proc/sys/net/netfilter/nf_conntrack_count)"
	check "show: there" entries "$(ip netns exec portclass-test cat /proc/sys/net/netfilter/nf_conntrack_count)" \
		-n portclass-test
	local max
	max=$(cat /proc/sys/net/netfilter/nf_conntrack_max)
	check "it isn't full" full_text "of $max entries in use"
	echo 1 >/proc/sys/net/netfilter/nf_conntrack_max
	check "it is full" full_text "of 1 entries in use: full, the kernel drops what opens new flows"
	echo "$max" >/proc/sys/net/netfilter/nf_conntrack_max
	check "forget it" silent flush
}

# shellcheck source=tests/cli/guest_change.sh
. "$(dirname "$0")/guest_change.sh"
# shellcheck source=tests/cli/guest_sources.sh
. "$(dirname "$0")/guest_sources.sh"
# shellcheck source=tests/cli/guest_shadow.sh
. "$(dirname "$0")/guest_shadow.sh"

check "load" silent load "$PORTCLASS_KO"
check "load again" silent load "$PORTCLASS_KO"
check "load by name, when loaded" silent load
check "show at first" is '.active and .mode == "enforce" and .rules == [] and (.policy | length) == 18 and
	all(.policy[]; .action == "allow")' -j show
check "stats have all paths" is '.by == "class" and (.paths | length) == 6 and
	all(.paths[]; (.classes | length) == 3)' -j stats
check "stats of one scope" is '[.paths[].scope] == ["out", "out"]' -j stats out
check "stats by port" is '.by == "port" and (.ports | type) == "array"' -j stats --by port

check "allow" silent allow tcp/80 any/https
check "deny" silent deny forward udp/5000-6000
check "policy" silent policy in well-known deny tcp
check "mode" silent mode observe
check "show has it all" is '.mode == "observe" and .rules == [
	{"scope": "in", "proto": "tcp", "action": "allow", "low": 80, "high": 80},
	{"scope": "in", "proto": "tcp", "action": "allow", "low": 443, "high": 443},
	{"scope": "in", "proto": "udp", "action": "allow", "low": 443, "high": 443},
	{"scope": "forward", "proto": "udp", "action": "deny", "low": 5000, "high": 6000}] and
	[.policy[] | select(.action == "deny")] == [
	{"scope": "in", "proto": "tcp", "class": "well-known", "action": "deny"}]' -j show
check "text: a rule" is_text "allow in tcp/443 https" show
check "text: a range" is_text "deny forward udp/5000-6000" show
check "text: a policy" is_text "in tcp deny allow allow" show
check "unset part of a range" silent unset forward udp/5500
check "it is cut in two" is '[.rules[] | select(.scope == "forward") | [.low, .high]] ==
	[[5000, 5499], [5501, 6000]]' -j show

generation=$(ctl -j show | jq .generation)
check "a wrong word changes nothing" refused 2 "'sctp' is no PROTO" allow tcp/1 sctp/2
check "indeed" is ".generation == $generation" -j show

{ seq -f 'tcp/%g' 1 2 20001 && seq -f 'any/%g-65535' 65535 65535; } >"$work/ports"
many() { ctl deny out - <"$work/ports"; }
check "10,001 ports and a range at once" many
check "they are all there, after one change" is ".generation == $generation + 1 and
	([.rules[] | select(.scope == \"out\" and .proto == \"tcp\")] | length) == 10002" -j show
seq -f 'any/%g' 0 65535 >"$work/ports"
check "all ports of both protocols, one by one" many
check "they are two ranges" is '[.rules[] | select(.scope == "out") | [.proto, .low, .high]] ==
	[["tcp", 0, 65535], ["udp", 0, 65535]]' -j show

# Somebody changes rules all the time: what is shown is one state nevertheless, all ports denied or all allowed.
restless() {
	until [ -e "$work/enough" ]; do
		ctl deny out any/0-65535 && ctl allow out any/0-65535 || return
	done
}
coherent() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		is '[.rules[] | select(.scope == "out") | .action] | length == 2 and .[0] == .[1]' -j show || return
	done
}
restless & changer=$!
check "show, while somebody changes rules" coherent
touch "$work/enough"
check "the changes went on until then" wait "$changer"

check "show tells the tracking, and how full the table is" is '.track == "conntrack" and .conntrack.max > 0 and
	.conntrack.entries >= 0' -j show
check "track" silent track none
check "it is so, and there is no table to tell of" is '.track == "none" and (has("conntrack") | not)' -j show
check "text: no tracking" is_text "track none" show

check "explain: text" is_text "udp/443 (https), dialled by a peer: allowed" explain https
check "explain: what observe mode lets pass" is_text \
	"tcp/1 (tcpmux), dialled by a peer: passes, counted as denied" explain tcp/1
check "explain: a rule" is '.explain == [.explain[0]] and (.explain[0] | .scope == "in" and .proto == "tcp" and
	.port == 80 and .class == "well-known" and .active and .verdict == "allow" and .passes and
	.decided_by == "rule" and .policy == "deny" and .rule.low == 80 and .rule.high == 80 and
	.mode == "observe" and .track == "none")' -j explain tcp/80
check "explain: a policy" is '.explain[0] | .verdict == "deny" and .passes and .decided_by == "policy" and
	(has("rule") | not)' -j explain tcp/81
check "explain: a range that was cut" is '[.explain[] | .rule | [.low, .high]] == [[5501, 6000]]' \
	-j explain forward udp/5501
check "explain: where it was cut" is '.explain[0].decided_by == "policy"' -j explain forward udp/5500
check "explain: both protocols" is '[.explain[] | .proto + " " + .verdict] == ["tcp allow", "udp allow"]' \
	-j explain in any/https
check "explain: the last port" is '[.explain[] | [.port, .class, .verdict]] == [[65535, "dynamic", "allow"]]' \
	-j explain out tcp/65535
check "reject, of two scopes" refused 2 "SCOPE comes once" reject tcp/113 out udp/7
check "nothing is rejected yet" is 'all(.rules[]; .action != "reject")' -j show
check "reject" silent reject tcp/113
check "a policy that rejects" silent policy forward all reject udp
check "show has them" is '[.rules[] | select(.action == "reject") | [.scope, .proto, .low, .high]] ==
	[["in", "tcp", 113, 113]] and ([.policy[] | select(.action == "reject") | [.scope, .proto]] | unique_by(.) ==
	[["forward", "udp"]])' -j show
check "text: a rule that rejects" is_text "reject in tcp/113 auth" show
check "explain: what would be rejected" is '.explain[0] | .verdict == "reject" and .passes and .rule.action == "reject"' \
	-j explain tcp/113
check "explain: by policy" is '.explain[0] | .verdict == "reject" and .decided_by == "policy" and .policy == "reject"' \
	-j explain forward udp/9
check "history: reject" is '.history[-2].rules[0].action == "reject" and .history[-1].policy[0].action == "reject"' -j history
check "flush" silent flush
check "flush leaves the tracking" is '.track == "none"' -j show
check "track it again" silent track conntrack
check "nothing left" is '.mode == "enforce" and .rules == [] and all(.policy[]; .action == "allow")' -j show

check "there is ip(8), to make namespaces" command -v ip
if command -v ip >/dev/null; then
	ip netns add portclass-test
	check "a namespace at rest" is '.active | not' -j -n portclass-test show
	check "explain: a namespace at rest" is '.explain[0] | (.active | not) and .passes and
		.decided_by == "nothing"' -j -n portclass-test explain tcp/80
	check "change it" silent -n portclass-test deny tcp/1
	check "it has the rule" is '.active and (.rules | length) == 1' -j show -n portclass-test
	check "this one has not" is '.rules == []' -j show
	check "explain there" is '.explain[0].verdict == "deny"' -j -n portclass-test explain tcp/1
	check "explain here" is '.explain[0].verdict == "allow"' -j explain tcp/1
	traffic
	changes
	guard
	sources
	shadow
	ip netns del portclass-test
	check "no such namespace" refused 1 "there is no network namespace" -n portclass-test show
fi

# shellcheck source=tests/cli/guest_file.sh
. "$(dirname "$0")/guest_file.sh"

may_not() {
	! as_user deny tcp/1 2>"$work/err" || return
	cat "$work/err"
	grep -q '^portclassctl: kernel: .*CAP_NET_ADMIN' "$work/err" &&
		grep -qxF '  needs CAP_NET_ADMIN (try sudo)' "$work/err"
}
check "anyone may look" as_user show
check "anyone may ask why" as_user explain tcp/80
check "not anyone may change" may_not

monitors

rounds() { [ "$(ctl -j stats --watch=0.1 --count 3 | jq -s 'length == 3 and all(.[]; .time_ms > 0)')" = true ]; }
check "watch, as JSON lines" rounds
wait_for_round() {
	for _ in {1..100}; do
		grep -qs every "$work/watch" && return
		sleep 0.1
	done
	return 1
}
stopped() {
	local watcher
	rm -f "$work/watch"
	"$PORTCLASSCTL" stats --watch=0.1 >"$work/watch" & watcher=$!
	wait_for_round || return
	kill "-$1" "$watcher"
	wait "$watcher"
}
check "watch, ended by SIGTERM" stopped TERM
full() { ! ctl show >/dev/full 2>"$work/err" && grep -q 'cannot write the output' "$work/err"; }
check "a full disk is noticed" full

gone() {
	local watcher status=0
	rm -f "$work/watch"
	"$PORTCLASSCTL" stats --watch=0.1 >"$work/watch" 2>"$work/err" & watcher=$!
	wait_for_round || return
	silent unload || return
	wait "$watcher" || status=$?
	cat "$work/err"
	[ "$status" -eq 1 ] && grep -q 'portclass module' "$work/err"
}
check "unload ends a watch" gone
check "load once more" silent load "$PORTCLASS_KO"
check "unload ends a monitor" monitor_ends
check "unload, when not loaded" refused 1 "the portclass module is not loaded" unload
check "show, when not loaded" refused 1 "try: portclassctl load" show
check "load what is no module" refused 1 "is no kernel module" load /etc/services
head -c 100000 "$PORTCLASS_KO" >"$work/portclass.ko"
check "load half a module" refused 1 "$work/portclass.ko" load "$work/portclass.ko"
cp "$PORTCLASS_KO" "$work/other-name.ko"
check "load a module by any name" silent load "$work/other-name.ko"
check "unload it" silent unload

echo "1..$count"
[ "$failed" -eq 0 ]
