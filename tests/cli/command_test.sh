#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The command as a stranger meets it, with no module loaded: exit statuses, and what it says where. Prints TAP.
# PORTCLASSCTL is the command, KERNEL_SILENT a library that hides the kernel's answers.

set -u
: "${PORTCLASSCTL:?is to be the command to test}" "${KERNEL_SILENT:?is to be kernel_silent.so}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0
unset NO_COLOR POSIXLY_CORRECT

# result STATUS NAME: one line of TAP, and the evidence if it went wrong.
result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $2"
	sed 's/^/# status: /' "$work/status"
	sed 's/^/# out: /' "$work/out"
	sed 's/^/# err: /' "$work/err"
}

run() {
	timeout 20 "$PORTCLASSCTL" "$@" >"$work/out" 2>"$work/err"
	echo $? >"$work/status"
}

# good NAME STATUS: the last run ended so, and said something on the right side only.
ended() {
	ok=0
	[ "$(cat "$work/status")" -eq "$2" ] || ok=1
	if [ "$2" -eq 0 ]; then
		[ ! -s "$work/err" ] || ok=1
	else
		[ ! -s "$work/out" ] || ok=1
		[ -s "$work/err" ] || ok=1
	fi
	result "$ok" "$1"
}

# says NAME TEXT: stderr has this line.
says() {
	grep -qxF -- "$2" "$work/err"
	result $? "$1"
}

