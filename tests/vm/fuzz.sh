#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fuzz.sh uml|debug [PATTERN]: the fuzzers of the netlink interface and of the packet path, in a kernel that looks for
# faults, for FUZZ_SECONDS (10) each; FUZZ_SEED repeats a run. PATTERN is of their tests' names (test_9[12]*).
# Prints TAP.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

kernel=${1-} seconds=${FUZZ_SECONDS:-10}
case $kernel in
uml | debug) ;;
*) die "usage: fuzz.sh uml|debug [PATTERN]" ;;
esac
GUEST_KERNEL=$kernel exec "$vm/net.sh" --timeout $((1200 + 4 * seconds)) --env "FUZZ_SECONDS=$seconds" \
	--env "FUZZ_SEED=${FUZZ_SEED-}" tests/net/run.sh "${2:-test_9[12]*}"
