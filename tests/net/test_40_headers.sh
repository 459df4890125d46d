# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# However odd the headers of a packet are, to us and through us: what a host takes or answers without the module, an
# allowed port does with it, whatever else is denied; and a denied port takes and answers nothing. What has no whole
# transport header is counted as malformed, and dropped where anything is denied.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/net/outcomes.sh
. "$here/outcomes.sh"

mk_peers
mk_routed
unlimited root peer left right
for ns in root right; do
	in_ns $ns sysctl -qw net.ipv6.conf.all.seg6_enabled=1 net.ipv6.conf.default.seg6_enabled=1
	# 22 and 23 are open, 25, 26 and 0 are not; 22 and 25 will be allowed.
	serve_tcp $ns 22 23
	serve_udp $ns 22 23
done
sysctl -qw net.ipv6.conf.to-peer.seg6_enabled=1
in_ns right sysctl -qw net.ipv6.conf.eth0.seg6_enabled=1
ports=22,23,25,26,0

outcomes without-in headers in $ports
outcomes without-forward headers forward $ports
t_ok "without the module, most sorts are taken and answered" \
	test "$(count without-in 22 'syn-ack|rst|delivered and udp')" -ge 100
t_is "without the module, what is taken at a port is at another one" \
	"$(count without-in 22 'syn-ack|rst|delivered and udp') $(count without-in 25 'rst|icmp 3/3|icmp 1/4')" \
	"$(count without-in 23 'syn-ack|rst|delivered and udp') $(count without-in 26 'rst|icmp 3/3|icmp 1/4')"

track_by_nft
outcomes tracked-in headers in $ports
outcomes tracked-forward headers forward $ports
nft flush ruleset
t_is "all that connection tracking loses, to us" "$(lost without-in tracked-in \
	"destination options, fragment" "routing, fragment")" ""
t_is "all that connection tracking loses, through us" "$(lost without-forward tracked-forward)" ""

load_module
for scope in in out forward; do pc deny $scope any/0-65535; done
for scope in in forward; do pc allow $scope any/22 any/25; done
wanted tracked-in "IP: "
# Of what is sent to all, and of what has another length and so another checksum than conntrack wants, the answer is no
# part of the same flow for conntrack, but one of ours, on its way out.
not_tracked='to all|to all nodes|a length of less|a length of 0|a length of no data, with data'
sed -E -i "/^($not_tracked), .*, udp;22/s/ and udp$//" "$work/wanted"
outcomes denied-in headers in $ports
same "all else is denied, to us" wanted denied-in
# Nobody knows what is behind a header that is cut off; it is said to be TCP.
t_is "all else is denied: malformed packets are counted" \
	"tcp $(path_stat in tcp malformed) udp $(path_stat in udp malformed)" \
	"tcp $(grep -cE '^malformed: (.*, tcp|an extension header .*);' "$work/denied-in") udp $(
		grep '^malformed: .*, udp;' "$work/denied-in" | grep -vc ' an extension header ')"

# Nor does what is to be told by the router itself depend on ports.
wanted tracked-forward "IP: " "TTL 1"
sed -E -i "/^($not_tracked), .*, udp;22/s/ and udp$//" "$work/wanted"
outcomes denied-forward headers forward $ports
# What is for all is for us, and goes no further.
sed -i "/^to all/d" "$work/wanted" "$work/denied-forward"
same "all else is denied, through us" wanted denied-forward

pc track none
pc flush
pc deny any/0-65535
pc allow any/22 any/25
wanted tracked-in "IP: " "no opener: "
outcomes none headers in $ports
same "track none, all else is denied" wanted none

# What becomes of malformed packets depends on whether anything is denied where they are.
nft -f - <<-END
	table inet bad {
		counter seen {}
		counter passed {}
		chain seen {
			type filter hook input priority filter - 2;
			ip saddr $PEER4 ip protocol != icmp counter name seen
			ip6 saddr $PEER6 ip6 nexthdr != icmpv6 counter name seen
		}
		chain passed {
			type filter hook input priority filter;
			ip saddr $PEER4 ip protocol != icmp counter name passed
			ip6 saddr $PEER6 ip6 nexthdr != icmpv6 counter name passed
		}
	}
END
packets() { nft -j list counter inet bad "$1" | jq '.nftables[].counter? | .packets? // empty'; }
# dropped: of all malformed packets
dropped() {
	local before all
	before=$(($(packets seen) - $(packets passed)))
	outcomes malformed headers in $ports "malformed: "
	all=$(grep -c '^malformed: ' "$work/malformed")
	case $(($(packets seen) - $(packets passed) - before)) in
	0) echo none ;;
	"$all") echo all ;;
	*) echo "some of $all" ;;
	esac
}

pc flush
t_is "malformed: nothing denied" "$(dropped)" none
pc deny out tcp/9
t_is "malformed: another scope denies" "$(dropped)" none
pc deny udp/65535
t_is "malformed: one port is denied" "$(dropped)" all
pc mode observe
t_is "malformed: observe" "$(dropped)" none
