#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ynl.sh: generates kmod/genl.c, kmod/genl.h and include/uapi/linux/portclass.h from kmod/portclass.yaml.
# ynl.sh --check [FOLDER]: changes nothing; says how the files there, or in the repository, differ from what the
# specification generates.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

# generate MODE WHAT FILE: FILE below $work/new.
generate() {
	mkdir -p "$work/new/$(dirname "$3")"
	timeout 60 /usr/bin/python3 "$ktools/tools/net/ynl/ynl-gen-c.py" --mode "$1" "--$2" \
		--spec "$work/kmod/portclass.yaml" -o "$work/new/$3" || die "the generator failed on kmod/portclass.yaml"
}

ktools=$("$vm/ktools.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The generator looks for the schema one folder above the specification's, and takes the nearest folder with a file
# MAINTAINERS to be the top of the tree (and looks for ever if there is none).
mkdir "$work/kmod"
touch "$work/MAINTAINERS"
cp "$top/kmod/portclass.yaml" "$work/kmod/"
cp "$ktools/Documentation/netlink/"*.yaml "$work/"
generate uapi header include/uapi/linux/portclass.h
generate kernel header kmod/genl.h
generate kernel source kmod/genl.c
# The schema has no word for who may listen to a group.
sed -i 's/{ "history", }/{ "history", GENL_MCAST_CAP_NET_ADMIN }/' "$work/new/kmod/genl.c"
grep -q GENL_MCAST_CAP_NET_ADMIN "$work/new/kmod/genl.c" || die "no group 'history' in what was generated"

status=0 old=${2-$top}
while read -r file; do
	cmp -s "$work/new/$file" "$old/$file" && continue
	if [ "${1-}" = --check ]; then
		diff -u --label "$file" --label "$file, as generated" "$old/$file" "$work/new/$file" || :
		say "$file is not what kmod/portclass.yaml generates: run tests/vm/ynl.sh"
		status=1
	else
		cp "$work/new/$file" "$old/$file"
		say "generated $file"
	fi
done < <(cd "$work/new" && find . -type f -printf '%P\n')
exit "$status"
