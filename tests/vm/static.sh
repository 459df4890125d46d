#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# static.sh: checks that need nothing to run: compilers at their strictest, sparse, checkpatch, kernel-doc, shellcheck,
# and whether the generated files are what the specification generates. Prints TAP.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

"$vm/deps.sh" build tool check ktools
ktools=$("$vm/ktools.sh")
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cd "$top"

number=0 failures=0
# check NAME COMMAND...: one test. What the command printed is shown if it failed.
check() {
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$log" 2>&1; then
		printf 'ok %d - %s\n' "$number" "$name"
	else
		printf 'not ok %d - %s\n' "$number" "$name"
		sed 's/^/#   /' "$log" | head -n 100
		failures=$((failures + 1))
	fi
}

# What the specification generates is as the generator likes it.
generated='^(kmod/genl\.[ch]|include/uapi/linux/portclass\.h)$'
mapfile -t sources < <(find kmod tools tests include -name '*.[ch]' ! -name '*.mod.c' | grep -Ev "$generated" | sort)
mapfile -t documented < <(printf '%s\n' "${sources[@]}" | grep '^kmod/')
mapfile -t scripts < <(grep -rlEm1 --exclude-dir='.[!.]*' \
	'^#!.*[/ ](ba|da)?sh\b|^# shellcheck shell=' -- * .ci/run | sort)

module() { "$vm/build.sh" static W=1 KCFLAGS=-Werror "$@"; }

# Sparse's warnings don't fail a build.
sparse() {
	local said
	said=$(module C=2 CF=-D__CHECK_ENDIAN__ 2>&1) && ! grep -E 'warning:|error:' <<<"$said" && return
	printf '%s\n' "$said"
	return 1
}

tool() { make -s -C tools O="$top/.build/tool-$1" CC="$1" CFLAGS="-O2 -g -Wall -Wextra -Werror"; }

# Different kernels are told apart in one file, and there only; cmocka has names that aren't the kernel's style; and BPF
# programs have none of the kernel's macros.
checkpatch() {
	local file status=0 options
	for file; do
		options=(--no-tree --strict --terse --show-types --no-summary --quiet)
		case $file in
		kmod/compat.h) options+=(--ignore LINUX_VERSION_CODE) ;;
		tests/cli/*) options+=(--ignore CAMELCASE) ;;
		*.bpf.c) options+=(--ignore PREFER_DEFINED_ATTRIBUTE_MACRO) ;;
		esac
		perl "$ktools/scripts/checkpatch.pl" "${options[@]}" -f "$file" || status=1
	done
	return "$status"
}

check "the module compiles without a warning (W=1)" module
check "sparse finds nothing in the module" sparse
for compiler in gcc clang; do
	check "the tool compiles without a warning ($compiler -Wall -Wextra)" tool "$compiler"
done
check "checkpatch --strict" checkpatch "${sources[@]}"
check "kernel-doc comments" perl "$ktools/scripts/kernel-doc" -none -Wall -Werror "${documented[@]}"
check "shellcheck" shellcheck -x "${scripts[@]}"
check "generated files are what the specification generates" "$vm/ynl.sh" --check
printf '1..%d\n' "$number"
[ "$failures" -eq 0 ]
