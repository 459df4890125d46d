# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A host of containers: a bridge, addresses that are translated, ports that are published. A published port is `in` on
# the port that was dialled, whoever dials it from wherever; what a container dials is `forward`; what the host dials
# itself is `out`. And each container is a namespace of its own, which pays for connection tracking only if it asks.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/flows.sh
. "$here/flows.sh"

# The outer world, that knows nothing of the containers' addresses.
mk_ns peer
in_ns peer ip route delete default
in_ns peer ip -6 route delete default
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

ip -batch - <<-END
	link add br0 type bridge
	address add 10.50.0.1/24 dev br0
	address add fd50::1/64 dev br0 nodad
	link set br0 up
END
# container NAME NUMBER
container() {
	ip netns add "$1"
	in_ns "$1" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
	ip -batch - <<-END
		link add $1 type veth peer name eth0 netns $1
		link set $1 master br0 up
	END
	ip -netns "$1" -batch - <<-END
		address add 10.50.0.$2/24 dev eth0
		address add fd50::$2/64 dev eth0 nodad
		link set lo up
		link set eth0 up
		route add default via 10.50.0.1
		route add default via fd50::1
	END
	wait_for in_ns "$1" ping -q -c 1 -W 1 fd50::1
}
container c1 11
container c2 12

# 8080 of all our addresses is 80 of c1, and 8081 is 80 of our own.
nft -f - <<-END
	table inet nat {
		chain publish {
			meta nfproto ipv4 meta l4proto { tcp, udp } th dport 8080 dnat ip to 10.50.0.11:80
			meta nfproto ipv6 meta l4proto { tcp, udp } th dport 8080 dnat ip6 to [fd50::11]:80
		}
		chain pre {
			type nat hook prerouting priority dstnat;
			fib daddr type local jump publish
			fib daddr type local meta l4proto { tcp, udp } th dport 8081 redirect to :80
		}
		chain out {
			type nat hook output priority -100;
			fib daddr type local jump publish
		}
		chain post {
			type nat hook postrouting priority srcnat;
			oifname "to-peer" masquerade
			# From one container by us to another one: or the answer would go straight back.
			iifname "br0" oifname "br0" masquerade
		}
	}
END

# ways: those that answer by TCP and UDP, IPv4 and IPv6. Published: from outside; hairpin: from another container; host:
# from here; redirected and direct: our own server; outgoing: what a container dials. Then those of the conversations
# that are heard, all at the same time, since silence takes a while.
address() { printf '%s' "$1${families46:+,$2}"; }
ways() {
	local pids=()
	probe peer tcp,udp "$(address "$HOST4" "$HOST6")" 8080 8081 80 >"$work/ways-peer" & pids+=($!)
	probe c2 tcp,udp "$(address "$HOST4" "$HOST6")" 8080 >"$work/ways-c2" & pids+=($!)
	probe root tcp,udp "$(address "$HOST4" "$HOST6")" 8080 >"$work/ways-root" & pids+=($!)
	probe c1 tcp,udp "$(address "$PEER4" "$PEER6")" 80 >"$work/ways-c1" & pids+=($!)
	[ -z "${running-}" ] || talk who 2 "${running[@]}" >"$work/ways-running" & pids+=($!)
	wait "${pids[@]}"
	{
		way published peer 1
		way redirected peer 2
		way direct peer 3
		way hairpin c2 1
		way host root 1
		way outgoing c1 1
		[ -z "${running-}" ] || printf 'and %s\n' "$(<"$work/ways-running")"
	} | paste -sd' '
}
# way NAME NS COLUMN: its name, with what it said if not all ways said the same.
way() {
	local said
	said=$(tr ',' '\n' <"$work/ways-$2" | awk -v column="$3" '{ print $column }' | uniq | paste -sd'/')
	case $said in
	answered) printf '%s\n' "$1" ;;
	silent) ;;
	*) printf '%s:%s\n' "$1" "$said" ;;
	esac
}
# same NAME...: what ways says if these are open, and what runs there goes on.
same() { printf '%s and %s' "$*" "$*"; }
all="published redirected direct hairpin host outgoing"

families46=yes
serve_tcp c1 80
serve_udp c1 80
serve_tcp root 80
serve_udp root 80
serve_tcp peer 80
serve_udp peer 80
load_module

t_is "all ways are open" "$(ways)" "$all"
# flows SCOPE: of each port
flows() { each ".scope == \"$1\"" '\(.proto)/\(.port): \(.flows)'; }
t_is "published, hairpin and redirected ports are in, under the port that was dialled" "$(flows in)" \
	"tcp/80: 2, tcp/8080: 4, tcp/8081: 2, udp/80: 2, udp/8080: 4, udp/8081: 2"
t_is "the host's own are out, too" "$(flows out)" "tcp/8080: 2, udp/8080: 2"
t_is "a container's own are forwarded, under the port of the remote end" "$(flows forward)" "tcp/80: 2, udp/80: 2"
t_is "which has been dialled from our address" "$(cut -d' ' -f2 "$work/serve-tcp-peer.served" | sort | paste -sd' ')" \
	"::ffff:$HOST4 $HOST6"

