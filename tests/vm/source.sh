# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# How a kernel is compiled from Debian's source of the stock kernel's version. Meant to be sourced, after lib.sh.

# source_fetch FOLDER RELEASE: the source of that kernel of Debian's, patches of Debian's included.
# "linux-image-6.1.0-N-amd64" has the source "linux-source-6.1", in the same version.
source_fetch() {
	local to=$1 release=$2 package version
	package=linux-source-$(cut -d. -f1,2 <<<"$release")
	version=$(candidate "linux-image-$release")
	say "kernel: fetching $package $version (about 140 MB)"
	download "$to" "$package=$version"
	dpkg-deb --fsys-tarfile "$to"/*.deb | tar -xO "./usr/src/$package.tar.xz" >"$to/source.tar.xz"
	rm "$to"/*.deb
	quietly "kernel: unpacking the source" tar -C "$to" --strip-components=1 -xf "$to/source.tar.xz"
	rm "$to/source.tar.xz"
}

# source_make FOLDER ARG...: Not another make's variables: O, M and the like would mean something else here.
source_make() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL nice make -s -C "$@"; }

# source_configure FOLDER CONFIG ARG...: on the ground of nothing. Kconfig drops what it doesn't know, or can't have,
# without a word; this doesn't.
source_configure() {
	local to=$1 wanted=$2 lost
	source_make "$to" KCONFIG_ALLCONFIG="$wanted" "${@:3}" allnoconfig >/dev/null
	lost=$(grep -E '^CONFIG_' "$wanted" | while read -r line; do
		case $line in
		*=n) grep -q "^${line%=n}=" "$to/.config" && echo "$line" ;;
		*) grep -qxF "$line" "$to/.config" || echo "$line" ;;
		esac
	done || :)
	[ -z "$lost" ] || die "this kernel source has no place for:" "$lost"
}
