# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The unit, started at boot by a systemd of its own: in namespaces for processes, mounts and cgroups, but in the initial
# one for the network, whose packets are judged from then on.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_ns peer
serve_tcp root 22 80

# As "make install" does it, but into folders of this test; of the kernel's modules only those that are needed, as depmod
# takes a minute for all of them in an emulator.
kernel=$(uname -r)
modules=$work/modules/lib/modules/$kernel
mkdir -p "$modules/updates" "$work/local/bin"
for module in nf_conntrack nf_defrag_ipv4 nf_defrag_ipv6; do modprobe --show-depends "$module"; done |
	awk '$1 == "insmod" { print $2 }' | sort -u | xargs cp -t "$modules"
cp "$PORTCLASS_KO" "$modules/updates/"
cp "/lib/modules/$kernel"/modules.{builtin,builtin.modinfo,order} "$modules"
depmod -b "$work/modules" "$kernel"
ln -s "$PORTCLASSCTL" "$work/local/bin/portclassctl"

# All that is done before sysinit.target at a boot, but for what would only change the guest: the journal and the unit.
cat >"$work/boot" <<-END
	set -e
	mount --make-rprivate /
	mount -t tmpfs run /run
	mkdir /run/lock /run/over
	mount -t tmpfs over /run/over
	mkdir /run/over/upper /run/over/work
	mount -t overlay -o lowerdir=/etc,upperdir=/run/over/upper,workdir=/run/over/work etc /etc
	mount --bind "$work/local" /usr/local
	mount --bind "$modules" "/lib/modules/$kernel"
	mount -t cgroup2 cgroup /sys/fs/cgroup
	mount --bind /dev/null /dev/console
	for unit in {/lib,/etc}/systemd/system/{sysinit,local-fs}.target.wants/*; do
		case \${unit##*/} in systemd-journald*) ;; *) ln -sf /dev/null "/etc/systemd/system/\${unit##*/}" ;; esac
	done
	cp "$here/../../tools/portclass.service" /etc/systemd/system/
	systemctl enable portclass
	ln -s "$work/portclass.conf" /etc/portclass.conf
	exec env -i PATH="$PATH" container=portclass /lib/systemd/systemd --unit=sysinit.target
END
# boot: a machine, as far as systemd can tell; its process 1 is $first.
boot() {
	start machine root unshare --fork --kill-child --pid --mount-proc --mount --cgroup --uts --ipc bash "$work/boot"
	machine=$pid
	WAIT_SECONDS=30 wait_for has_systemd
	WAIT_SECONDS=30 wait_for inside systemctl is-active network-pre.target
}
has_systemd() { first=$(pgrep -P "$machine") && [ "$(ps -o comm= "$first")" = systemd ]; }
inside() { nsenter --target "$first" --mount --pid --cgroup -- "$@"; }
# off: without a word to anybody; and the module goes with the kernel.
off() {
	kill -KILL "$first"
	stop "$machine"
	unload_module
}
unit() {
	inside systemctl show portclass --property=ActiveState,SubState,Result --value | xargs
}
at() { inside systemctl show "$1" --property="$2TimestampMonotonic" --value; }
journal() { inside journalctl --no-pager --quiet --output cat --unit portclass; }
statements() { pc save | grep '^[^#]' | sed 's/  #.*//; /^mode enforce$/d; /^track conntrack$/d' | tr '\n' ';'; }

# A good file.
printf '%s\n' 'on-error closed' 'policy in well-known deny tcp' 'allow tcp/22' >"$work/portclass.conf"
good='policy in well-known deny tcp;allow in tcp/22;'
boot
t_is "the unit has started" "$(unit)" "success active exited"
t_is "its policy is there" "$(statements)" "$good"
t_is "and packets know it" "$(probe peer tcp "$HOST4,$HOST6" 22 80)" "answered silent, answered silent"
t_is "by that" "$(pc --json history | jq -c '.history | map([.cause, .command, .user])')" \
	'[["request","portclassctl","root"]]'
t_ok "the network comes after it" test "$(at portclass InactiveExit)" -gt 0 -a \
	"$(at portclass ActiveEnter)" -le "$(at network-pre.target ActiveEnter)"
printf '%s\n' 'on-error closed' 'policy in well-known dney tcp' >"$work/portclass.conf"
t_not "reloaded with a broken file" inside systemctl reload portclass
t_is "what was good enough goes on" "$(unit), $(statements)" "success active exited, $good"
t_match "the journal says why" "$(journal)" "/etc/portclass.conf, line 2, column 22: 'dney' is no ACTION"
echo 'deny tcp/23' >"$work/portclass.conf"
t_ok "reloaded with another good one" inside systemctl reload portclass
t_is "it is there" "$(statements)" "deny in tcp/23;"
t_ok "stopped" inside systemctl stop portclass
t_is "which opens nothing" "$(statements)" "deny in tcp/23;"
t_ok "and started again" inside systemctl start portclass
t_is "it is active again" "$(unit)" "success active exited"
off

# Broken files at boot.
printf '%s\n' 'on-error closed' 'allow tcp/22' 'deny tcp/http:' >"$work/portclass.conf"
boot
t_is "a broken file: the unit has failed" "$(unit)" "exit-code failed failed"
t_is "on-error closed: nothing comes in" "$(statements)" "$(for proto in tcp udp; do
	for class in well-known registered dynamic; do printf 'policy in %s deny %s;' $class $proto; done; done)"
t_is "neither SSH" "$(probe peer tcp "$HOST4,$HOST6" 22 80)" "silent silent, silent silent"
t_match "the journal says why" "$(journal)" "/etc/portclass.conf, line 3, column 10: .*http:"
t_match "and what was done" "$(journal)" \
	"/etc/portclass.conf was not applied; on-error closed: all TCP and UDP that comes in is denied now"
# The same as at a boot, without one.
again() {
	inside systemctl stop portclass
	unload_module
	inside systemctl reset-failed portclass
	! inside systemctl start portclass
}
sed -i 's/closed/open/' "$work/portclass.conf"
t_ok "a broken file again" again
t_is "the unit has failed again" "$(unit)" "exit-code failed failed"
t_is "on-error open: all comes in" "$(statements), $(probe peer tcp "$HOST4" 22 80)" ", answered answered"
t_match "and the journal says so" "$(journal)" "on-error open: nothing was changed \(a module just loaded denies nothing\)"
rm "$work/portclass.conf"
t_ok "no file at all" again
t_match "the same" "$(unit), $(statements), $(journal)" \
	"^exit-code failed failed, , .*cannot read /etc/portclass.conf: No such file"
off
