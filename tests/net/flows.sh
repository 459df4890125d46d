# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Conversations that go on while the module, its rules and connection tracking change. Meant to be sourced after lib.sh.

: "${work:?set by lib.sh}" "${here:?set by lib.sh}"

# talk REQUEST...: asks talk.py, which says what it can be asked.
talk() {
	local fd
	if [ ! -p "$work/talk.answers" ]; then
		mkfifo "$work/talk.answers" "$work/talk.requests"
		start talk root python3 "$here/talk.py" "$work/talk.requests" "$work/talk.answers"
	fi
	exec {fd}<>"$work/talk.answers"
	printf '%s\n' "$*" >"$work/talk.requests"
	IFS= read -r -t $((30 * ${PATIENCE:-1})) <&"$fd" || REPLY="no answer: $(tail -n 1 "$work/talk.log")"
	exec {fd}>&-
	printf '%s\n' "$REPLY"
}

# converse NAME PROTO FROM TO ADDRESS PORT[:LISTENER] [LOCAL-PORT]: a conversation is begun, or the test ends.
converse() {
	local said
	said=$(talk open "$@")
	[ "$said" = open ] || { printf '# no conversation %s: %s\n' "$*" "$said" && return 1; }
}

# says client|server|both NAME...: "heard" if the other end of each has heard it, within a time for slow machines.
says() { talk say "${SAY_SECONDS:-$((9 * ${PATIENCE:-1}))}" "$@"; }
# hushed client|server|both NAME...: "silent" if nobody has; TCP has tried five times by then.
hushed() { SAY_SECONDS=1 says "$@"; }

# each [--netns NS] CONDITION [TEXT]: the ports with counters that meet a condition of jq's, as: in tcp/22, out udp/53;
# or a text for each, with \(.flows) and such in it
each() {
	local options=(--json) name='\(.scope) \(.proto)/\(.port)'
	if [ "$1" = --netns ]; then
		options+=(--netns "$2")
		shift 2
	fi
	pc "${options[@]}" stats --by port | jq -r "[.ports[] | select($1) | \"${2-$name}\"] | join(\", \")"
}

# fields NS SCOPE PROTO PORT FIELD...: counters of a port, between blanks; 0 if it has seen no traffic
fields() {
	local options=(--json)
	[ "$1" = root ] || options+=(--netns "$1")
	pc "${options[@]}" stats "$2" --by port |
		jq -r --arg proto "$3" --argjson port "$4" '[.ports[] | select(.proto == $proto and .port == $port)][0] // {} |
			[.[$ARGS.positional[]] // 0 | tostring] | join(" ")' --args "${@:5}"
}

# tracked NS: how many flows conntrack knows there. It knows none where nobody uses it.
tracked() { in_ns "$1" sysctl -n net.netfilter.nf_conntrack_count; }
# forget_flows NS
forget_flows() { in_ns "$1" conntrack -F; } >/dev/null 2>&1
