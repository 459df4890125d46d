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
