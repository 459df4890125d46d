# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What is denied and opens nothing that anybody here has asked for is dropped before conntrack and routing; it is counted
# as if it had gone the long way; and what has to go the long way does. Chains of nftables see which way it is: one before
# us, one behind us, one just before the place where packets are judged on the long way. Data connections of FTP are in
# test_24, VRFs in test_42.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/flows.sh
. "$here/flows.sh"
# shellcheck source=tests/net/outcomes.sh
. "$here/outcomes.sh"

mk_peers
mk_ns left
unlimited root peer
serve_tcp root 22 80
serve_udp root 22 80
load_module

# openers WHERE: a chain's rules.
openers() {
	printf 'iifname { "to-peer", "to-srv" } %s counter name "%s"; ' \
		"tcp dport { 7, 80, 40000 } tcp flags & (syn | ack) == syn" "$1-tcp" "udp dport { 7, 80, 40000 }" "$1-udp"
}
# watch: counts what comes for ports 7, 80 and 40000, where it comes in, behind us (if $later is there), and at LOCAL_IN.
watch() {
	local behind
	behind="chain later { type filter hook prerouting priority mangle; $(openers later) }"
	nft -f - <<-END
		table inet watch
		delete table inet watch
		table inet watch {
			counter first-tcp {}
			counter first-udp {}
			counter later-tcp {}
			counter later-udp {}
			counter input-tcp {}
			counter input-udp {}
			chain first { type filter hook prerouting priority raw; $(openers first) }
			chain input { type filter hook input priority filter - 2; $(openers input) }
			${later:+$behind}
		}
	END
}
# counted: for TCP, then for UDP, how many are seen where they come in, behind us, and at LOCAL_IN.
counted() {
	nft -j list counters table inet watch | jq -r '[.nftables[].counter? // empty | {(.name): .packets}] | add |
		[."first-tcp", ."later-tcp", ."input-tcp", ."first-udp", ."later-udp", ."input-udp"] | @tsv'
}
# seen PROTOS PORT [NS]: where openers of these protocols are seen, one by IPv4 and one by IPv6, with a port of their own.
echo 20000 >"$work/sport"
seen() {
	local ns=${3-peer} sport said wanted=2
	[[ $1 != *,* ]] || wanted=4
	sport=$(($(<"$work/sport") + 1))
	echo "$sport" >"$work/sport"
	watch
	in_ns "$ns" python3 "$here/knock.py" --from "$sport" "$1" "$(ours4 "$ns"),$(ours6 "$ns")" "$2"
	# shellcheck disable=SC2317 # wait_for calls it
	came() { read -ra said < <(counted) && [ $((said[0] + said[3])) -eq "$wanted" ]; }
	wait_for came || :
	# The last one that has come in may have been on its way.
	read -ra said < <(counted)
	printf '%s %s %s, %s %s %s' "${said[@]}"
}
both() { seen tcp,udp "$@"; }
early="2 0 0, 2 0 0" long="2 2 2, 2 2 2"
# hook: whether ours at PREROUTING is there, that is, called for each packet; nothing, if the kernel doesn't tell.
tracing=/sys/kernel/tracing
hook() {
	[ -w "$tracing/set_ftrace_filter" ] || return 0
	echo 'early_v[46]' >"$tracing/set_ftrace_filter"
	echo function >"$tracing/current_tracer"
	probe peer tcp "$HOST4,$HOST6" 80 >/dev/null
	grep -oE '\bearly_v[46]\b' "$tracing/trace" | sort -u | paste -sd' '
	echo nop >"$tracing/current_tracer"
}
# hooked NAME WANTED: what hook is to say.
hooked() {
	if [ -w "$tracing/set_ftrace_filter" ]; then
		t_is "$1" "$(hook)" "$2"
	else
		t_skip "$1" "this kernel doesn't tell which functions are called"
	fi
}
later=yes

