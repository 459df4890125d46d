# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# The part of guest.sh that is about ports that are open to some sources only. Meant to be sourced by it, and to be run
# with portclass-test, 192.0.2.2, as a peer.

# answers ADDRESS PORT: somebody there gets a connection from portclass-test.
answers() { ip netns exec portclass-test timeout 2 socat -u OPEN:/dev/null "TCP:$1:$2,connect-timeout=1"; }
no_answer() { ! answers "$@"; }
# rule_from NUMBER JSON: the sources of this rule.
rule_from() { is ".rules[$1].from == $2" -j show; }
shows_sources() {
	ctl show | tee "$work/out" | tr -s ' ' | grep -A 3 '^RULE' | diff - <(cat <<-'END'
		RULE SCOPE PORT SERVICE FROM
		allow in tcp/2200 192.0.2.0/24
		 2001:db8::/32
		allow in tcp/2201
	END
	)
}
too_many_sources() {
	local port
	for port in {1..257..2}; do echo "udp/$port"; done >"$work/ports"
	refused 1 "standard input, line 129, word 1: kernel: more than 128 rules with sources" \
		allow forward - from 10.0.0.0/8 <"$work/ports"
}

sources() {
	local listener peer='192.0.2.2 50000 192.0.2.1 22' generation
	ip -n portclass-test addr add 2001:db8::2/64 dev there nodad
	socat TCP6-LISTEN:2200,fork,reuseaddr,ipv6only=0 PIPE & listener=$!
	check "a port for some" silent allow tcp/2200 from 2001:db8::/32 192.0.2.0/24 192.0.2.7
	check "show: from whom" rule_from 0 '["192.0.2.0/24", "2001:db8::/32"]'
	check "they get in" answers 192.0.2.1 2200
	check "by IPv6, too" answers '[2001:db8::1]' 2200
	check "explain: which source decides" is '.explain[0] | .verdict == "allow" and .passes and
		.source == "192.0.2.0/24" and .decided_by == "rule" and .rule.from == ["192.0.2.0/24", "2001:db8::/32"]' \
		-j explain tcp/2200 from 192.0.2.2
	check "explain: none does" is '.explain[0] | .verdict == "deny" and (.passes | not) and (has("source") | not)' \
		-j explain tcp/2200 from 192.0.3.2
	check "text: which one" is_text "from 2001:db8::2, by its source 2001:db8::/32" explain tcp/2200 from 2001:db8::2
	check "text: for all" is_text "tcp/2200, dialled by a peer: allowed from its sources only" explain tcp/2200
	check "another one for all" silent allow tcp/2201
	check "text: a row for each source" shows_sources
	check "history: with its sources" is '.history[-2].rules[0].from | sort == ["192.0.2.0/24", "2001:db8::/32"]' \
		-j history
	check "for others only" silent allow tcp/2200 from 198.51.100.0/24 192.0.2.2/31
	check "text: history" line '.*: allow in tcp/2200 from 2 sources'
	check "the peer is among them" answers 192.0.2.1 2200
	check "not by IPv6" no_answer '[2001:db8::1]' 2200
	check "for others" silent allow tcp/2200 from 192.0.2.4/30
	check "it isn't any more" no_answer 192.0.2.1 2200
	check "one source: history" line '.*: allow in tcp/2200 from 192.0.2.4/30'
	check "save has them" is '.statements[-2:] == ["allow in tcp/2200 from 192.0.2.4/30", "allow in tcp/2201"]' -j save
	printf 'allow tcp/2200 from 192.0.2.2\nallow tcp/2202 udp/53-60 from ::/0\n' >"$work/some.conf"
	check "differences" diffs "$work/some.conf" <<-'END'
		-allow in tcp/2200 from 192.0.2.4/30
		+allow in tcp/2200 from 192.0.2.2
		-allow in tcp/2201
		+allow in tcp/2202 from ::/0
		+allow in udp/53-60 from ::/0
	END
	check "apply them" changed_once silent apply "$work/some.conf"
	check "no more differences" diffs "$work/some.conf" </dev/null
	check "what is saved can be applied" survives
	check "it is for the peer" answers 192.0.2.1 2200
	check "for all again" silent allow tcp/2200
	check "no sources are left" is '.rules[0] | has("from") | not' -j show
	kill "$listener"

	check "129 rules with sources" too_many_sources
	check "changed nothing" is '[.rules[] | select(.scope == "forward")] == []' -j show
	seq -f '2001:db8:ffff:ffff:ffff:ffff:ffff:%g' 1001 2 1199 >"$work/sources"
	# shellcheck disable=SC2046  # words
	check "100 sources" silent allow forward tcp/1-9 from $(cat "$work/sources")
	check "they are there" is '.rules[-1].from | length == 100' -j show
	check "they can be saved and applied" survives
	check "and explained" is '.explain[0].source == "2001:db8:ffff:ffff:ffff:ffff:ffff:1199"' \
		-j explain forward tcp/9 from 2001:db8:ffff:ffff:ffff:ffff:ffff:1199
	check "forget it" silent flush

	generation=$(ctl -j show | jq .generation)
	check "a session: not for others only" ssh_refused "$peer" "22 from 192.0.2.2" allow ssh from 10.0.0.0/8 192.0.2.128/25
	check "nor by a file" ssh_refused "$peer" "22 from 192.0.2.2" apply - <<<'allow tcp/1-99 from 10.0.0.0/8'
	check "indeed" is ".generation == $generation" -j show
	check "for others and for itself, it may be" ssh_silent "$peer" allow ssh from 10.0.0.0/8 192.0.2.0/24
	check "by IPv6" ssh_refused '2001:db8::2 50000 2001:db8::1 2022' "2022 from 2001:db8::2" allow tcp/2022 from 192.0.2.2
	check "under a policy" silent policy in all deny --force
	check "its source can't be taken away" ssh_refused "$peer" "22 from 192.0.2.2" allow ssh from 10.0.0.0/8
	check "nor the rule" ssh_refused "$peer" "22 from 192.0.2.2" unset ssh
	check "by force, it can" ssh_silent "$peer" allow ssh from 10.0.0.0/8 --force
	check "who is out already may do what he likes" ssh_silent "$peer" deny ssh
	check "forget it" silent flush
}
