#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh [debug|kcsan]: prints the folder with a kernel for the guest that looks for faults of all sorts
# (debug.config), or for data races (kcsan.config says what that has otherwise), of the stock kernel's version, compiled
# from Debian's source. Made once, then kept in the cache. What is in it is what kernel.sh has, and
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

name=${1:-debug}
case $name in
debug) parts=("$vm/debug.config" "$vm/debug-pvh.patch") ;;
kcsan) parts=("$vm/debug.config" "$vm/debug-pvh.patch" "$vm/kcsan.config" "$vm/kcsan-ours.patch") ;;
*) die "usage: debug-kernel.sh [debug|kcsan]" ;;
esac

# configuration: of several, where a later one speaks of what an earlier one does, the later one counts.
configuration() {
	local part wanted=''
	for part in "${parts[@]}"; do
		case $part in
		*.config) wanted=$(grep -vFwf <(grep -Eo '^(# )?CONFIG_[A-Z0-9_]+' "$part" | sed 's/# //') <<<"$wanted" || :; cat "$part") ;;
		esac
	done
	printf '%s\n' "$wanted"
}

make_kernel() {
	local to=$1 tree=$1/build start=$SECONDS release part
	mkdir "$tree"
	source_fetch "$tree" "$stock"
	for part in "${parts[@]}"; do
		case $part in *.patch) (cd "$tree" && patch -p1 -s <"$part") ;; esac
	done
	configuration >"$tree/wanted.config"
	source_configure "$tree" "$tree/wanted.config" ARCH=x86_64
	say "$name kernel: compiling (a quarter of an hour or more, once)"
	quietly "$name kernel: compiling" source_make "$tree" ARCH=x86_64 -j"$(nproc)" vmlinux modules
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
	say "$name kernel: ready ($((SECONDS - start)) s)"
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
compiled=$(cached "$name" "$stock-$(digest "$0" "$vm/source.sh" "${parts[@]}")" make_kernel)
cached "boot-$name" "${compiled#"$cache/$name"-}-$(digest "$vm/initramfs.sh" "$vm/guest-boot.sh")" make_boot
