# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# The suites of Debian's archive, whichever of them this machine is set up for: apt with a state of its own for each, so
# that nothing of theirs gets into the system's. Meant to be sourced, after lib.sh.

# suite_base SUITE: the release that a suite belongs to, which has the compilers for its kernels.
suite_base() {
	case $1 in
	experimental) echo sid ;;
	*) echo "${1%%-*}" ;;
	esac
}

# suite_line SUITE [ARCH]: its line of a sources.list, on the mirror that the system's own Debian archive is on.
suite_line() {
	local keys=/usr/share/keyrings/debian-archive-keyring.gpg kind=main uri
	case $1 in *-security) kind=security ;; esac
	# shellcheck disable=SC2016  # apt fills that in
	uri=$(apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F'|' -v kind=$kind '$1 == "Debian" && ($2 ~ /-security$/) == (kind == "security") { print $3; exit }')
	[ -n "$uri" ] || { say "apt has no Debian archive configured that $1 could be in"; return 1; }
	[ -r "$keys" ] || keys=
	printf 'deb [%s%s] %s %s main\n' "${keys:+signed-by=$keys}" "${2:+ arch=$2}" "$uri" "$1"
}

# state_apt FOLDER ARCH COMMAND...: apt-get or apt-cache with the state in a folder, as if on a machine with nothing
# installed.
state_apt() {
	local state=$1 arch=$2 command=$3
	shift 3
	"$command" -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o Acquire::Languages=none \
		-o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$state" \
		-o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root "$@"
}

fetch_lists() {
	local suite=$1 arch=$2 to=$3
	mkdir -p "$to"/{lists,cache/archives}/partial
	: >"$to/status"
	suite_line "$suite" "$arch" >"$to/sources.list" || return
	quietly "package lists of $suite, $arch" state_apt "$to" "$arch" apt-get update
}

# suite_state SUITE ARCH: the folder with apt's state for it. It is fetched anew each day, if it can be.
suite_state() {
	# shellcheck disable=SC2030,SC2031  # a failure ends a subshell
	(cached "apt.$1.$2" "$(date +%F)" fetch_lists "$1" "$2") ||
		find "$cache" -maxdepth 1 -name "apt.$1.$2-*" | sort | tail -n 1 | grep .
}

# suite_apt SUITE ARCH COMMAND...
suite_apt() {
	local state
	state=$(suite_state "$1" "$2") || return
	state_apt "$state" "${@:2}"
}

# suite_kernels SUITE ARCH: the kernels that there are headers for, the oldest and the newest of each series, as lines of
#     SERIES VERSION RELEASE FLAVOUR GCC AGE
# like "6.1 6.1.192-2 6.1.0-56-rt-amd64 rt-amd64 12 newest". If there is only one of a series, it is the newest.
suite_kernels() {
	local packages
	packages=$(suite_apt "$1" "$2" apt-cache dumpavail) || return
	awk -v RS= -F'\n' '
		/^Package: linux-headers-[0-9]/ && /\nDepends: [^\n]*-common/ {
			for (i = 1; i <= NF; i++) {
				if ($i ~ /^Package: /) release = substr($i, 24)
				if ($i ~ /^Version: /) version = substr($i, 10)
				if ($i ~ /^Depends: /) depends = $i
			}
			if (!match(release, /^[0-9]+\.[0-9.]+(\+deb[0-9.]+)?(-0\.deb[0-9]+\.[0-9]+|-[0-9]+)?-/)) next
			flavour = substr(release, RLENGTH + 1)
			match(version, /^[0-9]+\.[0-9]+/)
			series = substr(version, 1, RLENGTH)
			match(depends, /gcc-[0-9]+/)
			print series, version, release, flavour, substr(depends, RSTART + 4, RLENGTH - 4)
		}' <<<"$packages" | sort -V | awk '
		{ lines[NR] = $0; of[NR] = $1; versions[NR] = $2; newest[$1] = $2 }
		!($1 in oldest) { oldest[$1] = $2 }
		END {
			for (i = 1; i <= NR; i++)
				if (versions[i] == newest[of[i]]) print lines[i], "newest"
				else if (versions[i] == oldest[of[i]]) print lines[i], "oldest"
		}'
}

# suite_unpack SUITE ARCH FOLDER PACKAGE...: packages, without installing them. Returns 3 if they can't be fetched.
suite_unpack() {
	local state to=$3 deb
	state=$(suite_state "$1" "$2") || return 3
	mkdir "$to/deb"
	(cd "$to/deb" && quietly "download of ${4%_*}" state_apt "$state" "$2" apt-get download "${@:4}") || return 3
	for deb in "$to/deb/"*.deb; do dpkg-deb -x "$deb" "$to" || return; done
	rm -r "$to/deb"
}
