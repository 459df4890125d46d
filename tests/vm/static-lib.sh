# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# The checkers that static.sh runs: each a function that prints what it has found, and fails if that is anything. Meant to
# be sourced, after lib.sh, at the top of the repository; $ktools is what ktools.sh printed.

# compiles COMMAND...: it does, and nobody warns: what looks at objects and symbols warns, and lets it pass.
compiles() {
	local said
	said=$(FRESH=1 "$@" 2>&1) && ! warned - <<<"$said" && return
	printf '%s\n' "$said"
	return 1
}

# module [MAKE_ARG...]: the module itself, compiled with arguments that check more.
module() { "$vm/build.sh" static W=1 KCFLAGS=-Werror "$@"; }

# The headers are of a kernel that was configured for gcc: what this clang doesn't have is turned off.
for_clang=(CC=clang CONFIG_CC_IS_GCC= CONFIG_GCC_VERSION=0 CONFIG_CC_IS_CLANG=y CONFIG_RETHUNK= CONFIG_SLS=
	CONFIG_CC_IMPLICIT_FALLTHROUGH=-Wimplicit-fallthrough CONFIG_FTRACE_MCOUNT_USE_CC= CONFIG_INIT_STACK_ALL_ZERO=)
module_by_clang() { "$vm/build.sh" clang W=1 KCFLAGS=-Werror "${for_clang[@]}"; }

# sparse_says COMMAND...: a compilation with sparse, whose warnings don't fail it.
sparse_says() {
	local said
	said=$("$@" C=2 CF=-D__CHECK_ENDIAN__ 2>&1) && ! grep -E 'warning:|error:' <<<"$said" && return
	printf '%s\n' "$said"
	return 1
}

# coccinelle FOLDER FILE...: the kernel's own semantic patches, or those in a folder of them, as its scripts/coccicheck
# applies them; but those that need a compiler of OCaml.
coccinelle() {
	local folder=$ktools/scripts/coccinelle/$1 patch said options status=0
	shift
	while read -r patch; do
		options=$(sed -n 's|^// Options:||p' "$patch")
		# shellcheck disable=SC2086  # words
		said=$(spatch -D report --very-quiet --no-show-diff --cocci-file "$patch" $options "$@" 2>"$logs/spatch") ||
			said+=$(echo "$patch:" && cat "$logs/spatch")
		[ -z "$said" ] || { printf '%s\n' "$said"; status=1; }
	done < <(grep -rLi --include='*.cocci' 'script:ocaml\|initialize:ocaml' "$folder" | sort)
	return "$status"
}

# tool COMPILER [FOLDER MAKE_ARG...]
tool() { make -s -C tools O="${2-$top/.build/tool-$1}" CC="$1" CFLAGS="-O2 -g -Wall -Wextra -Werror" "${@:3}"; }

kernel_doc() { perl "$ktools/scripts/kernel-doc" -none -Wall -Werror "$@"; }

tool_flags() { make -s -C tools print-flags; }

# Unoptimised, since an optimiser removes what can't be right.
gcc_analyzer() {
	local file flags status=0
	flags=$(tool_flags)
	for file; do
		# shellcheck disable=SC2086  # words
		gcc $flags -O0 -Wformat-signedness -fanalyzer -Werror -c -o /dev/null "$file" || status=1
	done
	return "$status"
}

# One file at a time, or it believes that from the second one on no va_list is ever started.
clang_tidy() {
	local file flags status=0
	flags=$(tool_flags)
	for file; do
		# shellcheck disable=SC2086  # words
		clang-tidy --quiet "$file" -- $flags 2>/dev/null || status=1
	done
	return "$status"
}

# Different kernels are told apart in one file, and there only; cmocka has names that aren't the kernel's style; BPF
# programs have none of the kernel's macros; and what stands in for the kernel defines what others shouldn't.
checkpatch() {
	local file status=0 options
	for file; do
		options=(--no-tree --strict --terse --show-types --no-summary --quiet)
		case $file in
		kmod/compat.h) options+=(--ignore LINUX_VERSION_CODE) ;;
		tests/fuzz/kernel.h)
			options+=(--ignore 'COMPLEX_MACRO,PREFER_DEFINED_ATTRIBUTE_MACRO,MACRO_ARG_REUSE,NEW_TYPEDEFS')
			;;
		tests/cli/*) options+=(--ignore CAMELCASE) ;;
		*.bpf.c) options+=(--ignore PREFER_DEFINED_ATTRIBUTE_MACRO) ;;
		esac
		perl "$ktools/scripts/checkpatch.pl" "${options[@]}" -f "$file" || status=1
	done
	return "$status"
}

# planted_by_kbuild NAME MAKE_ARG...: planted faults, compiled for the kernel that the module is compiled for.
planted_by_kbuild() {
	mirror "$top/.build/planted" tests/vm/planted
	rm -f "$top/.build/planted/tests/vm/planted/$1.o"
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$(stock_kdir)" \
		M="$top/.build/planted/tests/vm/planted" KCFLAGS=-Werror PLANTED="$1" "${@:2}"
}
planted_module() { planted_by_kbuild module "$@" module.o; }
planted_mismatch() { planted_by_kbuild mismatch modules; }

# finds TEXT COMMAND...: the command fails, and says this.
finds() {
	local text=$1 said
	shift
	if said=$("$@" 2>&1); then
		echo "$1 found nothing:"
	elif grep -qF -- "$text" <<<"$said"; then
		return 0
	else
		echo "$1 did not find '$text':"
	fi
	printf '%s\n' "$said"
	return 1
}

# What is wrong in ways that no file of the repository may be.
plant() {
	mkdir -p "$logs/planted/tool"
	printf '%s\n' '// SPDX-License-Identifier: GPL-2.0' '/**' ' * planted() - says nothing of its parameter' ' */' \
		'void planted(int some){' '}' >"$logs/planted/style.c"
	# shellcheck disable=SC2016  # for the script
	printf '%s\n' '#!/bin/sh' 'rm $1' >"$logs/planted/script.sh"
	printf '%s\n' 'static int planted(void) { return 0; }' >"$logs/planted/warned.h"
	cp --parents kmod/genl.[ch] include/uapi/linux/portclass.h "$logs/planted/"
	echo >>"$logs/planted/kmod/genl.h"
}

# All checkers, and what each has to find.
planted() {
	local module=tests/vm/planted/module.c tool=tests/vm/planted/tool.c compiler
	plant
	finds missing-prototypes planted_module W=1 &&
		finds sometimes-uninitialized planted_module W=1 "${for_clang[@]}" KCFLAGS='-Werror -Wno-missing-prototypes' &&
		finds 'section mismatch' compiles planted_mismatch &&
		finds 'restricted __be16' sparse_says planted_module KCFLAGS= &&
		finds 'is NULL but dereferenced' coccinelle null "$module" &&
		finds analyzer-file-leak gcc_analyzer "$tool" &&
		finds misplaced-operator-in-strlen clang_tidy "$tool" &&
		finds OPEN_BRACE checkpatch "$logs/planted/style.c" &&
		finds "'some' not described in 'planted'" kernel_doc "$logs/planted/style.c" &&
		finds 'kmod/genl.h is not what' "$vm/ynl.sh" --check "$logs/planted" &&
		finds SC2086 shellcheck "$logs/planted/script.sh" || return
	for compiler in gcc clang; do
		finds unused-function tool "$compiler" "$logs/planted/tool" "CPPFLAGS=-include $logs/planted/warned.h" \
			"$logs/planted/tool/plain.o" || return
	done
}
