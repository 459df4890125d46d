# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Everything is denied but for a few service ports, in both directions, and the host still works: its own DNS, NTP, HTTP
# and FTP, traceroute and path-MTU discovery. What belongs to a flow is judged and counted under that flow's service
# port, the data connections of FTP included, and so is nothing else.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/real.sh
. "$here/real.sh"
# shellcheck source=tests/net/flows.sh
. "$here/flows.sh"

mk_peers
# Behind srv, which routes, there is far, by a link that carries less than the one between us and srv.
FAR4=10.9.0.2 FAR6=fd09::2
ip netns add far
in_ns srv sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
in_ns far sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
ip -netns srv -batch - <<-END
	link add eth1 mtu 1400 type veth peer name eth0 netns far
	address add 10.9.0.1/24 dev eth1
	address add fd09::1/64 dev eth1 nodad
	link set eth1 up
END
ip -netns far -batch - <<-END
	address add $FAR4/24 dev eth0
	address add $FAR6/64 dev eth0 nodad
	link set eth0 up
	route add default via 10.9.0.1
	route add default via fd09::1
END
ip route add 10.9.0.0/24 via "$SRV4"
ip route add fd09::/64 via "$SRV6"

serve_tcp root 22 80
serve_udp root 22 53
start_dnsmasq srv
start_chrony srv
start_nginx srv 80
start_ftp srv
start_ftp root
# A resolver of our own, as most hosts have one, for each family: it asks by sockets without a peer.
start_resolver 4 127.0.0.4 "$SRV4"
start_resolver 6 127.0.0.6 "$SRV6"
head -c 300000 /dev/urandom >"$work/ftp/file"
head -c 100000 /dev/urandom >"$work/some"

load_module
pc policy in all deny
pc policy out all deny
pc allow in tcp/22
pc allow out tcp/53 udp/53 udp/123 tcp/80

answered="192.0.2.80"
silent="silent silent silent silent silent"
t_is "the port that is allowed answers, the others are silent" \
	"$(probe peer tcp,udp "$HOST4,$HOST6" 22 53 80 123 443)" \
	"${silent/silent/answered}, ${silent/silent/answered}, $silent, $silent"
t_is "DNS" "$(lookup root "$SRV4") $(lookup root "$SRV6")" "$answered $answered"
t_is "DNS over TCP" "$(lookup root "$SRV4" +tcp) $(lookup root "$SRV6" +tcp)" "$answered $answered"
t_is "DNS by our own resolver" "$(lookup root 127.0.0.4) $(lookup root 127.0.0.6)" "$answered $answered"
t_ok "NTP, IPv4" clock root "$SRV4"
t_ok "NTP, IPv6" clock root "$SRV6"
t_is "HTTP" "$(fetch root "http://$SRV4/") $(fetch root "http://[$SRV6]/")" "the page the page"

# A helper of conntrack tells of FTP's data connections.
expect_ftp() {
	nft -f - <<-END
		table inet ftp {
			ct helper ftp { type "ftp" protocol tcp; }
			chain out { type filter hook output priority filter - 10; tcp dport 21 ct helper set "ftp"; }
			chain in { type filter hook prerouting priority filter - 10; tcp dport 21 ct helper set "ftp"; }
		}
	END
}
# ftp NS ADDRESS [OPTION...]: how much of the file comes
ftp() {
	in_ns "$1" curl --silent --globoff --noproxy '*' --max-time "${FETCH_SECONDS:-4}" "${@:3}" "ftp://$2/file" | wc -c
}
# both_ways NS ADDRESS...: the client connects for the data (passive), and then the server does (active).
both_ways() {
	local address
	for address in "${@:2}"; do ftp "$1" "$address" --ftp-pasv && ftp "$1" "$address" --ftp-port -; done | paste -sd' '
}
all4="300000 300000 300000 300000"

expect_ftp
t_is "FTP to a denied port" "$(FETCH_SECONDS=1 ftp root "$SRV4")" 0
pc allow out tcp/21
t_is "FTP" "$(both_ways root "$SRV4" "[$SRV6]")" "$all4"
# The service has sent them, whoever connected. One flow more has been denied.
read -r flows from to < <(fields root out tcp 21 flows bytes_from bytes_to)
t_is "FTP's data are flows that are counted with what announced them" "$flows" 9
t_ok "with all their bytes, from the service" test "$from" -gt 1200000 -a "$to" -lt 100000

