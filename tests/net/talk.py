# SPDX-License-Identifier: GPL-2.0
"""talk.py REQUESTS ANSWERS: holds both ends of conversations, for flows.sh.

Reads requests from one pipe, a line each, and writes a line to the other:

  open NAME tcp|udp FROM TO ADDRESS PORT[:LISTENER] [LOCAL-PORT]
      A client in namespace FROM dials; the server's end is in namespace TO, on
      another port if somebody translates. TO "-": a server that echoes, of
      somebody else. UDP clients are connected, servers are not.
  say SECONDS client|server|both NAME...
      That end of each says something new: "heard" if all of it arrives at the
      other end, "silent" if none does, else the word for each.
  who SECONDS NAME...
      The clients say something new: the names of those that are heard.
  push BYTES NAME...
      As many bytes from the client to the server, and back: "pushed".
  close NAME...

Namespaces are those of ip-netns(8); "root" is the initial one.
"""
import contextlib
import os
import select
import socket
import sys
import time

import netlink

UDP_AGAIN = 0.4
THIN_LINEAR_TIMEOUTS = 16  # a TCP socket's: try again every 0.2 s, six times, before waiting longer
OPEN_SECONDS = 5


def there(namespace):
    return contextlib.nullcontext() if namespace == "root" else netlink.namespace(namespace)


class End:
    """One end of a conversation, and what its socket has heard lately."""
    heard = {}

    def __init__(self, sock, peer=None):
        self.sock, self.peer = sock, peer
        sock.setblocking(False)
        if sock.type == socket.SOCK_STREAM:
            sock.setsockopt(socket.IPPROTO_TCP, THIN_LINEAR_TIMEOUTS, 1)

    def send(self, data):
        """A datagram, or as much of a stream as there is room for."""
        try:
            return self.sock.sendto(data, self.peer) if self.peer else self.sock.send(data)
        except BlockingIOError:
            return 0

    def listen(self, size=65536):
        data = self.sock.recv(size)
        if not data and self.sock.type == socket.SOCK_STREAM:
            raise ConnectionError("closed")
        return data

    def hear(self):
        """UDP conversations with one server share its socket."""
        heard = self.heard.get(self.sock, b"") + self.listen()
        self.heard[self.sock] = heard[-4096:]


class Conversation:
    listeners = {}

    @classmethod
    def listener(cls, kind, namespace, port):
        key = kind, namespace, port
        if key not in cls.listeners:
            with there(namespace):
                sock = socket.socket(socket.AF_INET6, kind)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("::", port))
            sock.settimeout(OPEN_SECONDS)
            if kind == socket.SOCK_STREAM:
                sock.listen(16)
            cls.listeners[key] = sock
        return cls.listeners[key]

    def __init__(self, proto, source, to, address, ports, local="0"):
        port, _, listening = ports.partition(":")
        kind = socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM
        listener = None if to == "-" else self.listener(kind, to, int(listening or port))
        with there(source):
            sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", int(local)))
        sock.settimeout(OPEN_SECONDS)
        sock.connect((address, int(port)))
        self.stream = kind == socket.SOCK_STREAM
        self.client = End(sock)
        if listener is None:
            self.server = self.client
        elif self.stream:
            self.server = End(listener.accept()[0])
        else:
            sock.send(b"hello\n")
            listener.settimeout(OPEN_SECONDS)
            self.server = End(listener, listener.recvfrom(100)[1])

    def close(self):
        self.client.sock.close()
        if self.stream:
            self.server.sock.close()


class Word:
    """Something that one end says and the other one waits for."""
    count = 0

    def __init__(self, name, conversation, client_speaks):
        Word.count += 1
        self.text = b"word %d\n" % Word.count
        self.name = name
        both = conversation.client, conversation.server
        self.speaker, self.hearer = both if client_speaks else both[::-1]
        self.again = not conversation.stream
        self.state = "silent"

    def speak(self):
        try:
            self.speaker.send(self.text)
        except OSError as error:
            # A datagram of ours that is denied is refused; only a stream can break.
            self.state = "silent" if self.again else f"broken ({error})"

    def listen(self):
        try:
            self.hearer.hear()
        except BlockingIOError:
            pass
        except OSError as error:
            if not self.again:
                self.state = f"broken ({error})"
        if self.text in self.hearer.heard.get(self.hearer.sock, b""):
            self.state = "heard"


def exchange(words, seconds):
    for word in words:
        word.speak()
    end = time.monotonic() + float(seconds)
    again = time.monotonic() + UDP_AGAIN
    while True:
        waiting = [word for word in words if word.state == "silent"]
        if not waiting or time.monotonic() > end:
            break
        select.select([word.hearer.sock for word in waiting], [], [], UDP_AGAIN / 4)
        for word in waiting:
            word.listen()
        if time.monotonic() > again:
            again += UDP_AGAIN
            for word in waiting:
                if word.again and word.state == "silent":
                    word.speak()


def say(talks, seconds, who, *names):
    ends = {"client": (True,), "server": (False,), "both": (True, False)}[who]
    words = [Word(name, talks[name], client) for name in names for client in ends]
    exchange(words, seconds)
    states = {word.state for word in words}
    if len(states) == 1:
        return states.pop()
    return ", ".join(f"{word.name}: {word.state}" for word in words)


def who_is_heard(talks, seconds, *names):
    words = [Word(name, talks[name], True) for name in names]
    exchange(words, seconds)
    return " ".join(word.name for word in words if word.state == "heard")


def push_one(speaker, hearer, size):
    sent = got = 0
    end = time.monotonic() + 15
    while got < size:
        if time.monotonic() > end:
            raise TimeoutError(f"{got} of {size} bytes came")
        if sent < size:
            sent += speaker.send(bytes(min(size - sent, 65536)))
        select.select([hearer.sock], [], [], 0.01)
        with contextlib.suppress(BlockingIOError):
            got += len(hearer.listen())


def push(talks, size, *names):
    for name in names:
        talk = talks[name]
        # What was said before is not part of it.
        for end in talk.client, talk.server:
            with contextlib.suppress(BlockingIOError):
                end.listen()
        push_one(talk.client, talk.server, int(size))
        push_one(talk.server, talk.client, int(size))
    return "pushed"


def close(talks, *names):
    for name in names:
        talks.pop(name).close()
    return "closed"


def answer(talks, what, *args):
    if what == "open":
        talks[args[0]] = Conversation(*args[1:])
        return "open"
    return {"say": say, "who": who_is_heard, "push": push, "close": close}[what](talks, *args)


def main():
    talks = {}
    # Open for writing as well, so that it never ends, and no request gets lost between an end and a new beginning.
    with open(os.open(sys.argv[1], os.O_RDWR), encoding="ascii") as requests:
        for request in requests:
            try:
                reply = answer(talks, *request.split())
            except OSError as error:
                reply = f"{type(error).__name__}: {error}"
            with open(sys.argv[2], "w", encoding="ascii") as answers:
                print(reply, file=answers)


main()
