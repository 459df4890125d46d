# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Somebody scans all ports: each has its counter in the end, and the sums by class are exact. With tcpdump looking on,
# which makes clones of all packets.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
# The scanner is faster than who gets it: let nothing be lost on the way.
sysctl -qw net.core.netdev_max_backlog=200000
serve_tcp root 80
load_module
# The scanner knocks at more ports than a guest's table has room for.
sysctl -qw net.netfilter.nf_conntrack_max=1000000
nft -f - <<-END
	table inet scan {
		counter syn {}
		chain in {
			type filter hook prerouting priority raw
			iif lo accept
			tcp flags & (syn | ack) == syn counter name syn
		}
	}
END
arrived() { nft -j list counter inet scan syn | jq '.nftables[].counter? | .packets? // empty'; }
flows() { printf '%s ' "$(stat in tcp well-known flows)" "$(stat in tcp registered flows)" "$(stat in tcp dynamic flows)"; }
unlisted() { path_stat "$1" tcp unlisted; }

pc deny tcp/1-100
t_match "nmap of the first 200 ports" "$(in_ns peer nmap -sS -n -Pn -T5 --max-retries 0 -p1-200 "$HOST4" 2>&1)" \
	"100 (filtered|closed) tcp ports|Not shown"
t_is "nmap: each SYN is a flow" "$(stat in tcp well-known flows)" "$(arrived)"
t_is "nmap: 200 ports" "$(pc --json stats in --by port | jq '[.ports[] | select(.proto == "tcp")] | length')" 200
t_is "nmap: 100 denied" "$(pc --json stats in --by port | jq '[.ports[] | select(.denied_packets > 0)] | length')" 100
unload_module
load_module

start tcpdump root tcpdump -i to-peer -nn -w /dev/null -U tcp
wait_for grep -q listening "$work/tcpdump.log"
before=$(arrived) at=$EPOCHREALTIME
in_ns peer python3 "$here/knock.py" --rate 5000 tcp "$HOST4" 0-65535
printf '# 65536 SYNs in %s s; unlisted: in %s, out %s\n' \
	"$(jq -n "$EPOCHREALTIME - $at | round")" "$(unlisted in)" "$(unlisted out)"
all_arrived() { [ $(($(arrived) - before)) -ge 65536 ]; }
wait_for all_arrived || :
t_is "all SYNs have arrived" "$(($(arrived) - before))" 65536
t_is "they are counted by class" "$(flows)" "1024 48128 16384 "

pc --json stats in --by port >"$work/ports"
sum() { jq "[.ports[] | select(.proto == \"tcp\") | .$1] | add" "$work/ports"; }
t_is "no packet came too fast for its port's counter" "$(unlisted in) $(unlisted out)" "0 0"
t_is "the ports sum up to the classes" "$(sum packets)" \
	"$(pc --json stats in | jq '[.paths[] | select(.proto == "tcp") | .classes[].packets] | add')"
t_is "each port has its counter" \
	"$(jq '[.ports[] | select(.proto == "tcp" and .flows == 1)] | length' "$work/ports")" 65536

# Once more, with all memory there, and denied: no answers.
pc deny tcp/0-65535
before=$(arrived)
in_ns peer python3 "$here/knock.py" tcp "$HOST6" 0-65535
wait_for all_arrived || :
t_is "all denied: by class" "$(flows)" "2048 96256 32768 "
t_is "all denied: by port" "$(pc --json stats in --by port |
	jq '[.ports[] | select(.proto == "tcp" and .denied_packets == 1)] | length')" 65536

# In no order: nearly every packet needs other memory than the one before.
seed=${SEED:-$RANDOM}
printf '# SEED=%s\n' "$seed"
unload_module
load_module
pc deny any/0-65535
in_ns peer python3 "$here/knock.py" --seed "$seed" udp "$HOST4" 0-65535
all_counted() { [ "$(pc --json stats in | jq '[.paths[] | select(.proto == "udp") | .classes[].packets] | add')" -ge 65536 ]; }
wait_for all_counted || :
unlisted=$(path_stat in udp unlisted)
printf '# as fast as can be, in random order: %s unlisted\n' "$unlisted"
# The emulated worker may be too late for some, and then says so.
t_is "in random order: each port has its counter, or was said not to" "$(($(pc --json stats in --by port |
	jq '[.ports[] | select(.proto == "udp" and .denied_packets == 1)] | length') + unlisted))" 65536
t_ok "in random order: hardly any was not" test "$unlisted" -lt 3000
