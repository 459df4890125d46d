#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ktools.sh: prints a folder with a few tools out of the kernel's source: checkpatch, kernel-doc, the semantic patches
# for coccinelle, and the generator of netlink code (tools/net/ynl). The stock kernel's own source, 6.1, doesn't have the
# last one, and no package has the first; so they come from a newer source in the archive. Made once, then kept in the
# cache.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

package=linux-source-6.12

make_ktools() {
	local to=$1
	say "ktools: fetching $package, for checkpatch and other tools (about 150 MB)"
	download "$to" "$package=$version"
	# A compressed archive inside the package: it takes two steps.
	dpkg-deb --fsys-tarfile "$to"/*.deb | tar -xO "./usr/src/$package.tar.xz" >"$to/source.tar.xz"
	quietly "ktools: unpacking" tar -C "$to" --strip-components=1 -xf "$to/source.tar.xz" --wildcards \
		'*/tools/net/ynl/*' '*/Documentation/netlink/*' \
		'*/scripts/checkpatch.pl' '*/scripts/const_structs.checkpatch' '*/scripts/spelling.txt' \
		'*/scripts/kernel-doc' '*/scripts/coccinelle/*'
	rm "$to"/*.deb "$to/source.tar.xz"
}

"$vm/deps.sh" ktools
version=$(candidate "$package")
[ -n "$version" ] || die "apt knows no $package"
cached ktools "$version-$(digest "$0")" make_ktools
