# SPDX-License-Identifier: GPL-2.0
"""serve.py LOG tcp|udp PORT...: greets (TCP) and echoes on each port, IPv4 and IPv6.

Writes a line "PORT PEER" to LOG for each connection and datagram that has
reached a socket, before it answers. Says "ready" when it listens.
"""
import os
import selectors
import socket
import sys

log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
proto = sys.argv[2]
selector = selectors.DefaultSelector()


def note(port, peer):
    os.write(log, f"{port} {peer[0]} {peer[1]}\n".encode())


def accept(sock, port):
    conn, peer = sock.accept()
    note(port, peer)
    conn.send(b"port %d\n" % port)
    selector.register(conn, selectors.EVENT_READ, (echo_stream, port))


def echo_stream(conn, _port):
    try:
        data = conn.recv(65536)
        if data:
            conn.send(data)
            return
    except OSError:
        pass
    selector.unregister(conn)
    conn.close()


def echo_datagram(sock, port):
    data, peer = sock.recvfrom(65536)
    note(port, peer)
    try:
        sock.sendto(data, peer)
    except OSError:
        pass  # the answer may be denied


for number in map(int, sys.argv[3:]):
    kind = socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM
    server = socket.socket(socket.AF_INET6, kind)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("::", number))
    if proto == "tcp":
        server.listen(128)
    selector.register(server, selectors.EVENT_READ,
                      (accept if proto == "tcp" else echo_datagram, number))

print("ready", flush=True)
while True:
    for key, _ in selector.select():
        handler, number = key.data
        handler(key.fileobj, number)
