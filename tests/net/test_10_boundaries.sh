# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The classes begin and end where RFC 6335 says, and port 0 is a port. Each boundary is dialled over IPv4 and IPv6, by
# TCP and UDP; the answers to the SYNs, resets, come back from the port that was dialled.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mk_peers
load_module

declare -A first=([well-known]=0 [registered]=1024 [dynamic]=49152)
declare -A last=([well-known]=1023 [registered]=49151 [dynamic]=65535)
declare -A answers=([tcp]=1 [udp]=0)

t_is "the version is told" "$(sysfs mode) $([ -n "$(sysfs version)" ] && echo told)" "enforce told"

# dial PROTO PORT...: from the highest port of all, so that the dialled one is never the higher one.
dial() { in_ns peer python3 "$here/knock.py" "$1" "$HOST4,$HOST6" "${@:2}"; }

# seen PROTO CLASS: what sysfs has counted.
seen() { printf '%s flows %s packets' "$(sysfs "$1/${2/-/_}/flows")" "$(sysfs "$1/${2/-/_}/packets")"; }

for proto in tcp udp; do
	for class in well-known registered dynamic; do
		t_is "sysfs: nothing yet in $proto $class" "$(seen $proto $class)" "0 flows 0 packets"
		dial "$proto" "${first[$class]}" $((first[$class] + 1)) "${last[$class]}"
		# The answer is on its way back when the SYN has been delivered, so there is nothing to wait for.
		t_is "sysfs: $proto ${first[$class]}-${last[$class]} is $class" "$(seen $proto $class)" \
			"6 flows $((6 * (1 + answers[$proto]))) packets"
	done
done

for proto in tcp udp; do
	for class in well-known registered dynamic; do
		t_is "stats: $proto $class of scope in" \
			"$(stat in $proto $class flows) $(stat out $proto $class packets) $(stat forward $proto $class packets)" \
			"6 0 0"
	done
	t_is "stats: the ports that were dialled, and no others" "$(pc --json stats in --by port |
		jq -r ".ports[] | select(.proto == \"$proto\") |
			\"\(.port): \(.flows) \(.packets) \(.packets_to) \(.packets_from)\"")" \
		"$(for port in 0 1 1023 1024 1025 49151 49152 49153 65535; do
			printf '%d: 2 %d 2 %d\n' $port $((2 + 2 * answers[$proto])) $((2 * answers[$proto]))
		done)"
	t_is "stats: no $proto packet unlisted" "$(path_stat in $proto unlisted)" 0
done
