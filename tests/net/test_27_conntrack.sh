# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Connection tracking is the kernel's, and has users beside us: nftables may use it or keep packets from it, its table
# may be full, and a kernel may have none.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/flows.sh
. "$here/flows.sh"

mk_peers
serve_tcp root 22 80 7000
serve_udp root 22 7000
serve_tcp srv 80
serve_udp srv 53
serve_tcp peer 80

# A firewall that relies on it does so at each step. The refusal is its own, so that nobody has to wait.
nft -f - <<-END
	table inet host {
		chain in {
			type filter hook input priority filter; policy drop;
			iif lo accept
			meta l4proto { icmp, ipv6-icmp } accept
			ct state established,related accept
			ct state new tcp dport { 22, 5000 } accept
			ct state new udp dport 22 accept
			meta l4proto tcp reject with tcp reset
		}
		chain out {
			type filter hook output priority filter;
			ct state invalid drop
		}
	}
END
converse in tcp peer root "$HOST4" 5000
converse out tcp root srv "$SRV6" 5001
firewall() {
	printf '%s; ' "$(probe peer tcp "$HOST4,$HOST6" 22 80)" "$(probe peer udp "$HOST6" 22)" \
		"$(probe root tcp "$SRV4,$SRV6" 80)" "$(probe root udp,sendto "$SRV4" 53)" "$(says both in out)"
}
works="answered refused, answered refused; answered; answered, answered; answered, answered; heard; "
t_is "a firewall that asks conntrack" "$(firewall)" "$works"
load_module
t_is "loaded beside it" "$(firewall)" "$works"
t_is "it has counted, too" "$(port_stat in tcp 22 flows) $(port_stat out udp 53 flows)" "2 2"
pc track none
t_is "loaded beside it, without tracking" "$(firewall)" "$works"
pc track conntrack
t_is "and with tracking again" "$(firewall)" "$works"
unload_module
t_is "unloaded beside it" "$(firewall)" "$works"
load_module
nft flush ruleset
forget_flows root
t_is "the firewall goes, we stay" "$(says both in out) $(tracked root)" "heard 2"
forget_flows root
unload_module
t_is "when we go, too, nothing is tracked" "$(says both in out) $(tracked root)" "heard 0"

# What nftables keeps from conntrack is taken as everything is that isn't tracked.
untracked() {
	converse "$1" tcp peer - "$HOST4" 7000
	t_is "$1: answered" "$(probe peer tcp,udp "$HOST4,$HOST6" 7000) $(says client "$1")" \
		"answered, answered, answered, answered heard"
	t_is "$1: TCP by its openers, UDP by its packets" "$(flows)" "tcp 3 0, udp 0 0"
	t_is "$1: both ways under the service" \
		"$(each '.packets_to > 1 and .packets_from > 1'); $(each true)" \
		"in tcp/7000, in udp/7000; in tcp/7000, in udp/7000"
	t_is "$1: it is not known to conntrack" "$(tracked root)" 0
	pc deny any/7000
	t_is "$1: what is denied" "$(probe peer tcp,udp "$HOST4,$HOST6" 7000)" "silent, silent, silent, silent"
	t_is "$1: is counted" "$(flows)" "tcp 3 2, udp 0 0"
	t_is "$1: what runs goes on" "$(says client "$1")" heard
	pc flush
	talk close "$1" >/dev/null
}
flows() { each '.port == 7000' '\(.proto) \(.flows - .denied_flows) \(.denied_flows)'; }
nft -f - <<-END
	table inet raw {
		chain in {
			type filter hook prerouting priority raw;
			meta l4proto { tcp, udp } th dport 7000 notrack
		}
		chain out {
			type filter hook output priority raw;
			meta l4proto { tcp, udp } th sport 7000 notrack
		}
	}
END
load_module
untracked notrack
nft flush ruleset
unload_module
load_module
pc track none
untracked none
pc track conntrack

