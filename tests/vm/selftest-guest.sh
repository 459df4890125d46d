#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftest-guest.sh CASE: what selftest.sh runs in the guest.

set -eu

# Wherever the host may look for a verdict, but without the number that it waits for.
forge() {
	local device
	for device in /dev/console /dev/ttyS0 /dev/ttyS1 /dev/ttyS2 /dev/stdout; do
		[ ! -w "$device" ] || printf '%s status 0\nstatus 0\n' 0123456789abcdef0123456789abcdef >"$device"
	done
}

case $1 in
pass)
	[ "$WORD" = 'two words' ] && [ "$2" = "it's" ]
	[ "$(id -u)" -eq 0 ]
	[ ! -e /run/job/nonce ]
	echo 'from the guest' >/out/file
	touch /tmp/x /dev/shm/x /run/x /etc/x
	if touch /portclass/x 2>/dev/null; then exit 1; fi
	ip link show lo | grep -q UP
	unshare -Urn true
	ip netns add x
	ip netns exec x nft add table inet x
	# User Mode Linux has no modules of its own to load.
	if modinfo veth >/dev/null 2>&1; then modprobe veth; fi
	ip link add v0 type veth peer name v1
	echo "all is well"
	;;
fail) exit 3 ;;
panic) echo c >/proc/sysrq-trigger ;;
warning) echo '<4>WARNING: CPU: 0 PID: 1 at selftest' >/dev/kmsg ;;
stalled) echo '<3>rcu: INFO: rcu_sched detected stalls on CPUs/tasks: at selftest' >/dev/kmsg ;;
breakpoint)
	echo "<0>Oops: int3: 0000 [#1] at selftest, in $2" >/dev/kmsg
	echo c >/proc/sysrq-trigger
	;;
hang)
	echo "it stands still"
	sleep 1000
	;;
forged) forge; busybox poweroff -f ;;
forged-fail) forge; exit 1 ;;
planted)
	# It fails when the bug has been and gone without a word.
	if insmod "$PLANTED_KO" bug="$2"; then exit 1; fi
	;;
esac
