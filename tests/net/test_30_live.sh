# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Loading the module, and unloading it, changes no verdict and breaks no connection; what is configured for other ports
# meanwhile does neither. Streams run through it all, and what was sent is what has come.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
mk_routed
serve_tcp root 80 7001 7002 7003
serve_udp root 53 7001
nft -f - <<-END
	table inet host {
		chain in {
			type filter hook input priority filter; policy accept;
			iif lo accept
			meta l4proto { tcp, udp } th dport 7001 drop
			tcp dport 7002 reject with tcp reset
		}
	}
END
verdicts() {
	printf '%s; ' "$(probe peer tcp "$HOST4,$HOST6" 80 81 7001 7002 7003)" "$(probe peer udp "$HOST6" 53 54 7001)" \
		"$(probe root tcp 127.0.0.1 80 81)"
}
before=$(verdicts)
four="answered refused silent refused answered"
t_is "before" "$before" "$four, $four; answered refused silent; answered refused; "
load_module
t_is "loaded: the same verdicts" "$(verdicts)" "$before"
t_is "loaded: it has counted them" "$(port_stat in tcp 80 flows) $([ "$(port_stat in udp 7001 packets)" -gt 0 ] && echo some)" \
	"2 some"
# Its first packet is its last one, and the reset is no flow of its own.
t_is "loaded: what nftables rejects is a flow, once" \
	"$(port_stat in tcp 7002 flows) $(port_stat in tcp 7002 packets)" "2 4"
unload_module
t_is "unloaded: the same verdicts" "$(verdicts)" "$before"

# stream NAME FROM TO ADDRESS PORT: random data for as long as $work/stop is not there, with sums at both ends.
head -c 60K /dev/urandom >"$work/random"
pause=$((${PATIENCE:-1} / 10)).$((${PATIENCE:-1} % 10))
receivers=()
stream() {
	local name=$1 from=$2 to=$3 address=$4 port=$5
	# shellcheck disable=SC2016  # for the inner shell
	start "receive-$name" "$to" bash -c 'socat -u TCP6-LISTEN:$1,reuseaddr - | sha256sum >"$2.received"' \
		receive "$port" "$work/$name"
	receivers+=("$pid")
	wait_for in_ns "$to" bash -c "ss -Hltn 'sport = :$port' | grep -q ."
	# shellcheck disable=SC2016
	start "send-$name" "$from" bash -c 'until [ -e "$3/stop" ]; do cat "$3/random"; sleep "$5"; done |
		tee >(sha256sum >"$4.sent") | tee >(wc -c >"$4.size") | socat -u - "TCP:$1:$2"' \
		send "$address" "$port" "$work" "$work/$name" "$pause"
	receivers+=("$pid")
}
stream in4 peer root "$HOST4" 9001
stream in6 peer root "[$HOST6]" 9002
stream out4 root srv "$SRV4" 50001
stream through6 left right "[$(theirs6 right)]" 9003
established() { [ "$(ss -Htn state established '( sport = :9001 or sport = :9002 or dport = :50001 )' | wc -l)" -eq 3 ]; }
t_ok "the streams run" wait_for established

# flowing: each stream has moved on since the last time.
declare -A moved=([9001]=0 [9002]=0 [50001]=0)
flowing() {
	local port
	local -A now=()
	for port in "${!moved[@]}"; do
		now[$port]=$(ss -Htin "( sport = :$port or dport = :$port )" |
			grep -oE 'bytes_(received|sent):[0-9]+' | sort -t: -k2n | tail -n 1 | cut -d: -f2)
		[ "${now[$port]:-0}" -gt "${moved[$port]}" ] || return 1
	done
	for port in "${!moved[@]}"; do moved[$port]=${now[$port]}; done
}

for round in 1 2; do
	load_module
	t_ok "round $round: loaded, and they run on" wait_for flowing
	pc deny in tcp/22 any/1000-2000
	pc policy out well-known deny
	pc policy in dynamic deny
	pc policy forward dynamic deny
	t_ok "round $round: configured, and they run on" wait_for flowing
	pc mode observe
	pc mode enforce
	pc flush
	t_ok "round $round: flushed, and they run on" wait_for flowing
	t_is "round $round: none of it was malformed" "$(path_stat in tcp malformed) $(path_stat out tcp malformed)" "0 0"
	unload_module
	t_ok "round $round: unloaded, and they run on" wait_for flowing
done

touch "$work/stop"
all_ended() {
	local one
	for one in "${receivers[@]}"; do ! kill -0 "$one" 2>/dev/null || return 1; done
}
t_ok "the streams end" wait_for all_ended
for name in in4 in6 out4 through6; do
	# What a process substitution writes may come a moment after its shell has ended.
	wait_for test -s "$work/$name.size" -a -s "$work/$name.sent" -a -s "$work/$name.received"
	t_is "$name: what was sent has come ($(<"$work/$name.size") bytes)" "$(<"$work/$name.received")" \
		"$(<"$work/$name.sent")"
done
