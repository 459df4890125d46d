# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Each packet, each byte and each flow is counted once, under the right scope, protocol, class, port and direction:
# random conversations of real sockets in all directions, compared with what nftables has counted at the same hooks and
# with conntrack's events; and once more without conntrack.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nft_oracle.sh
. "$here/nft_oracle.sh"

seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
echo "# seed $seed, to be repeated with SEED=$seed"

mk_peers
mk_routed
# Ports of each class, below and above the range that clients dial from.
tcp_ports=(1 22 80 443 1023 1024 5432 8080 20000 48000 49151 49152 55555 65000 65535)
udp_ports=(7 53 123 1023 1024 5353 20001 48001 49152 55556 65001 65535)
for ns in root srv right; do
	serve_tcp $ns "${tcp_ports[@]}"
	serve_udp $ns "${udp_ports[@]}"
done
words() { local IFS=,; printf '%s' "$*"; }

# some SCOPE PROTO PORT...: a few of these ports, others in each scope.
some() { shuf -n 4 -e "${@:3}" --random-source=<(yes "$seed$1$2") | sed "s|^|$2/|"; }
# rules allow|deny: of some ports in each scope; and of UDP's dynamic ports, but for one. What they are about is in
# $work/denied, a line "SCOPE PROTO PORT" each.
rules() {
	local scope ports port
	for scope in in out forward; do
		mapfile -t ports < <(some $scope tcp "${tcp_ports[@]}"; some $scope udp "${udp_ports[@]}")
		pc "$1" $scope "${ports[@]}"
		printf "$scope %s\n" "${ports[@]/\// }"
	done >"$work/denied"
	pc policy in dynamic "$1" udp
	pc allow in udp/65001
	for port in "${udp_ports[@]}"; do
		[ "$port" -lt 49152 ] || echo "in udp $port"
	done >>"$work/denied"
	sed -i '/^in udp 65001$/d' "$work/denied"
}

few=$(fewer 80) more=$(fewer 150) many=$(fewer 200)

# traffic COUNT PATIENCE [SCOPE...]: in each direction
traffic() {
	local scope pids=()
	for scope in in out forward; do
		seed=$((seed + 1))
		case $scope in
		in) set -- "$1" "$2" peer "$HOST4" "$HOST6" ;;
		out) set -- "$1" "$2" root "$SRV4" "$SRV6" ;;
		forward) set -- "$1" "$2" left "$(theirs4 right)" "$(theirs6 right)" ;;
		esac
		in_ns "$3" python3 "$here/traffic.py" $seed "$1" "$2" "$(words "${tcp_ports[@]}")" \
			"$(words "${udp_ports[@]}")" "$4" "$5" >"$work/$scope" &
		pids+=($!)
	done
	# Meanwhile, whatever the caller wants.
	! declare -F meanwhile >/dev/null || meanwhile "${pids[@]}"
	wait "${pids[@]}"
	printf '# in: %s; out: %s; forward: %s\n' "$(<"$work/in")" "$(<"$work/out")" "$(<"$work/forward")"
}
all_answered() { t_is "$1: all are answered" "$(cat "$work"/{in,out,forward} | sort -u)" "$2 answered, 0 not"; }
some_answered() {
	t_is "$1: some are answered and some not, each way" \
		"$(grep -cxE '[1-9][0-9]* answered, [1-9][0-9]* not' -h "$work"/{in,out,forward} | xargs)" "1 1 1"
}

# compared NAME [OPTION...]: what was compared is worth knowing, pass or fail.
compared() {
	t_ok "$1: all counters are what the others say" oracle_compare "${@:2}"
	tail -n 1 "$TAP_STATE/output" | sed 's/^/# /'
}

# No flow is forgotten as long as it may have packets.
modprobe nf_conntrack
sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_close=300 net.netfilter.nf_conntrack_tcp_timeout_last_ack=300

# Without conntrack. Here and below, conversations that a deny has cut off, and that go on for long, come last.
load_module
pc track none
oracle_start none
rules deny
traffic "$more" 0.6
some_answered "track none"
compared "track none"
oracle_stop

# What is denied, and passes nevertheless. Nftables knows nothing of that, so the oracle is told.
unload_module
load_module
rules deny
pc mode observe
oracle_start conntrack
traffic "$few" 8
all_answered "observe" "$few"
compared "observe" --observe "$work/denied"
oracle_stop

unload_module
load_module
oracle_start conntrack
traffic "$few" 8
all_answered "nothing denied" "$few"
rules deny
traffic "$many" 0.6
some_answered "denied ports"
compared "denied ports"

# Openers to random ports from random ports, most of them new ones, as fast as they come.
mapfile -t knocks < <(shuf -i 0-65535 -n "$(fewer 60)" --random-source=<(yes "$seed"))
for from in 1 65535; do
	in_ns peer python3 "$here/knock.py" --from $from tcp,udp "$HOST4,$HOST6" "${knocks[@]}"
done
compared "openers to random ports"

# Conversations that have been answered so far, and are not any more; openers that try again, and find an open door.
meanwhile() {
	while kill -0 "$@"; do
		rules allow
		rules deny
	done 2>/dev/null
}
traffic "$more" 2.5
compared "rules that change meanwhile"
