# SPDX-License-Identifier: GPL-2.0
"""probe.py REQUESTS ANSWERS: asks ports whether they answer, for lib.sh's probe.

Reads lines "PROTO,PROTO ADDRESS,ADDRESS PORT..." from one pipe and writes a line to
the other: for each protocol and address a list with a word for each port. All
ports are asked at once. PROTO is tcp, udp, or sendto: UDP by a socket that is not
connected. "answered": a byte came back; "refused": an error did;
"silent": nothing did, although the question was asked again.
"""
import os
import selectors
import socket
import sys
import time

PATIENCE = 1.7      # TCP asks again after a second
UDP_AGAIN = 0.4


class Question:
    def __init__(self, proto, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.udp = proto != "tcp"
        self.to = (address, port) if proto == "sendto" else None
        self.answer = None
        self.sock = socket.socket(
            family, socket.SOCK_DGRAM if self.udp else socket.SOCK_STREAM)
        self.sock.setblocking(False)
        if not self.to:
            self.ask(lambda: self.sock.connect((address, port)))
        if self.udp:
            self.ask_again()

    def ask(self, how):
        try:
            how()
        except BlockingIOError:
            pass
        except OSError:
            self.answer = "refused"

    def ask_again(self):
        self.ask(lambda: self.sock.sendto(b"hello", self.to) if self.to else
                 self.sock.send(b"hello"))

    def listen(self):
        try:
            self.answer = "answered" if self.sock.recv(1) else "refused"
        except BlockingIOError:
            pass
        except OSError:
            self.answer = "refused"


def probe(questions):
    selector = selectors.DefaultSelector()
    for one in questions:
        selector.register(one.sock, selectors.EVENT_READ, one)
    waiting = sum(not one.answer for one in questions)
    end = time.monotonic() + PATIENCE
    again = time.monotonic() + UDP_AGAIN
    while waiting and time.monotonic() < end:
        for key, _ in selector.select(UDP_AGAIN / 2):
            key.data.listen()
            if key.data.answer:
                selector.unregister(key.fileobj)
        if time.monotonic() > again:
            again += UDP_AGAIN
            for one in questions:
                if one.udp and not one.answer:
                    one.ask_again()
        waiting = sum(not one.answer for one in questions)
    for one in questions:
        one.sock.close()
    return " ".join(one.answer or "silent" for one in questions)


def serve(line):
    protos, addresses, *ports = line.split()
    questions = [[Question(proto, address, int(port)) for port in ports]
                 for proto in protos.split(",")
                 for address in addresses.split(",")]
    flat = [one for group in questions for one in group]
    words = probe(flat).split()
    count = len(ports)
    return ", ".join(" ".join(words[i:i + count])
                     for i in range(0, len(words), count))


# Open for writing as well, so that it never ends, and no request gets lost between an end and a new beginning.
with open(os.open(sys.argv[1], os.O_RDWR), encoding="ascii") as requests:
    for request in requests:
        reply = serve(request)
        with open(sys.argv[2], "w", encoding="ascii") as answers:
            print(reply, file=answers)
