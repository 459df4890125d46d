# SPDX-License-Identifier: GPL-2.0
"""Sockets to the kernel with the rights of root, and of others; and packets that move its counters meanwhile."""

import contextlib
import ctypes
import errno
import os
import socket

import netlink as nl

# Root's; one that nobody opened; one that root opened and nobody uses; one of who is root of a user namespace only.
KINDS = ("root", "opened by nobody", "used by nobody", "root of a user namespace")
NOBODY = 65534
CLONE_NEWUSER = 0x10000000


@contextlib.contextmanager
def nobody():
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def opened_in_user_namespace():
    """A child with all rights over a user namespace of its own, and none here, opens it and hands it over."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        status = ctypes.CDLL(None).unshare(CLONE_NEWUSER)
        if not status:
            sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, nl.NETLINK_GENERIC)
            socket.send_fds(theirs, [b"x"], [sock.fileno()])
        os._exit(bool(status))
    _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
    assert os.waitpid(pid, 0)[1] == 0, "no user namespace"
    ours.close()
    theirs.close()
    return socket.socket(fileno=descriptors[0])


class Socket:
    """One of a kind, with what it waits for."""

    def __init__(self, kind):
        self.kind, self.nobody = kind, kind != "root"
        if kind == "root of a user namespace":
            self.sock = opened_in_user_namespace()
        else:
            with nobody() if kind == "opened by nobody" else contextlib.nullcontext():
                self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, nl.NETLINK_GENERIC)
        self.sock.bind((0, 0))
        for option in (nl.CAP_ACK, nl.EXT_ACK, nl.STRICT):
            self.sock.setsockopt(nl.SOL_NETLINK, option, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, nl.RCVBUFFORCE, 1 << 22)
        self.sock.setsockopt(socket.SOL_SOCKET, nl.SNDBUFFORCE, 1 << 22)
        self.seq, self.waiting = 0, {}

    def send(self, raw):
        self.waiting = {seq: one for seq, one in self.waiting.items() if seq > self.seq - 50}
        with nobody() if self.kind == "used by nobody" else contextlib.nullcontext():
            self.sock.send(raw)

    def receive(self, everything):
        """The messages that are there; of dumps only as much as is there already, or everything."""
        while True:
            try:
                data = self.sock.recv(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                continue  # its buffer was full, some are lost
            yield from nl.messages(data)
            if not everything:
                return

    def close(self):
        self.sock.close()


class Traffic:
    """From a namespace behind a veth pair, to ports that rules may be about."""

    def __init__(self, name):
        with nl.namespace(name):
            self.socks = [socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_INET, socket.AF_INET6)]

    def send(self, rng):
        for sock, address in zip(self.socks, ("10.1.0.1", "fd01::1")):
            for _ in range(4):
                with contextlib.suppress(OSError):
                    sock.sendto(bytes(8), (address, rng.choice((9000, 9001, 53, 49152, 65535))))
