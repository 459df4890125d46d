#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module comes and goes, under traffic and under those who configure it.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

# stress NAME WHAT [ARG...]
stress() {
	t_ok "$1" python3 "$here/stress.py" "${@:2}"
	sed -n '$s/^/# /p' "$TAP_STATE/output"
}
# udp FIELD: of this host's UDP statistics
udp() {
	awk -v field="$1" '$1 == "Udp:" { if (!n) { for (n = 2; $n != field; n++); } else print $n }' /proc/net/snmp
}
arrived() { echo $(($(udp InDatagrams) + $(udp NoPorts) + $(udp InErrors))); }

mk_peers
# Somebody else has hooks, too. The first hook of all, and the last to go, has the kernel patch its own code in the
# packet path; and when one emulated processor patches what another one runs, both have been seen to stand still.
nft -f - <<-END
	table inet others {
		chain in { type filter hook input priority filter + 1; }
		chain out { type filter hook output priority filter + 1; }
		chain through { type filter hook forward priority filter + 1; }
	}
END
# Both no faster than leaves time for the rest.
start sink root iperf3 --server --port 5001
wait_for grep -q :1389 /proc/net/tcp6
start stream peer iperf3 --client "$HOST4" --port 5001 --bitrate 20M --time 3600
stream=$pid
start flood peer python3 "$here/stress.py" flood "$HOST4"
flood=$pid

times=$(fewer 50)
stress "loaded and unloaded $times times under a TCP stream and a UDP flood" reload "$times"
t_ok "the stream is still the same" kill -0 "$stream"
stop "$flood" "$stream"

# No packet is lost to the counters: what the module has counted is what UDP has got.
load_module
before=$(arrived)
in_ns peer python3 "$here/stress.py" exactly 20000 "$HOST4" 5004
arrived_all() { [ $(($(arrived) - before)) -eq "$(sysfs udp/registered/packets)" ]; }
t_ok "20,000 packets are counted to the last one" wait_for arrived_all
t_is "by port, too" "$(port_stat in udp 5004 packets)" "$(sysfs udp/registered/packets)"
t_ok "which most of them have reached" test "$(sysfs udp/registered/packets)" -ge 19000

stress "8 who change it at once end in what one of them asked for" appliers 3
stress "unloaded under 8 who change it" churn "$(fewer 15)"
stress "a dump that nobody finishes holds the module until its socket closes" dump
t_not "then it is gone" test -e /sys/module/portclass

load_module
for i in $(seq 10); do
	ip netns add "live$i"
	pc -n "live$i" deny "tcp/$i" udp/53
	pc -n "live$i" policy out dynamic deny
done
t_ok "it goes, with 10 namespaces configured" unload_module
load_module
t_is "and finds them at rest when it is back" "$(pc -n live3 --json show | jq -c '[.active, .generation]')" '[false,1]'
unload_module
t_is "the kernel has nothing to say about it" "$(dmesg | grep -iE 'portclass.*(leak|warn|bug)|unregister_netdev' || :)" ""
