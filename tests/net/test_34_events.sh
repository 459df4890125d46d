# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A flow is what conntrack calls one: thousands of openers, some that come again, and stray packets, in all directions
# and under random rules, compared with conntrack's own events. What is denied has none; each is one flow all the same.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/nft_oracle.sh
. "$here/nft_oracle.sh"

seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
echo "# seed $seed, to be repeated with SEED=$seed"

mk_peers
mk_routed
# Nothing is to be lost on the way.
sysctl -qw net.core.netdev_max_backlog=100000
# Ports of each class, with a server and without.
served_tcp=(22 443 1024 8080 49151 49152 65535)
served_udp=(53 1023 5353 49152 65535)
tcp_ports=("${served_tcp[@]}" 0 1 23 1023 3306 20000 50000 65534)
udp_ports=("${served_udp[@]}" 0 7 123 1024 20001 49151 55556 65534)
for ns in root srv right; do
	serve_tcp $ns "${served_tcp[@]}"
	serve_udp $ns "${served_udp[@]}"
done
words() { local IFS=,; printf '%s' "$*"; }

# random_rules: in each scope others; and of one protocol the dynamic ports, by policy.
random_rules() {
	local scope port rules protos=(tcp udp)
	RANDOM=$((seed % 32768))
	for scope in in out forward; do
		rules=([0]='' [1]='' [2]='')
		for port in "${tcp_ports[@]/#/tcp\/}" "${udp_ports[@]/#/udp\/}"; do rules[RANDOM % 3]+=" $port"; done
		# shellcheck disable=SC2086  # words
		{
			pc deny $scope ${rules[0]}
			pc allow $scope ${rules[1]}
		}
		pc policy $scope dynamic deny "${protos[RANDOM % 2]}"
	done
}

# burst NS COUNT ADDRESS...: by one processor alone, whose memory of denied openers then knows the last of them.
burst() {
	printf '# %s: %s\n' "$1" "$(in_ns "$1" taskset -c 0 python3 "$here/burst.py" "$seed" $flows "$2" \
		"$(words "${served_tcp[@]}")" "$(words "${tcp_ports[@]}")" "$(words "${udp_ports[@]}")" "${@:3}")"
}

flows=0
# bursts COUNT: in each direction
bursts() {
	burst peer "$1" "$HOST4" "$HOST6"
	burst root "$1" "$SRV4" "$SRV6"
	burst left "$1" "$(theirs4 right)" "$(theirs6 right)"
	flows=$((flows + $1))
}

compared() {
	t_ok "$1" oracle_compare --strict
	tail -n 1 "$TAP_STATE/output" | sed 's/^/# /'
}

load_module
oracle_start conntrack
bursts 800
compared "nothing denied: each flow is one of conntrack's"
random_rules
bursts 2800
compared "random rules: each flow is one of conntrack's, or denied"
