#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Namespaces that are made, configured and removed again under traffic leave nothing behind.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

load_module
start flood root python3 "$here/stress.py" flood 10.77.1.2 10.77.2.2 10.77.3.2 10.77.4.2 10.77.5.2

denied() { pc -n "$1" --json stats in --by port | grep -q '"port": *9000'; }

# make NUMBER: a namespace with a link into the flood.
make_one() {
	ip netns add "short$1"
	ip -netns "short$1" -batch - <<-END
		link add eth0 type veth peer name to-short$1 netns 1
		address add 10.77.$1.2/24 dev eth0
		link set lo up
		link set eth0 up
	END
	ip -batch - <<-END
		address add 10.77.$1.1/24 dev to-short$1
		link set to-short$1 up
	END
	pc -n "short$1" deny any/9000 tcp/1-100
}

# five: as many namespaces, flooded and away with them. They are deleted while the flood goes on.
five() {
	local i
	for i in {1..5}; do make_one "$i"; done
	for i in {1..5}; do wait_for denied "short$i"; done
	for i in {1..5}; do
		ip netns delete "short$i"
		# The other end of the link goes with it, but not at once.
		ip link delete "to-short$i" 2>/dev/null || :
	done
}

# What the kernel holds, in KiB, with its caches given back.
held() {
	local cache
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*/shrink; do echo 1 >"$cache"; done 2>/dev/null || :
	awk '/^(SUnreclaim|Percpu|KernelStack|PageTables):/ { sum += $2 } END { print sum }' /proc/meminfo
}
# A namespace is freed a while after it was deleted.
grown() { [ "$(($(held) - before))" -le 600 ]; }

five
five
WAIT_SECONDS=2 before=0 wait_for grown 2>/dev/null || :
before=$(held)
rounds=$(fewer 10)
for _ in $(seq "$rounds"); do five; done
# One of them is 60 KiB of ours at least: 900 together, or 3,000.
t_ok "$((5 * rounds)) namespaces under traffic leave no memory behind" wait_for grown
printf '# %d KiB more than before them\n' $(($(held) - before))
t_is "nor a device" "$(find /sys/class/net -name 'to-short*')" ""
t_is "nor anything in the log" "$(dmesg | grep -E 'unregister_netdevice|waiting for|new suspected' || :)" ""
