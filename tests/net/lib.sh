# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the end-to-end tests share. Meant to be sourced by a test_*.sh, which run.sh starts as root in a guest. The
# initial network namespace is the judged host; the peers are namespaces behind veth pairs. Nothing here sleeps for a
# fixed time: wait_for polls.

set -euo pipefail

# For a script that no run.sh started.
: "${TAP_STATE:=$(mktemp -d)}" "${TAP_FILE:=$(basename "$0" .sh)}"
[ -e "$TAP_STATE/count" ] || echo 0 >"$TAP_STATE/count"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/net/tap.sh
. "$here/tap.sh"

work=$(mktemp -d)
# Ports that clients dial from are registered ones: without conntrack, an answer to an UDP socket that is not connected
# is judged by them.
sysctl -qw net.ipv4.ip_local_port_range='33000 46999'
: >"$work/started"
ps -o sid= $$ >"$TAP_STATE/session"
trap cleanup EXIT

# Addresses: ours towards each namespace, and its own. The third number is the link's.
declare -A link=([peer]=1 [srv]=2 [left]=3 [right]=4)
# ours4 NS, theirs4 NS, ours6 NS, theirs6 NS
ours4() { printf '10.%s.0.1' "${link[$1]}"; }
ours6() { printf 'fd0%s::1' "${link[$1]}"; }
theirs4() { printf '10.%s.0.2' "${link[$1]}"; }
theirs6() { printf 'fd0%s::2' "${link[$1]}"; }
# The judged host, as the peer dials it, and the peers, as we dial them.
# shellcheck disable=SC2034  # for the tests
HOST4=$(ours4 peer) HOST6=$(ours6 peer) PEER4=$(theirs4 peer) PEER6=$(theirs6 peer)
# shellcheck disable=SC2034
SRV4=$(theirs4 srv) SRV6=$(theirs6 srv)

cleanup() {
	local status=$? ns
	set +e
	trap - EXIT
	stop_all
	for ns in $(ip netns list | cut -d' ' -f1); do
		ip netns pids "$ns" | xargs -r kill -KILL
		ip netns delete "$ns"
	done
	if [ -e /sys/module/portclass ]; then unload_module; fi
	nft flush ruleset
	sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
	rm -rf "$work"
	exit "$status"
}

