# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A change of a namespace that goes isn't taken back behind it: its hooks would be unregistered twice, or registered once
# more and left. The kernel complains of the former; the latter is found by the next packet, or by memory that is lost.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

load_module
# Somebody else has hooks, too (see test_70).
nft -f - <<-END
	table inet others {
		chain first { type filter hook prerouting priority -450; }
		chain in { type filter hook input priority filter + 1; }
	}
END
t_ok "namespaces go when their changes are due" python3 "$here/going.py" "$(fewer 200)"
t_ok "the module goes when they have" unload_module
t_is "the kernel has nothing to say about it" "$(dmesg | grep -E 'hook not found|WARNING' || :)" ""
