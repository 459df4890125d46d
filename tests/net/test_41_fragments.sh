# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Packets in fragments, to us and through us: what a host takes or answers without the module, an allowed port does with
# it, whatever else is denied; and a denied port takes and answers nothing. What is put together is one packet.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/outcomes.sh
. "$here/outcomes.sh"

mk_peers
mk_routed
unlimited root peer left right
# 22 and 23 are open, 25 and 26 are not; 22 and 25 will be allowed.
for ns in root right; do
	serve_tcp $ns 22 23
	serve_udp $ns 22 23
done
ports=22,23,25,26

outcomes without-in fragments in $ports
outcomes without-forward fragments forward $ports
t_ok "without the module, most sorts are taken and answered" \
	test "$(count without-in 22 'syn-ack|rst|delivered and udp')" -ge 60

track_by_nft
outcomes tracked-in fragments in $ports
outcomes tracked-forward fragments forward $ports
nft flush ruleset
t_is "all that connection tracking loses, to us" "$(lost without-in tracked-in \
	"an end beyond all ends" "behind destination options" "behind routing" "behind hop-by-hop and routing")" ""
t_is "all that connection tracking loses, through us" "$(lost without-forward tracked-forward \
	"an end beyond all ends")" ""

load_module
for scope in in out forward; do pc deny $scope any/0-65535; done
for scope in in forward; do pc allow $scope any/22 any/25; done
# The kernel is told by a first fragment that it is too short, if it gets one; here it is malformed.
too_short() { sed -E -i 's/;icmp 4\/3( and |$)/;\1/; s/; and /;/; s/;$/;nothing/' "$work/wanted"; }

# What nobody puts together for us is answered by the IP layer: there are no ports in it.
wanted tracked-in "nested: "
too_short
outcomes denied-in fragments in $ports
same "all else is denied, to us" wanted denied-in

# Conntrack knows nothing of what it can't put together, so that the answer is no part of the same flow.
wanted tracked-forward
too_short
outcomes denied-forward fragments forward $ports
sed -i '/^nested: .*;\(22\|25\);/d' "$work/wanted" "$work/denied-forward"
same "all else is denied, through us" wanted denied-forward
pc track none
pc flush
pc deny any/0-65535
pc allow any/22 any/25
wanted tracked-in "nested: "
too_short
outcomes none-in fragments in $ports
same "track none, all else is denied, to us" wanted none-in
pc track conntrack

# What waits in vain is told so, whatever port it was for: nobody knows yet.
sysctl -qw net.ipv4.ipfrag_time=1 net.ipv6.ip6frag_time=1 net.netfilter.nf_conntrack_frag6_timeout=1
outcomes incomplete fragments in $ports "incomplete: "
t_is "incomplete ones have the same answer at all ports" \
	"$(grep '^incomplete: ' "$work/incomplete" | cut -d';' -f1,3 | sort | uniq -c | awk '$1 != 4')" ""
t_is "incomplete ones do have an answer" "$(grep -cE '^incomplete: one .*;icmp (11/1|3/1)$' "$work/incomplete")" 16

# Real datagrams, put together to one packet, and taken apart again. The way back belongs to it.
pc deny forward any/0-65535
pc allow forward any/22
# counted SCOPE: packets and bytes to the open port, the same from there, packets to the denied one
counted() {
	pc --json stats "$1" --by port | jq -c '[(22, 23) as $port | .ports[] | select(.proto == "udp" and .port == $port)] |
		[.[0].packets_to, .[0].bytes_to, .[0].packets_from, .[0].bytes_from, .[1].denied_packets]'
}
# datagram SCOPE HEADER NS ADDRESS SIZE
datagram() {
	local before want size=$5 port
	before=$(counted "$1")
	want=$(jq -cn "[$before, [1, $((size + $2)), 1, $((size + $2)), 1]] | transpose | map(add)")
	head -c "$size" /dev/zero >"$work/datagram"
	for port in 23 22; do
		in_ns "$3" socat -u -b "$size" "OPEN:$work/datagram,rdonly" "UDP:$4:$port"
	done
	is_counted() { [ "$(counted "$1")" = "$2" ]; }
	wait_for is_counted "$1" "$want" || :
	t_is "$size bytes to $4, $1" "$(counted "$1")" "$want"
}
for size in 4000 60000; do
	datagram in 28 peer "$HOST4" $size
	datagram in 48 peer "[$HOST6]" $size
	datagram forward 28 left "$(theirs4 right)" $size
	datagram forward 48 left "[$(theirs6 right)]" $size
done