t_is "our own FTP server is denied" "$(FETCH_SECONDS=1 ftp peer "$HOST4") $(fields root in tcp 21 denied_flows)" "0 1"
pc allow in tcp/21
t_is "our own FTP server" "$(both_ways peer "$HOST4" "[$HOST6]")" "$all4"
read -r flows from to < <(fields root in tcp 21 flows bytes_from bytes_to)
t_is "its data are flows that are counted with what announced them" "$flows" 9
t_ok "with all their bytes, from the service, which is us" test "$from" -gt 1200000 -a "$to" -lt 100000
nft delete table inet ftp
start unannounced peer curl --silent --noproxy '*' --output "$work/unannounced" "ftp://$HOST4/file"
knocked() { [ -n "$(each '.scope == "in" and .port > 1023 and .denied_packets > 0')" ]; }
t_ok "data that nobody announces are denied" wait_for knocked
stop "$pid"
t_not "and don't come" test -s "$work/unannounced"

# What has been seen so far.
t_is "out are the ports that we have dialled, with a flow for each question" \
	"$(each '.scope == "out" and .port != 21' '\(.proto)/\(.port): \(.flows)')" \
	"tcp/53: 2, tcp/80: 2, udp/53: 4, udp/123: 2"
t_is "none of it was denied, but FTP before it was allowed" \
	"$(each '.scope == "out" and .denied_packets > 0')" "out tcp/21"
t_is "what came in was for ports that are open, or was denied" \
	"$(each '.scope == "in" and .denied_packets < .packets')" "in tcp/21, in tcp/22"
t_is "and that for the ports that were knocked at, and the data that nobody announced" \
	"$(each '.scope == "in" and .denied_packets == .packets' '\(.proto)/\(if .port < 1024 then .port else "-" end)')" \
	"tcp/53, tcp/80, tcp/123, tcp/443, tcp/-, udp/22, udp/53, udp/80, udp/123, udp/443"

# trace FAMILY ADDRESS: the routers on the way, and its end
trace() { traceroute "$1" -n -N 1 -q 1 -w 3 -m 3 "$2" | sed -n 's/^ *[0-9]\+ *\([^ ]*\) .*/\1/p' | paste -sd' '; }
pc allow out udp/33434-33534
t_is "traceroute, IPv4" "$(trace -4 "$FAR4")" "$SRV4 $FAR4"
t_is "traceroute, IPv6" "$(trace -6 "$FAR6")" "$SRV6 $FAR6"
t_is "the routers' answers are not part of what is counted" \
	"$(each '.scope == "out" and .port > 33433' 'to \(.packets_to) from \(.packets_from)')" "to 2 from 0, to 2 from 0"

# Packets that are too large for the way are answered by ICMP, which has to come through.
pc allow out tcp/5000
pc allow in tcp/5001
start upload far socat -u TCP6-LISTEN:5000,fork,reuseaddr "OPEN:$work/uploaded,creat,append"
start download root socat -U TCP6-LISTEN:5001,fork,reuseaddr "FILE:$work/some"
wait_for listens far tcp 5000
wait_for listens root tcp 5001
# learnt: the largest packets that far gets from us
learnt() { printf '%s' "$(ip route get "$FAR4") $(ip route get "$FAR6")" | grep -oE 'mtu [0-9]+' | paste -sd' '; }
t_is "we know of no small link" "$(learnt)" ""
socat -u "FILE:$work/some" "TCP:$FAR4:5000"
socat -u "FILE:$work/some" "TCP:[$FAR6]:5000"
uploaded() { [ "$(wc -c <"$work/uploaded")" -eq 200000 ]; }
t_ok "what we send arrives" wait_for uploaded
t_is "since we have learnt of the small link" "$(learnt)" "mtu 1400 mtu 1400"
ip route flush cache
ip -6 route flush cache
t_is "what is fetched from us arrives" "$(for to in "$(ours4 srv)" "[$(ours6 srv)]"; do
	in_ns far socat -u "TCP:$to:5001" - | cmp - "$work/some" && echo whole; done | paste -sd' ')" "whole whole"
t_is "since we have learnt of it again" "$(learnt)" "mtu 1400 mtu 1400"
