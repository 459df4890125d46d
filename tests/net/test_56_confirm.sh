# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The kernel takes back what nobody confirms, and remembers who changed what.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

load_module
for what in confirm author bounds; do
	t_ok "$what" python3 "$here/history.py" $what
	sed -n '$s/^/# /p' "$TAP_STATE/output"
done
