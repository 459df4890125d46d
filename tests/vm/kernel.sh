#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel.sh [SUITE RELEASE]: prints the folder with Debian's stock kernel, or another one of its archive, ready for the
# guest. Made once, then kept in the cache:
#   release       its release, as `uname -r` has it
#   vmlinux       the kernel as ELF: QEMU enters it directly (PVH), which saves the guest from unpacking itself
#   modules/REL   its modules, but for what no guest has a device for, with depmod's files
#   modules.img   the same as a file system, if the kernel can't use folders of the host (9p)
#   boot.cpio     the first steps of the guest: guest-boot.sh, busybox, and the modules to reach the root file system
# The package is downloaded and unpacked, never installed: a kernel package runs hooks that change the host's boot. The exit
# status is 3 if one of another suite can't be fetched.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/vm/initramfs.sh
. "$vm/initramfs.sh"
# shellcheck source=tests/vm/suites.sh
. "$vm/suites.sh"

suite=${1-}
release=${2-$(stock_release)}
[ -n "$release" ] || die "apt knows no linux-headers-amd64"

# vmlinux_from BZIMAGE: the ELF kernel inside, on stdout. Its compression differs between Debian's kernels.
vmlinux_from() {
	local magic unpack offset
	while read -r magic unpack; do
		while read -r offset; do
			# What follows the compressed part is no concern of the unpackers, but they complain about it.
			if tail -c "+$((offset + 1))" "$1" | $unpack 2>/dev/null >"$2"; then :; fi
			if [ "$(head -c 4 "$2" | od -An -c | tr -d ' ')" = '177ELF' ]; then
				return 0
			fi
		done < <(LC_ALL=C grep -aobP "$magic" "$1" | LC_ALL=C cut -d: -f1)
	done <<-END
		\\xfd7zXZ\\x00 xz -dc --single-stream
		\\x28\\xb5\\x2f\\xfd zstd -dcq
		\\x1f\\x8b\\x08 gzip -dc
		\\x02\\x21\\x4c\\x18 lz4 -dcq
	END
	return 1
}

# unpack_stock FOLDER, unpack_other FOLDER: the packages of the kernel.
unpack_stock() {
	local package=linux-image-$release
	download "$1" "$package=$(candidate "$package")"
	dpkg-deb -x "$1"/*.deb "$1"
	rm "$1"/*.deb
}

unpack_other() {
	local packages
	# Newer ones come in parts.
	mapfile -t packages < <(suite_apt "$suite" amd64 apt-cache pkgnames "linux-" |
		grep -Fx -e "linux-image-$release" -e "linux-base-$release" -e "linux-binary-$release" \
			-e "linux-modules-$release")
	[ "${#packages[@]}" -gt 0 ] || die "$suite has no linux-image-$release"
	suite_unpack "$suite" amd64 "$1" "${packages[@]}" || return
}

make_kernel() {
	local to=$1 tree=$1/tree modules zipped
	say "kernel: fetching the ${suite:-stock} kernel $release (about 100 MB)"
	mkdir "$tree"
	if [ -n "$suite" ]; then unpack_other "$tree" || return; else unpack_stock "$tree"; fi
	[ -d "$tree/lib" ] || ln -s usr/lib "$tree/lib"
	modules=$tree/lib/modules/$release
	# Where it is has changed with 7.3.
	for zipped in "$tree/boot/vmlinuz-$release" "$modules/vmlinuz"; do
		[ ! -e "$zipped" ] || vmlinux_from "$zipped" "$to/vmlinux" || die "no ELF kernel in ${zipped##*/}"
	done
	[ -s "$to/vmlinux" ] || die "no kernel in the packages of $release"
	say "kernel: unpacked, indexing its modules"
	rm -rf "$modules"/{build,source,vmlinuz} "$modules"/kernel/sound \
		"$modules"/kernel/drivers/{gpu,iio,infiniband,media,net/ethernet,net/wireless,scsi,staging,usb}
	/sbin/depmod -b "$tree" "$release"

	boot_cpio "$tree" "$release" "$to/boot.cpio"
	mkdir "$to/modules"
	mv "$modules" "$to/modules/"
	[ -e "$to/modules/$release/kernel/fs/9p" ] || image "$to/modules" "$to/modules.img"
	printf '%s\n' "$release" >"$to/release"
	rm -rf "$tree"
}

name=kernel
# A name of its own for each that is kept: of those of one name, only the last but one is.
[ -z "$suite" ] || name=linux.$suite.$(sed -E 's/^([0-9]+\.[0-9]+)[^-]*(-0\.deb[0-9.]+|-[0-9]+)?-/\1./' <<<"$release")
cached "$name" "$release-$(digest "$0" "$vm/initramfs.sh" "$vm/guest-boot.sh")" make_kernel
