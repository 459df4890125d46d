#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Configuration files and the unit that applies one at boot, as far as they need no kernel. Prints TAP.
# PORTCLASSCTL is the command.

set -u
: "${PORTCLASSCTL:?is to be the command to test}"
tools=$(cd "$(dirname "$0")/../../tools" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $2"
	sed 's/^/# /' "$work/out" "$work/err" | head -n 50
}

skip() {
	count=$((count + 1))
	echo "ok $count - # SKIP $1"
}

# ended NAME STATUS ARGUMENT...: the command ends so; it says nothing if all is well, and else on stderr only.
ended() {
	name=$1 want=$2
	shift 2
	timeout 20 "$PORTCLASSCTL" "$@" >"$work/out" 2>"$work/err"
	got=$?
	ok=0
	[ "$got" -eq "$want" ] || ok=1
	[ ! -s "$work/out" ] || ok=1
	if [ "$want" -eq 0 ]; then [ ! -s "$work/err" ] || ok=1; else [ -s "$work/err" ] || ok=1; fi
	result "$ok" "$name"
}

# says NAME LINE: stderr has this line.
says() {
	grep -qxF -- "$2" "$work/err"
	result $? "$1"
}

file=$work/portclass.conf
cat >"$file" <<END
# Fünf Anschlüsse
on-error closed
mode observe
allow any/80 tcp/6000-6063	# blanks of any kind

deny out tcp/25
policy all deny
END
ended "a good file" 0 apply --check "$file"
ended "from standard input" 0 apply --check - <"$file"
ended "options in front" 0 --check apply "$file"
ended "a namespace that needn't be there" 0 -n nosuchnamespace apply --check "$file"

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$work"
	setpriv --reuid 65534 --clear-groups true && cp "$PORTCLASSCTL" "$work/portclassctl" &&
		setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$work/portclassctl" apply --check "$file"
	result $? "by who may do nothing"
else
	skip "this is no root, who could be somebody else"
fi

printf 'allow tcp/80\ndeny any/79-81\nmod enforce\n' >"$file"
ended "a bad file" 2 apply --check "$file"
says "names file, line and column" "portclassctl: $file, line 2, column 6: in tcp/80 is denied here, but allowed in line 1"
says "shows the line" "  deny any/79-81"
says "and tells the next fault, too" "portclassctl: $file, line 3, column 1: 'mod' is no statement; did you mean mode?"
ended "a bad file to apply" 2 apply "$file"
ended "a bad file to compare" 2 apply --diff "$file"
ended "a bad file, in JSON" 2 -j apply --check "$file"
ended "to restore a bad file fails as any unit does" 1 restore "$file"
says "and says what became of it" \
	"portclassctl: $file was not applied; on-error open: nothing was changed (a module just loaded denies nothing)"
ended "no such file" 1 apply --check "$work/nosuchfile"
says "says so" "portclassctl: cannot read $work/nosuchfile: No such file or directory"
ended "to restore no file" 1 restore "$work/nosuchfile"
says "is open" "portclassctl: $work/nosuchfile was not applied; on-error open: nothing was changed (a module just loaded denies nothing)"
ended "a folder" 1 apply --check "$work"
ended "nothing" 2 apply --check /dev/null
ended "two files" 2 apply --check "$file" "$file"
ended "two minds" 2 apply --check --diff "$file"
says "says so" "portclassctl: --check and --diff don't go together"
ended "other commands' options" 2 apply --all "$file"
ended "an option of other commands" 2 show --check
ended "save to a file" 2 save "$file"

printf 'mode enforce\n# \033]0;x\a\xff\0\nallow tcp/\033[31m1\n' >"$file"
ended "what a terminal would obey" 2 apply --check "$file"
LC_ALL=C tr -d '\n -~' <"$work/err" >"$work/out"
[ ! -s "$work/out" ]
result $? "is not sent there"

yes 'allow tcp/80' | head -c 16777216 >"$file"
ended "as much as can be" 2 apply --check "$file"
says "is cut off in its last line only" "portclassctl: $file, line 1290556, column 1: 'a' is no statement"
echo >>"$file"
ended "and too much" 2 apply --check "$file"
says "says so" "portclassctl: $file is longer than 16 MiB"

# Single ports, one a line, of which no two neighbours are alike.
awk 'BEGIN { for (i = 0; i < 65536; i++) { print (i % 2 ? "allow" : "deny") " tcp/" i; print (i % 2 ? "deny" : "allow") " udp/" i } }' >"$file"
ended "131,072 ports" 0 apply --check "$file"

if [ -e /sys/module/portclass ]; then
	skip "the module is loaded"
else
	echo 'on-error closed' >"$file"
	ended "without the module" 1 apply "$file"
	says "says so" "portclassctl: the portclass module is not loaded"
	ended "restore without the module" 1 restore "$file"
	says "says that it can't help" \
		"portclassctl: $file was not applied; on-error closed: that could not be done either, and nothing was changed"
	ended "save without the module" 1 save
	ended "diff without the module" 1 apply --diff "$file"
fi

make -s -C "$tools" O="$(dirname "$PORTCLASSCTL")" install DESTDIR="$work/root" PREFIX=/usr >"$work/out" 2>"$work/err"
unit=$work/root/usr/lib/systemd/system/portclass.service
[ -f "$unit" ] && [ "$(grep -c '^Exec.*=/usr/bin/portclassctl ' "$unit")" -eq 3 ] && ! grep -q /usr/local "$unit"
result $? "the unit calls the command where it is installed"
if command -v systemd-analyze >/dev/null; then
	# Where it is installed in this test, as it is looked for.
	sed "s|/usr/bin/|$work/root/usr/bin/|; s/^Documentation=/# &/" "$unit" >"$work/portclass.service"
	systemd-analyze verify "$work/portclass.service" >"$work/out" 2>&1
	ok=$?
	! grep -q portclass "$work/out" || ok=1
	result "$ok" "systemd takes the unit"
else
	skip "no systemd-analyze here"
fi

echo "1..$count"
[ "$failed" -eq 0 ]
