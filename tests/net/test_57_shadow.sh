# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A shadow table says what it would deny, and denies nothing, until it is made the live one.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
load_module
serve_tcp root 80 81
serve_udp root 53
pc deny tcp/81

# shadow STATEMENT...: Python, with "client" and the names of netlink.py; prints what the last one gives.
shadow() {
	python3 - <<-END
		import sys
		sys.path.insert(0, "$here")
		import netlink as nl
		from history import CAUSES, history
		client = nl.Client()
		def stats():
		    return sorted((nl.SCOPES[s], nl.PROTOS[p], port, *seen) for (s, p, port), seen in
		                  client.ports(nl.attr(nl.PORT_STATS_SHADOW)).items())
		try:
		    print($1)
		except nl.Refused as refusal:
		    print(refusal.errno, refusal.message)
	END
}
# counted: what the live counters say of a port, which no shadow may touch.
counted() { pc --json stats --by port | jq -c "[.ports[] | select(.port == $1) | [.proto, .flows, .denied_packets]]"; }

t_is "none: asked for" "$(shadow 'client.config(shadow=True)')" "2 there is no shadow table"
t_is "none: promoted" "$(shadow 'client.act(nl.SHADOW_PROMOTE)')" "2 there is no shadow table"
t_is "none: dropped" "$(shadow 'client.act(nl.SHADOW_DROP)')" "2 there is no shadow table"

generation=$(pc --json show | jq .generation)
t_is "set" "$(shadow 'client.set(nl.attr(nl.SHADOW), nl.attr(nl.FLUSH), nl.policy(0, 0, 0, nl.DENY), nl.rule(0, 1, nl.DENY, 53))')" None
t_is "nothing live has changed" "$(pc --json show | jq -c '[.generation, (.rules | length)]')" "[$generation,1]"
t_is "nor what becomes of packets" "$(probe peer tcp,udp "$HOST4" 80 81 53)" \
	"answered silent refused, refused refused answered"
t_is "what it would have denied is counted, both ways" \
	"$(shadow '[(one[:3], one[3], one[4] == one[6]) for one in stats()]')" \
	"[(('in', 'tcp', 53), 1, True), (('in', 'tcp', 80), 1, True), (('in', 'tcp', 81), 1, True), (('in', 'udp', 53), 1, True)]"
live=$(counted 80) live81=$(counted 81)
t_is "its rules can be read" "$(shadow 'client.rules_once(nl.attr(nl.RULES_SHADOW))')" "([(0, 1, 53, 53, 2)], False)"
t_is "and its policies" "$(shadow 'client.config(shadow=True)["policy"][0, 0, 0]')" 2

t_is "another candidate begins at 0" "$(shadow 'client.set(nl.attr(nl.SHADOW), nl.attr(nl.FLUSH), nl.rule(0, 0, nl.DENY, 80)) or stats()')" "[]"
t_is "it can't be confirmed" "$(shadow 'client.set(nl.attr(nl.SHADOW), nl.attr(nl.FLUSH), nl.u32(nl.CONFIRM_IN, 9))')" \
	"22 a shadow table changes nothing yet"
t_is "promoted" "$(shadow 'client.act(nl.SHADOW_PROMOTE)')" None
t_is "it is the live one in one step" "$(pc --json show | jq -c '[.generation, [.rules[] | [.action, .low]]]')" \
	"[$((generation + 1)),[[\"deny\",80]]]"
t_is "counters are as they were" "$(counted 80) $(counted 81)" "$live $live81"
t_is "and packets know it" "$(probe peer tcp "$HOST6" 80 81)" "silent answered"
t_is "there is no shadow any more" "$(shadow 'client.config(shadow=True)')" "2 there is no shadow table"

t_is "promoted for a second: taken back" "$(shadow 'client.set(nl.attr(nl.SHADOW), nl.attr(nl.FLUSH)) or client.act(nl.SHADOW_PROMOTE, nl.u32(nl.CONFIRM_IN, 1))')" None
back() { [ "$(pc --json show | jq '.rules | length')" -eq 1 ]; }
t_ok "and there again" wait_for back
t_is "set, and dropped" "$(shadow 'client.set(nl.attr(nl.SHADOW), nl.attr(nl.FLUSH)) or client.act(nl.SHADOW_DROP)')" None
t_is "the history tells" "$(shadow '" ".join(CAUSES[one["cause"]] for one in history(client))')" \
	"request shadow shadow promote shadow promote revert shadow shadow-drop"
t_is "a reason is given once" "$(shadow 'client.act(nl.SHADOW_DROP, nl.attr(nl.REASON, b"a\0"), nl.attr(nl.REASON, b"b\0"))')" \
	"22 attribute given twice"
# Under traffic, with candidates that come and go.
start flood peer python3 "$here/stress.py" flood "$HOST4"
t_is "200 candidates under traffic" "$(shadow 'len([client.set(nl.attr(nl.SHADOW), nl.policy(0, 1, i % 3, nl.DENY)) or
	(i % 7 or client.act(nl.SHADOW_DROP)) for i in range(200)])')" 200
