#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packets made at random, from a driver, over a veth pair and out by a raw socket, while rules change at random, for
# FUZZ_SECONDS; best in a kernel that looks for faults. First come those that are kept (corpus/packets). FUZZ_SEED
# repeats a run.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/fuzz.sh
. "$here/fuzz.sh"

load_module
for ns in peer srv right; do mk_ns $ns; done
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
modprobe -aq tun nf_conntrack_netlink || :
serve_tcp root 7777

# All that we send is counted, before anybody else sees it; peer and right take nothing, so that nothing comes back.
nft -f - <<-END
	table inet fuzz {
		chain output {
			type filter hook output priority -500;
			oif lo accept
			counter
		}
		# Who sends to whom decides whether a flow is translated: to somebody else, or to another port of ours. No
		# redirect in IPv6, where it drops what comes to an address of a scope that the device has none of: in Debian's
		# 6.1.192, nf_nat_ipv6_in() then reads the packet that nft_do_chain() has freed, and KASAN sees it.
		chain towards {
			type nat hook prerouting priority dstnat;
			ip saddr 10.8.0.2 meta l4proto { tcp, udp } counter dnat ip to 10.4.0.2
			ip6 saddr fd08::2 meta l4proto { tcp, udp } counter dnat ip6 to fd04::2
			ip saddr 10.9.0.2 meta l4proto { tcp, udp } counter redirect to :1000-1009
			ip6 saddr fd09::2 meta l4proto { tcp, udp } counter dnat ip6 to [fd09::1]:1000-1009
		}
		chain ours {
			type nat hook output priority -100;
			ip daddr 10.9.0.2 meta l4proto { tcp, udp } counter dnat ip to 10.4.0.2:99
			ip6 daddr fd09::2 meta l4proto { tcp, udp } counter dnat ip6 to [fd04::2]:99
		}
		chain from {
			type nat hook postrouting priority srcnat;
			oifname "to-right" meta l4proto { tcp, udp } counter masquerade random
		}
	}
END
for ns in peer right; do
	in_ns $ns nft 'table inet fuzz { chain input { type filter hook prerouting priority -500; policy drop; }; }'
	ip -netns $ns link set eth0 address 02:00:00:00:00:02
	for address in "$(theirs4 $ns)" "$(theirs6 $ns)"; do
		ip neighbour replace "$address" lladdr 02:00:00:00:00:02 dev "to-$ns"
	done
done
ethtool -K to-peer gro on

fuzz packets packets fuzz_packets.py
used=$(nft list table inet fuzz | sed -n '/type nat/,/^\t}/s/.*counter packets \([0-9]*\).*/\1/p')
t_is "each rule of NAT was used" "$(grep -c '[1-9]' <<<"$used")" 7
echo "# $(paste -sd' ' <<<"$used")"