# wait_for COMMAND...: polls until COMMAND succeeds; fails after 10 seconds (WAIT_SECONDS), or PATIENCE times as many.
wait_for() {
	local end=$((SECONDS + ${WAIT_SECONDS:-10} * ${PATIENCE:-1}))
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			printf 'waited in vain for: %s\n' "$*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# fewer COUNT: so many; in a slow guest (PATIENCE) a third of it, for what takes minutes there.
fewer() { echo $(($1 / (${PATIENCE:-1} > 2 ? 3 : 1))); }

# in_ns NS COMMAND...: runs COMMAND in a namespace; "root" is the initial one.
in_ns() {
	local ns=$1
	shift
	if [ "$ns" = root ]; then "$@"; else nsenter --net="/run/netns/$ns" -- "$@"; fi
}

# start NAME NS COMMAND...: runs COMMAND in the background until the test ends, its output in $work/NAME.log; $pid.
start() {
	local name=$1 ns=$2
	shift 2
	[ "$ns" = root ] || set -- nsenter --net="/run/netns/$ns" -- "$@"
	"$@" >"$work/$name.log" 2>&1 </dev/null &
	# shellcheck disable=SC2034  # for the tests
	pid=$!
	echo "$pid" >>"$work/started"
}

# stop PID...: ends what start started.
stop() {
	kill "$@" || :
	wait "$@" || :
} 2>/dev/null

stop_all() {
	local pids
	mapfile -t pids <"$work/started"
	: >"$work/started"
	[ "${#pids[@]}" -eq 0 ] || stop "${pids[@]}"
}

load_module() { insmod "$PORTCLASS_KO"; }
# Something may hold it for a moment: a netlink socket that is being closed, for one.
unload_module() { wait_for rmmod portclass; }
# pc ARG...: portclassctl
pc() { "$PORTCLASSCTL" "$@"; }
# sysfs PATH: an attribute, as tcp/well_known/packets
sysfs() { cat "/sys/kernel/portclass/$1"; }

# mk_ns NS: a namespace with a link to the initial one, to-NS here and eth0 there.
mk_ns() {
	ip netns add "$1"
	# One of an earlier test goes by itself, but not at once.
	ip link delete "to-$1" 2>/dev/null || :
	# Whoever comes up first asks for the other at once: no detection of duplicates, no router solicitations.
	in_ns "$1" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0 \
		net.ipv4.ip_local_port_range='33000 46999'
	ip link add "to-$1" type veth peer name eth0 netns "$1"
	sysctl -qw "net.ipv6.conf.to-$1.accept_dad=0" "net.ipv6.conf.to-$1.router_solicitations=0"
	ip -batch - <<-END
		address add $(ours4 "$1")/24 dev to-$1
		address add $(ours6 "$1")/64 dev to-$1 nodad
		link set to-$1 up
	END
	ip -netns "$1" -batch - <<-END
		address add $(theirs4 "$1")/24 dev eth0
		address add $(theirs6 "$1")/64 dev eth0 nodad
		link set lo up
		link set eth0 up
		route add default via $(ours4 "$1")
		route add default via $(ours6 "$1")
	END
	wait_for ip -netns "$1" -6 route get "$(ours6 "$1")" from "$(theirs6 "$1")"
}

# mk_peers: peer, who dials us, and srv, whom we dial.
mk_peers() {
	mk_ns peer
	mk_ns srv
}

# mk_routed: left and right, who reach each other through us.
mk_routed() {
	mk_ns left
	mk_ns right
	sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# serve_tcp NS PORT..., serve_udp NS PORT...: a server on each port, v4 and v6, that greets (TCP) and echoes.
serve_tcp() { serve tcp "$@"; }
serve_udp() { serve udp "$@"; }
serve() {
	local proto=$1 ns=$2 name=serve-$1-$2
	shift 2
	: >>"$work/$name.served"
	start "$name-$1" "$ns" python3 "$here/serve.py" "$work/$name.served" "$proto" "$@"
	wait_for grep -q ready "$work/$name-$1.log"
}

# served NS PROTO [PORT]: how many connections or datagrams have reached the servers' sockets.
served() { grep -c "^${3-[0-9]*} " "$work/serve-$2-$1.served" || :; }

# probe NS PROTO ADDRESS PORT...: "answered", "refused" or "silent" for each port, all asked at once. Of PROTO and
# ADDRESS there may be several, with commas between; then there are as many lists, with commas between.
probe() {
	local ns=$1 answers=$work/probe-$1.answers fd
	shift
	if [ ! -p "$answers" ]; then
		mkfifo "$answers" "$work/probe-$ns.requests"
		# On one processor: each remembers for itself who has been denied already.
		start "probe-$ns" "$ns" taskset -c 0 python3 "$here/probe.py" "$work/probe-$ns.requests" "$answers"
	fi
	exec {fd}<>"$answers"
	printf '%s\n' "$*" >"$work/probe-$ns.requests"
	IFS= read -r -t $((20 * ${PATIENCE:-1})) <&"$fd" || tail -n 1 "$work/probe-$ns.log"
	printf '%s\n' "$REPLY"
	exec {fd}>&-
}

# stat SCOPE PROTO CLASS FIELD: a counter of a class, as: stat in tcp well-known denied_packets
stat() {
	pc --json stats "$1" | jq -er --arg proto "$2" --arg class "$3" --arg field "$4" \
		'.paths[] | select(.proto == $proto) | .classes[] | select(.class == $class) | .[$field]'
}

# path_stat SCOPE PROTO FIELD: malformed, fragments or unlisted.
path_stat() {
	pc --json stats "$1" | jq -er --arg proto "$2" --arg field "$3" \
		'.paths[] | select(.proto == $proto) | .[$field]'
}

# port_stat SCOPE PROTO PORT FIELD: a counter of a port; 0 if it has seen no traffic.
port_stat() {
	pc --json stats "$1" --by port | jq -er --arg proto "$2" --argjson port "$3" --arg field "$4" \
		'[.ports[] | select(.proto == $proto and .port == $port)][0] // {($field): 0} | .[$field]'
}
