#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# uml-kernel.sh [bench]: prints the build tree of a User Mode Linux kernel with KUnit, KASAN, UBSAN and kmemleak, none of
# which Debian's own kernels have: the kernel itself (linux), and what modules are compiled against. Made once, from
# Debian's source of the stock kernel's version, then kept in the cache. That for the benchmark has none of these checks,
# but what portclass is compared with.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

# The same version as the stock kernel's: "linux-image-6.1.0-N-amd64" has the source "linux-source-6.1".
release=$(stock_release)
series=$(cut -d. -f1,2 <<<"$release")
source=linux-source-$series

patches=("$vm/uml-xstate.patch")
case ${1-} in
'') name=uml ;;
bench)
	# A name that doesn't begin like the other one's: see cached().
	name=bench-uml
	patches+=("$top/tests/bench/uml-x86.patch")
	;;
*) die "usage: uml-kernel.sh [bench]" ;;
esac

# config: what the kernel is to have.
config() {
	case $name in
	uml) cat "$vm/uml.config" ;;
	*) sed '/^# Checks$/,/^$/d' "$vm/uml.config" | cat - "$top/tests/bench/uml.config" ;;
	esac
}

make_kernel() {
	local to=$1 start=$SECONDS version
	version=$(candidate "linux-image-$release")
	say "uml: fetching $source $version (about 140 MB)"
	download "$to" "$source=$version"
	dpkg-deb --fsys-tarfile "$to"/*.deb | tar -xO "./usr/src/$source.tar.xz" >"$to/source.tar.xz"
	rm "$to"/*.deb
	quietly "uml: unpacking the source" tar -C "$to" --strip-components=1 -xf "$to/source.tar.xz"
	rm "$to/source.tar.xz"
	cat "${patches[@]}" | (cd "$to" && patch -p1 -s)
	config >"$to/wanted.config"
	kbuild "$to" KCONFIG_ALLCONFIG="$to/wanted.config" allnoconfig >/dev/null
	lost=$(missing_options "$to")
	[ -z "$lost" ] || die "this kernel source has no place for:" "$lost"
	say "uml: compiling (minutes, once)"
	quietly "uml: compiling" kbuild "$to" -j"$(nproc)" all
	# What modules are compiled against; the rest would only fill the cache.
	find "$to" -mindepth 1 -maxdepth 1 -type d ! -name arch ! -name include ! -name scripts -exec rm -rf {} +
	find "$to/arch" -mindepth 1 -maxdepth 1 -type d ! -name um ! -name x86 -exec rm -rf {} +
	rm -f "$to"/vmlinux* "$to"/.vmlinux* "$to"/.tmp_*
	say "uml: the kernel is ready ($((SECONDS - start)) s)"
}

kbuild() {
	# Not another make's variables: O, M and the like would mean something else here.
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL nice make -s -C "$@" ARCH=um
}

# Kconfig drops what it doesn't know, or can't have, without a word.
missing_options() {
	grep -E '^CONFIG_' "$1/wanted.config" | while read -r line; do
		case $line in
		*=n) grep -q "^${line%=n}=" "$1/.config" && echo "$line" ;;
		*) grep -qxF "$line" "$1/.config" || echo "$line" ;;
		esac
	done || :
}

"$vm/deps.sh" uml
cached "$name" "$release-$(digest "$0" <(config) "${patches[@]}")" make_kernel
