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
# shellcheck source=tests/vm/source.sh
. "$vm/source.sh"

release=$(stock_release)

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
	local to=$1 start=$SECONDS
	source_fetch "$to" "$release"
	cat "${patches[@]}" | (cd "$to" && patch -p1 -s)
	config >"$to/wanted.config"
	source_configure "$to" "$to/wanted.config" ARCH=um
	say "uml: compiling (minutes, once)"
	quietly "uml: compiling" source_make "$to" ARCH=um -j"$(nproc)" all
	# What modules are compiled against; the rest would only fill the cache.
	find "$to" -mindepth 1 -maxdepth 1 -type d ! -name arch ! -name include ! -name scripts -exec rm -rf {} +
	find "$to/arch" -mindepth 1 -maxdepth 1 -type d ! -name um ! -name x86 -exec rm -rf {} +
	rm -f "$to"/vmlinux* "$to"/.vmlinux* "$to"/.tmp_*
	say "uml: the kernel is ready ($((SECONDS - start)) s)"
}

"$vm/deps.sh" uml
cached "$name" "$release-$(digest "$0" "$vm/source.sh" <(config) "${patches[@]}")" make_kernel
