# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# All at once: traffic of all sorts on two processors, changes, dumps, events, namespaces and devices that come and go, and
# so does the module. What is checked meanwhile is in storm.py and its actors; here, that all works when it is over, and
# that nothing is left. STORM_SECONDS is for how long (20), STORM_SEED repeats one.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

: "${STORM_SECONDS:=20}" "${STORM_SEED:=$RANDOM$RANDOM}"
printf '# STORM_SEED=%s STORM_SECONDS=%s\n' "$STORM_SEED" "$STORM_SECONDS"

mk_peers
mk_routed
# A link that has been down has its addresses again, and nobody holds back answers.
sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1 net.ipv6.conf.to-right.keep_addr_on_down=1 \
	net.ipv6.conf.to-srv.keep_addr_on_down=1 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
for ns in root srv right; do
	serve_tcp $ns 5001 5003 5005 5007 5009 5011
	serve_udp $ns 9000 9001 9100 9200 9300
done
# Somebody else has hooks, too, everywhere (see test_70); and counts what comes, before all others.
nft -f - <<-END
	table inet others {
		chain first { type filter hook prerouting priority -450; iifname != "lo" counter; }
		chain out { type filter hook output priority -450; oifname != "lo" counter; }
		chain in { type filter hook input priority filter + 1; }
		chain through { type filter hook forward priority filter + 1; }
		chain last { type filter hook postrouting priority 0; }
	}
END

# storm SECONDS
storm() { python3 "$here/storm.py" "$1" "$STORM_SEED"; }
# What the kernel holds, in KiB, of what counters are made of: not of what it remembers for minutes of thousands of
# strange addresses and of routes. That of the rest all is given back is for the debug kernel to say.
held() { awk '/^(Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' /proc/meminfo; }

# Who asks for a module that is away would have the kernel start a program each time: in a slow guest, dozens of them at
# once, with nothing left for those who hold locks. What is asked for is here already; loading says so if not.
modprobe -qa nf_conntrack nf_reject_ipv4 nf_reject_ipv6 nfnetlink nf_conntrack_netlink || :
modprobe=$(</proc/sys/kernel/modprobe)
echo >/proc/sys/kernel/modprobe

# What everybody takes once is taken before it is looked at.
t_ok "a short one" storm 4
sed 's/^/# /' "$TAP_STATE/output"
unload_module
WAIT_SECONDS=2 wait_for false 2>/dev/null || :
before=$(held)
t_ok "all at once" storm "$STORM_SECONDS"
sed 's/^/# /' "$TAP_STATE/output"

# Of a kernel that watches for data races: how many accesses of ours it has had an eye on.
watched=$(sed -n 's/^setup_watchpoints: *//p' /sys/kernel/debug/kcsan 2>/dev/null || :)
[ -z "$watched" ] || t_ok "KCSAN has watched some ($watched)" test "$watched" -gt 1000

# All is as it was.
echo "$modprobe" >/proc/sys/kernel/modprobe
wait_for ping -c 1 -W 1 "$SRV6"
pc flush
pc track conntrack
probe_all() { probe peer tcp,udp "$HOST4,$HOST6" 5001 9000; }
answered="answered refused, answered refused, refused answered, refused answered"
came_up() { [ "$(probe_all)" = "$answered" ]; }
t_ok "who is allowed is answered" wait_for came_up
pc deny tcp/5001
pc reject udp/9000
t_is "who is denied is not" "$(probe_all)" "silent refused, silent refused, refused refused, refused refused"
pc flush
t_is "and again" "$(probe_all)" "$answered"
udp() { sysfs udp/dynamic/packets; }
packets=$(udp)
in_ns peer python3 "$here/stress.py" exactly 2000 "$HOST4" 60000
counted() { [ $(($(udp) - packets)) -eq 2000 ]; }
t_ok "2,000 packets are counted to the last one" wait_for counted
t_ok "the module goes" unload_module
t_is "and no namespace is left" "$(ip netns list | grep storm || :)" ""
if [ -e /sys/kernel/debug/kmemleak ]; then
	t_skip "what it held is given back" "checkers hold memory of their own here; kmemleak has a look at the end"
else
	# One namespace's, of which there were many, are 60 KiB at least.
	grown() { [ "$(($(held) - before))" -le 600 ]; }
	t_ok "what it held is given back" wait_for grown
	printf '# %d KiB more than before\n' $(($(held) - before))
fi
t_is "the kernel has nothing to say about it" \
	"$(dmesg | grep -E 'unregister_netdevice|waiting for|hook not found|new suspected' || :)" ""
