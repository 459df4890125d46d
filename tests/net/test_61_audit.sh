# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Changes are in the kernel's audit log, as nftables' are.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_ns peer
load_module
# audit NAME WHAT
audit() {
	t_ok "$1" python3 "$here/audit.py" "$2"
	sed -n '$s/^/# /p' "$TAP_STATE/output"
}
audit "each change is told, once, with its generation and who made it" changes
audit "the system call tells the users" syscall
audit "what the kernel takes back is told" revert
audit "nothing is told where nobody wants to know" quiet
