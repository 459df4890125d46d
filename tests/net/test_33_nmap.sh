# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A scanner sees what the policy says, and nothing else: whatever it sends, a denied port says nothing and gets nothing,
# and an allowed one answers as it does without the module.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
# The scanner is faster than who gets it, and wants an answer to each question.
sysctl -qw net.core.netdev_max_backlog=200000 net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000 \
	net.ipv4.icmp_msgs_burst=100000 net.ipv6.icmp.ratelimit=0

# In each class allowed and denied, open and closed ports, some by a rule and some by the class's policy.
open_tcp=22-23,80,443,3306,5001,8080,49152,60000
denied_tcp=0-19,23-79,81-999,5000-5999,8080,49151-59999,61000-65534
open_udp=53,123,1194,5000,49152,50001
denied_udp=123,160-169,1024-1193,1195-5352,5361-49151,50000-50010
rules() {
	pc policy well-known deny tcp
	pc policy dynamic deny tcp
	pc policy registered deny udp
	pc allow tcp/20-22 tcp/80 tcp/1000-1023 tcp/60000-60999 tcp/65535 udp/1194 udp/5353-5360
	pc deny tcp/5000-5999 tcp/8080 tcp/49151 udp/123 udp/160-169 udp/50000-50010
}
# What is on both sides of each border, for the scans that are not of all ports.
some_tcp=0-1,19-26,78-82,442-444,998-1001,1022-1025,3305-3307,4998-5002,5998-6001,8079-8081
some_tcp+=,49150-49153,59998-60001,60998-61001,65533-65535
some_udp=52-54,122-124,158-161,168-171,1022-1025,1193-1195,4999-5001,5351-5361,49150-49153,49998-50002,50009-50012

# The sorts of scans: what nmap calls a denied port, the IP version and the options.
cat >"$work/sorts" <<-END
	filtered 4 -sA -p $some_tcp
	filtered 6 -sA -p $some_tcp
	open|filtered 4 -sF -p $some_tcp
	open|filtered 6 -sF -p $some_tcp
	open|filtered 4 -sX -p $some_tcp
	open|filtered 6 -sN -p $some_tcp
	open|filtered 4 -sM -p $some_tcp
	filtered 6 -sS --source-port 53 -p $some_tcp
	filtered 4 -sS -f -p $some_tcp
	filtered 6 -sS --scanflags SYNFIN -p $some_tcp
	filtered 4 -sS --mtu 24 --ip-options R -p $some_tcp
	filtered 4 -sS --badsum -p $some_tcp
	open|filtered 4 -sU --source-port 53 -p $some_udp
	open|filtered 6 -sU -p $some_udp
	open|filtered 4 -sU --data-length 60 --mtu 16 -p $some_udp
END

# scan NAME 4|6 OPTION...: of the host at its IPv4 or IPv6 address, into $work/NAME.
scan() {
	local name=$1 host=("$HOST4")
	[ "$2" = 4 ] || host=(-6 "$HOST6")
	shift 2
	in_ns peer nmap -n -Pn -T5 --max-retries 1 "$@" -oX "$work/$name" "${host[@]}" >"$work/$name.log" 2>&1
}

# scans NAME: of each sort, two at a time.
scans() {
	local number=0 state family options pids=()
	while read -r state family options; do
		number=$((number + 1))
		# shellcheck disable=SC2086  # words
		scan "$1-$number" "$family" $options & pids+=($!)
		[ $((number % 2)) -ne 0 ] || wait "${pids[@]}"
	done <"$work/sorts"
	wait "${pids[@]}"
}

# shellcheck disable=SC2086  # words
serve_tcp root ${open_tcp//[,-]/ }
# shellcheck disable=SC2086  # words
serve_udp root ${open_udp//,/ }
at=$EPOCHREALTIME
scans before
echo "# $(jq -n "$EPOCHREALTIME - $at")"

load_module
rules
# What has passed us to a denied port, what comes from there, and who is told that a port is closed.
nft -f - <<-END
	table inet behind {
		counter passed {}
		counter answers {}
		counter closed {}
		counter unreachable {}
		set denied {
			type inet_proto . inet_service
			flags interval
			elements = { tcp . ${denied_tcp//,/, tcp . }, udp . ${denied_udp//,/, udp . } }
		}
		chain in {
			type filter hook input priority filter + 10
			iifname != to-peer accept
			meta l4proto . th dport @denied counter name passed
			udp dport != { $open_udp } counter name closed
		}
		chain out {
			type filter hook output priority raw
			oifname != to-peer accept
			meta l4proto . th sport @denied counter name answers
			icmp type destination-unreachable counter name unreachable
			icmpv6 type destination-unreachable counter name unreachable
		}
	}
END
counter() { nft -j list counter inet behind "$1" | jq '.nftables[].counter? | .packets? // empty'; }
: >"$work/serve-tcp-root.served"
: >"$work/serve-udp-root.served"
at=$EPOCHREALTIME
scans now
echo "# $(jq -n "$EPOCHREALTIME - $at")"
# Of all ports, in a slow guest by one of the two.
families=(4 6) pids=()
[ "${PATIENCE:-1}" -le 2 ] || families=(6)
for family in "${families[@]}"; do scan "all-$family" "$family" -sS -p 0-65535 & pids+=($!); done
wait "${pids[@]}"
echo "# $(jq -n "$EPOCHREALTIME - $at")"

{
	number=0
	while read -r state family options; do
		number=$((number + 1))
		ports=tcp/$denied_tcp
		[[ $options != -sU* ]] || ports=udp/$denied_udp
		echo "nmap ${options% -p *}, IPv$family;$work/now-$number;$work/before-$number;$state;$ports"
	done <"$work/sorts"
	for family in "${families[@]}"; do
		echo "nmap -sS of all ports, IPv$family;$work/all-$family;open:$open_tcp;filtered;tcp/$denied_tcp"
	done
} >"$work/compared"
python3 "$here/nmap_says.py" "$work/compared" >"$work/said"
while IFS=';' read -r name got want; do t_is "$name" "${got:-nothing}" "$want"; done <"$work/said"
t_is "all scans were compared" "$(wc -l <"$work/said")" "$(wc -l <"$work/compared")"

t_is "nothing has passed to a denied port" "$(counter passed)" 0
t_is "nothing has come from a denied port" "$(counter answers)" 0
t_ok "closed ports have been asked for" test "$(counter closed)" -gt 0
t_is "nobody was told that a denied port is closed" "$(counter unreachable)" "$(counter closed)"
t_is "no socket on a denied port was reached" \
	"$(grep -hoE '^(23|443|5001|8080|123|5000|50001) ' "$work"/serve-{tcp,udp}-root.served | sort -u)" ""

# What the module says of it: of each denied port all packets are, and of the others none.
pc --json stats in --by port | jq -r '.ports[] | select(.proto == "tcp") |
	[.port, (if .denied_packets == 0 then "none" elif .denied_packets == .packets then "all" else "some" end)] | @tsv' \
	>"$work/ports"
t_is "the denied ports have denied packets only" \
	"$(awk '$2 != "none" { print $1 }' "$work/ports" | python3 "$here/nmap_says.py" -)" "$denied_tcp"
t_is "a port is denied or allowed" "$(grep -c some "$work/ports")" 0
t_is "all ports are counted" "$(wc -l <"$work/ports")" 65536
