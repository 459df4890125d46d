# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Somebody who has logged in by SSH closes the port that he came by: he is warned, and if he insists and nobody
# confirms, the kernel takes it back, whatever has become of his session.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_ns peer
load_module

# A real sshd, of which nothing but its port is known outside of this test.
mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
cp "$work/key.pub" "$work/authorized"
cat >"$work/sshd_config" <<-END
	Port 22
	HostKey $work/host_key
	AuthorizedKeysFile $work/authorized
	PidFile none
	StrictModes no
	UsePAM no
	UseDNS no
END
start sshd root /usr/sbin/sshd -D -e -f "$work/sshd_config"
sshd=$pid
# Each session is one for the kernel, too, and would outlive a test that fails.
hang_up() { local status=$?; set +e; pkill -KILL -P "$sshd"; return "$status"; }
trap 'hang_up; cleanup' EXIT
wait_for grep -q listening "$work/sshd.log"

options=(-F /dev/null -i "$work/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
	-o KexAlgorithms=curve25519-sha256 -o BatchMode=yes -o ConnectTimeout=$((10 * ${PATIENCE:-1})) -o NumberOfPasswordPrompts=0)
# by_ssh ADDRESS ARGUMENT...: portclassctl, in a session of its own; what it says, and its exit status.
by_ssh() {
	local address=$1 status=0
	shift
	in_ns peer timeout $((20 * ${PATIENCE:-1})) ssh "${options[@]}" "root@$address" "$PORTCLASSCTL $*" </dev/null 2>&1 || status=$?
	echo "status $status"
}
generation() { pc --json show | jq .generation; }

# Not without a word.
printf '%s\n' 'policy in all deny' 'allow tcp/443' 'deny tcp/22' >"$work/closed.conf"
# words PEER
words() {
	cat <<-END
		portclassctl: this would lock you out: your own session comes in by tcp/22 from $1
		  --confirm 60 takes it back unless you confirm it in time; --force does it anyway
		status 1
	END
}
before=$(generation)
t_is "by SSH, its port isn't denied" "$(by_ssh "$HOST4" deny tcp/22)" "$(words "$PEER4")"
t_is "by IPv6 neither" "$(by_ssh "$HOST6" deny tcp/22)" "$(words "$PEER6")"
t_is "nor by a policy" "$(by_ssh "$HOST4" policy in all deny)" "$(words "$PEER4")"
t_is "nor by a file" "$(by_ssh "$HOST4" apply "$work/closed.conf")" "$(words "$PEER4")"
quiet() { PORTCLASSCTL="env -u SSH_CONNECTION $PORTCLASSCTL" by_ssh "$@"; }
t_is "nor where nobody tells who comes from where, as behind sudo" "$(quiet "$HOST6" deny tcp/1-1000)" "$(words "$PEER6")"
t_is "nothing has changed" "$(generation)" "$before"
t_is "other ports are none of this" "$(by_ssh "$HOST4" deny tcp/23)" "status 0"

# Sessions of people who type. A word of the answer must not be in the question: there is an echo.
# type_in NAME TEXT
type_in() { printf '%s\n' "$2" >&"${keys[$1]}"; }
declare -A keys client
open_session() {
	local fd
	mkfifo "$work/$1.keys"
	# shellcheck disable=SC2016  # for the shell there, as below
	start "$1" peer bash -c 'exec ssh -tt "${@:2}" <"$1"' bash "$work/$1.keys" "${options[@]}" "root@$HOST4"
	client[$1]=$pid
	# The shell has no words for its death.
	disown "$pid"
	exec {fd}<>"$work/$1.keys"
	keys[$1]=$fd
	# shellcheck disable=SC2016
	type_in "$1" 'echo word $((20 + 1)) of $$'
	wait_for grep -q 'word 21 of' "$work/$1.log"
}
open_session author
open_session witness
shell=$(sed -n 's/.*word 21 of \([0-9]*\).*/\1/p' "$work/author.log" | head -n 1)
t_ok "two sessions are open" test -n "$shell"
more() { [ "$(probe peer tcp "$HOST4,$HOST6" 22)" = "answered, answered" ]; }
t_ok "and more could be" wait_for more

# All counters of the port, at once.
seen() { pc --json stats in --by port | jq -c '.ports[] | select(.proto == "tcp" and .port == 22)'; }
sleep 0.5
before=$(seen)
type_in author "$PORTCLASSCTL apply --confirm 7s --reason 'close it' $work/closed.conf >$work/said 2>&1"
pending() { pc --json show | jq -e .pending; }
t_ok "to be confirmed, it is done" wait_for pending
wait_for grep -q . "$work/said"
t_is "it says so" "$(cat "$work/said")" "taken back in 7 s unless 'portclassctl confirm' comes first"
# All of the author's session dies: client, shell, and the tool has gone long ago.
kill -KILL "${client[author]}" "$shell"
# shellcheck disable=SC2016
type_in witness 'echo word $((40 + 2))'
t_is "nobody gets in" "$(probe peer tcp "$HOST4,$HOST6" 22)" "silent, silent"
t_not "nor is anybody heard who is in" grep -q 'word 42' "$work/witness.log"
t_ok "it still waits, with its author gone" pending
not_pending() { pc --json show | jq -e 'has("pending") | not'; }
t_ok "the kernel takes it back" wait_for not_pending
t_is "all is as it was" "$(pc save | grep '^[^#]')" "mode enforce
track conntrack
deny in tcp/23  # telnet"
t_is "somebody new gets in, and reads who it was" \
	"$(by_ssh "$HOST4" history --limit 2 | sed -E 's/^[0-9: -]+  #[0-9]+  //; s/\[[0-9]+\]//')" \
	'root, portclassctl: flush; mode enforce; track conntrack; policy in all deny; deny in tcp/22 and 1 more, to be confirmed in 7 s  "close it"
the kernel: taken back, as nobody confirmed it
status 0'
t_is "after 7 seconds" "$(pc --json history --limit 2 | jq -c '.history | [((.[1].time_ns - .[0].time_ns) / 1e9 | . > 6.9 and . < 9),
	(.[0] | .cause, .user, .command), (.[1] | .cause, has("uid"))]')" '[true,"request","root","portclassctl","revert",false]'
heard() { grep -q 'word 42' "$work/witness.log"; }
t_ok "who had only to wait goes on" wait_for heard
t_is "what was counted before is still counted, and what was denied is, too" \
	"$(jq -nc --argjson a "$before" --argjson b "$(seen)" '[all(["flows", "packets", "bytes"][]; $a[.] > 0 and $b[.] > $a[.]),
		$a.denied_packets, $b.denied_flows, $b.denied_packets > 4]')" "[true,0,2,true]"

# He confirms from a new session, as he should.
t_match "done by SSH, but for another port" "$(by_ssh "$HOST4" deny tcp/25 --confirm 60)" "taken back in 60 s .*status 0"
t_is "confirmed from another session" "$(by_ssh "$HOST6" confirm)" "status 0"
t_ok "it stays" not_pending

# By force, whoever wants to may lock himself out.
type_in witness "$PORTCLASSCTL policy in all deny --force; echo status \$? >$work/forced"
t_ok "by force" wait_for grep -qx "status 0" "$work/forced"
t_is "it is done, and locks out" "$(probe peer tcp "$HOST4" 22)" silent
pc flush
