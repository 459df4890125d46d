# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Each packet and each byte is counted once, under the right scope, protocol, class and port: random traffic in all
# directions, compared with what nftables has counted at the same hooks.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nft_oracle.sh
. "$here/nft_oracle.sh"

seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
echo "# seed $seed, to be repeated with SEED=$seed"
RANDOM=$((seed % 32768))

mk_peers
mk_routed
# Ports of each class, below and above the range that clients dial from.
tcp_ports=(1 22 80 443 1023 1024 5432 8080 20000 48000 49151 49152 55555 65000 65535)
udp_ports=(7 53 123 1023 1024 5353 20001 48001 49152 55556 65001 65535)
for ns in root srv right; do
	serve_tcp $ns "${tcp_ports[@]}"
	serve_udp $ns "${udp_ports[@]}"
done

# A few of these ports are denied, in each scope others; and a whole class.
# some SCOPE PROTO PORT...
some() { shuf -n 4 -e "${@:3}" --random-source=<(yes "$seed$1$2") | sed "s|^|$2/|"; }
rules() {
	local scope
	for scope in in out forward; do
		# shellcheck disable=SC2046  # words
		pc deny $scope $(some $scope tcp "${tcp_ports[@]}") $(some $scope udp "${udp_ports[@]}")
	done
	pc policy in dynamic deny udp
	pc allow in udp/65001
}

load_module
oracle_start

# traffic SEED COUNT PATIENCE: in each direction
traffic() {
	local tcp udp
	tcp=$(IFS=,; printf '%s' "${tcp_ports[*]}")
	udp=$(IFS=,; printf '%s' "${udp_ports[*]}")
	local pids=()
	in_ns peer python3 "$here/traffic.py" "$1" "$2" "$3" "$tcp" "$udp" "$HOST4" "$HOST6" >"$work/in" & pids+=($!)
	python3 "$here/traffic.py" $(($1 + 1)) "$2" "$3" "$tcp" "$udp" "$SRV4" "$SRV6" >"$work/out" & pids+=($!)
	in_ns left python3 "$here/traffic.py" $(($1 + 2)) "$2" "$3" "$tcp" "$udp" "$(theirs4 right)" "$(theirs6 right)" \
		>"$work/forward" & pids+=($!)
	wait "${pids[@]}"
	printf '# in: %s; out: %s; forward: %s\n' "$(<"$work/in")" "$(<"$work/out")" "$(<"$work/forward")"
}

# compared NAME: what was compared is worth knowing, pass or fail.
compared() {
	t_ok "$1" oracle_compare
	tail -n 1 "$TAP_STATE/output" | sed 's/^/# /'
}

traffic "$seed" 120 8
t_is "nothing denied: all are answered" "$(sort -u "$work"/{in,out,forward})" "120 answered, 0 not"
compared "nothing denied: all counters are what nftables says"

rules
traffic $((seed + 3)) 150 0.7
t_is "denied ports: some are answered and some not, each way" \
	"$(grep -cxE '[1-9][0-9]* answered, [1-9][0-9]* not' -h "$work"/{in,out,forward} | xargs)" "1 1 1"
compared "denied ports: all counters are what nftables says"
t_is "denied ports: nothing is unlisted" "$(for scope in in out forward; do
	path_stat $scope tcp unlisted; path_stat $scope udp unlisted; done | sort -u)" 0

# Openers to random ports from random ports, most of them new ones, as fast as they come.
mapfile -t knocks < <(shuf -i 0-65535 -n 60 --random-source=<(yes "$seed"))
for from in 1 1023 30000 65535; do
	for address in "$HOST4" "$HOST6"; do
		for proto in tcp udp; do
			in_ns peer python3 "$here/knock.py" --from $from $proto "$address" "${knocks[@]}"
		done
	done
done
compared "openers to random ports: all counters are what nftables says"

# The same packets in observe mode: nothing is dropped, so nftables knows nothing of what is denied.
pc mode observe
denied=$(sysfs tcp/well_known/denied_packets)
traffic $((seed + 6)) 60 8
t_is "observe: all are answered" "$(sort -u "$work"/{in,out,forward})" "60 answered, 0 not"
t_ok "observe: more is counted as denied" test "$(sysfs tcp/well_known/denied_packets)" -gt "$denied"
