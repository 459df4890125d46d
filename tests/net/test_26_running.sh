# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What ran before the module came is known for what it is: under a default deny it goes on if its service port is
# allowed, whichever end speaks first and whichever port is the higher one. A new deny stops what runs. And connection
# tracking may come and go meanwhile.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/real.sh
. "$here/real.sh"
# shellcheck source=tests/net/flows.sh
. "$here/flows.sh"

mk_peers
mk_routed
RIGHT4=$(theirs4 right) RIGHT6=$(theirs6 right)

# Two of each, so that in one of them the server can be the first to speak.
open_all() {
	converse in-c tcp peer root "$HOST4" 22
	converse in-s tcp peer root "$HOST6" 22
	converse in-high-c tcp peer root "$HOST6" 40022 1500
	converse in-high-s tcp peer root "$HOST4" 40022 1500
	converse out-c tcp root srv "$SRV4" 25
	converse out-s tcp root srv "$SRV6" 25
	converse out-high-c tcp root srv "$SRV6" 40025 1501
	converse out-high-s tcp root srv "$SRV4" 40025 1501
	converse forward-c tcp left right "$RIGHT4" 80
	converse in-udp-c udp peer root "$HOST4" 53
	converse out-udp-c udp root srv "$SRV6" 53
	converse out-udp-s udp root srv "$SRV4" 53
}
clients=(in-c in-high-c out-c out-high-c forward-c in-udp-c out-udp-c)
servers=(in-s in-high-s out-s out-high-s out-udp-s)
both=("${clients[@]}" "${servers[@]}")
deny_all() {
	local scope
	for scope in in out forward; do pc policy $scope all deny; done
}
allow_services() {
	pc allow in tcp/22 tcp/40022 udp/53
	pc allow out tcp/25 tcp/40025 udp/53
	pc allow forward tcp/80
}
services="in tcp/22, in tcp/40022, in udp/53, out tcp/25, out tcp/40025, out udp/53, forward tcp/80"
# flows: of each port, and those denied
flows() { each true '\(.scope) \(.proto)/\(.port): \(.flows) \(.denied_flows)'; }

open_all
load_module
deny_all
allow_services
t_is "the clients speak first" "$(says client "${clients[@]}")" heard
t_is "the servers speak first" "$(says server "${servers[@]}")" heard
t_is "all go on" "$(says both "${both[@]}")" heard
t_is "they are counted under their services" "$(each true)" "$services"
t_is "both ways, and none was denied" \
	"$(each '.packets_to > 0 and .packets_from > 0 and .denied_packets == 0')" "$services"
before=$(flows)

pc deny in tcp/22 tcp/40022 udp/53
pc deny out tcp/25 tcp/40025 udp/53
pc deny forward tcp/80
t_is "a new deny stops them" "$(hushed both "${both[@]}")" silent
t_is "which is counted for each" "$(each '.denied_packets > 1 and .denied_bytes > 100')" "$services"
t_is "as no flow" "$(flows)" "$before"
allow_services
t_is "allowed again, they go on" "$(says both "${both[@]}")" heard
t_is "and are the same flows" "$(flows)" "$before"

# What is left in conntrack's table is behind what happens without it.
young=(young-in young-out young-forward)
converse young-in tcp peer root "$HOST4" 22
converse young-out tcp root srv "$SRV4" 25
converse young-forward tcp left right "$RIGHT6" 80
t_is "young connections" "$(says both "${young[@]}")" heard
unload_module
t_is "much is said without the module" "$(talk push 1000000 "${young[@]}")" pushed
load_module
deny_all
allow_services
t_is "loaded again, all go on" "$(says both "${young[@]}" "${both[@]}")" heard
t_is "under their services" "$(each true)" "$services"
pc deny in tcp/22
pc deny out tcp/25
pc deny forward tcp/80
t_is "and a deny stops them" "$(hushed both "${young[@]}")" silent
allow_services

# Our end of a connection is found if the kernel doesn't look it up early, too.
sysctl -qw net.ipv4.tcp_early_demux=0
unload_module
forget_flows root
load_module
deny_all
allow_services
t_is "without early demultiplexing, the servers speak first" "$(says server "${servers[@]}")" heard
t_is "and are counted under their services" "$(each '.denied_packets == 0' | tr ',' '\n' | grep -c out)" 3
sysctl -qw net.ipv4.tcp_early_demux=1

