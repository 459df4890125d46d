# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Reject: whoever dials is told so at once, by a reset or an ICMP error, in each scope, and by the kernel's own limits.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
mk_routed
load_module
for ns in root srv right; do
	serve_tcp $ns 80 81 50000
	serve_udp $ns 80 81 50000
done
RIGHT4=$(theirs4 right) RIGHT6=$(theirs6 right)

# reject SCOPE PORT...: in both protocols.
reject() {
	while [ $# -gt 0 ]; do
		pc reject "$1" "any/$2"
		shift 2
	done
}
both() { printf '%s' "$1, $1"; }

reject in 80 out 80 forward 80
pc deny any/81
t_is "in, TCP" "$(probe peer tcp "$HOST4,$HOST6" 80 81 50000)" "$(both "refused silent answered")"
t_is "in, UDP" "$(probe peer udp "$HOST4,$HOST6" 80 81 50000)" "$(both "refused silent answered")"
t_is "out, TCP" "$(probe root tcp "$SRV4,$SRV6" 80 81)" "$(both "refused answered")"
t_is "out, UDP" "$(probe root udp "$SRV4,$SRV6" 80 81)" "$(both "refused answered")"
told() {
	python3 - "$@" <<-'END'
		import errno, socket, sys
		with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
		    for port in sys.argv[2:]:
		        try:
		            sock.sendto(b"x", (sys.argv[1], int(port)))
		        except OSError as error:
		            print(errno.errorcode[error.errno], end=" ")
	END
}
pc deny out udp/81
t_is "out, UDP: a program is told of a denial otherwise" "$(told "$SRV4" 80 81 50000)" "ECONNREFUSED EPERM "
pc unset out udp/81
t_is "forward, TCP" "$(probe left tcp "$RIGHT4,$RIGHT6" 80 81)" "$(both "refused answered")"
t_is "forward, UDP" "$(probe left udp "$RIGHT4,$RIGHT6" 80 81)" "$(both "refused answered")"
t_is "none of it has reached a server" "$(served root tcp 80) $(served root udp 80) $(served srv tcp 80) \
$(served right tcp 80) $(served right udp 80)" "0 0 0 0 0"
t_is "a flow each, denied once; the resets are no denied packets" \
	"$(port_stat in tcp 80 flows) $(port_stat in tcp 80 denied_flows) $(port_stat in tcp 80 denied_packets) \
$(port_stat in tcp 80 packets_from)" "2 2 2 2"
t_is "forward: the same" "$(port_stat forward tcp 80 flows) $(port_stat forward tcp 80 denied_flows) \
$(port_stat forward tcp 80 denied_packets) $(port_stat forward tcp 80 packets_from)" "2 2 2 2"
pc deny in any/80
t_is "the resets for what passes through leave, whatever is denied in" "$(probe left tcp "$RIGHT4,$RIGHT6" 80)" \
	"refused, refused"

pc mode observe
t_is "observe lets pass" "$(probe peer tcp "$HOST4" 80 81), $(probe root udp "$SRV6" 80)" "answered answered, answered"
pc mode enforce
pc unset any/80
t_is "unset" "$(probe peer tcp "$HOST4,$HOST6" 80)" "answered, answered"

# What opens nothing is answered as well, though conntrack knows no flow for it; and silence stays silence.
states() {
	in_ns "$1" nmap -n -Pn -T5 --max-retries 2 "${@:3}" -p 80,81 -oG - "$2" | sed -n 's/.*Ports: //p' |
		sed 's/[0-9]*\/\([^/]*\)[^,]*/\1/g'
}
reject in 80 forward 80
for sort in F N X; do
	t_is "-s$sort" "$(states peer "$HOST4" -s$sort), $(states left "$RIGHT6" -6 -s$sort)" \
		"closed, open|filtered, closed, open|filtered"
done
nft -f - <<-END
	table inet untracked {
		chain in { type filter hook prerouting priority raw; notrack; }
		chain out { type filter hook output priority raw; notrack; }
	}
END
t_is "the same of what isn't tracked" "$(probe peer tcp "$HOST4,$HOST6" 80 81)" "$(both "refused silent")"
nft flush ruleset
pc unset forward any/80

# A connection that runs is cut, and told so as soon as it says something.
start talk peer bash -c "exec 3<>/dev/tcp/$HOST4/50000; cat <&3 & while echo >&3; do sleep 0.2; done"
connected() { ss -Htn state established "( sport = :50000 )" | grep -q .; }
t_ok "a connection runs" wait_for connected
reject in 50000
broken() { grep -qE 'reset by peer|Broken pipe|refused' "$work/talk.log"; }
t_ok "rejected, it is told so" wait_for broken
t_is "a new one is refused" "$(probe peer tcp "$HOST4" 50000)" refused

# Not more resets than the kernel sends ICMP errors, 1,000 a second.
pc flush
pc policy in registered reject tcp
at=$EPOCHREALTIME
in_ns peer python3 "$here/knock.py" tcp "$HOST4" 2000-9999
took=$(jq -n "$EPOCHREALTIME - $at")
sent=$(pc --json stats in --by port |
	jq '[.ports[] | select(.port >= 2000 and .port < 10000) | .packets_from] | add // 0')
printf '# 8,000 knocks in %.1f s: %d resets\n' "$took" "$sent"
# In each second that it took some of, the first of which may have begun before.
t_ok "resets are limited" jq -en "$sent <= 1000 * (($took | ceil) + 1) and $sent >= 500"
t_is "every knock was denied" "$(stat in tcp registered denied_packets)" 8000
