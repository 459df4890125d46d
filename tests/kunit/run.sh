#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the KUnit suites, as root, in a kernel that has KUnit:
#     tests/vm/build.sh uml && tests/vm/uml.sh run -- tests/kunit/run.sh
#
# The results (KTAP) come out on stdout, complaints on stderr. Exit status 0 if each suite that the sources have has
# run, and each case of it passed. The random cases log their seed; "tests/vm/build.sh uml PORTCLASS_SEED=N" compiles one in,
# to repeat such a run.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
module=${PORTCLASS_KUNIT_KO:-$here/../../.build/uml/portclass_kunit.ko}
kunit=/sys/kernel/debug/kunit
failed=0

complain() {
	echo "run.sh: $*" >&2
	failed=1
}

if [ ! -d "$kunit" ]; then
	echo "run.sh: this kernel has no KUnit, or debugfs is not mounted" >&2
	exit 1
fi
[ ! -e /sys/module/portclass_kunit ] || rmmod portclass_kunit
# What it uses may be modules, too.
modinfo -F depends "$module" | tr , '\n' | xargs -r modprobe -a
insmod "$module"

# What has to be there comes from the sources: a suite that fell out of Kbuild would be missed by nobody else.
suites=0
for source in "$here"/*_test.c; do
	suite=$(sed -n 's/^\t\.name = "\(.*\)",$/\1/p' "$source")
	results=$kunit/$suite/results
	suites=$((suites + 1))
	if [ -z "$suite" ] || [ ! -r "$results" ]; then
		complain "no results of ${source##*/}"
		continue
	fi
	cat "$results"

	# The kernel keeps 512 bytes of each case's log; where a failure has filled them, its verdict is lost, or another's
	# follows it in the same line. (The console has everything.)
	while read -r name; do
		if grep -Eq "    ok [0-9]+ (- )?$name\$" "$results"; then continue; fi
		complain "$suite: $name did not pass"
		grep -Eq "    not ok [0-9]+ (- )?$name\$" "$results" || echo "    not ok - $name"
	done < <(sed -n 's/^\tKUNIT_CASE(\(.*\)),$/\1/p' "$source")
	grep -Eq "^ok [0-9]+ (- )?$suite\$" "$results" || complain "$suite did not pass"
done
[ "$suites" -gt 0 ] || complain "no suites in $here"

rmmod portclass_kunit
exit "$failed"
