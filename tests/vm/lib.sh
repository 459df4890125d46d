# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scripts in this folder share: messages, the cache, quiet long commands.
# Meant to be sourced, after `set -euo pipefail`.

vm=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$vm/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/portclass

# Messages go to stderr: what a script prints on stdout is its answer.
say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# candidate PACKAGE: the version that apt would install.
candidate() {
	apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p' | grep -v '^(none)$'
}

# stock_release: the release (uname -r) of the stock kernel, as the archive has it today. Headers and image are named
# after it, and the number in it moves with each security update, so it is never written down; but apt takes a while to
# say, so the answer is kept for as long as apt's lists don't change.
stock_release() {
	local kept=$cache/stock-release found
	if [ ! "$kept" -nt /var/lib/apt/lists ]; then
		found=$(apt-cache show --no-all-versions linux-headers-amd64 2>/dev/null |
			sed -n 's/^Depends:.*linux-headers-\([0-9][^ ,]*\).*/\1/p')
		[ -n "$found" ] || return 0
		mkdir -p "$cache"
		# Others may be reading it.
		printf '%s\n' "$found" >"$kept.$BASHPID"
		mv "$kept.$BASHPID" "$kept"
	fi
	cat "$kept"
}

# stock_kdir: what modules for the stock kernel are compiled against.
stock_kdir() {
	local kdir
	kdir=/lib/modules/$(stock_release)/build
	[ -d "$kdir" ] || kdir=/usr/src/linux-headers-$(stock_release)
	printf '%s\n' "$kdir"
}

# digest FILE...: a short key for the contents of files.
digest() { cat -- "$@" | sha256sum | cut -c1-12; }

# cached NAME KEY COMMAND...: prints the folder $cache/NAME-KEY. If there is none yet, runs "COMMAND... FOLDER" on a
# temporary folder and renames that into place, so that a half-made one is never taken for whole. Two runs at once
# wait for each other. Of the folders of that NAME under older keys, all but one go away. COMMAND's exit status is passed on.
cached() {
	local name=$1 key=$2 dir tmp old status=0
	dir=$cache/$name-$key
	shift 2
	if [ ! -d "$dir" ]; then
		mkdir -p "$cache"
		exec {cached_lock}>"$cache/$name.lock"
		flock -n "$cached_lock" || { say "$name: waiting for another run that makes it"; flock "$cached_lock"; }
		if [ ! -d "$dir" ]; then
			tmp=$cache/$name.making
			rm -rf "$tmp"
			mkdir "$tmp"
			# In the background, since `set -e` does nothing within a command that `||` follows.
			{ trap - INT; set -e; "$@" "$tmp"; } >&2 &
			wait $! || status=$?
			[ "$status" -eq 0 ] || { say "${0##*/}: $name: could not be made"; exit "$status"; }
			# The last one stays: another branch may want it back.
			find "$cache" -mindepth 1 -maxdepth 1 -type d -name "$name-*" -printf '%T@ %p\n' | sort -rn |
				sed '1d; s/^[^ ]* //' | while read -r old; do rm -rf "$old"; done
			mv "$tmp" "$dir"
		fi
		exec {cached_lock}>&-
	fi
	printf '%s\n' "$dir"
}

# quietly WHAT COMMAND...: runs a long command with its output kept aside; says every 20 seconds that it is still at
# it, and shows the end of the output if it fails.
quietly() {
	local what=$1 log pid status=0 start=$SECONDS next
	shift
	log=$(mktemp)
	# A background job ignores Ctrl-C, unless told not to.
	{ trap - INT; "$@"; } >"$log" 2>&1 &
	pid=$!
	next=$((SECONDS + 20))
	while kill -0 "$pid" 2>/dev/null; do
		if [ "$SECONDS" -ge "$next" ]; then
			say "  $what: $((SECONDS - start)) s so far"
			next=$((SECONDS + 20))
		fi
		sleep 0.2
	done
	wait "$pid" || status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 40 "$log" >&2
		say "$what: failed (exit status $status)"
	fi
	rm -f "$log"
	return "$status"
}

# warned LOG: lines in which a build warns; not of a compiler of another version than the kernel's own.
warned() { grep -i warning "$1" | grep -v 'differs from the one used to build the kernel'; }

# download FOLDER PACKAGE[=VERSION]: the .deb of a package, without installing it.
download() {
	(cd "$1" && apt-get -q -o APT::Sandbox::User=root download "$2") ||
		die "could not download $2; 'apt-get update' may help"
}

# image FOLDER FILE [OPTION...]: a file system with what is in a folder, not compressed.
image() { mksquashfs "$1" "$2" -quiet -no-progress -comp zstd -noI -noD -noF -noX "${@:3}" >&2; }

# mirror FOLDER SOURCE...: links in FOLDER for what is in these files and folders of the repository, but for what is
# compiled; those for files that are gone, go away. It serves to compile the same sources in several ways at once, where
# a build system can't put its output in a folder of its own.
mirror() {
	local to=$1 file
	shift
	mkdir -p "$to"
	find "$to" -xtype l -delete
	while read -r file; do
		[ ! -L "$to/$file" ] || continue
		mkdir -p "$to/$(dirname "$file")"
		ln -s "$top/$file" "$to/$file"
	done < <(cd "$top" && find "$@" -type f \
		! -name '*.o' ! -name '*.a' ! -name '*.d' ! -name '*.ko' ! -name '*.mod' ! -name '*.mod.c' ! -name '.*' \
		! -name Module.symvers ! -name modules.order ! -path tools/portclassctl)
}

# tap STATUS WHAT [LOG [WANTED]]: a result, in TAP; what went wrong is what was wanted, and the end of the log.
# tap_end: the plan; fails if one of them did.
tap_number=0 tap_failures=0
tap() {
	tap_number=$((tap_number + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_number" "$2"
		return
	fi
	tap_failures=$((tap_failures + 1))
	printf 'not ok %d - %s\n' "$tap_number" "$2"
	[ -z "${4-}" ] || printf '#   %s\n' "$4"
	[ -z "${3-}" ] || tail -n 40 "$3" | sed 's/^/#   /'
}
tap_end() {
	printf '1..%d\n' "$tap_number"
	[ "$tap_failures" -eq 0 ]
}
