#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh: measures portclass and its peers (make bench), with packets through the same hooks, in turns. The tables are
# printed; .build/bench has them as bench.txt, with the raw figures as bench.json, and as a chart, bench.svg. It takes
# about eight minutes, and a few more when its kernel has to be compiled first. The parts:
#
#   native  User Mode Linux, at the machine's own speed: nanoseconds; tables exchanged; memory
#   stock   Debian's kernel, emulated: instructions, XDP and tc among the peers
#   smp     the same on two processors: tables exchanged on one, packets on the other
#   shared  the same under a plugin of QEMU: instructions by function, cache lines that both processors need
#
# Environment: BENCH_PARTS, BENCH_WORKS (a regular expression for their names, see works.py), BENCH_BOOTS (3; of native),
# BENCH_ROUNDS (11; of each boot), BENCH_CPU (for native), BENCH_SHARED (a regular expression for the peers of shared). The
# exit status is 0 if every part has run.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/../vm/lib.sh"

read -ra parts <<<"${BENCH_PARTS:-native stock smp shared}"
for part in "${parts[@]}"; do
	case $part in
	native | stock | smp | shared) ;;
	*) die "BENCH_PARTS: no such part: $part (there are: native stock smp shared)" ;;
	esac
done

out=$top/.build/bench
mkdir -p "$out"
boots=${BENCH_BOOTS:-3}
cpu=${BENCH_CPU:-$(($(nproc) - 1))}

"$vm/deps.sh" tool build vm uml bench
make -s -C "$top/tools" O="$top/.build/tool" >&2
settings=()
for name in BENCH_ROUNDS BENCH_WORKS BENCH_SHARED; do
	[ -z "${!name-}" ] || settings+=(--env "$name=${!name}")
done

clang -O2 -g -Wall -target bpf -I"/usr/include/$(gcc -print-multiarch)" -c -o "$out/filter.o" \
	"$top/tests/bench/filter.bpf.c"

# measure DIR RESULT GUEST_OPTION...: the guest's part, with the modules of a folder.
measure() {
	local dir=$1 result=$2
	shift 2
	"$@" --timeout 900 --out "$out" --env "PORTCLASS_KO=/portclass/$dir/portclass.ko" \
		--env "BENCH_KO=/portclass/$dir/portclass_bench.ko" --env PORTCLASSCTL=/portclass/.build/tool/portclassctl \
		--env "BENCH_RESULT=$result" --env BENCH_BPF=/out/filter.o "${settings[@]}" -- tests/bench/guest.sh
}

# Several boots, since where things come to lie in memory matters by some nanoseconds, and differs from boot to boot.
native() {
	local dir boot what="works swaps memory"
	dir=$("$vm/build.sh" bench-uml)
	for ((boot = 1; boot <= boots; boot++)); do
		say "native, boot $boot of $boots"
		UML_KERNEL=bench measure "$dir" "native-$boot.json" taskset -c "$cpu" "$vm/uml.sh" run --mem 1024 \
			--env "BENCH_WHAT=$what"
		what=works
	done
}

# Instructions instead of time: QEMU's clock advances by one nanosecond with each.
stock() {
	local dir
	dir=$("$vm/build.sh" bench-stock)
	say "stock: instructions, by emulation"
	GUEST_ACCEL=tcg,thread=single GUEST_QEMU="-icount shift=0,sleep=off" \
		measure "$dir" stock.json "$vm/guest.sh" --cpus 1 --env BENCH_WHAT=works --env BENCH_MOST=100 \
		--env BENCH_ROUNDS=5 --env BENCH_PACKETS=500
}

# Two processors: tables exchanged on one, packets on the other; and portclass's memory, of which both have
# their part.
smp() {
	local dir
	dir=$("$vm/build.sh" bench-stock)
	say "smp: two processors, by emulation: swaps under load, and memory"
	GUEST_ACCEL=tcg,thread=multi measure "$dir" smp.json "$vm/guest.sh" --cpus 2 --env "BENCH_WHAT=swaps memory" \
		--env BENCH_SWAPS=6 --env BENCH_MEMORY=ours
}

# Two processors: what a packet does on one while the other has packets, too.
shared() {
	local dir
	dir=$("$vm/build.sh" bench-stock)
	say "shared: two processors, by emulation"
	gcc -O2 -Wall -Wextra -Wno-unused-parameter -shared -fPIC -o "$out/plugin.so" "$top/tests/bench/plugin.c"
	GUEST_ACCEL=tcg,thread=multi GUEST_QEMU="-plugin $out/plugin.so,to=$out/shared.seen" \
		measure "$dir" shared.json "$vm/guest.sh" --cpus 2 --env BENCH_SCRIPT=shared.py
}

failed=0
rm -f "$out"/*.json "$out"/shared.seen
for part in "${parts[@]}"; do
	# In the background, since `set -e` does nothing within a command that `||` follows.
	{ trap - INT; set -e; "$part"; } &
	wait $! || { say "$part: it failed"; failed=1; }
done
python3 "$top/tests/bench/report.py" "$out" | tee "$out/bench.txt"
[ "$failed" -eq 0 ]
