# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Memory runs out at any point of what a user asks for. Only in a kernel that can play that (GUEST_KERNEL=debug, or uml).

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

slab=/sys/kernel/debug/failslab
if [ ! -w /proc/self/fail-nth ] || [ ! -d "$slab" ]; then
	t_skip "memory runs out" "this kernel plays no faults"
	exit
fi
# All allocations, those that may sleep included, and not a word of each: the guest takes a stack in the log for a fault.
echo N >"$slab/ignore-gfp-wait"
echo 0 >"$slab/verbose"
# Whole pages aren't refused: then the kernel does say so.
[ ! -d /sys/kernel/debug/fail_page_alloc ] || echo 11 >/sys/kernel/debug/fail_page_alloc/min-order
# Unless they are built in. If one is missing, loading says so.
modprobe -qa nf_conntrack nf_reject_ipv4 nf_reject_ipv6 || :

# faults NAME WHAT
faults() {
	t_ok "$1" python3 "$here/faults.py" "$2"
	sed 's/^/# /' "$TAP_STATE/output"
}
# Loading asks for all of these modules each time, and a program started for each is what takes longest.
modprobe=$(</proc/sys/kernel/modprobe)
echo >/proc/sys/kernel/modprobe
faults "loading does it whole or not at all, unloading always" load
echo "$modprobe" >/proc/sys/kernel/modprobe
load_module
faults "changes fail whole, with an error" live
faults "nobody confirms, and it is taken back" back
faults "changes of a shadow table, too" shadow
faults "those who ask get all of the answer, or an error" read
# What the debug kernel has of devices takes thousands of tries, and says a lot of each.
if [ "${PATIENCE:-1}" -le 3 ]; then
	faults "a namespace is made or not, with no trace of it" born
else
	t_skip "a namespace is made or not, with no trace of it" "User Mode Linux does that"
fi
faults "a namespace that can't be configured stays at rest" another
