#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh: measures portclass and its peers (make bench). README.md has what comes out; the figures are in .build/bench.
#
# Environment: BENCH_ROUNDS, BENCH_WORKS (a regular expression for their names), BENCH_CPU (to run on).

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/../vm/lib.sh"

out=$top/.build/bench
mkdir -p "$out"
cpu=${BENCH_CPU:-$(($(nproc) - 1))}

"$vm/deps.sh" tool build vm uml
make -s -C "$top/tools" O="$top/.build/tool" >&2
settings=()
for name in BENCH_ROUNDS BENCH_WORKS BENCH_PACKETS; do
	[ -z "${!name-}" ] || settings+=(--env "$name=${!name}")
done

native() {
	local dir
	dir=$("$vm/build.sh" bench-uml)
	UML_KERNEL=bench taskset -c "$cpu" "$vm/uml.sh" run --mem 1024 --timeout 900 --out "$out" \
		--env "PORTCLASS_KO=/portclass/$dir/portclass.ko" --env "BENCH_KO=/portclass/$dir/portclass_bench.ko" \
		--env PORTCLASSCTL=/portclass/.build/tool/portclassctl --env BENCH_RESULT=native.json \
		"${settings[@]}" -- tests/bench/guest.sh
}

native
python3 "$top/tests/bench/report.py" "$out" | tee "$out/bench.txt"
