# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Many change the configuration at once, some of them die of it, and no counter knows of any of that.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
load_module
serve_tcp root 80 81
serve_udp root 53 54

# appliers NAME WHAT [COUNT]
appliers() {
	t_ok "$1" python3 "$here/appliers.py" "${@:2}"
	sed -n '$s/^/# /p' "$TAP_STATE/output"
	pc flush
}
appliers "8 apply whole files at once: what is saved is one of them, never a mix" files
appliers "killed at any moment of an apply: what was before, or what was asked for" kill "$(fewer 150)"
appliers "8 writers of single commands: each took effect, or failed and said why" commands
appliers "as many single ports as there are, saved while they change" large

# A bit of everything is counted; then nothing more.
printf '%s\n' 'policy in well-known deny udp' 'allow in tcp/80' 'deny in tcp/81' 'deny out tcp/81' >"$work/one.conf"
printf '%s\n' 'mode observe' 'track none' 'policy in all deny' >"$work/two.conf"
pc apply "$work/one.conf"
probe peer tcp,udp "$HOST4,$HOST6" 80 81 53 54 9999 >/dev/null
probe root tcp "$SRV4" 80 81 >/dev/null
counters() {
	pc --json stats && pc --json stats --by port
	grep -r . /sys/kernel/portclass/tcp /sys/kernel/portclass/udp | sort
}
still() { [ "$(counters)" = "$(sleep 0.4; counters)" ]; }
t_ok "the traffic is over" wait_for still
before=$(counters)
t_is "something of it was denied, and something wasn't" \
	"$(port_stat in tcp 80 denied_packets) $(($(port_stat in tcp 81 denied_packets) > 0))" "0 1"

# keeps NAME COMMAND...: the command works, and all counters are as they were.
keeps() {
	local name=$1 status=0 after
	shift
	"$@" >"$work/said" 2>&1 || status=$?
	after=$(counters)
	tap_report $((status != 0)) "$name: done" "$(cat "$work/said")"
	t_is "$name: no counter has changed" "$(diff <(echo "$before") <(echo "$after"))" ""
}
not_pending() { pc --json show | jq -e 'has("pending") | not'; }
taken_back() {
	pc apply "$work/two.conf" --confirm 1 && wait_for not_pending && [ "$(pc --json show | jq -r .mode)" = enforce ]
}
confirmed() { pc apply "$work/two.conf" --confirm 60 && pc confirm; }
promoted() {
	python3 - <<-END
		import sys
		sys.path.insert(0, "$here")
		import netlink as nl
		client = nl.Client()
		client.set(nl.attr(nl.SHADOW), nl.attr(nl.FLUSH), nl.rule(nl.IN, nl.TCP, nl.DENY, 80))
		client.act(nl.SHADOW_PROMOTE)
	END
}
saved() { pc save >"$work/saved"; }
keeps "save" saved
keeps "apply" pc apply "$work/two.conf"
keeps "apply, as it was" pc apply "$work/saved"
keeps "apply, taken back" taken_back
keeps "apply, confirmed" confirmed
keeps "promote" promoted
keeps "restore" pc restore "$work/one.conf"
keeps "flush" pc flush

start flood peer python3 "$here/stress.py" flood "$HOST4" "$HOST6"
appliers "under traffic, no counter ever goes down" grow