hooked "nothing is denied: no hook there" ""
t_is "nothing is denied: all are seen" "$(both 7)" "$long"
pc deny any/7
hooked "denied: a hook there, for IPv4 and IPv6" "early_v4 early_v6"
forget_flows root
t_is "denied: seen by nobody behind us" "$(both 7)" "$early"
t_is "denied: no trace of it is left" "$(conntrack -L 2>/dev/null | grep -c 'dport=7 ')" 0
t_is "what is allowed goes on" "$(both 80)" "$long"
t_is "and is answered" "$(probe peer tcp,udp "$HOST4,$HOST6" 80)" "answered, answered, answered, answered"
t_is "counted: flows, packets, bytes" "$(each '.port == 7 and .denied_packets > 0' \
	'\(.proto) \(.denied_flows) \(.denied_packets) \(.denied_bytes)')" "tcp 2 2 100, udp 2 2 84"
t_is "and in sysfs" "$(cat /sys/kernel/portclass/tcp/well_known/denied_{flows,packets,bytes} | paste -sd' ')" "2 2 100"
pc deny out any/7
pc unset any/7
t_is "only something out is denied: all are seen, by no hook" "$(hook) $(both 7)" " $long"
pc flush

pc deny any/7
pc mode observe
t_is "observe: all are seen, by no hook" "$(hook) $(both 7)" " $long"
pc mode enforce
t_is "enforce" "$(both 7)" "$early"
pc reject any/7
t_is "what gets an answer goes on" "$(both 7)" "$long"
pc unset any/7
pc deny any/7 --confirm $((5 * ${PATIENCE:-1})) >/dev/null
t_is "a change to be confirmed" "$(seen tcp 7)" "2 0 0, 0 0 0"
gone() { ! pc --json show | jq -e .pending >/dev/null && [ -z "$(hook)" ]; }
t_ok "and taken back" wait_for gone

pc allow tcp/7 udp/7 from "$PEER4" "$PEER6"
t_is "open to this source" "$(both 7)" "$long"
t_is "and to no other one" "$(both 7 srv)" "$early"
pc flush
pc deny any/7
pc save >"$work/same.conf"
pc shadow "$work/same.conf"
t_is "a shadow sees all" "$(both 7)" "$long"
pc shadow drop
t_is "until it goes" "$(both 7)" "$early"

pc deny any/40000
t_is "UDP to a port that programs ask from" "$(both 40000)" "2 0 0, 2 2 2"
pc unset any/40000
nft 'table inet raw { chain in { type filter hook prerouting priority raw + 1;
	meta l4proto { tcp, udp } th dport 7 notrack; }; }'
t_is "what others don't want tracked" "$(both 7)" "$long"
nft delete table inet raw

pc track none
t_is "track none: others may translate what comes behind us" "$(both 7)" "$long"
later=''
t_is "track none: nobody does" "$(both 7)" "$early"
t_is "track none: what is allowed" "$(both 80)" "2 0 2, 2 0 2"
pc track conntrack
later=yes
t_is "track conntrack again" "$(both 7)" "$early"
nft delete table inet watch

# Two who dial each other at the same time, from denied ports: one connection. The first SYN of each is lost if the other
# one's socket isn't there, so that here one waits for the other.
meet() {
	in_ns peer nft "table inet meet { chain in {
		type filter hook input priority 0; tcp dport 7001 tcp flags & (syn | ack) == syn drop; }; }"
	python3 - "$here" "$1" "$2" <<-'END'
		import socket, sys
		sys.path.insert(0, sys.argv[1])
		import netlink
		ours, theirs = sys.argv[2:]
		family = socket.AF_INET6 if ":" in ours else socket.AF_INET
		def dial(local, address, port):
		    sock = socket.socket(family)
		    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		    sock.bind((local, 7000 if port == 7001 else 7001))
		    sock.setblocking(False)
		    sock.connect_ex((address, port))
		    sock.settimeout(4)
		    return sock
		us = dial(ours, theirs, 7001)
		with netlink.namespace("peer"):
		    them = dial(theirs, ours, 7000)
		try:
		    us.sendall(b"hello")
		    print("met" if them.recv(9) == b"hello" else "not met")
		except OSError as error:
		    print(error)
	END
	in_ns peer nft delete table inet meet
}
pc policy in all deny
t_is "both dial at the same time" "$(meet "$HOST4" "$PEER4"), $(meet "$HOST6" "$PEER6")" "met, met"
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
t_is "the same on a router" "$(meet "$HOST4" "$PEER4"), $(meet "$HOST6" "$PEER6")" "met, met"
t_is "which drops as early" "$(both 7)" "$early"
nft delete table inet watch

