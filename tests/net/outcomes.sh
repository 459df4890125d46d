# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What becomes of odd packets, with the module and without: of each sort that headers.py or fragments.py knows, to each
# port given, a line "NAME, IPvN, PROTO;PORT;OUTCOME" (see wire.py). Meant to be sourced after lib.sh.

: "${work:?set by lib.sh}" "${here:?set by lib.sh}"

# unlimited NS...: no answer is held back; nothing is lost on the way, or for too many fragments that wait for others.
unlimited() {
	local ns
	modprobe nf_conntrack
	sysctl -qw net.core.netdev_max_backlog=100000 net.core.rmem_default=8388608 \
		net.netfilter.nf_conntrack_frag6_high_thresh=100000000
	for ns; do
		in_ns "$ns" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000 \
			net.ipv4.icmp_msgs_burst=100000 net.ipv6.icmp.ratelimit=0 \
			net.ipv4.ipfrag_high_thresh=100000000 net.ipv6.ip6frag_high_thresh=100000000
	done
}

# outcomes NAME headers|fragments in|forward PORTS [PREFIX]: of all sorts, or of those with a prefix, from the peer to
# us or from left to right, to these ports (commas between); into $work/NAME.
outcomes() {
	local name=$1 sorts=$2 from=peer to=root address4=$HOST4 address6=$HOST6 ports=$4 prefix=${5-}
	if [ "$3" = forward ]; then
		from=left to=right address4=$(theirs4 right) address6=$(theirs6 right)
	fi
	# Never twice from the same port.
	: "${try_from:=10000}"
	# On one processor: another one may be ahead of it, and then the last fragment comes before the first.
	# shellcheck disable=SC2086  # words
	in_ns $from taskset -c 0 python3 "$here/$sorts.py" "$prefix" "$(cat "/sys/class/net/to-$from/address")" \
		"$address4" "$address6" "$work/serve-udp-$to.served" "$try_from" ${ports//,/ } >"$work/$name"
	try_from=$((try_from + 2000))
}

# count FILE PORT OUTCOME: how many sorts have one of these outcomes (an extended regular expression) at a port.
count() { grep -v '^the last one' "$work/$1" | grep -cE ";$2;($3)$"; }

# wanted FILE PREFIX...: into $work/wanted, what it says, with silence from all ports but 22 and 25; except for the
# sorts that begin with one of these, and for UDP-Lite, whose ports are not UDP's.
wanted() {
	local but='nothing at all'
	[ $# -eq 1 ] || but=$(IFS='|'; echo "${*:2}")
	awk -F';' -v OFS=';' -v but="^($but)" '$2 != 22 && $2 != 25 && $1 !~ but && $1 !~ /udplite/ { $3 = "nothing" } 1' \
		"$work/$1" >"$work/wanted"
}

# same NAME WANTED GOT: compares outcomes, by IP version and protocol.
same() {
	local kind
	for kind in 'IPv4, tcp' 'IPv6, tcp' 'IPv4, udp' 'IPv6, udp'; do
		t_is "$1, $kind" "$(diff <(grep "$kind" "$work/$2") <(grep "$kind" "$work/$3") | grep '^[<>]')" ""
	done
}

# track_by_nft: makes the kernel track connections, and put fragments together: what that loses is not our loss.
track_by_nft() {
	nft 'table inet tracked { chain in { type filter hook input priority 0; ct state new accept; }; }'
}

# lost FILE FILE NAME...: the sorts that have an outcome in the first file and none in the second, but for these.
lost() {
	comm -13 <(printf '%s\n' "${@:3}" | sort -u) <(awk -F';' '{ name = $1; sub(/, IPv.*/, "", name) }
		NR == FNR { had[$1, $2] = $3; next }
		$3 == "nothing" && had[$1, $2] != "nothing" { print name }' "$work/$1" "$work/$2" | sort -u)
}
