# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# With every port of every scope denied, all that has no ports goes its way: ARP, neighbour discovery, ICMP, ESP, GRE,
# SCTP; and so does the loopback device, with ports.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
mk_routed
load_module
serve_tcp root 80
serve_udp root 53
serve_tcp right 80

ping_each() { in_ns "$1" ping -q -c 1 -W 2 "$2" && in_ns "$1" ping -q -c 1 -W 2 "$3"; }
all_denied() {
	local scope
	for scope in in out forward; do pc policy $scope all deny; done
}

# Any rule that would let something through is not there: each sort of packet below is seen to work with ports.
t_is "at rest" "$(probe peer tcp "$HOST4" 80) $(probe left tcp "$(theirs6 right)" 80)" "answered answered"
all_denied
t_is "all is denied" "$(probe peer tcp "$HOST4" 80) $(probe left tcp "$(theirs6 right)" 80)" "silent silent"

flush_neighbours() {
	local ns
	for ns in root peer srv left right; do
		in_ns "$ns" ip neigh flush all
		in_ns "$ns" ip -6 neigh flush all
	done
} 2>/dev/null
flush_neighbours
t_is "the neighbours are forgotten" "$(ip neigh show dev to-peer nud reachable)" ""
t_ok "ARP, neighbour discovery and ping inwards" ping_each peer "$HOST4" "$HOST6"
t_match "ARP has found the neighbour" "$(ip neigh show dev to-peer)" "$PEER4 lladdr"
t_match "neighbour discovery has found it" "$(ip -6 neigh show dev to-peer)" "$PEER6 lladdr"
flush_neighbours
t_ok "ping outwards" ping_each root "$SRV4" "$SRV6"
t_ok "ping through" ping_each left "$(theirs4 right)" "$(theirs6 right)"
t_ok "ping of a link-local address" in_ns peer ping -q -c 1 -W 2 ff02::1%eth0

# raw NAME PROTOCOL: raw IP of that protocol, to us, from us and through us.
raw() {
	local name=$1 number=$2 ns from to family
	for family in 4 6; do
		for ns in root srv right; do
			case $ns in
			root) from=peer to=$(ours$family peer) ;;
			srv) from=root to=$(theirs$family srv) ;;
			right) from=left to=$(theirs$family right) ;;
			esac
			[ $family = 4 ] || to="[$to]"
			start "raw-$number-$family-$ns" "$ns" socat -u "IP$family-RECV:$number" - </dev/null
			wait_for in_ns "$ns" grep -q "[0-9A-F]:00$(printf %02X "$number") " \
				"/proc/thread-self/net/raw$([ $family = 4 ] || echo 6)"
			in_ns $from socat -u - "IP$family-SENDTO:$to:$number" <<<"$name to $ns"
			t_ok "$name, IPv$family, to $ns" wait_for grep -qa "$name to $ns" "$work/raw-$number-$family-$ns.log"
		done
	done
}
raw ESP 50
raw "an unknown protocol" 253

# GRE, with a ping inside.
gre() {
	modprobe ip_gre
	ip link add gre1 type gre local "$HOST4" remote "$PEER4"
	in_ns peer ip link add gre1 type gre local "$PEER4" remote "$HOST4"
	ip addr add 10.9.0.1/24 dev gre1
	in_ns peer ip addr add 10.9.0.2/24 dev gre1
	ip link set gre1 up
	in_ns peer ip link set gre1 up
	in_ns peer ping -q -c 1 -W 2 10.9.0.1 && ping -q -c 1 -W 2 10.9.0.2
}
t_ok "GRE with ping inside" gre
t_is "what is inside a tunnel is judged" "$(probe peer tcp 10.9.0.1 80)" silent
ip link delete gre1

if modprobe sctp 2>/dev/null; then
	start sctp root socat -u SCTP-LISTEN:80 -
	wait_for grep -q ' 80 ' /proc/net/sctp/eps
	in_ns peer socat -u - "SCTP:$HOST4:80,connect-timeout=2" <<<"by SCTP"
	t_ok "SCTP, to a port like a denied one" wait_for grep -q "by SCTP" "$work/sctp.log"
else
	t_skip "SCTP" "this kernel has none"
fi

before=$(pc --json stats)
t_is "loopback, TCP" "$(probe root tcp 127.0.0.1 80 81) $(probe root tcp ::1 80)" "answered refused answered"
t_is "loopback, UDP" "$(probe root udp 127.0.0.1 53 81) $(probe root udp ::1 53)" "answered refused answered"
t_is "an own address is on the loopback device, too" "$(probe root tcp "$HOST4" 80) $(probe root udp "$HOST6" 53)" \
	"answered answered"
t_is "loopback is not counted" "$(pc --json stats)" "$before"

pc flush
t_is "flush" "$(probe peer tcp "$HOST6" 80)" answered
