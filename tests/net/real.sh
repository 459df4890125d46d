# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Servers and clients that people use, for the tests and the demo. Meant to be sourced after lib.sh.

: "${work:?set by lib.sh}"

# listens NS tcp|udp PORT: something does.
listens() { [ -n "$(in_ns "$1" ss -Hln "--$2" "sport = :$3")" ]; }

# start_nginx NS PORT...: it serves one page and logs to $work/access-NS.
start_nginx() {
	local ns=$1 port listen=''
	shift
	for port; do listen+=" listen $port; listen [::]:$port;"; done
	mkdir -p "$work/www"
	echo "the page" >"$work/www/index.html"
	cat >"$work/nginx-$ns.conf" <<-END
		daemon off; pid $work/nginx-$ns.pid; worker_processes 1; user root;
		events { worker_connections 64; }
		http { access_log $work/access-$ns; server { $listen root $work/www; } }
	END
	start "nginx-$ns" "$ns" nginx -c "$work/nginx-$ns.conf" -e stderr
	for port; do wait_for listens "$ns" tcp "$port"; done
}

# start_dnsmasq NS: it knows www.example.
start_dnsmasq() {
	start "dnsmasq-$1" "$1" dnsmasq --keep-in-foreground --no-resolv --no-hosts --no-daemon --conf-file=/dev/null \
		--log-queries --pid-file= --user=root --address=/www.example/192.0.2.80 --address=/www.example/2001:db8::80
	wait_for listens "$1" udp 53
	wait_for listens "$1" tcp 53
}

# start_resolver NAME ADDRESS SERVER: it asks SERVER for everything, from sockets that are not connected.
start_resolver() {
	start "resolver-$1" root dnsmasq --keep-in-foreground --no-resolv --no-hosts --no-daemon --conf-file=/dev/null \
		--pid-file= --user=root --bind-interfaces --listen-address="$2" --server="$3" --cache-size=0
	wait_for grep -q started "$work/resolver-$1.log"
}

# start_ftp NS: anonymous FTP of $work/ftp. Its port for data in active mode is no special one.
start_ftp() {
	mkdir -p "$work/ftp" "$work/empty"
	# Each session runs as a user who may do nothing.
	chmod 711 "$work"
	cat >"$work/vsftpd-$1.conf" <<-END
		listen_ipv6=YES
		background=NO
		anonymous_enable=YES
		anon_root=$work/ftp
		secure_chroot_dir=$work/empty
	END
	start "vsftpd-$1" "$1" vsftpd "$work/vsftpd-$1.conf"
	wait_for listens "$1" tcp 21
}

# start_chrony NS: an NTP server that believes its own clock, and leaves it alone.
start_chrony() {
	printf '%s\n' 'local stratum 1' 'allow all' 'cmdport 0' "pidfile $work/chronyd-$1.pid" >"$work/chrony-$1.conf"
	start "chronyd-$1" "$1" chronyd -d -x -u root -f "$work/chrony-$1.conf"
	wait_for listens "$1" udp 123
}

# start_iperf3 NS PORT
start_iperf3() {
	start "iperf3-$1-$2" "$1" iperf3 --server --port "$2"
	wait_for listens "$1" tcp "$2"
}

# fetch NS URL
fetch() { in_ns "$1" curl --silent --show-error --globoff --noproxy '*' --max-time "${FETCH_SECONDS:-4}" "$2"; }

# lookup NS SERVER [OPTION...]
lookup() {
	local ns=$1 server=$2
	shift 2
	in_ns "$ns" dig +short +tries=1 +time=3 "$@" "@$server" www.example A
}

# clock NS SERVER: asks an NTP server for the time.
clock() {
	in_ns "$1" chronyd -Q -t "${FETCH_SECONDS:-4}" -u root "server $2 iburst maxsamples 1" 'cmdport 0' \
		"pidfile $work/chronyd-$1-asks.pid"
}
