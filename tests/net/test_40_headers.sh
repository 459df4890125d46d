# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# However the headers before the ports are arranged, a denied port stays denied and an allowed one gets its packets;
# and what has no whole transport header is counted as malformed, and dropped where anything is denied.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
mk_routed
load_module
serve_tcp root 22 23
serve_udp root 22 23
serve_udp right 22 23
mac=$(cat /sys/class/net/to-peer/address)
odd() { in_ns peer python3 "$here/headers.py" "$1" "$mac" "$HOST4" "$HOST6" "${@:2}"; }

# A SYN that a socket got is answered. The peer must not reset what it has not asked for.
in_ns peer nft -f - <<-END
	table inet peer {
		set answers { type inet_service; flags dynamic; size 65535; }
		chain in {
			type filter hook input priority filter;
			tcp flags & (syn | ack) == syn | ack add @answers { tcp dport } drop
		}
	}
END
# The source ports of what was delivered.
delivered_tcp() { in_ns peer nft -j list set inet peer answers | jq -r '.nftables[].set? | .elem[]?'; }
delivered_udp() { cut -d' ' -f3 "$work/serve-udp-root.served"; }

# deliver FIRST-PORT: sends all cases to the allowed port 22 and the denied port 23; says for each what was delivered of it.
deliver() {
	local last
	in_ns peer nft flush set inet peer answers
	: >"$work/serve-udp-root.served"
	# A socket goes on answering a SYN: so none comes from the same port twice.
	odd "$1" 22 23 >"$work/cases"
	last=$(tail -n 1 "$work/cases" | cut -d' ' -f1)
	wait_for grep -q " $last\$" "$work/serve-udp-root.served"
	{ delivered_tcp; delivered_udp; } >"$work/delivered"
	awk 'NR == FNR { got[$1] = 1; next }
		{ name = $0; sub(/^[^ ]* [^ ]* [^ ]* /, "", name); name = $2 ", " name
		  if (!(name in to)) order[++count] = name
		  to[name] = to[name] " " $3 ($1 in got ? " delivered" : " not") }
		END { for (i = 1; i <= count; i++) print order[i] ":" to[order[i]] }' "$work/delivered" "$work/cases"
}

t_is "nothing denied: all is delivered" "$(deliver 10000 | grep -v 'last one' | cut -d: -f2 | sort -u)" \
	" 22 delivered 23 delivered"
t_is "nothing denied: nothing is malformed" "$(path_stat in tcp malformed) $(path_stat in udp malformed)" "0 0"
t_is "later fragments are counted" "$(path_stat in udp fragments)" 4

pc deny any/23
denied=$(stat in tcp well-known denied_packets)
deliver 20000 >"$work/got"
t_ok "all cases were tried" test "$(wc -l <"$work/got")" -ge 20
while IFS=: read -r name got; do
	case $name in *"last one") continue ;; esac
	t_is "$name" "$got" " 22 delivered 23 not"
done <"$work/got"
t_is "each denied SYN is counted" "$(($(stat in tcp well-known denied_packets) - denied))" \
	"$(grep -c ' tcp 23 ' "$work/cases")"
t_is "each denied datagram is counted" "$(stat in udp well-known denied_packets)" "$(grep -c ' udp 23 ' "$work/cases")"
t_is "nothing legal is malformed" "$(path_stat in tcp malformed) $(path_stat in udp malformed)" "0 0"
pc flush

# Real fragments, on their way through: these are not put together before the hook.
datagram() { head -c 4000 /dev/zero | in_ns left socat -b 4000 -u - "UDP:$1:$2"; }
right6="[$(theirs6 right)]"
pc deny forward udp/23
for to in "$(theirs4 right)" "$right6"; do
	datagram "$to" 23
	datagram "$to" 22
done
t_ok "fragments to an allowed port pass through" wait_for test "$(served right udp 22)" -eq 2
t_is "fragments to a denied one do not make it" "$(served right udp 23)" 0
# Each datagram comes in three pieces, two of them without ports; and so do the two answers.
t_is "fragments through are counted" "$(path_stat forward udp fragments) $(port_stat forward udp 23 denied_packets)" "12 2"
pc flush

nft -f - <<-END
	table inet bad {
		counter seen {}
		counter passed {}
		chain seen {
			type filter hook input priority filter - 2;
			ip saddr 10.1.0.66 counter name seen
			ip6 saddr fd01::66 counter name seen
		}
		chain passed {
			type filter hook input priority filter;
			ip saddr 10.1.0.66 counter name passed
			ip6 saddr fd01::66 counter name passed
		}
	}
END
packets() { nft -j list counter inet bad "$1" | jq '.nftables[].counter? | .packets? // empty'; }

# malformed NAME PASS: sends all cases; all of them pass, or none.
malformed() {
	local seen passed tcp udp
	seen=$(packets seen) passed=$(packets passed)
	tcp=$(path_stat in tcp malformed) udp=$(path_stat in udp malformed)
	odd malformed 22 >"$work/cases"
	wait_for test "$(packets seen)" -ge $((seen + 29))
	t_is "malformed, $1: counted" \
		"tcp $(($(path_stat in tcp malformed) - tcp)) udp $(($(path_stat in udp malformed) - udp))" \
		"$(tr '\n' ' ' <"$work/cases" | sed 's/ $//')"
	t_is "malformed, $1: pass" "$(($(packets seen) - seen)) $(($(packets passed) - passed))" "29 $2"
}
malformed "nothing denied" 29
pc deny out tcp/9
malformed "another scope denies" 29
pc deny udp/65535
malformed "one port is denied" 0
pc mode observe
malformed "observe" 29
pc flush
t_is "malformed packets are in no class" "$(pc --json stats in | jq '[.paths[].malformed] | add')" 116
