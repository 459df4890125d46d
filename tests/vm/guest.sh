#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh [OPTION...] -- SCRIPT [ARG...]: runs a script of this repository as root in a virtual machine with Debian's
# stock kernel. The guest sees the repository read-only at /portclass, and SCRIPT is a path in it. What the script
# prints appears here as it comes, what the kernel has to say with "[kernel]" before it.
#
#   --out DIR         a folder of the host that the guest can write to, at /out
#   --env NAME=VALUE  for the script's environment
#   --cpus N          processors (2)              --mem MB       memory (2048)
#   --timeout SECONDS give up after so long (600) --append ARGS  more for the kernel's command line
#   --loglevel N      which of the kernel's messages appear once it has booted, as for dmesg -n (4;
#                     5 with the debug kernels)
#
# In the environment, GUEST_KERNEL=debug asks for the kernel of debug-kernel.sh, which finds more, and is several times
# slower; GUEST_KERNEL=kcsan for the one that finds data races; GUEST_KERNEL=SUITE:RELEASE for another one of Debian's
# archive, without --out if it is made for clouds. GUEST_ACCEL is an accelerator for QEMU to use, whatever the machine has,
# and GUEST_QEMU more options for it; they are words.
#
# The exit status is the script's. 124: the guest did not end in time. 125: the guest's kernel panicked, or warned of
# something, or the guest failed in some other way. Only an explicit verdict from the guest, with this run's own random
# number in it, makes a run pass.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/vm/job.sh
. "$vm/job.sh"

"$vm/deps.sh" vm
: "${GUEST_KERNEL:=stock}"
case $GUEST_KERNEL in
stock | *:*)
	job_options "$@"
	IFS=: read -ra which <<<"${GUEST_KERNEL#stock}"
	kernel=$("$vm/kernel.sh" "${which[@]}")
	threads=multi
	kvm_limit=4
	;;
debug)
	# The kernel's warnings appear as they come: after the first one there may be nobody left to ask for them.
	job_options --mem 3072 --loglevel 5 "$@"
	kernel=$("$vm/debug-kernel.sh")
	# With a thread for each processor (GUEST_THREADS=multi), two of them really run at the same time; but a boot on a busy
	# host often hangs. The kernel's first process comes late.
	threads=${GUEST_THREADS:-single}
	kvm_limit=30
	boot_limit=300
	# Not while it boots: a warning then is not of our making, though it does fail the run.
	append+=' sysctl.kernel.panic_on_warn=1 page_poison=1'
	;;
kcsan)
	job_options --loglevel 5 "$@"
	kernel=$("$vm/debug-kernel.sh" kcsan)
	# It takes two at the same time to race. And as modules of ours alone are watched (kcsan-ours.patch), more often than by
	# default: one access in 500, of each processor.
	threads=multi
	kvm_limit=30
	boot_limit=300
	append="kcsan.skip_watch=500 $append"
	;;
*) die "GUEST_KERNEL is stock, debug, kcsan or SUITE:RELEASE" ;;
esac
rootfs=$("$vm/rootfs.sh")
job_start

disks=()
# disk FILE [SHARE]: one more disk, with what is otherwise shared by that name.
disk() {
	local letters=abc
	[ -z "${2-}" ] || printf '/dev/vd%s\n' "${letters:${#disks[@]} / 2:1}" >"$run/boot/job/disk-$2"
	disks+=(-drive "file=$1,format=raw,if=virtio,readonly=on,file.locking=off")
}
disk "$rootfs"
shares=()
# share TAG FOLDER [MODE]: a folder of the host, for the guest to mount by 9p.
share() { shares+=(-virtfs "local,path=$2,mount_tag=$1,security_model=none,multidevs=remap${3-}"); }
if [ -e "$kernel/modules.img" ]; then
	[ -z "$out" ] || die "this kernel can't use a folder of the host"
	image "$top" "$run/portclass.img" -e .git
	disk "$run/portclass.img" portclass
	disk "$kernel/modules.img" modules
else
	share portclass "$top" ,readonly=on
	share modules "$kernel/modules" ,readonly=on
	[ -z "$out" ] || share out "$out"
