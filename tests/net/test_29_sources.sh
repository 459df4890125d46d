# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Ports that are open to some sources only: for those, as if allowed; for all others, as if denied; and no other port
# is concerned.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
mk_routed
load_module
serve_tcp root 22 80
serve_udp root 53
serve_tcp right 22

# sourced SCOPE PROTO PORT SOURCE...: for those who ask the kernel without the tool.
sourced() {
	python3 - "$@" <<-END
		import sys
		sys.path.insert(0, "$here")
		import netlink as nl
		scope, proto, port, *sources = sys.argv[1:]
		nl.Client().set(nl.sourced(nl.SCOPES.index(scope), nl.PROTOS.index(proto), int(port), int(port), *sources))
	END
}

sourced in tcp 22 "$PEER4/32" fd01::/64
sourced in udp 53 10.2.0.0/16
t_is "the sources, IPv4 and IPv6" "$(probe peer tcp "$HOST4,$HOST6" 22 80)" "answered answered, answered answered"
t_is "all others" "$(probe srv tcp "$(ours4 srv),$(ours6 srv)" 22 80)" "silent answered, silent answered"
t_is "UDP has its own" "$(probe peer udp "$HOST4" 53), $(probe srv udp "$(ours4 srv),$(ours6 srv)" 53)" \
	"silent, answered, silent"
t_is "ours are not concerned" "$(probe root tcp "127.0.0.1" 22)" answered
t_is "others are counted as denied" "$(port_stat in tcp 22 denied_flows) $(port_stat in tcp 22 flows)" "2 4"

# A connection that runs: its source is allowed no more, and then again.
start talk peer bash -c "exec 3<>/dev/tcp/$HOST4/22; while echo still there >&3; do sleep 0.1; done"
received() { ss -Htin state established '( sport = :22 )' | grep -oE 'bytes_received:[0-9]+' | cut -d: -f2; }
moves() { local was; was=$(received); sleep 0.4; [ "$(received)" -gt "$was" ]; }
t_ok "a connection of a source runs" wait_for moves
sourced in tcp 22 192.0.2.0/24
stands() {
	local was
	was=$(received)
	[ -n "$was" ] || return
	sleep $((2 * ${PATIENCE:-1}))
	[ "$(received)" = "$was" ]
}
t_ok "cut, when it is no source any more" wait_for stands
sourced in tcp 22 192.0.2.0/24 10.0.0.0/8
t_ok "and goes on, when it is one again" wait_for moves
stop "$pid"

sourced forward tcp 22 "$(theirs4 left)/32"
t_is "forward: by who has dialled" "$(probe left tcp "$(theirs4 right),$(theirs6 right)" 22)" "answered, silent"
pc deny forward tcp/22
t_is "denied, for all" "$(probe left tcp "$(theirs4 right)" 22)" silent
pc unset forward tcp/22
t_is "unset, for none" "$(probe left tcp "$(theirs6 right)" 22)" answered
pc flush
t_is "flush" "$(probe srv tcp "$(ours6 srv)" 22)" answered

# Many sources: the peer has them all.
for i in {3..249}; do printf 'address add 10.1.0.%d/24 dev eth0\naddress add fd01::%x/64 dev eth0 nodad\n' "$i" "$i"; done |
	ip -netns peer -batch -
seed=${SEED:-$RANDOM}
t_ok "120 random requests do what the model says (SEED=$seed)" python3 "$here/sources.py" 120 "$seed"
sed -n '$s/^/# /p' "$TAP_STATE/output"
