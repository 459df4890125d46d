# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# What the tests at random share. Meant to be sourced after lib.sh. They take FUZZ_SECONDS, and FUZZ_SEED repeats a run.

seed=${FUZZ_SEED:-$((RANDOM << 15 | RANDOM))}
seconds=${FUZZ_SECONDS:-10}
# In case that nothing is said later on.
echo "# seed $seed, $seconds seconds"

# fuzz WHAT CORPUS FUZZER: those that are kept, then those at random.
fuzz() {
	t_ok "kept $1" python3 "$here/$3" replay "$here/corpus/$2"/*
	sed 's/^/# /' "$TAP_STATE/output"
	t_ok "random $1 (seed $seed)" python3 "$here/$3" "$seconds" "$seed"
	sed -n '$s/^/# /p' "$TAP_STATE/output"
}
