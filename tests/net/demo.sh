#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh: what portclass is for, on real traffic, in a minute: make demo
#
# PORTCLASS_KO is the module, PORTCLASSCTL the tool. This host serves a web page and names; a client in a network
# namespace of its own uses them. Each command is shown with what it prints, and what has to happen is checked: the
# exit status is 0 only if all of it did.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/net/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/net/real.sh
. "$here/real.sh"

PATH=$work/bin:$PATH
mkdir -p "$work/bin"
ln -s "$PORTCLASSCTL" "$work/bin/portclassctl"

step() { printf '\n== %s\n' "$*"; }

# show COMMAND...: as one would type it here
show() {
	printf '\n    # %s\n' "${*/#$PORTCLASS_KO/portclass.ko}"
	"$@" 2>&1 | sed 's/^/    /'
}

# client COMMAND...: the same, in the client's namespace; ends with what became of it.
client() {
	local status=0
	printf '\n    client# %s\n' "$*"
	in_ns peer "$@" >"$work/said" 2>&1 || status=$?
	sed 's/^/    /' "$work/said"
	[ "$status" -eq 0 ] || printf '    (exit status %d)\n' "$status"
	return "$status"
}

# must WHAT COMMAND...: ends the demo if COMMAND fails.
must() {
	local what=$1
	shift
	if "$@"; then return; fi
	printf '\ndemo: FAILED: %s\n' "$what"
	exit 1
}
must_not() { must "$1" eval "! $(printf '%q ' "${@:2}")"; }

get() { client curl --silent --show-error --globoff --noproxy '*' --max-time 2 "$1"; }
resolve() { client dig +short +tries=1 +time=2 "@$HOST4" www.example "$@"; }

step "A host: nginx on port 80 and dnsmasq on 53, and somebody still has a telnet server on 23. A client uses them."
mk_peers
start_nginx root 80
start_dnsmasq root
serve_tcp root 23
must "the page comes" get "http://$HOST4/"

step "Load the module. From now on everything is counted, and nothing is denied."
must "the module loads" show insmod "$PORTCLASS_KO"
must "the page comes" get "http://$HOST4/"
must "the page comes by IPv6" get "http://[$HOST6]/"
must "the name resolves" resolve A
show portclassctl stats
show cat /sys/kernel/portclass/tcp/well_known/flows
must "two connections for well-known ports were counted" test "$(sysfs tcp/well_known/flows)" -ge 2

step "And by port: who knocks here? Ports nobody ever listed have their counters, too."
client nmap -n -Pn -sS -p 21-25,3389,5900 --max-retries 0 "$HOST4" || :
show portclassctl stats in --by port
must "the knock at 3389 has been counted" test "$(port_stat in tcp 3389 flows)" -ge 1

step "Telnet has no business here. One port, denied: who knocks gets no answer, and the server never hears of it."
must "telnet answers" client timeout 2 bash -c "head -n 1 </dev/tcp/$HOST4/23"
reached=$(served root tcp 23)
show portclassctl deny tcp/23
must_not "the denied port is silent" client timeout 2 bash -c "head -n 1 </dev/tcp/$HOST4/23"
must "it timed out, nobody refused" test ! -s "$work/said"
must "the server has not heard of it" test "$(served root tcp 23)" -eq "$reached"
must "the page still comes" get "http://$HOST4/"
must "the knocks were counted as denied" test "$(port_stat in tcp 23 denied_packets)" -ge 1

step "All well-known ports at once, but for those that are meant to be open."
show portclassctl policy in well-known deny
show portclassctl allow tcp/http any/domain
show portclassctl show
must "the page comes" get "http://[$HOST6]/"
must "the name resolves" resolve AAAA
must_not "another well-known port is silent" client timeout 2 bash -c "head -n 1 </dev/tcp/$HOST6/25"
must "what we ask others for is not concerned" show ping -q -c 1 "$PEER6"

step "Not sure? In observe mode it counts what it would deny, and lets it pass."
show portclassctl mode observe
denied=$(sysfs tcp/well_known/denied_packets)
must "telnet answers" client timeout 2 bash -c "head -n 1 </dev/tcp/$HOST4/23"
must "it has been counted as denied" test "$(sysfs tcp/well_known/denied_packets)" -gt "$denied"
show portclassctl mode enforce
must_not "denied again" client timeout 2 bash -c "head -n 1 </dev/tcp/$HOST4/23"

step "The counters, for people and for programs."
show portclassctl stats in
show cat /sys/kernel/portclass/tcp/well_known/denied_packets
printf '\n    # portclassctl --json stats in --by port | jq -c ".ports[] | select(.denied_packets > 0)"\n'
portclassctl --json stats in --by port | jq -c '.ports[] | select(.denied_packets > 0)' | sed 's/^/    /'

step "And gone, without a trace."
show portclassctl flush
must "telnet answers" client timeout 2 bash -c "head -n 1 </dev/tcp/$HOST4/23"
must "the module unloads" show rmmod portclass
must "nothing is left" test ! -e /sys/kernel/portclass
must "the page comes" get "http://$HOST4/"
printf '\ndemo: all of it behaved, in %d seconds\n' "$SECONDS"