fi
job_pack /dev/ttyS1 /dev/ttyS2

# shellcheck disable=SC2054,SC2154  # commas are for QEMU; the options are from job.sh
# The kernel, and a machine with nothing that the guest doesn't use. Whatever stands still for a minute is taken for hung:
# not after 20 seconds, as a busy host may well stop all of the guest for so long. Without cmpxchg16b: QEMU before 8.0
# leaves rubbish in the other flags after it, NT and TF among them, and a kernel that saves the flags next dies of that.
machine=(-cpu max,la57=off,cx16=off -smp "$cpus" -m "$mem" -machine q35 -nodefaults -no-user-config -display none
	-no-reboot -kernel "$kernel/vmlinux" -append "console=ttyS0 quiet mitigations=off tsc=reliable no_timer_check log_buf_len=4M
	panic=-1 oops=panic softlockup_panic=1 watchdog_thresh=30 rcupdate.rcu_cpu_stall_timeout=60
	sysctl.kernel.panic_on_rcu_stall=1 $append")

# /dev/kvm being there says little: it may be emulated, and fail at the first odd instruction. So the answer is whether
# this very kernel starts its first process on it, within a few seconds. Asked once for each boot of the host.
accelerator() {
	local answer
	answer=$kernel/kvm-$(cut -c1-8 /proc/sys/kernel/random/boot_id)
	if [ ! -e "$answer" ]; then
		mkdir -p "$run/kvm/job"
		printf '%s\n' "$nonce" >"$run/kvm/job/hello"
		initramfs "$run/kvm" >"$run/kvm.cpio"
		[ ! -w /dev/kvm ] || timeout -s KILL "$kvm_limit" qemu-system-x86_64 -accel kvm "${machine[@]}" \
			-initrd "$run/kvm.cpio" -serial stdio </dev/null >"$run/kvm.log" 2>&1 || :
		if grep -qs "$nonce" "$run/kvm.log"; then echo kvm; else echo tcg; fi >"$run/answer"
		mv "$run/answer" "$answer"
	fi
	cat "$answer"
}

accel=${GUEST_ACCEL:-$(accelerator)}
[ "$accel" != tcg ] || accel+=,thread=$threads
read -ra more <<<"${GUEST_QEMU-}"
for try in 1 2; do
	status=0
	job_boot qemu-system-x86_64 -accel "$accel" "${machine[@]}" -initrd "$run/boot.cpio" \
		-serial "file:$run/kernel" -serial "file:$run/output" -serial "file:$run/verdict" \
		"${disks[@]}" "${shares[@]}" "${more[@]}" || status=$?
	# Three faults of the emulator, all rare: processors of the guest stand still, since a timer's tick got lost or the
	# host itself stood still, which shows as a stall; or all of it does without a word, before the job; or one meets a
	# breakpoint that has gone: the kernel puts them where it changes code that another processor may be running, and
	# QEMU drops what it has translated just before it stores (notdirty_write() in accel/tcg/cputlb.c), so that the other
	# one may translate the breakpoint once more, and keep it. With code of ours on any stack it is no such fault, nor
	# if it comes again, or the guest survives it: it is to panic.
	if [ -n "$(verdict_of kernel-log)$(verdict_of status)" ]; then
		break
	elif grep -qs '\[portclass\]' "$run/kernel.log"; then
		break
	elif grep -qs 'int3: 0000 \[#1\]' "$run/kernel.log"; then
		fault="left a breakpoint behind ($(grep -om1 'RIP: .*' "$run/kernel.log" || :))"
	elif grep -Eqs "(detected.* stall|soft lockup|rcu_[a-z]* kthread timer wakeup didn't happen)" "$run/kernel.log"; then
		fault="stalled ($(grep -Eom1 '(rcu: INFO|watchdog: BUG).*' "$run/kernel.log" | cut -c1-150 || :))"
	elif [ -e "$run/asleep" ] && [ ! -s "$run/kernel.log" ]; then
		fault="stood still before the job started"
	else
		break
	fi
	[ "$try" -eq 2 ] || say "guest: the emulator $fault; once more"
done
job_judge "$status"
