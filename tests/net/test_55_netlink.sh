#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Requests that are wrong in every way: an error, with a reason and a place where a person could have caused it, and
# nothing changed. FUZZ_SEED repeats a run.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

seed=${FUZZ_SEED:-$((RANDOM << 15 | RANDOM))}
# fuzz NAME WHAT [COUNT]
fuzz() {
	t_ok "$1 (seed $seed)" python3 "$here/fuzz_netlink.py" "$2" "${3-0}" "$seed"
	sed -n '$s/^/# /p' "$TAP_STATE/output"
}

load_module
# Answers about ports have padding too, and something in them.
mk_ns peer
in_ns peer bash -c "for port in 80 5000 60000; do echo >/dev/udp/$HOST4/\$port; done"

fuzz "known mistakes are refused with their reason and place" known
fuzz "a request cut off at any length is refused" truncated
fuzz "mutated requests are refused or done" mutated 3000
fuzz "random bytes are refused" random 3000
fuzz "dumps with bad selections are refused" queries 600
t_is "the kernel has nothing to say about it" "$(dmesg | grep -iE 'portclass.*(warn|bug|error)|netlink:.*portclass' || :)" ""
