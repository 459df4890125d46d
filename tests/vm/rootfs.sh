#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# rootfs.sh: prints the path of the guests' root file system, a squashfs image. Made once, then kept in the cache.
# It is an image, and not a folder, so that making it and booting it need no root on the host: owners, modes and file
# capabilities are inside. It is not compressed: an emulated processor would have to undo that at each boot.

set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

# What the tests and the demo use. The tool is compiled on the host, so its libraries must be those of the host's
# Debian release: so the guest has the same release. Behind the name of jq is gojq: each start of jq 1.6, which compiles its
# own library first, takes an emulated processor 0.2 seconds, gojq's a tenth of that, and tests start hundreds.
packages=(
	bash busybox-static coreutils util-linux mount netbase procps kmod gojq libcap2-bin
	iproute2 iputils-ping tcpdump nmap traceroute ethtool
	nftables iptables ipset conntrack wireguard-tools
	iperf3 socat curl nginx-light dnsmasq-base bind9-dnsutils chrony vsftpd
	openssh-server openssh-client systemd
	python3-minimal python3 python3-scapy python3-yaml
	libnl-3-200 libnl-genl-3-200 libkmod2 libjson-c5
)

suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
[ -n "$suite" ] || die "/etc/os-release names no Debian release"

# The host's own Debian archives, whatever mirror they are on; none of a third party.
sources() {
	local keys=/usr/share/keyrings/debian-archive-keyring.gpg origin codename uri release component
	[ -r "$keys" ] || keys=
	# shellcheck disable=SC2016  # apt fills that in
	apt-get indextargets \
		--format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' |
		while IFS='|' read -r origin codename uri release component; do
			[ "$origin" = Debian ] || continue
			case $codename in "$suite" | "$suite"-*) ;; *) continue ;; esac
			printf 'deb %s%s %s %s\n' "${keys:+[signed-by=$keys] }" "$uri" "$release" "$component"
		done | sort -u
}

make_rootfs() {
	local to=$1 list
	list=$(sources)
	[ -n "$list" ] || die "apt has no Debian archive for $suite configured"
	say "rootfs: installing ${#packages[@]} packages and what they need into an image for the guests"
	quietly "rootfs" build "$to" "$list"
}

build() {
	local to=$1 list=$2 option options=()
	# How the host's apt gets at the archive (a proxy, for one) holds for the guest's, too.
	while read -r option; do
		options+=(--aptopt="$option")
	done < <(apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries)\b.* ".+";$')
	# shellcheck disable=SC2016  # the hook gets the folder as its argument
	mmdebstrap --variant=essential --format=tar \
		--include="$(IFS=,; printf '%s' "${packages[*]}")" \
		"${options[@]}" --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
		--dpkgopt='path-exclude=/usr/share/lintian/*' --dpkgopt='force-unsafe-io' \
		--customize-hook='mkdir -p "$1/portclass" "$1/out" "$1/lib/modules"' \
		--customize-hook='ln -s gojq "$1/usr/bin/jq"' \
		"$suite" - - <<<"$list" |
		mksquashfs - "$to/root.squashfs" -tar -quiet -no-progress -comp zstd -noI -noD -noF -noX
}

key=$(digest "$0" <(printf '%s' "$suite"))
printf '%s/root.squashfs\n' "$(cached rootfs "$key" make_rootfs)"
