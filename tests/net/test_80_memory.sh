#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a namespace costs: nothing at rest, little when it is configured, and a bounded lot when all ports see traffic; and
# who is charged for it.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

trace=/sys/kernel/tracing

# memory NAME WHAT [ARG...]
memory() {
	t_ok "$1" python3 "$here/memory.py" "${@:2}"
	sed -n '/KiB/{s/^/# /p;q}' "$TAP_STATE/output"
	if [ -e /sys/module/portclass ]; then unload_module; fi
}

# The figures come first, while nothing else goes on.
memory "60 namespaces at rest cost next to nothing, configured ones 64 KiB at most" namespaces 60
mk_ns peer
mk_ns srv
memory "counters of all ports of a protocol stay within their bound" ports
mkdir "$work/cgroup"
mount -t cgroup2 cgroup "$work/cgroup"
memory "and are charged to the cgroup of who configured it, which may have no room for them" limited "$work/cgroup/limited"
umount "$work/cgroup"

# The packet path, seen by the function tracer. Two namespaces talk to each other past the initial one, which is active.
load_module
ip link add name side netns peer type veth peer name side netns srv
for ns in peer srv; do
	ip -netns "$ns" -batch - <<-END
		address add 10.66.0.$([ "$ns" = peer ] && echo 1 || echo 2)/24 dev side
		link set side up
	END
done
# A listener, so that no ICMP error goes back.
start sink srv socat -u UDP4-RECV:7777 OPEN:/dev/null
wait_for in_ns srv grep -q :1E61 /proc/net/udp
# talk: ten datagrams one way.
talk() {
	in_ns peer bash -c 'for i in {1..10}; do echo >/dev/udp/10.66.0.2/7777; done' 2>/dev/null
}
# calls WANT: how many packets have been looked at, by functions for IPv4: IPv6 never is quiet for long.
called() { grep -cE ' (in|out|forward)_v4 ' "$trace/trace" || :; }
calls() {
	echo >"$trace/trace"
	talk
	# It is synchronous, down to the receiver; only softirqs may be late.
	for _ in {1..50}; do
		[ "$(called)" -lt "$1" ] || break
		sleep 0.1
	done
	sleep 0.2
	called
}
if [ -w "$trace/set_ftrace_filter" ] && echo ':mod:portclass' >"$trace/set_ftrace_filter"; then
	printf '%s\n' in_v4 out_v4 forward_v4 >"$trace/set_ftrace_filter"
	echo function >"$trace/current_tracer"
	t_is "at rest, no packet comes to the module" "$(calls 0)" 0
	t_is "reading makes nobody active" "$(pc -n srv --json show | jq .active)$(pc -n srv stats >/dev/null)$(calls 0)" false0
	pc -n srv allow tcp/1
	t_is "configured, each does: 10 arrive" "$(calls 10)" 10
	pc -n srv flush
	t_is "flushed, they are counted still" "$(calls 10)" 10
	pc -n peer flush
	t_is "active at both ends: 10 leave and 10 arrive" "$(calls 20)" 20
	echo nop >"$trace/current_tracer"
	echo >"$trace/set_ftrace_filter"
else
	t_skip "at rest, no packet comes to the module" "no function tracer"
fi
unload_module
