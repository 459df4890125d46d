#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tool is asked wrongly: an error that names the word, the right exit status, and nothing changed.

set -euo pipefail
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

# Not how many connections there are: some of an earlier test may still go.
state() { pc --json show | jq -c "del(.conntrack)"; }

# wrong STATUS REGEX ARG...: portclassctl fails with STATUS, says REGEX on stderr, nothing on stdout, changes nothing.
wrong() {
	local want=$1 regex=$2 status=0 after
	shift 2
	"${as[@]}" "$PORTCLASSCTL" "$@" >"$work/out" 2>"$work/err" <"$stdin" || status=$?
	after=$(state)
	tell "'$*'${why:+ $why}" "$want" "$status" "$regex" "$before" "$after"
}

# tell NAME WANT-STATUS STATUS REGEX BEFORE AFTER: one test of all these.
tell() {
	local err bad=()
	err=$(<"$work/err")
	[[ $3 =~ ^[$2]$ ]] || bad+=("exit status $3, not $2")
	[[ $err =~ $4 ]] || bad+=("no '$4' on stderr")
	[ ! -s "$work/out" ] || bad+=("something on stdout")
	[ "$5" = "$6" ] || bad+=("something has changed")
	t_is "$1: status $2, /$4/" "$(printf '%s; ' "${bad[@]}")${bad:+$err}" "; "
}
as=() stdin=/dev/null why=

# Without the module.
for command in show stats "deny tcp/80" "policy all deny" "mode observe" flush; do
	status=0
	# shellcheck disable=SC2086  # words
	pc $command >"$work/out" 2>"$work/err" || status=$?
	tell "'$command' without the module" 1 "$status" "portclassctl load" "" ""
done

load_module
pc deny tcp/7 udp/9-10
pc policy forward dynamic deny
before=$(state)

for word in tcp/0x1 tcp/65536 tcp/99999999999999999999 tcp/-1 tcp/ tcp/80-22 tcp/80- tcp/-80 tcp/1-65536 \
	tcp/80,443 "tcp/80 " " tcp/80" tcp/+80 tcp/8e1 sctp/80 /80 80 TCP//80 tcp/80/443 tcp/nosuchservice nosuchservice \
	""; do
	wrong 2 "${word//[+\/]/.}" deny "$word"
done
for command in allow unset; do
	wrong 2 "tcp/65536" "$command" out tcp/1 tcp/65536
done
wrong 2 "port number" deny tcp/é
wrong 2 "tcp/65536" deny tcp/1 udp/2 any/3-4 tcp/65536
wrong 2 "tcp/65536" deny tcp/65536 tcp/1
wrong 2 "inn" deny inn tcp/1
wrong 2 "forward" deny tcp/1 forward
wrong 2 "PORT|port" deny
wrong 2 "PORT|port" allow out
wrong 2 "frobnicate" frobnicate tcp/1
wrong 2 "did you mean deny" dney tcp/1
wrong 2 "privileged" policy privileged deny
wrong 2 "ephemeral" policy in ephemeral deny
wrong 2 "refuse" policy all refuse
wrong 2 "sctp" policy all deny sctp
wrong 2 "unset" policy all unset
wrong 2 "." policy all
wrong 2 "audit" mode audit
wrong 2 "." mode
wrong 2 "more" mode observe more
wrong 2 "tcp/1" flush tcp/1
wrong 2 "bytes" stats --by bytes
wrong 2 "nowhere" stats nowhere
wrong 2 "by" deny --by port tcp/1
wrong 2 "frob" --frob show
wrong 2 "Usage"
wrong 1 "nosuchns" --netns nosuchns deny tcp/1
wrong 2 "\.\./x" --netns ../x deny tcp/1

# From a pipe.
stdin=$work/in
printf 'tcp/1\n# all of this\nudp/2 tcp/3\nfoo/4 tcp/5\n' >"$stdin"
why="from a pipe" wrong 2 "line 4.*foo/4" deny -
: >"$stdin"
why="from an empty pipe" wrong 2 "port|PORT" deny -
printf 'tcp/1\0tcp/2\n' >"$stdin"
why="from a pipe with a NUL" wrong 2 "NUL byte" deny -
head -c 100000 /dev/urandom | tr -d '\0' >"$stdin"
why="from a pipe of random bytes" wrong 2 "." deny -
stdin=/dev/null

# Without the privilege.
need="kernel: .*CAP_NET_ADMIN"
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
for args in "deny tcp/80" "policy all deny" "mode observe" flush; do
	as=("${nobody[@]}")
	# shellcheck disable=SC2086  # words
	why="as nobody" wrong 1 "$need" $args
	as=(capsh --drop=cap_net_admin --shell=/usr/bin/env --)
	# shellcheck disable=SC2086  # words
	why="as root without CAP_NET_ADMIN" wrong 1 "$need" $args
	as=("${nobody[@]}" unshare --user --map-root-user)
	# shellcheck disable=SC2086  # words
	why="as root of a user namespace, over a network that isn't its" wrong 1 "$need" $args
done
as=()

t_is "anybody can read the configuration" "$("${nobody[@]}" "$PORTCLASSCTL" --json show | jq -c "del(.conntrack)")" "$(state)"
t_ok "anybody can read the counters" "${nobody[@]}" "$PORTCLASSCTL" stats
# shellcheck disable=SC2016  # for the inner shell
t_ok "root of a user namespace can configure a network of its own" \
	env HOME=/ "${nobody[@]}" unshare --user --map-root-user --net bash -euc '
		"$0" deny tcp/80
		"$0" policy in dynamic deny
		[ "$("$0" --json show | jq -c "[.generation, (.rules | length)]")" = "[3,1]" ]' "$PORTCLASSCTL"
t_is "and that is nobody else's" "$(state)" "$before"
