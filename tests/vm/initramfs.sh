# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# The first steps of the guest. Meant to be sourced, after lib.sh.

# boot_cpio TREE RELEASE FILE: an archive with guest-boot.sh, busybox, and the modules to reach the root file system.
# TREE/lib/modules/RELEASE are the kernel's modules, with depmod's files.
boot_cpio() {
	local boot=$3.tree module share=()
	mkdir -p "$boot"/{bin,modules,dev,proc,sys,lower,over,root}
	cp /bin/busybox "$boot/bin/busybox"
	cp "$vm/guest-boot.sh" "$boot/init"
	chmod 755 "$boot/init"
	: >"$boot/modules/order"
	# In loading order. A module that is built in has no file, and nothing to do; a kernel without 9p gets images instead.
	[ ! -e "$1/lib/modules/$2/kernel/fs/9p" ] || share=(9pnet_virtio 9p)
	/sbin/modprobe -d "$1" -S "$2" -a --show-depends \
		virtio_pci virtio_blk squashfs overlay "${share[@]}" |
		sed -n 's/^insmod //p' | awk '!seen[$1]++ { print $1 }' |
		while read -r module; do
			cp "$module" "$boot/modules/"
			printf '%s\n' "${module##*/}" >>"$boot/modules/order"
		done
	unxz "$boot/modules/"*.xz 2>/dev/null || :
	sed -i 's/\.xz$//' "$boot/modules/order"
	(cd "$boot" && find . | cpio --quiet -o -H newc -R 0:0) >"$3"
	rm -rf "$boot"
}