# wrong WORD LINE ARGUMENT...: exit status 2, and a caret below the WORD of the command line.
wrong() {
	word=$1
	shift
	run "$@"
	ok=0
	[ "$(cat "$work/status")" -eq 2 ] || ok=1
	[ ! -s "$work/out" ] || ok=1
	# What stands above the carets is the faulty word or its faulty part.
	above=$(awk '
		/^ *\^~*$/ { print substr(before, index($0, "^"), length($0) - index($0, "^") + 1) }
		{ before = $0 }
	' "$work/err")
	[ "$above" = "$word" ] && grep -qE '^ *\^~*$' "$work/err" || ok=1
	result "$ok" "points at '$word': $*"
}

# usage ARGUMENT...: exit status 2, whatever it points at.
usage() {
	run "$@"
	ended "is refused: $*" 2
}

wrong 65536 allow tcp/65536
wrong 0x1 deny tcp/0x1
wrong -1 deny tcp/-1
wrong 080 allow tcp/080
wrong 80-22 unset out tcp/80-22
wrong sctp allow sctp/80
wrong nosuchservice allow tcp/nosuchservice
wrong nosuchservice allow nosuchservice
wrong 80 allow 80
wrong 1x allow tcp/1 tcp/2 udp/3-4 tcp/1x
wrong forward allow tcp/80 forward
wrong - allow tcp/1 -
wrong '' allow
wrong '' allow in
wrong '' allow tcp/
wrong '' reject
wrong 1x reject out tcp/1x
wrong '' allow tcp/22 from
wrong '' allow - from
wrong 33 allow tcp/22 from 192.0.2.0/33
wrong 192.0.2.7/24 allow in ssh from ::1 192.0.2.7/24
wrong 192.0.2 allow tcp/22 from 192.0.2
wrong tcp allow tcp/22 from ::1 tcp/80
wrong from allow from ::1
wrong from unset tcp/22 from ::1
wrong from reject - from ::1
wrong from allow out tcp/22 from ::1
wrong from deny tcp/22 from
wrong form allow tcp/22 form ::1
wrong ::ffff:1.2.3.4 allow tcp/22 from ::ffff:1.2.3.4
wrong from explain from ::1
# shellcheck disable=SC2046  # words
wrong 10.0.1.101 allow tcp/22 from $(seq -f 10.0.1.%g 1 101)
wrong '' policy
wrong '' policy in all
wrong '' mode
wrong dorp policy all dorp
wrong unset policy all unset
wrong sctp policy all deny sctp
wrong rejects policy all rejects
wrong udp policy all deny tcp udp
wrong obsreve mode obsreve
wrong now mode enforce now
wrong '' track
wrong on track on
wrong contrack track contrack
wrong none track conntrack none
wrong now flush now
wrong now show now
wrong now unload now
wrong two load one two
wrong inn stats inn
wrong tcp stats in tcp
wrong rule stats --by rule
wrong 0 stats --watch=0
wrong 3x stats --watch --count 3x
wrong 3 stats --count 3
wrong 5 stats --watch 5
wrong name stats --by port --sort name
wrong 0 stats --by port --limit 0
wrong -1 stats --by port --limit -1
wrong bytes stats --sort bytes
wrong 3 stats --limit 3
wrong bytes stats --by class --sort bytes --limit 3
wrong --sort show --sort bytes
wrong now save now
wrong promot shadow promot
wrong dorp shadow dorp
wrong nosuchfile shadow nosuchfile
wrong now shadow promote now
wrong b shadow a b
wrong promote shadow drop promote
wrong --confirm shadow --confirm 60
wrong --confirm shadow /dev/null --confirm 60
wrong --force shadow drop --force
wrong --reason shadow --reason why
wrong --confirm shadow drop --confirm 60
wrong --limit shadow promote --limit 3
wrong --all shadow --all
wrong 0 shadow --limit 0
wrong 9h shadow promote --confirm 9h
wrong two apply --check one two
wrong two restore one two
wrong --diff apply --check --diff
wrong --confirm apply --check --confirm 60 file
wrong --force apply --force --diff file
wrong --reason apply --diff --reason why file
wrong --check show --check
wrong --all apply --all
wrong '' explain
wrong '' explain in
wrong 20-30 explain tcp/20-30
wrong tcp/81 explain tcp/80 tcp/81
wrong - explain -
wrong sctp explain forward sctp/80
wrong '' explain tcp/80 from
wrong 192.0.2.256 explain tcp/80 from 192.0.2.256
wrong ::2 explain any/80 from ::1 ::2
wrong from explain out tcp/80 from 192.0.2.7
wrong --by allow --by port tcp/1
wrong 0 deny tcp/1 --confirm 0
wrong 9h policy all deny --confirm 9h
wrong 1d flush --confirm=1d
wrong --confirm deny tcp/1 --confirm
wrong "'" mode observe --reason ''
wrong '?' mode observe --reason "$(printf 'two\nlines')"
wrong --confirm show --confirm 60
wrong --confirm confirm --confirm 60
wrong --force confirm --force
wrong --force=1 deny tcp/1 --force=1
wrong --force stats --force
wrong --reason explain tcp/1 --reason why
wrong --reason=why history --reason=why
wrong --count history --count 3
wrong --limit monitor --limit 3
wrong --confirm load --confirm 60
wrong now confirm now
wrong in history in
wrong in monitor in
wrong 0 history --limit 0
wrong 0 monitor --count 0
wrong a -n a unload
wrong alow alow tcp/1
wrong --jsn --jsn show
wrong -x show -x
wrong -jx show -jx
wrong -n show -n
wrong --json=1 show --json=1
wrong a/b -n a/b show
wrong .. -n .. show
wrong blue --color blue show
wrong "it's" allow "it's"
wrong a -n a load

usage
usage -j
usage ''
usage --
usage allow ''
usage allow 'tcp/80 tcp/81'
usage allow tcp/80,81
usage allow 'tcp/*'

run shadow promot
says "names what is no file" "portclassctl: 'promot' is no file here; did you mean promote?"
run shadow /dev/null
ended "a shadow of nothing" 2
run shadow ./nosuchfile
ended "a shadow of no file" 1
says "says so" "portclassctl: cannot read ./nosuchfile: No such file or directory"
printf 'deny tcp/1x\n' >"$work/in"
run shadow - <"$work/in"
ended "a shadow of a bad file" 2
says "names the place" "portclassctl: standard input, line 1, column 10: '1x' is no port number"
run alow tcp/1
says "names the command that was meant" "portclassctl: there is no command 'alow'; did you mean allow?"
run allow sctp/80
says "names what would be valid" "  PROTO is tcp, udp or any"
run allow tcp/65536
says "shows the command line" "  portclassctl allow tcp/65536"
run allow "$(printf 'tcp/\033[31m')"
grep -q "$(printf '\033')" "$work/err"
result $((!$?)) "sends nothing that a terminal would obey"

printf 'tcp/80 # one\n\ntcp/81 tcp/8x udp/9\n' >"$work/in"
run allow - <"$work/in"
ended "wrong word on standard input" 2
says "names its line and place" \
	"portclassctl: standard input, line 3, word 2: '8x' is no port number"
says "shows its line" "  tcp/81 tcp/8x udp/9"
echo 'tcp/22 from 192.0.2.7' >"$work/in"
run allow - <"$work/in"
ended "sources on standard input" 2
says "says where they belong" \
	"portclassctl: standard input, line 1, word 2: 'from' comes behind the ports, on the command line"
run allow in - </dev/null
ended "nothing on standard input" 2
printf 'tcp/80\0' >"$work/in"
run allow - <"$work/in"
ended "no text on standard input" 2
run allow - <"$work"
ended "standard input can't be read" 1
{ seq -f 'any/%g' 0 65535 && echo tcp/80; } >"$work/in"
run allow - <"$work/in"
ended "too many ports on standard input" 2

# The kernel owes an answer, and somebody doesn't want it any more.
for signal in INT TERM; do
	: >"$work/asked"
	timeout -k 1 10 env LD_PRELOAD="$KERNEL_SILENT" "$PORTCLASSCTL" stats --watch >"$work/out" 2>>"$work/asked" &
	tries=100
	until grep -q asked "$work/asked" || [ "$tries" -eq 0 ]; do
		sleep 0.1
		tries=$((tries - 1))
	done
	kill -s "$signal" $!
	wait $!
	echo $? >"$work/status"
	cp "$work/asked" "$work/err"
	[ "$(cat "$work/status")" -eq 0 ] && [ "$tries" -gt 0 ] && [ ! -s "$work/out" ]
	result $? "SIG$signal ends a watch while the kernel doesn't answer"
done

yes tcp/80 | head -c 17000000 >"$work/in"
run allow - <"$work/in"
ended "too much on standard input" 2
says "says so" "portclassctl: standard input is longer than 16 MiB"

for arguments in --help -h --version -V '-j -V'; do
	# shellcheck disable=SC2086  # words
	run $arguments
	ended "$arguments" 0
	[ -s "$work/out" ]
	result $? "$arguments says something"
done
for arguments in --help --version; do
	timeout 20 "$PORTCLASSCTL" "$arguments" >/dev/full 2>"$work/err"
	echo $? >"$work/status"
	: >"$work/out"
	ended "$arguments to a full disk" 1
done

if [ -e /sys/module/portclass ]; then
	count=$((count + 1))
	echo "ok $count - # SKIP the rest: the module is loaded"
else
	for arguments in 'allow tcp/80' 'deny out any/https 0' 'reject in tcp/ident' 'allow tcp/22 from ::1 192.0.2.0/24' 'policy all reject udp' 'unset forward udp/0-65535' \
		'policy all deny' 'policy out dynamic allow udp' 'mode observe' flush show 'show -j' \
		'-j stats' 'stats in --by port --watch=0.1 --count 1' '--exact stats --all' 'show --' \
		'track none' save confirm 'confirm --reason done' history '-j history --limit 3' monitor 'monitor --count 1' \
		'deny tcp/23 --confirm 5m --reason why' 'flush --force' 'shadow' '-j shadow --limit 3' 'shadow promote --confirm 60 --reason why' 'shadow drop' 'explain in any/ssh from ::1' 'explain forward udp/53' \
		'stats --by port --sort denied --limit 5' '--color always show' '--netns=nosuchnamespace show' unload; do
		arguments=${arguments% 0}
		# shellcheck disable=SC2086  # words
		run $arguments
		ended "without the module: $arguments" 1
	done
	run show
	says "says that the module is not loaded" "portclassctl: the portclass module is not loaded"
	says "says what to do about it" "  try: portclassctl load"
	run -n nosuchnamespace show
	says "says that there is no such namespace" \
		"portclassctl: there is no network namespace 'nosuchnamespace' (see: ip netns)"
	POSIXLY_CORRECT=1 run show -j
	ended "options after the command, in any environment" 1
	run load "$work/nosuchfile.ko"
	ended "load: no such file" 1
	run load /etc/services
	ended "load: no module" 1
	says "load: says so" "portclassctl: /etc/services is no kernel module"
	seq -f 'any/%g' 0 65535 >"$work/in"
	run allow - <"$work/in"
	ended "all ports of both protocols, one by one" 1
fi

echo "1..$count"
[ "$failed" -eq 0 ]
