#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernels-guest.sh RELEASE: in a guest with the kernel of that release: the module loads, counts, judges and goes again.
# Prints TAP. PORTCLASS_KO is the module, PORTCLASSCTL the tool.

set -u
here=$(cd "$(dirname "$0")" && pwd)
: "${PORTCLASS_KO:?is to be the module to test}" "${PORTCLASSCTL:?is to be the command to test}"

count=0
failed=0
# check NAME COMMAND...
check() {
	local said word=ok
	count=$((count + 1))
	said=$("${@:2}" 2>&1) || { word="not ok"; failed=$((failed + 1)); }
	printf '    %s %d - %s\n' "$word" "$count" "$1"
	[ "$word" = ok ] || printf '%s\n' "$said" | sed 's/^/    # /'
}

is() { [ "$1" = "$2" ] || { echo "$1 instead of $2"; return 1; }; }
counted() { "$PORTCLASSCTL" --json stats | jq -e '[.. | .packets? // empty] | length > 0'; }
refused() {
	local said
	! said=$("$PORTCLASSCTL" apply --check <(echo "allow in tcp/70000") 2>&1) && grep -q 70000 <<<"$said"
}
# What it says of each module that isn't its own and isn't signed is no news.
quiet() { ! dmesg | grep -i portclass | grep -v 'taint[a-z]* kernel'; }
summary() { is "$(cat /sys/kernel/portclass/mode)" "$1"; }

check "the kernel is $1" is "$(uname -r)" "$1"
check "the module loads" insmod "$PORTCLASS_KO"
check "its mode is as by default" summary enforce
check "the command reads its counters" counted
check "the mode changes" "$PORTCLASSCTL" mode observe
check "sysfs tells" summary observe
check "what makes no sense is refused" refused
check "the configuration can be saved and applied" bash -c "set -o pipefail; $PORTCLASSCTL save | $PORTCLASSCTL apply -"
check "the module goes" rmmod portclass
check "nothing of it is left" test ! -e /sys/module/portclass
printf '    1..%d\n' "$count"
word=ok
[ "$failed" -eq 0 ] || word="not ok"
printf '%s 1 - the module and the tool\n' "$word"

said=$("$here/../net/run.sh" 'test_@(20|36)*') || failed=$((failed + 1))
printf '%s\n' "$said" | sed 's/^/    /'
word=ok
case $said in *"not ok "*) word="not ok" ;; *"1.."*) ;; *) word="not ok" ;; esac
printf '%s 2 - packets\n' "$word"
[ "$word" = ok ] || failed=$((failed + 1))

word=ok
said=$(quiet) || { word="not ok"; failed=$((failed + 1)); }
printf '%s 3 - the kernel has nothing to say about it\n' "$word"
[ -z "$said" ] || printf '%s\n' "$said" | sed 's/^/# /'
printf '1..3\n'
[ "$failed" -eq 0 ]