# begin: a conversation by each way, of both protocols and families.
begin() {
	local family=${families46:+6}
	local host=HOST${family:-4} remote=PEER${family:-4}
	converse published tcp peer - "$HOST4" 8080
	converse redirected udp peer - "$HOST4" 8081
	converse direct tcp peer - "$HOST4" 80
	converse hairpin tcp c2 - "${!host}" 8080
	converse host udp root - "${!host}" 8080
	converse outgoing tcp c1 - "${!remote}" 80
	running=(published redirected direct hairpin host outgoing)
}
begin
# go_on: all do; TCP takes its time after silence.
go_on() { says client "${running[@]}"; }
t_is "conversations" "$(go_on)" heard
pc deny any/8080
t_is "the published port denied" "$(ways)" "$(same redirected direct host outgoing)"
t_is "denied under the port that was dialled" "$(each '.denied_packets > 0')" "in tcp/8080, in udp/8080"
pc unset any/8080
t_is "and open again" "$(go_on)" heard

# The number that the container's port has is that of a port of our own.
pc deny any/80
pc policy forward all deny
t_is "published ports are neither forwarded nor on the container's port" "$(ways)" \
	"$(same published redirected hairpin host)"
pc flush
t_is "all of them again" "$(go_on)" heard
pc deny in any/8081
pc deny out any/8080
# A datagram of our own that is denied is refused.
t_is "the redirected port, and the host's own way" "$(ways)" \
	"published direct hairpin host:silent/refused outgoing and published direct hairpin outgoing"
pc flush
t_is "all go on" "$(go_on)" heard

# The containers' own namespaces.
t_is "a namespace at rest has no flows tracked" "$(tracked c1) $(tracked c2)" "0 0"
denied=$(each '.denied_packets > 0' '\(.scope) \(.proto)/\(.port) \(.denied_packets)')
pc -n c1 deny any/80
t_is "denied in one container" "$(ways)" "$(same redirected direct outgoing)"
t_is "it is that container's denial, not the host's, nor the other one's" \
	"$(each --netns c1 '.denied_packets > 0'), $(pc -n c2 --json show | jq .active), $(
		each '.denied_packets > 0' '\(.scope) \(.proto)/\(.port) \(.denied_packets)')" \
	"in tcp/80, in udp/80, false, $denied"
t_is "its own dialling is out there" "$(each --netns c1 '.scope == "out"')" "out tcp/80, out udp/80"
t_is "it has flows tracked, the other one not" "$([ "$(tracked c1)" -gt 0 ] && echo some) $(tracked c2)" "some 0"

pc -n c1 track none
forget_flows c1
t_is "without tracking, a connection that runs can't be told to be denied" "$(says client published hairpin)" heard
# A datagram may open a flow.
t_is "denied without tracking" "$(ways)" "redirected direct outgoing and published redirected direct hairpin outgoing"
t_is "nothing is tracked any more" "$(tracked c1)" 0
pc -n c1 track conntrack
t_is "denied with tracking again" "$(hushed client published hairpin host)" silent
pc -n c1 flush
t_is "and open" "$(go_on)" heard
t_ok "flows are tracked again" test "$(tracked c1)" -gt 0
unload_module
forget_flows c1
t_is "unloaded, all go on" "$(go_on)" heard
t_is "nothing is tracked where nobody else does" "$(tracked c1) $(tracked c2)" "0 0"

# As Docker does it: iptables, and a bridge whose frames go through its chains.
talk close "${running[@]}" >/dev/null
running=()
nft flush ruleset
forget_flows root
families46=''
modprobe br_netfilter
sysctl -qw net.bridge.bridge-nf-call-iptables=1
iptables -t nat -N PUBLISH
for proto in tcp udp; do
	iptables -t nat -A PUBLISH -p $proto --dport 8080 -j DNAT --to-destination 10.50.0.11:80
	iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -p $proto --dport 8081 -j REDIRECT --to-ports 80
done
iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j PUBLISH
iptables -t nat -A OUTPUT -m addrtype --dst-type LOCAL -j PUBLISH
iptables -t nat -A POSTROUTING -s 10.50.0.0/24 ! -o br0 -j MASQUERADE
load_module
t_is "iptables: all ways are open" "$(ways)" "$all"
t_is "iptables: in" "$(flows in)" "tcp/80: 1, tcp/8080: 2, tcp/8081: 1, udp/80: 1, udp/8080: 2, udp/8081: 1"
t_is "iptables: out" "$(flows out)" "tcp/8080: 1, udp/8080: 1"
t_is "iptables: forward" "$(flows forward)" "tcp/80: 1, udp/80: 1"
t_is "iptables: straight over the bridge" "$(probe c2 tcp 10.50.0.11 80), $(flows forward)" \
	"answered, tcp/80: 2, udp/80: 1"
begin
pc policy forward all deny
pc deny in any/80
t_is "iptables: published ports are neither forwarded nor on the container's port" "$(ways)" \
	"$(same published redirected hairpin host)"
pc flush
t_is "iptables: all go on" "$(go_on)" heard
pc deny any/8080
t_is "iptables: the published port denied" "$(hushed client published hairpin)" silent
t_is "iptables: nothing else is" "$(says client redirected direct host outgoing)" heard
pc flush
t_is "iptables: all go on" "$(go_on)" heard

# Nothing may be left to say to whoever comes next.
talk close "${running[@]}" >/dev/null
ip link delete c1
ip link delete c2
nft flush ruleset
rmmod br_netfilter
ip link delete br0
