#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel.sh: prints the folder with Debian's stock kernel, ready for the guest. Made once, then kept in the cache:
#   release       its release, as `uname -r` has it
#   vmlinux       the kernel as ELF: QEMU enters it directly (PVH), which saves the guest from unpacking itself
#   modules/REL   its modules, with depmod's files
#   boot.cpio     the first steps of the guest: guest-boot.sh, busybox, and the modules to reach the root file system
# The package is downloaded and unpacked, never installed: a kernel package runs hooks that change the host's boot.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/vm/initramfs.sh
. "$vm/initramfs.sh"

release=$(stock_release)
[ -n "$release" ] || die "apt knows no linux-headers-amd64"

# vmlinux_from BZIMAGE: the ELF kernel inside, on stdout. Its compression differs between Debian's kernels.
vmlinux_from() {
	local magic unpack offset
	while read -r magic unpack; do
		while IFS=: read -r offset _; do
			# What follows the compressed part is no concern of the unpackers, but they complain about it.
			if tail -c "+$((offset + 1))" "$1" | $unpack 2>/dev/null >"$2"; then :; fi
			if [ "$(head -c 4 "$2" | od -An -c | tr -d ' ')" = '177ELF' ]; then
				return 0
			fi
		done < <(LC_ALL=C grep -aobP "$magic" "$1")
	done <<-END
		\\xfd7zXZ\\x00 xz -dc --single-stream
		\\x28\\xb5\\x2f\\xfd zstd -dcq
		\\x1f\\x8b\\x08 gzip -dc
	END
	return 1
}

make_kernel() {
	local to=$1 tree=$1/tree package
	say "kernel: fetching the stock kernel $release (about 70 MB)"
	package=linux-image-$release
	download "$to" "$package=$(candidate "$package")"
	dpkg-deb -x "$to"/*.deb "$tree"
	rm "$to"/*.deb
	vmlinux_from "$tree/boot/vmlinuz-$release" "$to/vmlinux" || die "no ELF kernel in vmlinuz-$release"
	say "kernel: unpacked, indexing its modules"
	/sbin/depmod -b "$tree" "$release"

	boot_cpio "$tree" "$release" "$to/boot.cpio"
	mv "$tree/lib/modules" "$to/modules"
	rm -f "$to/modules/$release"/{build,source}
	printf '%s\n' "$release" >"$to/release"
	rm -rf "$tree"
}

cached kernel "$release-$(digest "$0" "$vm/initramfs.sh" "$vm/guest-boot.sh")" make_kernel
