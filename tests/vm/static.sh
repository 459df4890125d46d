#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# static.sh: checks that need nothing to run: compilers at their strictest, analysers, the kernel's own checkers, and
# whether the generated files are what the specification generates; and that they find what is planted. Prints TAP.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/vm/static-lib.sh
. "$vm/static-lib.sh"

"$vm/deps.sh" build tool check ktools
ktools=$("$vm/ktools.sh")
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
cd "$top"

names=()
# check NAME COMMAND...: one test, in the background as soon as there is a processor for it.
check() {
	local number
	names+=("$1")
	printf "# %s\n" "$1"
	number=${#names[@]}
	shift
	while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do wait -n || :; done
	{ "$@" >"$logs/$number" 2>&1 && touch "$logs/$number.ok"; } &
}

# What the specification generates is as the generator likes it, and what is planted is wrong.
except='^(kmod/genl\.[ch]|include/uapi/linux/portclass\.h|tests/vm/planted/.*)$'
mapfile -t sources < <(find kmod tools tests include -name '*.[ch]' ! -name '*.mod.c' | grep -Ev "$except" | sort)
mapfile -t kernel < <(printf '%s\n' "${sources[@]}" | grep '^kmod/')
mapfile -t tools < <(printf '%s\n' "${sources[@]}" | grep '^tools/.*\.c$')
mapfile -t scripts < <(grep -rlEm1 --exclude-dir='.[!.]*' \
	'^#!.*[/ ](ba|da)?sh\b|^# shellcheck shell=' -- * .ci/run | sort)

# What takes long begins first.
check "checkpatch --strict" checkpatch "${sources[@]}"
check "the module compiles without a warning (W=1)" compiles module
check "sparse finds nothing in the module" sparse_says module
check "clang-tidy finds nothing in the tool" clang_tidy "${tools[@]}"
check "coccinelle finds nothing in the module" coccinelle . "${kernel[@]}"
check "the module compiles without a warning (clang, W=1)" compiles module_by_clang
check "shellcheck" shellcheck -x "${scripts[@]}"
for compiler in gcc clang; do
	check "the tool compiles without a warning ($compiler -Wall -Wextra)" tool "$compiler"
done
check "gcc -fanalyzer finds nothing in the tool" gcc_analyzer "${tools[@]}"
check "kernel-doc comments" kernel_doc "${kernel[@]}"
check "generated files are what the specification generates" "$vm/ynl.sh" --check
check "what is planted is found" planted
wait

failures=0
for number in $(seq ${#names[@]}); do
	if [ -e "$logs/$number.ok" ]; then
		printf 'ok %d - %s\n' "$number" "${names[number - 1]}"
	else
		printf 'not ok %d - %s\n' "$number" "${names[number - 1]}"
		sed 's/^/#   /' "$logs/$number" | head -n 100
		failures=$((failures + 1))
	fi
done
printf '1..%d\n' "${#names[@]}"
[ "$failures" -eq 0 ]
