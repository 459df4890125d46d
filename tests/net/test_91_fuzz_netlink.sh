#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Requests made at random of the netlink interface's spec, for FUZZ_SECONDS; best in a kernel that looks for faults.
# First come those that are kept (corpus/netlink). FUZZ_SEED repeats a run.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/fuzz.sh
. "$here/fuzz.sh"

load_module
mk_ns peer
ip netns add twin

fuzz requests netlink fuzz_spec.py
