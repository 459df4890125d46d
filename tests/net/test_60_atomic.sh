#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A change is seen as a whole or not at all, however large it is and however slow its reader; and it is announced.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

# atomic NAME WHAT
atomic() {
	t_ok "$1" python3 "$here/atomic.py" "$2"
	sed -n '$s/^/# /p' "$TAP_STATE/output"
}
generation() { pc --json show | jq .generation; }

load_module
mk_ns peer

atomic "10,000 ranges are one change, and readers never see a part of it" whole
atomic "two ports that are changed together are never seen apart" pair
atomic "packets are judged by the table before or after, never by a mix" packets
pc flush
atomic "a slow reader's dump is whole, or flagged as interrupted" slow
atomic "each change is announced once, in its namespace, and a refused one isn't" announce
atomic "the tool shows no mix of two states" tool

# The same from the outside.
pc flush
before=$(generation)
for ((i = 0; i < 10000; i++)); do echo "tcp/$((i * 6))-$((i * 6 + 1))"; done >"$work/ranges"
t_ok "10,000 ranges through a pipe" pc deny - <"$work/ranges"
t_is "they are one change" "$(generation)" $((before + 1))
t_is "and all are there" "$(pc --json show | jq '.rules | length')" 10000
echo tcp/70000 >>"$work/ranges"
t_not "with one wrong word at the end" pc allow - <"$work/ranges"
t_is "nothing has changed" "$(generation)" $((before + 1))

atomic "every port another rule than its neighbours, in both protocols" many
t_is "the tool reads them all" "$(pc --json show | jq -c '[.rules | length, (map(.action) | unique)]')" \
	'[131072,["allow","deny"]]'
