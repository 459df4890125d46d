#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Requests made at random of the netlink interface's spec, for FUZZ_SECONDS; best in a kernel that looks for faults.
# First come those that are kept (corpus/netlink). FUZZ_SEED repeats a run.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

seed=${FUZZ_SEED:-$((RANDOM << 15 | RANDOM))}
seconds=${FUZZ_SECONDS:-10}
# In case that nothing is said later on.
echo "# seed $seed, $seconds seconds"

load_module
mk_ns peer
ip netns add twin

t_ok "kept requests" python3 "$here/fuzz_spec.py" replay "$here"/corpus/netlink/*
sed 's/^/# /' "$TAP_STATE/output"
t_ok "random requests by the spec (seed $seed)" python3 "$here/fuzz_spec.py" "$seconds" "$seed"
sed -n '$s/^/# /p' "$TAP_STATE/output"
