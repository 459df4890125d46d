#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# The first process in the guest, in the initramfs: finds the disk and the shared folders, puts the root file system
# together, and hands over to guest-init.sh. If anything here fails, it ends, and the kernel panics: no guest at all is
# better than half a guest.

set -e
bb=/bin/busybox

$bb mount -t devtmpfs dev /dev
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys

# guest.sh only wants to know whether a guest gets this far at all.
if [ -e /job/hello ]; then
	$bb cat /job/hello
	$bb poweroff -f
fi

# share NAME WHERE MODE: a folder of the host. User Mode Linux has the host's files at hand, QEMU serves them by 9p; for a
# kernel without, the folder comes as a disk.
# layers LOWER NAME WHERE: LOWER as a file system that can be written to, with what is written kept in memory.
layers() {
	$bb mkdir -p "/over/$2/upper" "/over/$2/work"
	$bb mount -t overlay -o "lowerdir=$1,upperdir=/over/$2/upper,workdir=/over/$2/work" overlay "$3"
}

if [ -e /job/uml ]; then
	share() { $bb mount -t hostfs -o "$3,$($bb cat "/job/share-$1")" none "$2"; }
	disk=/dev/ubda
else
	share() {
		if [ -e "/job/disk-$1" ]; then
			$bb mount -t squashfs -o ro "$($bb cat "/job/disk-$1")" "$2"
			return
		fi
		case $3 in ro) cache=loose ;; *) cache=none ;; esac
		$bb mount -t 9p -o "trans=virtio,version=9p2000.L,msize=512000,cache=$cache,$3" "$1" "$2"
	}
	disk=/dev/vda
	while read -r module; do
		$bb insmod "/modules/$module"
	done </modules/order
fi

$bb mount -t squashfs -o ro "$disk" /lower
$bb mount -t tmpfs over /over
layers /lower root /root
$bb mkdir /host-modules
share modules /host-modules ro
layers /host-modules modules /root/lib/modules
share portclass /root/portclass ro
[ ! -e /job/out ] || share out /root/out rw

$bb mount -o move /dev /root/dev
$bb mount -o move /proc /root/proc
$bb mount -o move /sys /root/sys
cd /root
$bb mount -t debugfs debug sys/kernel/debug
[ ! -d sys/kernel/tracing ] || $bb mount -t tracefs trace sys/kernel/tracing
$bb mkdir -p dev/pts dev/shm
$bb mount -t devpts -o ptmxmode=666 devpts dev/pts
$bb mount -t tmpfs -o mode=1777 shm dev/shm
$bb mount -t tmpfs -o mode=1777 tmp tmp
$bb mount -t tmpfs -o mode=755 run run
$bb mkdir run/lock run/netns
$bb ln -s /proc/self/fd dev/fd
$bb ln -s /proc/self/fd/0 dev/stdin
$bb ln -s /proc/self/fd/1 dev/stdout
$bb ln -s /proc/self/fd/2 dev/stderr
$bb hostname portclass-guest
$bb ip link set lo up
$bb cp -r /job run/job
# A terminal that adds no carriage returns and echoes nothing: the host reads what comes by lines.
for device in $($bb cat /job/output /job/verdict); do
	$bb stty -F ".$device" raw -echo
done

exec $bb switch_root /root /portclass/tests/vm/guest-init.sh
