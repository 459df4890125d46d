# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the module should have counted, found out by nftables at the same hooks: the kernel counts each combination of
# protocol, ports and sort of packet in a set, just before us (seen) and behind us (passed). Rules of portclass are
# then applied to these sums by oracle.py. Meant to be sourced after lib.sh.

: "${work:?set by lib.sh}" "${here:?set by lib.sh}"

# oracle_start: from here on; the module has to be loaded already, with its counters at 0.
oracle_start() {
	local hook sort when
	# A counter needs memory of each processor, which the packet path can take from pages that are there already, and
	# from no others. So they are made to be there, and a counter in each page keeps it there.
	{
		echo 'add table inet warm'
		echo 'add set inet warm warm { type inet_service; counter; }'
		printf 'add element inet warm warm { %s }\n' "$(seq -s, 1 12000)"
		printf 'delete element inet warm warm { %s }\n' "$(seq 1 12000 | grep -v '[02468]00$' | paste -sd,)"
	} | nft -f -
	{
		echo "table inet oracle {"
		for hook in input output forward; do
			for when in seen passed; do
				for sort in open other; do
					printf 'set %s_%s_%s { type inet_proto . inet_service . inet_service; ' "$hook" "$sort" "$when"
					printf 'flags dynamic; size %d; }\n' "${ORACLE_SIZE:-65535}"
				done
				# We are at filter - 1.
				printf 'chain %s_%s { type filter hook %s priority ' "$hook" "$when" "$hook"
				[ $when = seen ] && echo 'filter - 2;' || echo 'filter;'
				[ $hook = output ] && echo 'oif lo accept' || echo 'iif lo accept'
				echo "tcp flags & (syn | ack) == syn" \
					"add @${hook}_open_$when { meta l4proto . th sport . th dport counter } accept"
				echo "tcp flags & (syn | ack) != syn" \
					"add @${hook}_other_$when { meta l4proto . th sport . th dport counter } accept"
				echo "meta l4proto udp" \
					"add @${hook}_other_$when { meta l4proto . th sport . th dport counter } accept"
				# A set that is full adds nothing, and lets the packet go on to here.
				echo 'meta l4proto { tcp, udp } counter comment "lost"'
				echo '}'
			done
		done
		echo "}"
	} | nft -f -
}

# oracle_settled: nothing has moved since the last call.
oracle_settled() {
	local now
	now=$(pc --json stats)
	[ "$now" = "$(cat "$work/settled" 2>/dev/null)" ] && return
	printf '%s' "$now" >"$work/settled"
	return 1
}

# oracle_compare: prints what differs, by class and by port; fails if anything does.
oracle_compare() {
	wait_for oracle_settled
	nft -j list table inet oracle >"$work/oracle.json"
	pc --json stats >"$work/classes.json"
	pc --json stats --by port >"$work/ports.json"
	python3 "$here/oracle.py" "$work/oracle.json" "$work/classes.json" "$work/ports.json"
}