# A full table. What is in it stays, as both ends of it have been heard.
pc policy in all deny
pc allow any/22 tcp/5000
t_is "two conversations" "$(says both in out) $(tracked root)" "heard 2"
before=$(sysctl -n net.netfilter.nf_conntrack_max)
full() { pc --json show | jq -c '[.conntrack | .entries, .max]'; }
sysctl -qw net.netfilter.nf_conntrack_max=2
t_is "a full table: new flows come to nothing" "$(probe peer tcp,udp "$HOST4" 22)" "silent, silent"
t_is "what runs goes on" "$(says both in out)" heard
t_is "the tool says so" "$(full)" "[2,2]"
t_match "the tool says so to people" "$(pc show)" "(table|conntrack|tracking).* full"
sysctl -qw net.netfilter.nf_conntrack_max=12
t_not "and not if there is room" grep -q full <<<"$(pc show)"
denied=$(stat in tcp registered denied_flows)
in_ns peer python3 "$here/knock.py" tcp "$HOST4" 2000-3999
in_ns peer python3 "$here/knock.py" udp "$HOST6" 2000-3999
counted() {
	[ "$(stat in tcp registered denied_packets)" -ge 2000 ] && [ "$(stat in udp registered denied_packets)" -ge 2000 ]
}
t_ok "4,000 knocks at denied ports" wait_for counted
t_is "are as many flows" "$(($(stat in tcp registered denied_flows) - denied)) $(stat in udp registered denied_flows)" \
	"2000 2000"
t_is "and leave nothing in the table" "$(tracked root)" 2
t_is "so that others find room" "$(probe peer tcp,udp "$HOST4" 22) $(says both in out)" "answered, answered heard"
sysctl -qw "net.netfilter.nf_conntrack_max=$before"
unload_module

# A kernel without.
# remove MODULE: and those that use it
remove() {
	local user
	for user in "/sys/module/$1/holders/"*; do
		[ ! -e "$user" ] || remove "${user##*/}"
	done
	[ ! -e "/sys/module/$1" ] || rmmod "$1"
}
WAIT_SECONDS=20 wait_for remove nf_conntrack
echo "install nf_conntrack /bin/false" >/etc/modprobe.d/portclass-test.conf
lines=$(dmesg | wc -l)
t_ok "no conntrack: it loads" load_module
rm /etc/modprobe.d/portclass-test.conf
t_not "no conntrack: none is there" test -e /sys/module/nf_conntrack
t_match "no conntrack: the log says what that means" "$(dmesg | tail -n "+$lines")" \
	"portclass: no connection tracking.*track none"
t_is "no conntrack: so does the tool" "$(pc --json show | jq -r .track)" none
t_is "no conntrack: it counts" "$(probe peer tcp,udp "$HOST4" 22) $(port_stat in tcp 22 flows)" "answered, answered 1"
before=$(pc --json show)
# refused ARG...: the exit status of portclassctl, and what it says
refused() { pc "$@" 2>&1 && echo "exit status 0" || echo "exit status $?"; }
t_match "no conntrack: it can't be had" "$(refused track conntrack)" \
	"no connection tracking in this kernel.*exit status 1"
t_is "no conntrack: and nothing has changed" "$(pc --json show)" "$before"
t_match "no conntrack: another namespace has to do without, too" "$(refused -n peer deny tcp/80)" \
	"no connection tracking in this kernel.*track none.*exit status 1"
t_is "no conntrack: and is as it was" "$(pc -n peer --json show | jq -c '[.active, .generation]') $(
	probe root tcp "$PEER4" 80)" "[false,1] answered"
pc -n peer track none
pc -n peer deny tcp/80
pc deny any/22
probe root tcp "$PEER4,$PEER6" 80 >"$work/said" & pid=$!
t_is "no conntrack: what is denied" "$(probe peer tcp,udp "$HOST4" 22 7000)" "silent answered, silent answered"
wait "$pid"
t_is "no conntrack: denied in the other namespace" "$(<"$work/said")" "silent, silent"
t_is "no conntrack: what runs goes on" "$(says both in out)" heard
pc flush
t_is "no conntrack: flush keeps that" "$(pc --json show | jq -r .track) $(probe peer tcp "$HOST6" 22)" "none answered"
