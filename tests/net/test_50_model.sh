#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Random changes of rules, policies and mode, against a naive model: what is read back, and what becomes of packets.
# MODEL_SEED repeats a run.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

load_module
mk_peers
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

# Every refusal by ICMP counts as an answer here. How many there may be, of both versions of IP, each namespace says.
for ns in root srv; do
	in_ns "$ns" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 \
		net.ipv4.icmp_msgs_per_sec=100000 net.ipv4.icmp_msgs_burst=10000
done

seed=${MODEL_SEED:-$((RANDOM << 15 | RANDOM))}
printf '# seed %s\n' "$seed"
t_ok "180 random requests do what the model says (seed $seed)" python3 "$here/model.py" 180 "$seed"
sed -n '$s/^/# /p' "$TAP_STATE/output"
