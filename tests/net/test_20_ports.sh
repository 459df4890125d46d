# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A rule is for its ports, its protocol and its scope, and for nothing else: neighbours, the other protocol and the
# other scopes stay as they are. IPv4 and IPv6 are one.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
load_module
ports=(1 22 23 24 1023 1024 1025 49151 49152 65534 65535)
serve_tcp root "${ports[@]}"
serve_udp root "${ports[@]}"

# every ANSWER...: as many as there are ports
every() { local list=("${ports[@]/*/$1}"); printf '%s' "${list[*]}"; }

# only PORT...: what a probe of all ports says if these are denied.
only() {
	local port list=()
	for port in "${ports[@]}"; do
		case " $* " in *" $port "*) list+=(silent) ;; *) list+=(answered) ;; esac
	done
	printf '%s' "${list[*]}"
}

# knocks NAME TCP UDP: probes all ports by both protocols and families and compares.
knocks() { t_is "$1" "$(probe peer tcp,udp "$HOST4,$HOST6" "${ports[@]}")" "$2, $2, $3, $3"; }

knocks "at rest" "$(every answered)" "$(every answered)"

reached=$(served root tcp 23)
pc deny tcp/23
knocks "deny tcp/23" "$(only 23)" "$(every answered)"
t_is "a denied SYN reaches no socket" "$(served root tcp 23)" "$reached"
t_is "a denied SYN is counted with its flow" "$([ "$(stat in tcp well-known denied_flows)" -ge 2 ] && echo yes)" yes
t_is "a denied SYN is counted under its port" "$(port_stat in tcp 23 denied_packets)" \
	"$(stat in tcp well-known denied_packets)"
t_is "no UDP is counted as denied" "$(stat in udp well-known denied_packets)" 0

reached=$(served root udp 24)
pc unset tcp/23
pc deny udp/24
knocks "unset tcp/23, deny udp/24" "$(every answered)" "$(only 24)"
t_is "a denied datagram reaches no socket" "$(served root udp 24)" "$reached"
t_is "a denied datagram is counted under its port" "$(port_stat in udp 24 denied_packets)" \
	"$(stat in udp well-known denied_packets)"
t_is "a denied datagram that is sent again is no other flow" \
	"$(port_stat in udp 24 denied_flows) $([ "$(port_stat in udp 24 denied_packets)" -gt 2 ] && echo more)" "2 more"
pc flush

for port in 1 1023 1024 49152 65535; do
	pc deny "any/$port"
	t_is "deny any/$port is for that port alone" \
		"$(probe peer tcp,udp "$HOST4" "${ports[@]}")" "$(only $port), $(only $port)"
	pc unset "any/$port"
done

pc deny any/0-65535
knocks "all 65,536 ports" "$(every silent)" "$(every silent)"
pc allow tcp/1024-49151 udp/24
knocks "with exceptions" "$(only 1 22 23 24 1023 49152 65534 65535)" \
	"$(only 1 22 23 1023 1024 1025 49151 49152 65534 65535)"
pc unset any/0-65535
knocks "all unset" "$(every answered)" "$(every answered)"

# The last word on a port counts, within a call as well.
pc deny tcp/20-30 tcp/1023-1025
pc allow tcp/23
t_is "a range with a hole" "$(probe peer tcp "$HOST6" "${ports[@]}")" "$(only 22 24 1023 1024 1025)"
pc flush
t_is "flush" "$(probe peer tcp "$HOST6" "${ports[@]}")" "$(every answered)"
