#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Process 1 in a guest (QEMU's and User Mode Linux's), once guest-boot.sh has put its file systems together: runs the
# job, looks at what the kernel logged, and tells the host how it ended.
#
# The job is in /run/job: argv (the script and its arguments, each ended by NUL), env (NAME=VALUE, the same way),
# output and verdict (the devices to write to), nonce. The verdict starts with the nonce, which the job never gets to
# see, so nothing that it prints can be taken for one.

set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8

nonce=$(</run/job/nonce)
verdict_to=$(</run/job/verdict)
output=$(</run/job/output)
rm /run/job/nonce

verdict() {
	printf '%s %s\n' "$nonce" "$*" >>"$verdict_to"
}

mapfile -d '' -t argv </run/job/argv
mapfile -d '' -t env </run/job/env

# From here on, what the kernel has to say may be what the host waits for: KUnit's results, for one.
[ ! -e /run/job/loglevel ] || dmesg -n "$(</run/job/loglevel)"

# Up to here, nothing of what is to be tested was involved.
verdict started

# The job leads a session of its own, so that nothing that it starts outlives it unseen.
setsid env "${env[@]}" "${argv[@]}" </dev/null >"$output" 2>&1 &
job=$!
status=0
wait "$job" || status=$?
set +e

asleep=
# Memory that nothing points to: only in a kernel that looks for it, and if all is well otherwise. It says nothing of what
# is younger than five seconds, and wants to see it stay unreferenced, hence twice.
if [ "$status" -eq 0 ] && [ -w /sys/kernel/debug/kmemleak ]; then
	sleep 5.5
	for _ in 1 2; do
		echo scan >/sys/kernel/debug/kmemleak || asleep=kmemleak
		sleep 0.1
	done
	cat /sys/kernel/debug/kmemleak >"$output"
fi 2>/dev/null
# The checker of locks goes off for good when it runs out of memory, too.
if [ -e /proc/lockdep_stats ] && ! grep -Eq 'debug_locks: +1' /proc/lockdep_stats; then asleep=lockdep; fi

# What no run may leave in the kernel's log, whatever its script thinks of itself.
bad='WARNING: |BUG: |kernel BUG at|Oops: |general protection fault|Call Trace:|suspicious RCU'
bad+='|possible (circular|recursive|irq lock)|inconsistent lock state|held lock freed|DEBUG_LOCKS_WARN|ODEBUG:'
bad+='|(rcu|sched|preempt)[a-z_]* (self-)?detected.*stall|detected stalls|soft lockup|blocked for more than'
bad+='|UBSAN: |KASAN: |KCSAN: |KFENCE: |sleeping function called|scheduling while atomic'
bad+='|kmemleak: [0-9]+ new|Objects remaining in|Slab 0x|refcount_t: |unregister_netdevice: waiting'
# A job that lets allocations fail has set this to 0: then vmalloc and sysctl may say so, with a stack, but not of ours,
# which are to fail silently.
faults=/sys/kernel/debug/failslab/verbose
log() {
	if [ ! -r $faults ] || [ "$(<$faults)" -ne 0 ]; then dmesg; return; fi
	dmesg | sed -e '/vmalloc error: /{:more' -e '/Mem-Info:/!{N;b more' -e '}' -e '/\[portclass\]/!d' -e '}' |
		awk 'function end() { if (block ~ /\[portclass\]/) printf "%s", block; block = "" }
			/sysctl could not get directory: / { end(); block = $0 "\n"; next }
			block != "" && /^(\[ *[0-9.]+\] )?(CPU: |Hardware name: |Stack:|Call Trace:| )/ {
				block = block $0 "\n"
				next
			}
			{ end(); print }
			END { end() }'
}
found=$(log | grep -E -m1 "$bad")
if [ -n "$found" ]; then
	log | grep -E -m1 -A40 "$bad" | head -n 60 >"$output"
fi
# A log can be cleared, or run over; the taint flags stay. Machine check, bad page, died, warned, locked up.
tainted=$(($(</proc/sys/kernel/tainted) & (16 | 32 | 128 | 512 | 16384)))
if [ -n "$found" ]; then
	verdict "kernel-log $found"
elif [ "$tainted" -ne 0 ]; then
	verdict "kernel-log the kernel is tainted ($tainted)"
elif [ -n "$asleep" ]; then
	verdict "kernel-log $asleep has switched itself off"
else
	verdict "status $status"
fi
sync
exec busybox poweroff -f
