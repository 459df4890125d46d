#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build.sh stock|static|clang|debug|kcsan|uml|coverage|bench-stock|bench-uml [MAKE_ARG...]: compiles the modules for a guest's
# kernel, and prints the folder they are in, relative to the top of the repository (so that the guest can find it, too):
# .build/stock has portclass.ko, .build/uml, .build/debug and .build/kcsan portclass_kunit.ko and planted.ko, too; .build/static and
# .build/clang are the stock kernel's, compiled with MAKE_ARGs that check more; .build/coverage is what .build/uml is, with
# MAKE_ARGs to count what runs; .build/bench-stock and .build/bench-uml have portclass.ko and portclass_bench.ko, the latter
# for the User Mode Linux kernel of the benchmark.
#
# With FRESH=1 in the environment all is compiled, and not only what has changed. With PLANT=NAME it is portclass.ko
# alone, with the bug of plants/NAME.patch, in .build/KERNEL-NAME.
#
# A module for one kernel must not overwrite that for another, and a Kbuild of these kernels can't put its output in a
# folder of its own: so each is compiled in a mirror of the sources, made of symbolic links.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

case ${1-} in
stock | static | clang | bench-stock)
	"$vm/deps.sh" build
	kdir=$(stock_kdir)
	arch=x86_64
	;;
debug | kcsan)
	kdir=$(realpath "$("$vm/debug-kernel.sh" "$1")/build")
	arch=x86_64
	;;
uml | coverage)
	kdir=$("$vm/uml.sh" kdir)
	arch=um
	;;
bench-uml)
	kdir=$("$vm/uml-kernel.sh" bench)
	arch=um
	;;
*) die "usage: build.sh stock|static|clang|debug|kcsan|uml|coverage|bench-stock|bench-uml [MAKE_ARG...]" ;;
esac
name=$1
shift
to=$top/.build/$name${PLANT:+-$PLANT}

# compile FOLDER [MAKE_ARG...]
compile() {
	local folder=$1
	shift
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		make -s -C "$kdir" ARCH="$arch" -j"$(nproc)" M="$folder" "$@" modules >&2
}

# One at a time, and from scratch if it is for another kernel than the last time.
mkdir -p "$to"
exec {lock}>"$to.lock"
flock "$lock"
if [ "$(cat "$to/kdir" 2>/dev/null)" != "$kdir" ] || [ -n "${PLANT-}${FRESH-}" ]; then
	rm -rf "$to"
	mkdir -p "$to"
	printf '%s\n' "$kdir" >"$to/kdir"
fi

failing=()
case $name in
uml | debug)
	# The kernels themselves are compiled without.
	set -- UBSAN_SANITIZE=y "$@"
	failing=("KCFLAGS=-include $vm/failing.h")
	;;
esac
mirror "$to" Kbuild kmod include
if [ -n "${PLANT-}" ]; then
	sed -n 's|^+++ b/||p' "$vm/plants/$PLANT.patch" | while read -r file; do
		cp --remove-destination "$top/$file" "$to/$file"
	done
	patch -s -p1 -d "$to" <"$vm/plants/$PLANT.patch" >&2
fi
compile "$to" "$@" "${failing[@]}"
case $name${PLANT:+-planted} in
uml | debug | kcsan) more=(tests/kunit tests/vm/bugs) ;;
coverage) more=(tests/kunit) ;;
bench-*) more=(tests/bench) ;;
*) more=() ;;
esac
for folder in "${more[@]}"; do
	[ -e "$top/$folder/Kbuild" ] || continue
	mirror "$to" "$folder"
	compile "$to/$folder" KBUILD_EXTRA_SYMBOLS="$to/Module.symvers" "$@"
	# Not if it is the same: a guest may be loading it.
	cp -u "$to/$folder/"*.ko "$to/"
done
printf '.build/%s\n' "${to##*/}"
