#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# net.sh [OPTION...] SCRIPT [ARG...]: compiles the module for the guest's kernel, and the tool, and runs a script of this
# repository with both in the guest. The script finds them by PORTCLASS_KO and PORTCLASSCTL. Options, environment, output
# and exit status are those of guest.sh; but GUEST_KERNEL is stock, debug, kcsan or, for uml.sh, uml. For one file of the
# end-to-end tests:
#     tests/vm/net.sh tests/net/run.sh 'test_10*'

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

options=()
while [ $# -gt 0 ]; do
	case $1 in
	--) shift; break ;;
	--*) options+=("$1" "${2-}"); shift 2 ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || die "usage: net.sh [OPTION...] SCRIPT [ARG...]"

"$vm/deps.sh" tool build vm
# One at a time, since there may be several guests at once.
mkdir -p "$top/.build"
exec {lock}>"$top/.build/tool.lock"
flock "$lock"
make -s -C "$top/tools" O="$top/.build/tool" >&2
exec {lock}>&-
dir=$("$vm/build.sh" "${GUEST_KERNEL:-stock}")
# How many times longer than in the stock kernel to wait for anything.
case ${GUEST_KERNEL-} in
uml | kcsan) patience=3 ;;
debug) patience=6 ;;
*) patience=1 ;;
esac
guest=("$vm/guest.sh")
[ "${GUEST_KERNEL-}" != uml ] || guest=("$vm/uml.sh" run --mem 1024 --loglevel 4)
# Python can't keep what it has compiled beside the sources, which are read-only there.
exec "${guest[@]}" --env "PORTCLASS_KO=/portclass/$dir/portclass.ko" --env PYTHONPYCACHEPREFIX=/tmp/python \
	--env PORTCLASSCTL=/portclass/.build/tool/portclassctl --env "PATIENCE=$patience" --timeout 1800 "${options[@]}" -- "$@"
