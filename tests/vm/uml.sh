#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# uml.sh kdir: prints the build tree of the User Mode Linux kernel (uml-kernel.sh). For modules:
#     make -C "$(tests/vm/uml.sh kdir)" ARCH=um M=...
#
# uml.sh run [OPTION...] -- SCRIPT [ARG...]: runs a script of this repository as root under that kernel. Options, output
# and exit status are those of guest.sh, but that there is one processor.
#
# With UML_KERNEL=bench in the environment, it is the kernel for the benchmark.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/vm/job.sh
. "$vm/job.sh"

kernel_args=(${UML_KERNEL:+"$UML_KERNEL"})

run() {
	job_options --mem 512 --loglevel 7 "$@" # KUnit reports by the kernel's log
	"$vm/deps.sh" vm
	local status=0 tree
	tree=$("$vm/uml-kernel.sh" "${kernel_args[@]}")
	kernel=$("$vm/kernel.sh")
	rootfs=$("$vm/rootfs.sh")
	job_start
	mkdir "$run/modules"
	touch "$run/boot/job/uml"
	printf '%s\n' "$top" >"$run/boot/job/share-portclass"
	printf '%s\n' "$run/modules" >"$run/boot/job/share-modules"
	printf '%s\n' "$out" >"$run/boot/job/share-out"
	job_pack /dev/ttyS0 /dev/ttyS1
	ulimit -c 0
	# Nobody writes to the image (r), so several guests may have it (c): no lock on it, here as in guest.sh.
	# Its memory is a file, in a place that must allow to execute it.
	# shellcheck disable=SC2016  # that is for the inner shell, which is there to open its channels
	TMPDIR=/dev/shm job_boot \
		bash -c 'exec "${@:2}" 3>"$1/kernel" 4>"$1/output" 5>"$1/verdict" 2>"$1/stderr" >&2' - "$run" \
		"$tree/linux" "mem=${mem}M" "initrd=$run/boot.cpio" "ubd0rc=$rootfs" con0=null,fd:3 con=null \
		ssl0=null,fd:4 ssl1=null,fd:5 ssl=null quiet printk.time=0 panic=-1 panic_on_warn=1 \
		"$append" || status=$?
	[ -s "$run/verdict" ] || tail -n 5 "$run/stderr" >&2
	job_judge "$status"
}

case ${1-} in
kdir) exec "$vm/uml-kernel.sh" "${kernel_args[@]}" ;;
run) shift; run "$@" ;;
*) die "usage: uml.sh kdir | uml.sh run [OPTION...] -- SCRIPT [ARG...]" ;;
esac
