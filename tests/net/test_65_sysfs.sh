#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# /sys/kernel/portclass: what its ABI document says is there, nothing else, and it tells what the counters tell.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

top=$here/../..
root=/sys/kernel/portclass
counters=(flows packets bytes denied_flows denied_packets denied_bytes)

load_module
mk_peers
sysctl -qw net.ipv4.ip_forward=1

# What the document promises, with its placeholders filled in.
documented() {
	sed -n 's,^\(What:\)\?[[:space:]]*\(/sys/kernel/portclass/.*\),\2,p' "$top/kmod/sysfs-kernel-portclass" |
		while read -r path; do
			for proto in tcp udp; do
				for class in well_known registered dynamic; do
					sed "s/<proto>/$proto/; s/<class>/$class/" <<<"$path"
				done
			done
		done | sort -u
}
files=$(find "$root" -type f | sort)
t_is "the files are those of the document" "$files" "$(documented)"
t_is "there are 39 of them" "$(wc -l <<<"$files")" 39
t_is "all are read-only, for everybody" "$(find "$root" -type f ! -perm 0444)" ""
t_is "all belong to root" "$(find "$root" ! -user root)" ""

writable() {
	local file
	for file in $files; do
		if echo 1 >"$file"; then echo "$file"; fi
	done 2>/dev/null
}
t_is "root can't write to any" "$(writable)" ""
t_is "version is the module's" "$(sysfs version)" "$(modinfo -F version "$PORTCLASS_KO")"
t_is "mode is enforce" "$(sysfs mode)" enforce
pc mode observe
t_is "mode is observe, and known at once" "$(sysfs mode)" observe
pc mode enforce
t_is "track is conntrack" "$(sysfs track)" conntrack

# A bit of everything: each scope, both protocols, all classes, some of it denied.
pc deny any/81 any/5001 any/60001
pc deny out any/82
pc deny forward any/83 any/50003
for port in 80 81 82 83 5000 5001 50003 60000 60001; do
	for road in "peer $HOST4" "peer $SRV4" "root $SRV4"; do
		in_ns "${road% *}" timeout $((2 * ${PATIENCE:-1})) bash -c "echo >/dev/udp/${road#* }/$port; echo >/dev/tcp/${road#* }/$port" &
	done
done 2>/dev/null
wait

# A line a counter, from both sides; nothing is on its way any more once they stand still.
from_sysfs() {
	local proto class field
	for proto in tcp udp; do
		for class in well_known registered dynamic; do
			for field in "${counters[@]}"; do
				printf '%s/%s/%s %s\n' "$proto" "$class" "$field" "$(sysfs "$proto/$class/$field")"
			done
		done
	done
}
from_netlink() {
	python3 - <<-END
		import sys
		sys.path.insert(0, "$here")
		import netlink as nl
		stats = nl.Client().stats()
		for p, proto in enumerate(nl.PROTOS):
		    for c, klass in enumerate(nl.CLASSES):
		        for name in nl.CLASS_STATS[:6]:
		            print(f"{proto}/{klass.replace('-', '_')}/{name} {sum(stats[s, p][c, name] for s in range(3))}")
	END
}
same_twice() { [ "$(from_sysfs)" = "$(sleep 0.3 && from_sysfs)" ]; }
t_ok "the counters come to rest" wait_for same_twice
t_is "they are the sums over the scopes" "$(from_sysfs)" "$(from_netlink)"
t_is "none of packets, bytes or denied is 0" \
	"$(from_sysfs | grep -E '/(denied_)?(packets|bytes) 0$' || :)" ""
t_is "all are numbers" "$(from_sysfs | grep -Ev ' [0-9]+$' || :)" ""

t_ok "an unprivileged user can read them" setpriv --reuid=65534 --regid=65534 --clear-groups \
	cat "$root/mode" "$root/tcp/well_known/packets"
unload_module
t_not "they go with the module" test -e "$root"