# What a container asks for, in our name: from ports of its own, that are denied here.
serve_udp peer 5300
serve_tcp peer 5300
nft -f - <<-END
	table inet nat {
		chain post { type nat hook postrouting priority srcnat; iifname "to-left" oifname "to-peer" masquerade; }
	}
END
converse masqueraded udp left - "$PEER4" 5300 5353
converse masqueraded6 udp left - "$PEER6" 5300 5353
converse connected tcp left - "$PEER4" 5300 5353
t_is "a masqueraded container is answered" "$(says client masqueraded masqueraded6 connected)" heard
t_is "by a flow that passes through" "$(each '.scope == "forward"' '\(.proto) \(.port) \(.flows)')" \
	"tcp 5300 1, udp 5300 2"
sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
nft flush ruleset

# The same packets by either way have the same counters: whatever headers.py and fragments.py know, to denied ports.
denied=7,0
twice=()
for port in {0..99} {50000..50099}; do twice+=("$port" "$port"); done
# story TRACK SHADOW: counters of the denied ports, of classes, of sysfs; and what became of all packets.
story() {
	unload_module
	forget_flows root
	load_module
	pc track "$1"
	pc policy in all deny
	pc allow any/22
	# A shadow has to see all there is.
	[ -z "$2" ] || pc shadow "$work/same.conf"
	outcomes "headers-$1$2" headers in "22,$denied"
	[ "$1" = none ] || outcomes "fragments-$1$2" fragments in "22,$denied"
	sed -i '/;22;/d' "$work/"*"-$1$2"
	# One port of each page first: so many at once as below may be too many for where ports wait for their pages.
	in_ns peer python3 "$here/knock.py" tcp,udp "$HOST4" 0 64 50000 50048
	for from in 9998 9999; do
		# A second try comes at once, while its processor remembers the first.
		in_ns peer taskset -c 0 python3 "$here/knock.py" --from $from tcp,udp "$HOST4,$HOST6" "${twice[@]}"
	done
	wait_for told
	each '.scope == "in" and .port != 22' '\(.proto)/\(.port): \(.flows) \(.packets) \(.bytes) \(.packets_to
		) \(.denied_flows) \(.denied_packets) \(.denied_bytes)' | tr ',' '\n'
	pc --json stats in | jq -c '.paths[] | [.malformed, .fragments, .unlisted, (.classes[] | del(.class) |
		[.denied_flows, .denied_packets, .denied_bytes])]'
	for file in /sys/kernel/portclass/{tcp,udp}/*/denied_*; do printf '%s %s\n' "${file#/sys/kernel/}" "$(<"$file")"; done
	pc --json explain tcp/7 | jq -c 'del(.generation, .explain[].conntrack.entries)'
}
told() { [ "$(port_stat in udp 50099 denied_packets)" -eq 8 ]; }
for track in conntrack none; do
	story $track "" >"$work/early"
	story $track -shadow >"$work/long"
	t_ok "track $track: something is counted" test "$(wc -l <"$work/early")" -gt 300
	t_is "track $track: either way, the counters are the same" "$(diff "$work/early" "$work/long")" ""
	for sorts in headers fragments; do
		[ -e "$work/$sorts-$track" ] || continue
		t_is "track $track: either way, the same becomes of $sorts" \
			"$(diff "$work/$sorts-$track" "$work/$sorts-$track-shadow")" ""
	done
done
