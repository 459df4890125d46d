#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kbuild.sh SUITE ARCH RELEASE [MAKE_ARG...]: compiles the module for a kernel of one of Debian's suites, and prints the
# folder that it is in, relative to the top of the repository. It is compiled by the compiler that the kernel was, with the
# libraries that the kernel's own tools need, in a root file system made of packages of that suite; for another
# architecture than amd64, by a compiler from that one to the other. The exit status is 3 if something for it can't be
# fetched.

set -euo pipefail
shopt -s inherit_errexit
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/vm/suites.sh
. "$vm/suites.sh"

[ $# -ge 3 ] || die "usage: kbuild.sh SUITE ARCH RELEASE [MAKE_ARG...]"
suite=$1 arch=$2 release=$3
shift 3
case $arch in
amd64)	 kernel_arch=x86_64 triplet=x86_64-linux-gnu ;;
arm64)	 kernel_arch=arm64 triplet=aarch64-linux-gnu ;;
loong64) kernel_arch=loongarch triplet=loongarch64-linux-gnu ;;
mips64el) kernel_arch=mips triplet=mips64el-linux-gnuabi64 ;;
ppc64el) kernel_arch=powerpc triplet=powerpc64le-linux-gnu ;;
riscv64) kernel_arch=riscv triplet=riscv64-linux-gnu ;;
s390x)	 kernel_arch=s390 triplet=s390x-linux-gnu ;;
*)	die "no compiler is known for $arch" ;;
esac

kernels=$(suite_kernels "$suite" "$arch")
read -r series version _ _ gcc _ < <(awk -v release="$release" '$3 == release' <<<"$kernels") ||
	die "$suite has no headers for $release, $arch"

# The headers of all flavours of a series in one folder, since they have the most in common.
make_headers() {
	local to=$1 packages depends
	mapfile -t packages < <(awk -v version="$version" '$2 == version { print "linux-headers-" $3 }' <<<"$kernels")
	depends=$(suite_apt "$suite" "$arch" apt-cache show "${packages[@]}" | sed -n 's/^Depends: //p' | tr ',' '\n') ||
		return
	mapfile -t -O "${#packages[@]}" packages < <(grep -Eo 'linux-headers-[^ ]*-common[^ ]*' <<<"$depends" | sort -u)
	say "headers: fetching those of $version, of $suite for $arch"
	suite_unpack "$suite" "$arch" "$to" "${packages[@]}" || return
	# What runs here, is amd64's.
	mapfile -t packages < <(grep -Eo 'linux-kbuild-[^ ]*' <<<"$depends" | sort -u)
	suite_unpack "$suite" amd64 "$to" "${packages[@]}" || return
	suite_apt "$suite" amd64 apt-cache show --no-all-versions "${packages[0]}" |
		sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/ *(.*//; s/ //g' | grep '^lib' >"$to/libraries"
}

# The root file system, with what it takes to compile, and nothing else.
make_root() {
	local to=$1 option options=() list
	while read -r option; do
		options+=(--aptopt="$option")
	done < <(apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|Check)\b.* ".+";$')
	list=$(suite_line "$base") || return
	say "compiler: installing gcc-$gcc of $base, for $arch"
	# The image passes through a pipe, so that it takes no root to make it: owners don't matter, nor do devices.
	quietly "compiler" mmdebstrap --variant=essential --format=tar --include="$include" \
		"${options[@]}" --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='force-unsafe-io' \
		"$base" "$to.tar" "$list"
	tar -x -C "$to" --no-same-owner --no-same-permissions --exclude='./dev/*' -f "$to.tar"
	rm "$to.tar"
}

"$vm/deps.sh" vm
headers=$(cached "headers.$suite.$arch.$series" "$version" make_headers)
base=$(suite_base "$suite")
# W=1 checks comments, too, by a script in Perl.
include=gcc-$gcc,make,perl,$(paste -sd, "$headers/libraries")
[ "$arch" = amd64 ] || include+=,gcc-$gcc-${triplet/x86_64/x86-64}
versions=$(suite_apt "$base" amd64 apt-cache show --no-all-versions "gcc-$gcc" libc6 | grep '^Version:')
root=$(cached "compiler.$base.$arch" "$(digest <(declare -f make_root && echo "$include $versions"))" make_root)

# inside COMMAND...: runs it in namespaces of its own, in which any user may put the parts together: the root, the headers
# and the kernel's tools, where they expect each other to be, and the repository under the name that it has here.
inside() {
	# shellcheck disable=SC2016  # for the other shell
	unshare --map-root-user --mount --kill-child sh -ec '
		root=$1 headers=$2 top=$3
		shift 3
		at() {
			mkdir -p "$root$2"
			mount --rbind "$1" "$root$2"
		}
		at /dev /dev
		at /proc /proc
		at "$top" "$top"
		at "$headers/usr/src" /usr/src
		for kbuild in "$headers/usr/lib/"linux-kbuild-*; do at "$kbuild" "${kbuild#"$headers"}"; done
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C chroot "$root" "$@"' sh "$root" "$headers" "$top" "$@"
}

name=kernels/$arch/$release
to=$top/.build/$name
mkdir -p "$to"
exec {lock}>"$to.lock"
flock "$lock"
# From scratch: what is compiled already has no warnings any more.
rm -rf "$to"
mkdir -p "$to"

mirror "$to" Kbuild kmod include
# There is nothing to make type information from, for the newer of these kernels; the module needs none.
inside nice make -s -C "/usr/src/linux-headers-$release" ARCH="$kernel_arch" CROSS_COMPILE="$triplet-" \
	CONFIG_DEBUG_INFO_BTF_MODULES= -j"$(nproc)" M="$to" "$@" modules >&2
printf '.build/%s\n' "$name"
