#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftest.sh stock|uml|debug|kcsan: do the guests pass what should pass, and nothing else? A test machinery that can't fail
# would say that all is well for ever. Prints TAP.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

case ${1-} in
stock) guest=("$vm/guest.sh") ;;
uml) guest=("$vm/uml.sh" run) ;;
debug | kcsan) guest=(env GUEST_KERNEL="$1" "$vm/guest.sh") ;;
*) die "usage: selftest.sh stock|uml|debug|kcsan" ;;
esac
guest_name=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# expect STATUS CASE TEXT [OPTION...]: one boot. It must end with STATUS, and give TEXT as the reason.
expect() {
	local want=$1 case=$2 text=$3 status=0 bad=0 words
	shift 3
	# A case has an argument, or it doesn't matter.
	read -ra words <<<"$case"
	[ "${#words[@]}" -gt 1 ] || words+=("it's")
	"${guest[@]}" --env 'WORD=two words' "$@" -- tests/vm/selftest-guest.sh "${words[@]}" >"$work/log" 2>&1 </dev/null ||
		status=$?
	[ "$status" -eq "$want" ] && grep -qF -- "$text" "$work/log" || bad=1
	tap "$bad" "$guest_name guest: $case gives $want" "$work/log" "it gave $status; expected in the output: $text"
}

# boots N WHY: the last guest was booted so often.
boots() {
	local bad=0
	[ "$(grep -c 'once more$' "$work/log")" -eq $(($1 - 1)) ] || bad=1
	tap "$bad" "$guest_name guest: boots ($1) $2"
}

# planted [OPTION...]: what a kernel that looks for faults has to find. Lines of a bug's name and what the kernel calls it.
planted() {
	local dir bug text
	dir=$("$vm/build.sh" "$guest_name")
	while read -r bug text; do
		expect 125 "planted $bug" "$text" --timeout 120 --env "PLANTED_KO=/portclass/$dir/planted.ko" "$@"
	done
}
if [ "$guest_name" = kcsan ]; then
	# It samples: a few seconds are to be enough.
	planted --append kcsan.skip_watch=10 <<-END
		data-race BUG: KCSAN: data-race in race_add
		data-race-with-kernel BUG: KCSAN: data-race in race_read
		missing-barrier BUG: KCSAN: data-race in race_
	END
	tap_end
	exit
fi
if [ "$guest_name" != stock ]; then
	planted <<-END
		slab-out-of-bounds KASAN: slab-out-of-bounds in slab_out_of_bounds
		use-after-free use-after-free in use_after_free
		leak kmemleak: 1 new suspected memory leaks
		shift UBSAN: shift-out-of-bounds in
		index UBSAN: array-index-out-of-bounds in
		double-add list_add double add
	END
fi
if [ "$guest_name" = debug ]; then
	planted <<-END
		vmalloc-out-of-bounds KASAN: vmalloc-out-of-bounds in vmalloc_out_of_bounds
		sleep-in-atomic BUG: sleeping function called from invalid context
		lock-order WARNING: possible circular locking dependency detected
		lock-in-softirq WARNING: inconsistent lock state
		rcu-without-lock WARNING: suspicious RCU usage
		free-active-timer ODEBUG: free active
		processor-that-may-change BUG: using smp_processor_id() in preemptible
	END
	tap_end
	exit
fi

mkdir "$work/out"
expect 0 pass 'all is well' --timeout 120 --out "$work/out"
bad=0
[ "$(cat "$work/out/file" 2>/dev/null)" = 'from the guest' ] || bad=1
tap "$bad" "$guest_name guest: hands out files"
expect 3 fail 'returned 3' --timeout 120
expect 125 warning "the guest's kernel complained" --timeout 120
expect 125 forged 'without a verdict' --timeout 120
expect 1 forged-fail 'returned 1' --timeout 120
expect 124 hang 'no end within' --timeout 30
bad=0
grep -q 'it stands still' "$work/log" || bad=1
tap "$bad" "$guest_name guest: it was the script that hung"
if [ "$guest_name" = stock ]; then
	expect 125 panic 'panicked' --timeout 120
	expect 125 stalled "the guest's kernel complained" --timeout 120
	boots 1 'for what has ended with a verdict'
	expect 125 breakpoint 'panicked' --timeout 120
	boots 2 'for a breakpoint that was left behind'
	expect 125 'breakpoint [portclass]' 'panicked' --timeout 120
	boots 1 'with code of ours on a stack'
fi
tap_end
