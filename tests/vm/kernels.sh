#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kernels.sh near|all|table: the kernels of Debian's archive, as it is today: is the module compiled for them without a
# warning, and does it work in them? Prints TAP, a test for each kernel and for each boot.
#   near   of those for amd64 that the machine's own release has, the oldest and the newest common one, and the newest
#          for real time; the newest common one is booted
#   all    the newest and the oldest of each series, of every suite and every 64-bit architecture; the newest for amd64
#          are booted
#   table  the results of the last run of all, as README.md has them
# What can't be fetched is skipped, and so didn't pass. What is fetched and made is kept in the cache: about 2 GB for near,
# 12 GB for all.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/vm/suites.sh
. "$vm/suites.sh"

oldest=6.1 # as kmod/compat.h says
logs=$top/.build/kernels
results=$logs/results-${1-}
mkdir -p "$logs"

# own_suites: the suites of the machine's own release.
own_suites() {
	local own
	own=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	printf '%s\n' "$own" "$own-security" "$own-backports"
}

# all_suites: each with its architectures. Mirrors have the lesser suites for a few of these only.
all_suites() {
	local suite
	for suite in bullseye bullseye-security bookworm bookworm-security bookworm-backports \
		trixie trixie-security trixie-backports forky sid experimental; do
		echo "$suite amd64"
	done
	for suite in bookworm trixie trixie-backports sid; do echo "$suite arm64"; done
	for suite in bookworm trixie sid; do echo "$suite s390x" && echo "$suite ppc64el"; done
	for suite in trixie sid; do echo "$suite riscv64"; done
	echo "bookworm mips64el"
	echo "sid loong64"
}

# result WHAT: a line of the results, for the table.
result() { printf '%s\t%s\t%s\t%s\t%s\n' "$suite" "$arch" "$version" "$flavour" "$1" >>"$results"; }

# build: compiles the module for the kernel in $suite, $arch, $release ...; 0 if it can be booted.
build() {
	local log=$logs/$arch.$release.build status=0
	"$vm/kbuild.sh" "$suite" "$arch" "$release" W=1 KCFLAGS=-Werror >"$log" 2>&1 || status=$?
	if [ "$status" -eq 3 ]; then
		tap 0 "$name: the module # SKIP its packages can't be fetched"
	elif [ "$(printf '%s\n' "$series" "$oldest" | sort -V | head -n 1)" != "$oldest" ]; then
		if [ "$status" -ne 0 ] && grep -q "error: .*portclass needs Linux $oldest" "$log"; then
			tap 0 "$name: is refused, with a word why"
			result refused
		else
			tap 1 "$name: is refused, with a word why" "$log"
		fi
	elif [ "$status" -eq 0 ] && ! warned "$log" >/dev/null; then
		tap 0 "$name: the module compiles without a warning"
		result built
		return 0
	else
		tap 1 "$name: the module compiles without a warning" "$log"
	fi
	return 1
}

# boot: boots that kernel, with the module.
boot() {
	local log=$logs/$arch.$release.boot status=0 ko=/portclass/.build/kernels/$arch/$release/portclass.ko
	"$vm/kernel.sh" "$suite" "$release" >"$log" 2>&1 || status=$?
	if [ "$status" -eq 3 ]; then
		tap 0 "$name: boots, and the module works in it # SKIP its image can't be fetched"
		return
	fi
	[ "$status" -ne 0 ] || GUEST_KERNEL=$suite:$release "$vm/guest.sh" --env "PORTCLASS_KO=$ko" \
		--env PORTCLASSCTL=/portclass/.build/tool/portclassctl -- \
		tests/vm/kernels-guest.sh "$release" >"$log" 2>&1 || status=$?
	if [ "$status" -eq 0 ] && [ "$(awk -f "$vm/tap.awk" "$log" | tail -n 1 | cut -d' ' -f2)" = 0 ]; then
		tap 0 "$name: boots, and the module works in it"
		result booted
	else
		tap 1 "$name: boots, and the module works in it" "$log"
	fi
}

# kernels: for lines "SUITE ARCH", each kernel once: SUITE ARCH SERIES VERSION RELEASE FLAVOUR GCC AGE; or just SUITE ARCH,
# if nothing is known of it.
kernels() {
	local suite arch list
	while read -r suite arch; do
		if list=$(suite_kernels "$suite" "$arch"); then
			[ -z "$list" ] || printf '%s\n' "$list" | sed "s/^/$suite $arch /"
		else
			echo "$suite $arch"
		fi
	# Of those that are too old, one of a suite will do, to see that it is refused.
	done | awk -v oldest="$oldest" '
		BEGIN { split(oldest, o, ".") }
		{
			split($3, s, ".")
			old = NF > 2 && (s[1] < o[1] || s[1] == o[1] && s[2] < o[2])
		}
		NF == 2 || !seen[$2, $4, $5]++ && (!old || $6 == $2 && $8 == "newest")'
}

# ends: of the lines of kernels, the oldest and the newest of the common flavour, and the newest for real time.
ends() {
	sort -k4,4V | awk '
		NF == 2 { print; next }
		$6 == $2 && !oldest { print; oldest = $5 }
		$6 == $2 { newest = $0 }
		$6 ~ /^rt-/ { rt = $0 }
		END { print newest; print rt }' | awk 'NF == 2 || NF > 2 && !seen[$4, $5]++'
}

# table: the results as a table of Markdown.
table() {
	sort -V -k3,3 -k1,1 "$results" | awk -F'\t' '
		function add(list, word) { return index(", " list ",", ", " word ",") ? list : list (list == "" ? "" : ", ") word }
		{
			row = $3 " | " $1
			if (!(row in seen)) rows[++n] = row
			seen[row] = 1
			word = $4
			sub(/-amd64$/, "", word)
			if ($5 == "refused") bad[row] = "refused"
			else if ($5 == "booted") booted[row] = add(booted[row], word)
			else if ($2 == "amd64") built[row] = add(built[row], word)
			else other[row] = add(other[row], $2)
		}
		END {
			print "| Linux | suite | compiled | booted | compiled for others |"
			print "|---|---|---|---|---|"
			for (i = 1; i <= n; i++) {
				row = rows[i]
				print "| " row " | " (row in bad ? bad[row] : built[row]) " | " booted[row] " | " other[row] " |"
			}
		}' | sed 's/|  |/| – |/g; s/|  |/| – |/g'
}

case ${1-} in
near) list=$(own_suites | sed 's/$/ amd64/' | kernels | ends) ;;
all) list=$(all_suites | kernels) ;;
table) results=$logs/results-all && table && exit ;;
*) die "usage: kernels.sh near|all|table" ;;
esac
"$vm/deps.sh" tool vm
make -s -C "$top/tools" O="$top/.build/tool" >&2
: >"$results"
last=$(awk '$2 == $6 { print $5 }' <<<"$list" | tail -n 1)
while read -r -u 3 suite arch series version release flavour _ age; do
	name="$version $flavour ($suite)"
	if [ -z "$series" ]; then
		tap 0 "kernels of $suite for $arch # SKIP its package lists can't be fetched"
	elif build && [ "$arch" = amd64 ] && { [ "$1" = all ] && [ "$age" = newest ] || [ "$release" = "$last" ]; }; then
		boot
	fi
done 3<<<"$list"
[ -s "$results" ] || tap 1 "there are kernels to compile for"
tap_end
