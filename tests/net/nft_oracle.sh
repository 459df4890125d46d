# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the module should have counted, found out by others at the same hooks: nftables counts what comes to us (seen)
# and what is left behind us (passed), by conntrack's original port, or by addresses and ports where conntrack knows
# nothing; and conntrack tells of each flow that it takes up. oracle.py makes of these sums what the counters should be.
# Meant to be sourced after lib.sh.

: "${work:?set by lib.sh}" "${here:?set by lib.sh}"

# oracle_sets NAME: one for each family, by all that tells packets apart. Nftables walks all of a set once a second, as
# large as it may become: with 65,535 that took most of a processor in a debug kernel. What finds no room is told ("lost").
oracle_sets() {
	local family
	for family in 4 6; do
		printf 'set %s%s { type ipv%s_addr . ipv%s_addr . inet_proto . inet_service . inet_service; ' \
			"$1" $family $family $family
		echo 'flags dynamic; size 4096; }'
	done
}

# oracle_rules add|delete NAME MATCH [counter]: what fills such a pair of sets.
oracle_rules() {
	local key='saddr . daddr . meta l4proto . th sport . th dport'
	echo "meta nfproto ipv4 $3 $1 @${2}4 { ip ${key/. daddr/. ip daddr} ${4-} } ${4:+accept}"
	echo "meta nfproto ipv6 $3 $1 @${2}6 { ip6 ${key/. daddr/. ip6 daddr} ${4-} } ${4:+accept}"
}

# oracle_chain HOOK seen|passed conntrack|none
oracle_chain() {
	local hook=$1 when=$2 track=$3 name sort
	# A rule has to say that there are ports, for nft to believe it.
	local ports='meta l4proto { tcp, udp }' key='ct direction . meta l4proto . ct original proto-dst'
	# Openers that were seen and did not pass, each once, are what remains in this one.
	[ "$track-$when" != conntrack-seen ] || oracle_sets "${hook}_denied_"
	for sort in reset open plain; do oracle_sets "${hook}_${sort}_${when}_"; done
	for name in new old; do
		echo "set ${hook}_${name}_$when { type ct_dir . inet_proto . inet_service; flags dynamic; size 4096; }"
	done

	echo "chain ${hook}_$when {"
	# We are at filter - 1.
	echo "type filter hook $hook priority filter $([ "$when" = passed ] || echo '- 2')"
	[ "$hook" = output ] && echo 'oif lo accept' || echo 'iif lo accept'
	echo "${ports/\{/!= \{} accept"
	if [ "$track" = conntrack ]; then
		oracle_rules "$([ "$when" = seen ] && echo add || echo delete)" "${hook}_denied_" 'ct state new'
		echo "$ports ct state new add @${hook}_new_$when { $key counter } accept"
		echo "$ports ct state established, related add @${hook}_old_$when { $key counter } accept"
	fi
	# Where conntrack has nothing to say, a packet's flags do.
	oracle_rules add "${hook}_reset_${when}_" 'tcp flags & rst == rst' counter
	oracle_rules add "${hook}_open_${when}_" 'tcp flags & (syn | ack) == syn' counter
	oracle_rules add "${hook}_plain_${when}_" '' counter
	# A set that is full adds nothing, and lets the packet go on to here.
	echo 'counter comment "lost"'
	echo '}'
}

# oracle_early seen|passed: openers that come to us, and those of them that aren't dropped before conntrack. What passes
# there is seen again at the next hook. Without tracking we drop nothing there, as this looks on.
oracle_early() {
	oracle_sets "prerouting_open_$1_"
	echo "chain prerouting_$1 {"
	# We are at conntrack's priority - 1.
	echo "type filter hook prerouting priority $([ "$1" = passed ] && echo -200 || echo -202)"
	echo 'iif lo accept'
	echo 'fib daddr type != local accept'
	echo 'meta l4proto != { tcp, udp } accept'
	echo 'tcp flags & (syn | ack) != syn accept'
	oracle_rules add "prerouting_open_$1_" '' counter
	echo 'counter comment "lost"'
	echo '}'
}

# oracle_start conntrack|none: from here on; the module has to be loaded already, with its counters at 0.
oracle_start() {
	local hook when default
	oracle_track=$1
	# A counter needs memory of each processor, which the packet path can take from pages that are there already, and
	# from no others. So they are made to be there, and a counter in each page keeps it there.
	nft list tables | grep -q warm || {
		echo 'add table inet warm'
		echo 'add set inet warm warm { type inet_service; counter; }'
		printf 'add element inet warm warm { %s }\n' "$(seq -s, 1 20000)"
		printf 'delete element inet warm warm { %s }\n' "$(seq 1 20000 | grep -v '[02468]00$' | paste -sd,)"
	} | nft -f -
	: >"$work/events.log"
	if [ "$oracle_track" = conntrack ]; then
		# A buffer for all that may come in a test, if the reader gets no time at all. His own option (-b) is for
		# another socket than the one that the events come by (1.4.7).
		default=$(sysctl -n net.core.rmem_default)
		sysctl -qw net.core.rmem_default=$((128 << 20))
		start events root conntrack -E -e NEW
		# shellcheck disable=SC2154  # by start
		oracle_events=$pid
		wait_for grep -Eq '^[^ ]+ 12 +[0-9]+ +00000001' /proc/net/netlink
		sysctl -qw "net.core.rmem_default=$default"
	fi
	{
		echo "table inet oracle {"
		for when in seen passed; do oracle_early $when; done
		for hook in input output forward; do
			for when in seen passed; do oracle_chain $hook $when "$oracle_track"; done
		done
		echo "}"
	} >"$work/oracle.nft"
	nft -f "$work/oracle.nft"
}

# oracle_stop: so that it can be started again.
oracle_stop() {
	[ "$oracle_track" = none ] || stop "$oracle_events"
	nft delete table inet oracle
}

# oracle_moves: what tells whether anything goes on.
oracle_moves() {
	pc --json stats
	wc -c <"$work/events.log"
	# An event waits to be read (12 is NETLINK_NETFILTER).
	awk '$2 == 12 && $5 > 0 { print "waiting", NR, $5 }' /proc/net/netlink
}

# oracle_read: reads all, at a moment when nothing goes on.
oracle_read() {
	oracle_moves >"$work/moves"
	! grep -q waiting "$work/moves" || return
	nft -j list table inet oracle >"$work/oracle.json"
	cp "$work/events.log" "$work/events"
	pc --json stats >"$work/classes.json"
	pc --json stats --by port >"$work/ports.json"
	oracle_moves | cmp -s - "$work/moves"
}

# oracle_compare [OPTION...]: prints what differs, by class and by port; fails if anything does. Options are those of
# oracle.py.
oracle_compare() {
	wait_for oracle_read || return
	ip -json address >"$work/addresses.json"
	if awk '$2 == 12 && $9 > 0 { lost = 1 } END { exit !lost }' /proc/net/netlink; then
		echo "events of conntrack were lost"
		return 1
	fi
	python3 "$here/oracle.py" "$@" "$oracle_track" "$work/oracle.json" "$work/events" "$work/addresses.json" \
		"$work/classes.json" "$work/ports.json"
}
