# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# Configuration files with the real module. Meant to be sourced by guest.sh, with the module loaded.

cat >"$work/one.conf" <<'END'
mode observe
track none
policy in well-known deny tcp
policy out dynamic deny udp
allow in tcp/22
allow in tcp/443
allow in udp/443
deny forward udp/5000-6000
reject forward udp/6001-6002
END
cat >"$work/typed.conf" <<'END'
on-error closed  # when all else fails

deny	forward udp/5500-6000 udp/5000-5499
policy well-known deny tcp
policy out dynamic deny udp # says who
allow tcp/22 any/443
track none
mode observe
allow tcp/443
reject forward udp/6002 udp/6001
END
silent flush >/dev/null
check "apply a file" changed_once silent apply "$work/typed.conf"
check "save: as it is said the one way" saved "$work/one.conf"
check "what is saved can be applied" changed_once survives
check "apply from standard input" silent apply - <"$work/typed.conf"
check "save, as JSON" is '.statements | length == 9 and .[0] == "mode observe"' -j save
check "no difference" diffs "$work/typed.conf" </dev/null

cat >"$work/two.conf" <<'END'
mode enforce
track none
policy in well-known deny tcp
allow in tcp/22
deny in tcp/443
deny forward udp/5000-6001
reject forward udp/6002
END
check "differences" unchanged diffs "$work/two.conf" <<'END'
-mode observe
+mode enforce
-policy out dynamic deny udp
-allow in tcp/443  # https
+deny in tcp/443  # https
-allow in udp/443  # https
-deny forward udp/5000-6000
+deny forward udp/5000-6001
-reject forward udp/6001-6002
+reject forward udp/6002
END
check "differences, as JSON" is '.changes | length == 10 and .[0] == {change: "remove", statement: "mode observe"}' \
	-j apply --diff "$work/two.conf"
check "apply them" silent apply "$work/two.conf"
check "they are no more" diffs "$work/two.conf" </dev/null
printf 'mode enforce\ntrack conntrack\nallow in tcp/22\n' >"$work/three.conf"
echo 'allow tcp/22' >"$work/little.conf"
check "apply a file that says little" silent apply "$work/little.conf"
check "the rest is the default" saved "$work/three.conf"

printf 'deny tcp/22\nallow tcp/2x\npolicy in all dney\n' >"$work/bad.conf"
check "a bad file changes nothing" unchanged refused 2 "line 3, column 15: 'dney' is no ACTION" apply "$work/bad.conf"
check "nor does one that is compared" unchanged refused 2 "line 2, column 11" apply --diff "$work/bad.conf"
check "nor one that is checked" unchanged silent apply --check "$work/one.conf"
chmod 755 "$work"
refused_user() {
	! setpriv --reuid 1000 --regid 1000 --clear-groups "$PORTCLASSCTL" apply "$work/one.conf" 2>"$work/err" &&
		cat "$work/err" && grep -q '^portclassctl: .*/one.conf: kernel: .*CAP_NET_ADMIN' "$work/err"
}
check "nor a user's" unchanged refused_user

# Whoever looks while files are applied sees one of them, and never a part.
appliers() { until [ -e "$work/enough" ]; do ctl apply "$work/one.conf" && ctl apply "$work/two.conf" || return; done; }
one_of_them() {
	local seen=''
	for _ in {1..30}; do
		ctl save >"$work/saved" || return
		if same_as "$work/one.conf" >/dev/null; then seen+=1; else same_as "$work/two.conf" || return; seen+=2; fi
	done
	echo "$seen"
	[[ $seen == *1* && $seen == *2* ]]
}
rm -f "$work/enough"
silent apply "$work/one.conf" >/dev/null
appliers & applier=$!
check "saved while it changes: one or the other" one_of_them
touch "$work/enough"
check "and it did change" wait "$applier"

check "restore a good file" silent restore "$work/one.conf"
check "it is there" saved "$work/one.conf"
check "restore a bad one, open" unchanged refused 1 "on-error open: nothing was changed" restore "$work/bad.conf"
check "it tells what is wrong, too" refused 1 "line 3, column 15: 'dney' is no ACTION" restore "$work/bad.conf"
{ echo 'on-error closed' && cat "$work/bad.conf"; } >"$work/closed.conf"
check "restore a bad one, closed" changed_once refused 1 \
	"on-error closed: all TCP and UDP that comes in is denied now" restore "$work/closed.conf"
cat >"$work/closed" <<'END'
mode enforce
track none
policy in well-known deny tcp
policy in registered deny tcp
policy in dynamic deny tcp
policy in well-known deny udp
policy in registered deny udp
policy in dynamic deny udp
END
check "nothing comes in any more" saved "$work/closed"
check "reload a bad one" unchanged refused 2 "line 4, column 15" apply "$work/closed.conf"
check "restore no file" unchanged refused 1 "on-error open: nothing was changed" restore "$work/nosuchfile"

# timed NAME COMMAND...: how long that takes is told.
timed() {
	local name=$1 start=${EPOCHREALTIME/./}
	shift
	check "$name" "$@"
	echo "# $name: $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
}
# Single ports, of which no two neighbours are alike.
alternate() {
	awk -v scopes="$1" 'BEGIN {
		print "mode enforce\ntrack conntrack"
		n = split(scopes, scope, " ")
		for (s = 1; s <= n; s++) for (p = 0; p < 2; p++) for (i = 0; i < 65536; i++)
			print ((i + p) % 2 ? "allow " : "deny ") scope[s] (p ? " udp/" : " tcp/") i
	}'
}
alternate "in" >"$work/many.conf"
timed "131,072 rules are checked" silent apply --check "$work/many.conf"
timed "131,072 rules are applied" silent apply "$work/many.conf"
save_many() { ctl save >"$work/out"; }
timed "131,072 rules are saved" save_many
check "they are all there" saved "$work/many.conf"
timed "131,072 rules are compared" diffs "$work/many.conf" </dev/null
alternate "in out forward" >"$work/many.conf"
timed "393,216 rules, as many as there can be, are applied" silent apply "$work/many.conf"
timed "they are all there, too" saved "$work/many.conf"
check "apply little again" silent apply "$work/little.conf"
