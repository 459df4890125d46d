#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The manual page and the completion: they have all that --help has, and whoever reads them is content. Prints TAP.
# PORTCLASSCTL is the command.

set -u
: "${PORTCLASSCTL:?is to be the command to test}"
tools=$(dirname "$0")/../../tools
count=0
failed=0

result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
	fi
}

skip() {
	count=$((count + 1))
	echo "ok $count - # SKIP $1"
}

# completes WORDS CHOICES: what may follow these words, of which the last one is begun.
completes() {
	# shellcheck disable=SC2016  # for the other shell
	said=$(bash -c '
		. "$1"
		read -ra COMP_WORDS <<<"portclassctl $2"
		[[ $2 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		compopt() { :; }
		_portclassctl
		echo "${COMPREPLY[*]}"
	' bash "$tools/portclassctl.bash-completion" "$1")
	[ "$said" = "$2" ]
	result $? "completes '$1' to '$2'"
}

page=$tools/portclassctl.8
words="allow deny reject unset policy mode track confirm show save apply restore shadow stats explain history monitor flush load unload"
options=$("$PORTCLASSCTL" --help | grep -oE -- '--[a-z]+' | sort -u)

for word in $words; do
	"$PORTCLASSCTL" --help | grep -qw -- "$word"
	result $? "--help has $word"
done
for word in $words $options; do
	sed 's/\\f.//g; s/\\//g' "$page" | grep -qw -- "$word"
	result $? "the manual page has $word"
	grep -qw -- "$word" "$tools/portclassctl.bash-completion"
	result $? "the completion has $word"
done

if command -v man >/dev/null; then
	warnings=$(man --warnings -l "$page" 2>&1 >/dev/null)
	[ -z "$warnings" ]
	result $? "man has nothing to say against the page"
else
	skip "no man here"
fi
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$page" >/dev/null
	result $? "nor has mandoc"
else
	skip "no mandoc here"
fi
if command -v bash >/dev/null; then
	bash -n "$tools/portclassctl.bash-completion"
	result $? "bash takes the completion"
	completes "tra" "track"
	completes "policy all " "allow deny reject"
	completes "reject forw" "forward"
	completes "allow tcp/22 from" "from"
	completes "allow in any/22 from" "from"
	completes "allow out tcp/22 from" ""
	completes "deny tcp/22 from" ""
	completes "allow tcp/22 from 192.0.2.7 t" ""
	completes "apply --" "--json --netns --exact --color --version --help --check --diff --confirm --force --reason"
	completes "shadow prom" "promote"
	completes "shadow /etc/servi" "/etc/services"
	completes "shadow promote --fo" "--force"
	completes "shadow --li" "--limit"
	completes "restore /etc/servi" "/etc/services"
	completes "track " "conntrack none"
	completes "explain tcp/80 " "from"
	completes "explain in tcp/80 fr" "from"
	completes "explain out tcp/80 " ""
	completes "explain tcp/80 from " ""
	completes "explain forw" "forward"
	completes "stats --by port --sort " "port flows packets bytes denied"
	completes "stats --li" "--limit"
	completes "stats --sort bytes i" "in"
	completes "hist" "history"
	completes "history --l" "--limit"
	completes "monitor --c" "--color --count"
	completes "deny --f" "--force"
	completes "flush --con" "--confirm"
	completes "deny --confirm 5" "5m"
	completes "policy --confirm 60 --reason why in al" "all"
	completes "confirm --re" "--reason"
	completes "confirm --f" ""
	completes "show --re" ""
else
	skip "no bash here"
fi

echo "1..$count"
[ "$failed" -eq 0 ]
