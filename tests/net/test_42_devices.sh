# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The same host over other devices: VLAN, bridge, tunnels, WireGuard. What is inside is judged and counted by its own
# ports, the outside by its own; what a bridge passes on, where it calls netfilter for that. And large packets: what the
# device has put together, or is to take apart, is one packet.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/real.sh
. "$here/real.sh"
# shellcheck source=tests/net/nft_oracle.sh
. "$here/nft_oracle.sh"

compared() {
	t_ok "$1: all counters are what the others say" oracle_compare
	tail -n 1 "$TAP_STATE/output" | sed 's/^/# /'
}

# upper NUMBER NAME TYPE...: a device on both ends of the link to the peer, with addresses of that number. In TYPE, LINK
# is the device of the link, OURS and THEIRS are the addresses of its ends.
upper() {
	local number=$1 name=$2 ns link ours theirs host what
	shift 2
	for ns in root peer; do
		link=to-peer ours=$HOST4 theirs=$PEER4 host=1
		[ $ns = root ] || link=eth0 ours=$PEER4 theirs=$HOST4 host=2
		what=${*/LINK/$link}
		what=${what/OURS/$ours}
		# shellcheck disable=SC2086  # words
		in_ns $ns ip link add "$name" ${what/THEIRS/$theirs}
		in_ns $ns ip address add "10.$number.0.$host/24" dev "$name"
		# There is nothing but IPv4 in that one.
		[[ $* = *ipip* ]] || in_ns $ns ip address add "fd$number::$host/64" dev "$name" nodad
		in_ns $ns ip link set "$name" up
	done
}

mk_ns peer
load_module
oracle_start conntrack

upper 20 vlan5 link LINK type vlan id 5
upper 21 vxlan5 type vxlan id 42 local OURS remote THEIRS dstport 4789
upper 22 gre5 type gre local OURS remote THEIRS
upper 23 ipip5 type ipip local OURS remote THEIRS
upper 24 sit5 type sit local OURS remote THEIRS
upper 25 wg5 type wireguard
(
	umask 077
	for ns in root peer; do wg genkey | tee "$work/key-$ns" | wg pubkey >"$work/public-$ns"; done
)
wg set wg5 listen-port 51820 private-key "$work/key-root" \
	peer "$(<"$work/public-peer")" allowed-ips 0.0.0.0/0,::/0 endpoint "$PEER4:51820"
in_ns peer wg set wg5 listen-port 51820 private-key "$work/key-peer" \
	peer "$(<"$work/public-root")" allowed-ips 0.0.0.0/0,::/0 endpoint "$HOST4:51820"

# Two namespaces behind a bridge, on which we have an address, too.
ip link add br5 type bridge
ip address add 10.26.0.1/24 dev br5
ip address add fd26::1/64 dev br5 nodad
ip link set br5 up
for ns in one two; do
	ip netns add $ns
	ip link add "br5-$ns" master br5 type veth peer name eth0 netns $ns
	ip link set "br5-$ns" up
	host=$([ $ns = one ] && echo 2 || echo 3)
	ip -netns $ns address add "10.26.0.$host/24" dev eth0
	ip -netns $ns address add "fd26::$host/64" dev eth0 nodad
	ip -netns $ns link set eth0 up
done
modprobe br_netfilter
bridge_calls() { sysctl -qw net.bridge.bridge-nf-call-iptables="$1" net.bridge.bridge-nf-call-ip6tables="$1"; }
bridge_calls 1

for ns in root two; do
	serve_tcp $ns 22 23
	serve_udp $ns 22 23
done
over() { probe "$1" tcp,udp "$2" 22 23 | sed 's/, /\n/g' | sort | uniq -c | awk '{ print $1, $2, $3 }'; }
tunnels=10.21.0.1,fd21::1,10.22.0.1,fd22::1,10.23.0.1,10.25.0.1,fd25::1,fd24::1
t_is "nothing denied: all ports answer" "$(over peer "10.20.0.1,fd20::1,$tunnels"); $(over one "10.26.0.1,fd26::1"); $(
	over one "10.26.0.3,fd26::3")" "20 answered answered; 4 answered answered; 4 answered answered"
