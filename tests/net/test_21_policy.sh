# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Policies by class with rules as exceptions; each scope for itself; observe mode.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
mk_routed
load_module
ports=(22 443 5432 8080 50000 60000)
for ns in root srv right; do
	serve_tcp $ns "${ports[@]}"
	serve_udp $ns "${ports[@]}"
done
RIGHT4=$(theirs4 right) RIGHT6=$(theirs6 right)
all="answered answered answered answered answered answered"

# scopes PROTO: what the first port of each class says inwards, outwards and through, by both families.
scopes() {
	local ns pids=()
	probe peer "$1" "$HOST4,$HOST6" 22 5432 50000 >"$work/says-in" & pids+=($!)
	probe root "$1" "$SRV4,$SRV6" 22 5432 50000 >"$work/says-out" & pids+=($!)
	probe left "$1" "$RIGHT4,$RIGHT6" 22 5432 50000 >"$work/says-forward" & pids+=($!)
	wait "${pids[@]}"
	for ns in in out forward; do printf '%s: %s; ' $ns "$(<"$work/says-$ns")"; done
}
# want IN OUT FORWARD: the same, as letters: a(nswered), s(ilent), r(efused: our own datagram, so we are told)
want() {
	printf 'in: %s, %s; out: %s, %s; forward: %s, %s; ' "$1" "$1" "$2" "$2" "$3" "$3" |
		sed 's/\ba\b/answered/g; s/\bs\b/silent/g; s/\br\b/refused/g'
}

t_is "at rest, tcp" "$(scopes tcp)" "$(want 'a a a' 'a a a' 'a a a')"
t_is "at rest, udp" "$(scopes udp)" "$(want 'a a a' 'a a a' 'a a a')"

pc policy in well-known deny
t_is "in well-known, tcp" "$(scopes tcp)" "$(want 's a a' 'a a a' 'a a a')"
t_is "in well-known, udp" "$(scopes udp)" "$(want 's a a' 'a a a' 'a a a')"
pc allow tcp/443
t_is "an exception is for its protocol" \
	"$(probe peer tcp "$HOST4" "${ports[@]}"), $(probe peer udp "$HOST6" 443)" \
	"silent answered answered answered answered answered, silent"
pc policy in well-known allow

pc policy out registered deny tcp
t_is "out registered tcp, tcp" "$(scopes tcp)" "$(want 'a a a' 'a s a' 'a a a')"
t_is "out registered tcp, udp" "$(scopes udp)" "$(want 'a a a' 'a a a' 'a a a')"
pc policy out registered allow
pc policy out dynamic deny udp
t_is "out dynamic udp, udp" "$(scopes sendto)" "$(want 'a a a' 'a a r' 'a a a')"
t_is "out dynamic udp, from a connected socket" "$(scopes udp)" "$(want 'a a a' 'a a r' 'a a a')"
pc allow out udp/60000
t_is "out: an exception" "$(probe root sendto "$SRV6" 50000 60000)" "refused answered"
pc flush

pc policy forward dynamic deny
t_is "forward dynamic, tcp" "$(scopes tcp)" "$(want 'a a a' 'a a a' 'a a s')"
t_is "forward dynamic, udp" "$(scopes udp)" "$(want 'a a a' 'a a a' 'a a s')"
pc allow forward tcp/60000
t_is "forward: an exception" "$(probe left tcp "$RIGHT4" 50000 60000)" "silent answered"
t_is "forward: counted there" "$([ "$(stat forward tcp dynamic denied_packets)" -gt 0 ] && echo yes)" yes
pc flush

# A rule in one scope, the same port in the others.
pc deny in tcp/22
pc deny out tcp/5432
pc deny forward tcp/50000
t_is "a rule in each scope" "$(scopes tcp)" "$(want 's a a' 'a s a' 'a a s')"

before=$(stat in tcp well-known denied_flows)
pc mode observe
t_is "observe lets pass" "$(scopes tcp)" "$(want 'a a a' 'a a a' 'a a a')"
t_is "observe is what sysfs says" "$(sysfs mode)" observe
t_is "observe counts what would be denied" \
	"$(($(stat in tcp well-known denied_flows) - before)) $(port_stat out tcp 5432 denied_packets)" \
	"2 $(stat out tcp registered denied_packets)"
pc mode enforce
t_is "enforce again" "$(scopes tcp)" "$(want 's a a' 'a s a' 'a a s')"
pc flush

pc policy in all deny
t_is "all classes at once" "$(probe peer tcp "$HOST6" "${ports[@]}")" "${all//answered/silent}"
pc mode observe
t_is "all classes, observed: UDP" "$(probe peer udp "$HOST4" "${ports[@]}")" "$all"
pc flush
t_is "flush ends it all" "$(probe peer tcp "$HOST4" "${ports[@]}")" "$all"
t_is "flush is back to enforce" "$(sysfs mode)" enforce
