#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh: prints the folder with a kernel for the guest that looks for faults of all sorts (debug.config), of the
# stock kernel's version, compiled from Debian's source. Made once, then kept in the cache. What is in it is what
# kernel.sh has, and
#   build         what modules are compiled against

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/vm/source.sh
. "$vm/source.sh"
# shellcheck source=tests/vm/initramfs.sh
. "$vm/initramfs.sh"

stock=$(stock_release)
[ -n "$stock" ] || die "apt knows no linux-headers-amd64"

make_kernel() {
	local to=$1 tree=$1/build start=$SECONDS release
	mkdir "$tree"
	source_fetch "$tree" "$stock"
	(cd "$tree" && patch -p1 -s <"$vm/debug-pvh.patch")
	source_configure "$tree" "$vm/debug.config" ARCH=x86_64
	say "debug kernel: compiling (a quarter of an hour or more, once)"
	quietly "debug kernel: compiling" source_make "$tree" ARCH=x86_64 -j"$(nproc)" vmlinux modules
	release=$(cat "$tree/include/config/kernel.release")
	source_make "$tree" ARCH=x86_64 INSTALL_MOD_PATH="$to/install" DEPMOD=/sbin/depmod modules_install >/dev/null
	mv "$to/install/lib/modules" "$to/modules"
	rm -rf "$to/install" "$to/modules/$release"/{build,source}
	mv "$tree/vmlinux" "$to/vmlinux"
	printf '%s\n' "$release" >"$to/release"

	# What modules are compiled against; the rest would only fill the cache.
	find "$tree" -mindepth 1 -maxdepth 1 -type d \
		! -name arch ! -name include ! -name scripts ! -name tools -exec rm -rf {} +
	find "$tree/arch" -mindepth 1 -maxdepth 1 -type d ! -name x86 -exec rm -rf {} +
	find "$tree/tools" -mindepth 1 -maxdepth 1 ! -name objtool -exec rm -rf {} +
	find "$tree/arch/x86" "$tree/tools" -name '*.[oa]' -delete
	rm -f "$tree"/vmlinux* "$tree"/.vmlinux* "$tree"/.tmp_*
	say "debug kernel: ready ($((SECONDS - start)) s)"
}

# In a folder of its own, with the way there: the guest's first steps change more often than what takes so long to compile.
make_boot() {
	local to=$1 release
	release=$(cat "$compiled/release")
	mkdir -p "$to/tree/lib"
	ln -s "$compiled/modules" "$to/tree/lib/modules"
	boot_cpio "$to/tree" "$release" "$to/boot.cpio"
	rm -r "$to/tree"
	ln -s "$compiled"/{release,vmlinux,modules,build} "$to/"
}

"$vm/deps.sh" debug vm
compiled=$(cached debug "$stock-$(digest "$0" "$vm/source.sh" "$vm/debug.config" "$vm/debug-pvh.patch")" make_kernel)
cached boot-debug "${compiled#"$cache"/debug-}-$(digest "$vm/initramfs.sh" "$vm/guest-boot.sh")" make_boot
