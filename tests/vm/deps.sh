#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deps.sh GROUP...: installs the Debian packages that the named groups need and that are missing, in one go.
# Nothing missing: no output, and apt is not called. Packages that would start a service are never among them: those
# belong in the guest's own root file system (rootfs.sh).

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

# group NAME: what it is for, then its packages.
group() {
	case $1 in
	tool)	echo "compile the tool:" \
			gcc make libc6-dev pkg-config libnl-3-dev libnl-genl-3-dev libkmod-dev libjson-c-dev ;;
	headers) # Those of the running kernel, where Debian has them; a kernel of another origin brings its own.
		if [ -e /proc/modules ] && apt-cache show "linux-headers-$(uname -r)" >/dev/null 2>&1; then
			echo "compile the module for the running kernel:" "linux-headers-$(uname -r)" kmod
		fi ;;
	build)	[ "$(dpkg --print-architecture)" = amd64 ] || die "the guests need an amd64 machine"
		[ -n "$(stock_release)" ] || update
		[ -n "$(stock_release)" ] || die "apt knows no linux-headers-amd64: is this Debian, with its archive set up?"
		echo "compile the module for the stock kernel:" gcc make "linux-headers-$(stock_release)" kmod ;;
	check)	echo "check the sources:" shellcheck sparse clang clang-tidy libclang-rt-dev coccinelle valgrind \
			man-db mandoc netbase libcmocka-dev ;;
	vm)	echo "boot a guest:" qemu-system-x86 cpio kmod busybox-static mmdebstrap squashfs-tools zstd xz-utils lz4
		# For an ordinary user to make a root file system with users in it.
		[ "$(id -u)" -eq 0 ] || echo "make the guest's root file system without being root:" uidmap ;;
	uml | debug)
		echo "compile a kernel for the guests:" gcc make libc6-dev flex bison bc libelf-dev libssl-dev xz-utils \
			patch rsync kmod ;;
	bench)	echo "compile BPF programs, and make tables of figures:" clang gcc libc6-dev linux-libc-dev python3 ;;
	ktools)	echo "use the kernel's own tools (checkpatch, the netlink generator):" perl python3 \
			python3-yaml python3-jsonschema xz-utils ;;
	*)	die "no such group: $1" ;;
	esac
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

update() {
	[ -z "${updated-}" ] || return 0
	updated=yes
	quietly "apt-get update" as_root apt-get -q update || say "going on with the package lists that are there"
}

command -v apt-get >/dev/null || die "this needs Debian's apt-get, to install what is missing"

needed=$(for name; do group "$name"; done) # lines of "WHY: PACKAGE..."
# shellcheck disable=SC2046  # words
installed=" $(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $(cut -d: -f2 <<<"$needed") 2>/dev/null |
	sed -n 's/ installed$//p' | tr '\n' ' ' || :)"
missing=()
while IFS=: read -r why packages; do
	absent=
	for package in $packages; do
		case "$installed ${missing[*]-} " in *" $package "*) continue ;; esac
		missing+=("$package")
		absent+=" $package"
	done
	[ -z "$absent" ] || say "Missing, to $why:$absent"
done <<<"$needed"

[ "${#missing[@]}" -gt 0 ] || exit 0

[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || die "that needs root, and there is no sudo"
if [ -t 0 ]; then
	read -r -p "Install them with apt-get? [Y/n] " answer >&2 || answer=n
	case $answer in
	'' | [Yy]*) ;;
	*) die "not installed" ;;
	esac
fi

install() {
	quietly "apt-get install" as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y --no-install-recommends install "${missing[@]}"
}

# Lists that are too old name packages that the archive has no more, or don't know them: only then are they fetched.
if ! apt-get -q -s --no-install-recommends install "${missing[@]}" >/dev/null 2>&1; then
	update
fi
start=$SECONDS
install || { [ -z "${updated-}" ] && update && install; } || die "apt-get could not install: ${missing[*]}"
say "Installed ${#missing[@]} packages in $((SECONDS - start)) s."
