#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# plants.sh uml|debug|multi|kcsan [NAME...]: is a bug of portclass itself found? Each of plants/, or those that are named,
# is compiled into a module, and the end-to-end test that it names runs with it in a kernel that looks for faults (multi:
# the debug kernel, where processors really run at once; kcsan: the one that looks for data races). Prints TAP.
#
# The first lines of a plant: what it does; "Test: PATTERN"; "Report: REGEX", one of which has to be said; and "Guest:
# WHICH" if it is to be found in that one alone.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

guest=${1-} kernel=debug threads=single storm=180
case $guest in
uml) kernel=uml ;;
debug) ;;
multi) threads=multi ;;
kcsan) kernel=kcsan storm=30 ;; # it goes on behind a race
*) die "usage: plants.sh uml|debug|multi|kcsan [NAME...]" ;;
esac
shift
names=("$@")
if [ $# -eq 0 ]; then
	for plant in "$vm"/plants/*.patch; do names+=("$(basename "$plant" .patch)"); done
fi

# header KEY PLANT
header() { sed -n "/^--- /q; s/^$1: //p" "$vm/plants/$2.patch"; }

# run PLANT: until something is found, but for no longer than these seconds.
run() {
	PLANT=$1 GUEST_KERNEL=$kernel GUEST_THREADS=$threads "$vm/net.sh" --timeout 1800 --env FUZZ_SECONDS=120 \
		--env "STORM_SECONDS=$storm" tests/net/run.sh "$(header Test "$1")"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for name in "${names[@]}"; do
	[ -e "$vm/plants/$name.patch" ] || die "no such plant: $name"
	wants=$(header Guest "$name")
	[[ " ${wants:-uml debug} " == *" $guest "* ]] || continue
	report=$(header Report "$name")
	said=0 found=0
	run "$name" >"$log" 2>&1 || said=$?
	[ "$said" -ne 0 ] && grep -Eq "$report" "$log" || found=1
	tap "$found" "$guest guest: what is planted is found: $name" "$log" "it gave $said; expected in the output: $report"
	[ "$found" -ne 0 ] || printf '# %s\n' "$(grep -Eom1 "($report).*" "$log")"
done
tap_end
