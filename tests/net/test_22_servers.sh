# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Servers and clients that people use: nginx and curl, dnsmasq and dig, iperf3, socat.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/real.sh
. "$here/real.sh"

mk_peers
load_module
start_nginx root 80 8081
start_dnsmasq root
start_iperf3 root 5201
start_dnsmasq srv
start_nginx srv 80
start odd root socat TCP6-LISTEN:4711,fork,reuseaddr SYSTEM:'echo odd; cat'
wait_for listens root tcp 4711

hits() { wc -l <"$work/access-root"; }
patient=$((2 * ${PATIENCE:-1}))
odd() { in_ns peer socat -T$patient - "TCP:$1:4711,connect-timeout=$patient" <<<"question"; }

t_is "curl, IPv4" "$(fetch peer "http://$HOST4/")" "the page"
t_is "curl, IPv6" "$(fetch peer "http://[$HOST6]/")" "the page"
t_is "dig over UDP, IPv4" "$(lookup peer "$HOST4")" 192.0.2.80
t_is "dig over UDP, IPv6" "$(lookup peer "$HOST6")" 192.0.2.80
t_is "dig over TCP" "$(lookup peer "$HOST4" +tcp)" 192.0.2.80
t_match "socat on an odd port" "$(odd "$HOST4")" "odd.question"

flows=$(port_stat in tcp 5201 flows)
t_ok "iperf3, TCP" in_ns peer iperf3 --client "$HOST4" --bytes 20M --json --logfile "$work/iperf3"
t_ok "iperf3, UDP, IPv6" in_ns peer iperf3 --client "$HOST6" --udp --bitrate 5M --time 1
# A control connection each, and a data connection of the first.
t_is "iperf3: its flows" "$(($(port_stat in tcp 5201 flows) - flows))" 3
# What the server got: iperf3 ends when all is written, and a socket holds 4 MiB at most that have not been sent.
received=$(jq .end.sum_received.bytes "$work/iperf3")
counted=$(port_stat in tcp 5201 bytes_to)
t_ok "iperf3: its bytes are under its port" test "$received" -gt 16000000 -a "$counted" -gt "$received"
t_is "iperf3: its datagrams, too" "$([ "$(port_stat in udp 5201 bytes)" -gt 500000 ] && echo yes)" yes

before=$(hits)
pc deny tcp/80
t_not "curl to a denied port" fetch peer "http://$HOST4/"
t_match "it times out, nobody refuses" "$(fetch peer "http://[$HOST6]/" 2>&1)" "timed out"
t_is "the server has not heard of it" "$(hits)" "$before"
t_is "the server's other port" "$(fetch peer "http://$HOST4:8081/")" "the page"
t_is "the same port of somebody else" "$(fetch root "http://$SRV4/")" "the page"
pc unset tcp/80
t_is "curl again" "$(fetch peer "http://$HOST4/")" "the page"

before=$(grep -c 'query\[A\]' "$work/dnsmasq-root.log")
pc deny udp/domain
t_not "dig over denied UDP" lookup peer "$HOST4"
t_not "dig over denied UDP, IPv6" lookup peer "$HOST6"
t_is "the server has not heard of it" "$(grep -c 'query\[A\]' "$work/dnsmasq-root.log")" "$before"
t_is "dig over TCP" "$(lookup peer "$HOST6" +tcp)" 192.0.2.80
pc flush
pc deny tcp/domain
t_is "dig over UDP" "$(lookup peer "$HOST6")" 192.0.2.80
t_not "dig over denied TCP" lookup peer "$HOST4" +tcp
pc flush

pc deny tcp/4711
t_not "socat to a denied port" odd "[$HOST6]"
t_not "socat to a denied port, IPv4" odd "$HOST4"
pc flush
t_match "socat again" "$(odd "[$HOST6]")" "odd.question"

# Nothing comes in; what we ask for does, through connected sockets.
pc policy in all deny
t_is "our own questions are answered, UDP" "$(lookup root "$SRV4") $(lookup root "$SRV6")" "192.0.2.80 192.0.2.80"
t_is "our own questions are answered, TCP" "$(lookup root "$SRV6" +tcp) $(fetch root "http://[$SRV6]/")" \
	"192.0.2.80 the page"
t_not "nobody else asks us" lookup peer "$HOST4"
t_not "by TCP neither" fetch peer "http://$HOST4:8081/"
pc flush

pc deny out any/53
t_not "our question is not sent" lookup root "$SRV4" +tcp
t_is "nor by UDP" "$(probe root sendto "$SRV4,$SRV6" 53)" "refused, refused"
t_is "others ask us" "$(lookup peer "$HOST4") $(lookup peer "$HOST6" +tcp)" "192.0.2.80 192.0.2.80"
