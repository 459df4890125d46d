#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh [long | STEP...]: every check of the project, or those with the debug kernel, or the named ones (steps.sh has
# them). Its last line is "N passed, N failed" (and ", N skipped" if any were). It fails if anything failed, or if a step
# ran no test at all, or skipped all of them.
#
# The lines before that are the steps, and in short what failed. What a step prints is in .build/check/STEP.log, and
# shown here only if it failed; or as it comes, if V=1.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/vm/steps.sh
. "$vm/steps.sh"

steps=("$@")
case "$*" in
'') steps=("${all_steps[@]}") ;;
long) steps=("${long_steps[@]}") ;;
esac
for step in "${steps[@]}"; do
	declare -F "step_$step" >/dev/null || die "no such step: $step (there are: ${all_steps[*]} ${long_steps[*]})"
done
# Not the settings of the make that may have called this: other makes are called here.
unset MAKEFLAGS MFLAGS MAKELEVEL
logs=$top/.build/check
mkdir -p "$logs"

progress() { printf '[%2d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"; }
indented() { sed 's/^/        | /'; }

# Each background job leads a process group of its own, so that nothing of it goes on when this script ends early.
set -m
jobs=()
end_jobs() {
	local job
	for job in "${jobs[@]}"; do kill -- "-$job" 2>/dev/null || :; done
}
trap end_jobs EXIT
trap 'exit 130' INT TERM HUP

# say_on NAME LOG: how far a job is, every 20 seconds.
declare -A said
say_on() {
	: "${said[$1]:=$SECONDS}"
	[ $((SECONDS - said[$1])) -ge 20 ] || return 0
	progress "$1: $(tail -n 1 "$2" | cut -c1-100)"
	said[$1]=$SECONDS
}

passed=0 failed=0 skipped=0 summary=() digest=()

# start_step NAME: in the background; $running has the names, and $pids, $starts what else is to be known.
running=()
declare -A pids starts
start_step() {
	progress "$1 ..."
	: >"$logs/$1.log"
	{
		if [ "${kind[$1]}" = filler ]; then renice -n 10 "$BASHPID" >/dev/null; fi
		"step_$1"
	} >"$logs/$1.log" 2>&1 </dev/null &
	jobs+=($!)
	running+=("$1") pids[$1]=$! starts[$1]=$SECONDS
	[ -z "${V-}" ] || tail -n +1 -f --pid="$!" "$logs/$1.log" | sed -u "s/^/$1: /" &
}

# start_some: those in $left that there is room for; nothing overtakes what has to be alone.
start_some() {
	local name blocked='' waiting=()
	for name in "${left[@]}"; do
		if [ -z "$blocked" ] && room_for "$name"; then
			start_step "$name"
		else
			waiting+=("$name")
			[ "${kind[$name]}" != alone ] || blocked=yes
		fi
	done
	left=("${waiting[@]}")
}

# end_some: those that have ended; says of all others how far they are.
end_some() {
	local name still=()
	for name in "${running[@]}"; do
		if kill -0 "${pids[$name]}" 2>/dev/null; then
			say_on "$name" "$logs/$name.log"
			still+=("$name")
		else
			end_step "$name"
		fi
	done
	running=("${still[@]}")
}

# end_step NAME: counts the results of a step that has run.
end_step() {
	local name=$1 log=$logs/$1.log status=0 source=script p f s
	wait "${pids[$name]}" || status=$?
	case $name in *kunit) source=kernel ;; esac
	awk -v source="$source" -f "$vm/tap.awk" "$log" >"$log.count"
	read -r p f s < <(tail -n 1 "$log.count")
	if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
		f=1
		sed -i "1i it ended with exit status $status" "$log.count"
	fi
	if [ "$p" -eq 0 ] && [ "$f" -eq 0 ]; then
		f=1
		sed -i "1i all of it was skipped" "$log.count"
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	summary+=("$(printf '%-13s %5d passed %4d failed %4d skipped %5d s' "$name" "$p" "$f" "$s" $((SECONDS - starts[$name])))")
	progress "$name: $p passed, $f failed, $s skipped"
	sed -n '/; once more$/p; s/^# of note: //p' "$log" | indented
	if [ "$f" -gt 0 ]; then
		mapfile -t -O "${#digest[@]}" digest < <({
			# Of a long one, the end says what it was.
			sed '$d' "$log.count" | awk '{ line[NR] = $0 }
				END { for (i = 1; i <= NR; i++) if (i <= 3 || i > NR - 9) print line[i] }'
			grep -aEo '(rcu: INFO|BUG:|WARNING:|RIP:|guest: ).*' "$log" | head -n 6
		} | cut -c1-150 | sed "s/^/$name: /")
		progress "$name failed, since:"
		sed '$d' "$log.count" | indented
		progress "$name: the end of ${log#"$top"/}:"
		[ -n "${V-}" ] || tail -n 60 "$log" | indented
	fi
}

