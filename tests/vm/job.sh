# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
#
# What guest.sh and uml.sh have in common: the options, the job that goes into the guest, and the verdict that comes
# back. Meant to be sourced, after lib.sh; shellcheck doesn't see what variables they share.

# job_options WORD...: the options, then "--", the script and its arguments.
job_options() {
	boot_limit=90 cpus=2 mem=2048 timeout=600 append='' out='' loglevel='' environment=()
	while [ $# -gt 0 ]; do
		case $1 in
		--cpus | --mem | --timeout | --append | --out | --env | --loglevel) [ $# -gt 1 ] || die "$1: its value is missing" ;;
		esac
		case $1 in
		--cpus) cpus=$2 ;;
		--mem) mem=$2 ;;
		--timeout) timeout=$2 ;;
		--append) append=$2 ;;
		--out) out=$(cd "$2" && pwd) ;;
		--loglevel) loglevel=$2 ;;
		--env) environment+=("$2") ;;
		--) shift; break ;;
		*) die "no such option: $1" ;;
		esac
		shift 2
	done
	[ $# -gt 0 ] || die "no script to run"
	script=$1
	[ -x "$top/$script" ] || die "no such script in the repository: $script"
	argv=("/portclass/$1" "${@:2}")
}

# job_start: a folder for the run, $run, that goes away with it, and its random number, which makes a verdict genuine.
job_start() {
	emulator=
	run=$(mktemp -d "${TMPDIR:-/tmp}/portclass-guest.XXXXXX")
	trap 'rm -rf "$run"' EXIT
	trap '[ -z "$emulator" ] || kill "$emulator"; exit 130' INT TERM HUP
	nonce=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
	mkdir -p "$run/boot/job"
}

# initramfs FOLDER: the kernel takes several archives in a row, so this run's own files just follow the cached ones.
initramfs() { (cd "$1" && find . | cpio --quiet -o -H newc -R 0:0) | cat "$kernel/boot.cpio" -; }

# job_pack OUTPUT VERDICT: $run/boot.cpio, with the job; OUTPUT and VERDICT are the guest's devices for them.
job_pack() {
	local job=$run/boot/job
	printf '%s\n' "$nonce" >"$job/nonce"
	printf '%s\n' "$1" >"$job/output"
	printf '%s\n' "$2" >"$job/verdict"
	printf '%s\0' "${argv[@]}" >"$job/argv"
	: >"$job/env"
	[ "${#environment[@]}" -eq 0 ] || printf '%s\0' "${environment[@]}" >"$job/env"
	[ -z "$out" ] || touch "$job/out"
	[ -z "$loglevel" ] || printf '%s\n' "$loglevel" >"$job/loglevel"
	initramfs "$run/boot" >"$run/boot.cpio"
}

# job_boot COMMAND...: runs the emulator until it ends or the time is over; its exit status. The kernel's messages are
# expected in the pipe $run/kernel and the script's output in $run/output. Both come out here by lines, so that the
# two don't mix.
job_boot() {
	local status=0 readers watchdog
	rm -f "$run"/{kernel,output,verdict,never,asleep}
	mkfifo "$run/kernel" "$run/output" "$run/never"
	# Held open for writing meanwhile, so that the readers see an end only, and always, when the emulator is gone.
	exec {kernel_fd}<>"$run/kernel" {output_fd}<>"$run/output"
	# Two messages that come with each run say nothing: the end, and UML's about a channel that is a plain file.
	sed -u 's/\r//g; /reboot: \(Power down\|System halted\)$/d; /epollctl add err fd/d; s/^/[kernel] /' \
		<"$run/kernel" {kernel_fd}>&- {output_fd}>&- |
		tee "$run/kernel.log" {kernel_fd}>&- {output_fd}>&- &
	readers=$!
	sed -u 's/\r$//' <"$run/output" {kernel_fd}>&- {output_fd}>&- &
	readers+=" $!"
	timeout -k 2 "$timeout" "$@" </dev/null {kernel_fd}>&- {output_fd}>&- &
	emulator=$!
	watchdog {kernel_fd}>&- {output_fd}>&- &
	watchdog=$!
	wait "$emulator" || status=$?
	emulator=
	kill "$watchdog" 2>/dev/null || :
	exec {kernel_fd}>&- {output_fd}>&-
	# shellcheck disable=SC2086  # process ids
	wait $readers || :
	return "$status"
}

# watchdog: ends an emulator whose guest doesn't get as far as starting the job.
watchdog() {
	# A sleep that leaves no process behind when this one is killed.
	read -rt "$boot_limit" <>"$run/never" || :
	if [ "$(verdict_of started)" != yes ]; then
		touch "$run/asleep"
		kill "$emulator"
	fi
}

# verdict_of WORD: the rest of the guest's genuine line with this word, or "yes" if nothing follows it.
verdict_of() {
	[ -e "$run/verdict" ] || return 0
	tr -d '\r' <"$run/verdict" | sed -n "s/^$nonce $1\$/yes/p; s/^$nonce $1 //p" | tail -n 1
}

# fail STATUS WHY: the one line that says what went wrong.
fail() {
	say "guest: FAILED: $2"
	exit "$1"
}

# job_judge STATUS: ends with the script's exit status if the guest delivered a genuine verdict, and with 124 or 125 if
# not. STATUS is the emulator's own, which tells next to nothing: QEMU's is 0 after a panic, too.
job_judge() {
	local panic answer
	answer=$(verdict_of kernel-log)
	[ -z "$answer" ] || fail 125 "the guest's kernel complained: $answer"
	answer=$(verdict_of status)
	[ "$answer" != 0 ] || exit 0
	[ -z "$answer" ] || fail "$answer" "$script returned $answer"
	panic=$(grep -so -m1 'Kernel panic.*' "$run/kernel.log") && fail 125 "the guest's kernel panicked: $panic"
	[ ! -e "$run/asleep" ] || fail 124 "the guest did not come up within $boot_limit s"
	case $1 in
	124 | 137) fail 124 "no end within $timeout s" ;;
	0) fail 125 "the guest went off without a verdict" ;;
	*) fail 125 "the guest died, and its emulator returned $1" ;;
	esac
}