compared "nothing denied"

pc deny any/23
pc deny forward any/23
t_is "a denied port is closed over each device" "$(over peer "10.20.0.1,fd20::1,$tunnels")" "20 answered silent"
t_is "a denied port is closed on a bridge" "$(over one 10.26.0.1,fd26::1)" "4 answered silent"
t_is "a denied port is closed behind a bridge" "$(over one 10.26.0.3,fd26::3)" "4 answered silent"
t_is "each conversation is counted, in" "$(port_stat in tcp 22 flows) $(port_stat in udp 22 flows)" "24 24"
t_is "each conversation is counted, forward" "$(port_stat forward tcp 22 flows) $(port_stat forward udp 22 flows)" "4 4"
compared "denied ports"

bridge_calls 0
t_is "a bridge that calls nobody" "$(over one 10.26.0.3,fd26::3)" "4 answered answered"
bridge_calls 1

# The outside of tunnels that are made of UDP.
pc deny udp/4789 udp/51820
t_is "tunnels by denied ports are closed" "$(over peer 10.21.0.1,fd21::1,10.25.0.1,fd25::1)" "8 silent silent"
t_is "the other ones are not" "$(over peer 10.20.0.1,fd20::1,10.22.0.1,fd22::1)" "8 answered silent"
compared "tunnels"
pc unset udp/4789 udp/51820

# Bulk transfer.
start_iperf3 root 5201
start_iperf3 two 5201
# bulk SCOPE to|from NS ADDRESS [OPTION...]: large or small packets, on average, that way
bulk() {
	local before scope=$1 way=$2 ns=$3 address=$4
	shift 4
	sizes() {
		pc --json stats "$scope" --by port |
			jq -c "[.ports[] | select(.port == 5201)][0] | [.packets_$way // 0, .bytes_$way // 0]"
	}
	before=$(sizes)
	in_ns "$ns" iperf3 --client "$address" --port 5201 --bytes 8M "$@" >"$work/bulk" 2>&1 ||
		{ echo "failed"; return; }
	jq -nr "$(sizes) as \$now | $before as \$before |
		if \$now[1] - \$before[1] > 2000 * (\$now[0] - \$before[0]) then \"large\" else \"small\" end"
}
t_is "large packets" "$(bulk in to peer "$HOST4") $(bulk in from peer "$HOST6" -R) $(bulk in to peer 10.20.0.1) $(
	bulk in to peer fd21::1) $(bulk in from peer 10.25.0.1 -R) $(bulk forward to one 10.26.0.3) $(
	bulk forward from one fd26::3 -R)" "large large large large large large large"
in_ns peer ethtool -K eth0 tso off gso off
t_is "the link cuts them up" "$(bulk in to peer "$HOST4") $(bulk in to peer "$HOST6")" "small small"
ethtool -K to-peer gro on
t_is "we put them together" "$(bulk in to peer "$HOST4") $(bulk in to peer "$HOST6")" "large large"
in_ns peer ethtool -K eth0 tso on gso on
compared "bulk"

# One large packet that is ten datagrams.
cat >"$work/segments.py" <<-END
	import socket, sys
	for address, port in (word.split("/") for word in sys.argv[1:]):
	    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
	        sock.setsockopt(socket.IPPROTO_UDP, 103, 1000)  # UDP_SEGMENT
	        sock.sendto(bytes(10000), (address, int(port)))
END
before=$(port_stat in udp 22 packets_to) denied=$(port_stat in udp 23 denied_packets)
: >"$work/serve-udp-root.served"
in_ns peer python3 "$work/segments.py" "$HOST4/23" "$HOST6/23" "$HOST4/22" "$HOST6/22"
all_served() { [ "$(served root udp 22)" -eq 20 ]; }
wait_for all_served || :
t_is "ten datagrams in a packet are delivered, or none" "$(served root udp 22) $(served root udp 23)" "20 0"
t_is "ten datagrams in a packet are a packet" \
	"$(($(port_stat in udp 22 packets_to) - before)) $(($(port_stat in udp 23 denied_packets) - denied))" "2 2"
compared "ten datagrams in a packet"