# Tracking comes and goes, under traffic.
start_iperf3 root 5201
start_iperf3 srv 5202
pc allow in tcp/5201
pc allow out tcp/5202
start iperf-in peer iperf3 --client "$HOST4" --port 5201 --bitrate 10M --time 600
streams=("$pid")
start iperf-out root iperf3 --client "$SRV6" --port 5202 --bitrate 10M --time 600 --reverse
streams+=("$pid")
# snapshot: all counters, each as ["path", "name", value]
snapshot() {
	{ pc --json stats && pc --json stats --by port; } |
		jq -c '(.ports // [.paths[] | . as {$scope, $proto} | .classes[] | . + {$scope, $proto}])[] |
			. as $one | "\(.scope) \(.proto) \(.class) \(.port)" as $name | to_entries[] |
			select(.value | type == "number") | select(.key != "port") | [$name, .key, .value]' | sort
}
# moved: the bytes of both; mark, and then flowing: both have moved on since.
moved() { each '.port == 5201 or .port == 5202' '\(.bytes)' | tr -d ','; }
mark() { read -r marked_in marked_out < <(moved); }
flowing() {
	local in out
	read -r in out < <(moved)
	[ "$in" -gt $((marked_in + 100000)) ] && [ "$out" -gt $((marked_out + 100000)) ]
}
known() { [ "$(tracked root)" -ge 2 ]; }
# fallen OLD NEW: the counters that have
fallen() {
	jq -rn --slurpfile old "$1" --slurpfile new "$2" '
		($new | map({key: (.[:2] | join(" ")), value: .[2]}) | from_entries) as $now |
		[$old[] | select(.[2] > ($now[.[:2] | join(" ")] // -1)) | join(" ")] | join(", ")'
}
marked_in=0 marked_out=0
t_ok "two transfers run" wait_for flowing
snapshot >"$work/old"
# The second time, conntrack remembers them as they were before.
for round in 1 2; do
	pc track none
	[ "$round" -eq 2 ] || forget_flows root
	mark
	t_ok "round $round: without tracking, they run on" wait_for flowing
	[ "$round" -eq 2 ] || t_is "round $round: and conntrack is not asked" "$(tracked root)" 0
	snapshot >"$work/new"
	t_is "round $round: no counter is lost" "$(fallen "$work/old" "$work/new")" ""
	pc track conntrack
	mark
	t_ok "round $round: with tracking again, they run on" wait_for flowing
	t_ok "round $round: and conntrack knows them" wait_for known
	snapshot >"$work/old"
	t_is "round $round: and no counter is lost" "$(fallen "$work/new" "$work/old")" ""
done
for one in "${streams[@]}"; do t_ok "a transfer is still the same" kill -0 "$one"; done
# received PORT: by our sockets, so far
received() {
	ss -Htin "( sport = :$1 or dport = :$1 )" | grep -o 'bytes_received:[0-9]*' |
		awk -F: '{ sum += $2 } END { print sum }'
}
in=$(received 5201) out=$(received 5202)
t_ok "all bytes inwards are counted" test "$in" -le "$(port_stat in tcp 5201 bytes_to)" -a "$in" -gt 500000
t_ok "all bytes that we fetch are counted" test "$out" -le "$(port_stat out tcp 5202 bytes_from)" -a "$out" -gt 500000
t_is "under their services, and none other" "$(each '.packets > 100')" "in tcp/5201, out tcp/5202"
t_is "and none was denied" "$(fields root in tcp 5201 denied_packets) $(fields root out tcp 5202 denied_packets)" "0 0"
stop "${streams[@]}"
t_is "and the conversations go on" "$(says both "${young[@]}" "${both[@]}")" heard

# Without tracking, only what opens a flow is judged.
pc track none
pc deny in tcp/22
pc deny out tcp/25
pc deny forward tcp/80
t_is "without tracking, what runs isn't stopped by a deny" "$(says both "${young[@]}")" heard
pc track conntrack
t_is "with tracking it is" "$(hushed both "${young[@]}")" silent

# Through us there are no sockets to ask.
unload_module
t_is "unloaded, all go on" "$(says both "${young[@]}" "${both[@]}")" heard
talk close "${young[@]}" "${both[@]}" >/dev/null
converse forward-s tcp left right "$RIGHT6" 80
load_module
deny_all
allow_services
# What its server says could be a stranger's, from a port that is allowed to one that is denied: it waits.
t_is "the server of what is forwarded speaks first, and waits" "$(SAY_SECONDS=2 says server forward-s)" silent
t_is "until the client speaks" "$(says both forward-s)" heard
t_is "it is known by its service then" "$(port_stat forward tcp 80 flows) $(says both forward-s)" "1 heard"
