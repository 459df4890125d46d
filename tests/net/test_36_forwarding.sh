# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Who forwards has flows that are no socket of his: conntrack is asked, before a SYN from somebody whom we have dialled is
# dropped early. Where the kernel lets a single device forward IPv6 (Linux 6.17), that one.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_ns peer
load_module
pc deny tcp/7000
device=net.ipv6.conf.to-peer.force_forwarding knob=net.ipv6.conf.all.forwarding
[ ! -e "/proc/sys/${device//.//}" ] || knob=$device

# knock PORT: a SYN from there.
knock() { in_ns peer python3 "$here/knock.py" --from "$1" tcp "$HOST6" 7000; }
# dialled PORT: conntrack knows that we have dialled it, and then it knocks.
dialled() {
	local said
	said=$(conntrack -I -p tcp -s "$HOST6" -d "$PEER6" --sport 7000 --dport "$1" --state SYN_SENT -t 600 2>&1) ||
		{ echo "$said" >&2; return 1; }
	knock "$1"
}
# denied COUNT: so many packets to port 7000. went_on PORT: one of the flow to there has been judged as ours.
denied() { [ "$(port_stat in tcp 7000 denied_packets)" -eq "$1" ]; }
went_on() { [ "$(port_stat out tcp "$1" packets)" -gt 0 ]; }

dialled 40001
t_ok "nothing is forwarded: no socket of ours has dialled" wait_for denied 1
t_is "so that it isn't seen" "$(port_stat out tcp 40001 packets)" 0
sysctl -qw "$knob=1"
dialled 40002
t_ok "$knob: what conntrack knows goes on" wait_for went_on 40002
t_ok "and isn't denied" denied 1
knock 40003
t_ok "what it doesn't know is denied" wait_for denied 2
sysctl -qw "$knob=0"
dialled 40004
t_ok "not any more" wait_for denied 3