# kind_of NAME, for $kind: "alone" has the machine to itself (but for a kernel that is being compiled): two processors have
# to meet in there, or it uses all of them anyway. A "guest" waits more than it computes, or has one thread. A "filler"
# computes, in no hurry.
kind_of() {
	case $1 in
	static | shared | *storm | kcsan_guest | kernels_all) echo alone ;;
	cli | kernels | uml | kunit | faults | fuzz) echo filler ;;
	*) echo guest ;;
	esac
}

# room_for NAME: may it start now? $lanes guests at once, and one filler in what they leave of the processors.
room_for() {
	local name like=0
	if needs_uml "$1" && ! uml_is_there; then return 1; fi
	for name in "${running[@]}"; do
		case ${kind[$name]} in
		alone) return 1 ;;
		"${kind[$1]}") like=$((like + 1)) ;;
		esac
	done
	case ${kind[$1]} in
	alone) [ "${#running[@]}" -eq 0 ] ;;
	guest) [ "$like" -lt "$lanes" ] ;;
	filler) [ "$like" -eq 0 ] ;;
	esac
}

# needs_uml NAME: what runs in User Mode Linux.
needs_uml() { case $1 in uml | kunit | faults | fuzz | plants | coverage) ;; *) return 1 ;; esac; }

# uml_is_there: its kernel is no longer being compiled; if that has failed, the steps say so.
uml_is_there() {
	[ -n "$uml" ] || return 0
	if kill -0 "$uml" 2>/dev/null; then
		say_on "User Mode Linux kernel" "$logs/uml-kernel.log"
		return 1
	fi
	wait "$uml" || indented <"$logs/uml-kernel.log"
	uml=
}

# All packages at once; and whatever takes long to make is made first, not within a step.
progress "looking for what is needed"
"$vm/deps.sh" build tool check ktools vm uml bench
uml=
for step in "${steps[@]}"; do
	needs_uml "$step" || continue
	# Compiled in the background (and nicely) while the other steps run.
	"$vm/uml-kernel.sh" >"$logs/uml-kernel.log" 2>&1 </dev/null &
	uml=$!
	jobs+=("$uml")
	break
done
for kernel in debug kcsan; do
	case " ${steps[*]} " in *" ${kernel}_"*) "$vm/debug-kernel.sh" $kernel >/dev/null ;; esac
done
"$vm/kernel.sh" >/dev/null
"$vm/rootfs.sh" >/dev/null
make -s -C "$top/tools" O="$top/.build/tool" >&2

# As many guests at once as there are processors, and room for 3 GB each.
lanes=$(awk -v lanes="$(nproc)" '/^MemAvailable/ { room = int($2 / 3500000) }
	END { if (room < lanes) lanes = room; print lanes < 1 ? 1 : lanes }' /proc/meminfo)
declare -A kind
for step in "${steps[@]}"; do kind[$step]=$(kind_of "$step"); done
left=("${steps[@]}")
while [ "${#left[@]}" -gt 0 ] || [ "${#running[@]}" -gt 0 ]; do
	start_some
	sleep 0.2
	end_some
done

echo
printf '%s\n' "${summary[@]}"
# What failed once more, in short: of a long log often only the end is looked at.
[ "${#digest[@]}" -eq 0 ] || printf '%s\n' "${digest[@]}"
printf 'It took %d min %02d s.\n' $((SECONDS / 60)) $((SECONDS % 60))
if [ "$skipped" -gt 0 ]; then
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
else
	printf '%d passed, %d failed\n' "$passed" "$failed"
fi
[ "$failed" -eq 0 ]
