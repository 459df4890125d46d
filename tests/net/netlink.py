# SPDX-License-Identifier: GPL-2.0
"""A generic-netlink client of portclass that hides nothing: for tests that send what no library would."""

import contextlib
import ctypes
import os
import socket
import struct

NETLINK_GENERIC = 16
ERROR, DONE = 2, 3  # NLMSG_*
F_REQUEST, F_MULTI, F_ACK, F_DUMP_INTR, F_DUMP = 1, 2, 4, 0x10, 0x300
F_CAPPED, F_ACK_TLVS = 0x100, 0x200
NESTED = 0x8000
SOL_NETLINK, ADD_MEMBERSHIP, CAP_ACK, EXT_ACK, STRICT = 270, 1, 10, 11, 12
SNDBUFFORCE, RCVBUFFORCE = 32, 33

# What portclass.h says, by the names that it has there.
GET, SET, CHANGED_NTF, RULE_GET, STATS_GET, PORT_STATS_GET, EXPLAIN, CONFIRM, HISTORY_GET, HISTORY_NTF = range(1, 11)
SHADOW_PROMOTE, SHADOW_DROP = 11, 12
VERSION, ACTIVE, GENERATION, MODE, FLUSH, POLICY, RULE, TRACK, CONFIRM_IN, FORCE, REASON, PENDING, SHADOW = range(1, 14)
RULES_SHADOW, PORT_STATS_SHADOW = 4, 15
SCOPES, PROTOS, CLASSES = ("in", "out", "forward"), ("tcp", "udp"), ("well-known", "registered", "dynamic")
IN, OUT, FORWARD = range(3)
TCP, UDP = range(2)
UNSET, ALLOW, DENY, REJECT = range(4)
CONNTRACK, NONE = range(2)
ENFORCE, OBSERVE = range(2)
CLASS_PORTS = ((0, 1023), (1024, 49151), (49152, 65535))
CLASS_STATS = ("flows", "packets", "bytes", "denied_flows", "denied_packets", "denied_bytes",
               "packets_to", "bytes_to", "packets_from", "bytes_from")


class Refused(Exception):
    """The kernel's answer to a request that it did not do."""

    def __init__(self, errno, message, offset):
        super().__init__(f"{os.strerror(errno)}: {message} (offset {offset})")
        self.errno, self.message, self.offset = errno, message, offset

# A rule as a request has it: nest, scope, protocol, action, two ports; and as the dump tells it, with a header.
RULE_NEST = struct.Struct("=HH HHI HHI HHI HHHH HHHH")
RULE_MESSAGE = struct.Struct("=IHHII BBH HH HHI HHI HHI HHHH HHHH")


def attr(kind, data=b"", length=None):
    """An attribute; with a length of its own if it shall lie about that."""
    return struct.pack("=HH", length or 4 + len(data), kind) + data + bytes(-len(data) % 4)


def u16(kind, value):
    return attr(kind, struct.pack("=H", value))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def nest(kind, *attrs):
    return attr(kind | NESTED, b"".join(attrs))


def rule(scope, proto, action, low, high=None):
    if high is None:
        return nest(RULE, u32(1, scope), u32(2, proto), u32(3, action), u16(4, low))
    return RULE_NEST.pack(44, RULE | NESTED, 8, 1, scope, 8, 2, proto, 8, 3, action, 6, 4, low, 0, 6, 5, high, 0)


def prefix(text):
    """A source, as 192.0.2.0/24; its bits behind the length are sent as they are."""
    address, _, length = text.partition("/")
    data = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    return nest(6, attr(1, data), attr(2, bytes([int(length or len(data) * 8)])))


def sourced(scope, proto, low, high, *sources, action=1):
    """A rule that opens ports to some sources."""
    return nest(RULE, u32(1, scope), u32(2, proto), u32(3, action), u16(4, low), u16(5, high), *map(prefix, sources))


def parse_sources(data):
    """The sources that a rule's message tells, as text."""
    (_, value), = attrs(data)
    found = []
    for kind, inner in attrs(value):
        if kind == 6:
            one = dict(attrs(inner))
            family = socket.AF_INET if len(one[1]) == 4 else socket.AF_INET6
            found.append(f"{socket.inet_ntop(family, one[1])}/{one[2][0]}")
    return found


def policy(scope, proto, klass, action):
    return nest(POLICY, u32(1, scope), u32(2, proto), u32(3, klass), u32(4, action))


MESSAGE = struct.Struct("=IHHII")
ATTRIBUTE = struct.Struct("=HH")


def behind(data, end):
    """Where what comes after a message or an attribute begins; the padding has to be zero."""
    padded = (end + 3) & ~3
    if end != padded and any(data[end:padded]):
        raise ValueError("something in the padding")
    return padded


def messages(data):
    """(type, flags, seq, port, payload) of each message; what is between them has to be zero."""
    at = 0
    while at < len(data):
        length, kind, flags, seq, port = MESSAGE.unpack_from(data, at)
        if not 16 <= length <= len(data) - at:
            raise ValueError(f"a message of {length} bytes in {len(data) - at}")
        yield kind, flags, seq, port, data[at + 16:at + length]
        at = behind(data, at + length)


def attrs(data):
    """(type, value) of each attribute; padding has to be zero."""
    at = 0
    while at < len(data):
        length, kind = ATTRIBUTE.unpack_from(data, at)
        if not 4 <= length <= len(data) - at:
            raise ValueError(f"an attribute of {length} bytes in {len(data) - at}")
        yield kind & ~NESTED, data[at + 4:at + length]
        at = behind(data, at + length)


def number(value):
    return int.from_bytes(value, "little")


class Client:
    """A socket to the kernel; of the namespace that it was made in."""

    def __init__(self, sndbuf=0, rcvbuf=0, recvsize=32768, family="portclass"):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.sock.bind((0, 0))
        self.sock.settimeout(20)
        for option in (CAP_ACK, EXT_ACK, STRICT):
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        if sndbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, SNDBUFFORCE, sndbuf)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, rcvbuf)
        self.seq = 0
        self.recvsize = recvsize  # the kernel makes the parts of a dump as large as the largest one ever asked for
        self.groups = {}
        self.family = 16  # the controller, that knows the numbers of the others
        for kind, value in attrs(self.ask(3, attr(2, family.encode() + b"\0"))):  # CTRL_CMD_GETFAMILY
            if kind == 1:
                family_id = number(value)
            elif kind == 7:
                for _, group in attrs(value):
                    found = dict(attrs(group))
                    self.groups[found[1].rstrip(b"\0").decode()] = number(found[2])
        self.family = family_id

    def send_raw(self, data):
        self.sock.send(data)

    def pack(self, cmd, data=b"", flags=F_REQUEST | F_ACK, version=1, reserved=0):
        self.seq += 1
        body = struct.pack("=BBH", cmd, version, reserved) + data
        return struct.pack("=IHHII", 16 + len(body), self.family, flags, self.seq, 0) + body

    def receive(self):
        return list(messages(self.sock.recv(self.recvsize)))

    @staticmethod
    def refusal(flags, payload):
        """What an error message says; None if it is an acknowledgement."""
        errno = -struct.unpack_from("=i", payload)[0]
        if errno == 0:
            return None
        message = offset = None
        if flags & F_ACK_TLVS:
            length = struct.unpack_from("=I", payload, 4)[0]
            tlvs = payload[20:] if flags & F_CAPPED else payload[4 + ((length + 3) & ~3):]
            for kind, value in attrs(tlvs):
                if kind == 1:
                    message = value.rstrip(b"\0").decode()
                elif kind == 2:
                    offset = number(value)
        return Refused(errno, message, offset)

    def ask(self, cmd, data=b""):
        """The attributes of the answer; b"" if there is only an acknowledgement."""
        self.send_raw(self.pack(cmd, data))
        answer = b""
        while True:
            for kind, flags, seq, _, payload in self.receive():
                if seq != self.seq:
                    continue
                if kind == ERROR:
                    refused = self.refusal(flags, payload)
                    if refused:
                        raise refused
                    return answer
                answer = self.genl(payload)

    @staticmethod
    def genl(payload):
        if payload[2:4] != b"\0\0":
            raise ValueError("something in the header's reserved bytes")
        return payload[4:]

    def set(self, *parts):
        self.ask(SET, b"".join(parts))

    def act(self, cmd, *parts):
        self.ask(cmd, b"".join(parts))

    def config(self, shadow=False):
        return parse_config(self.ask(GET, attr(SHADOW) if shadow else b""))

    def generation(self):
        return self.config()["generation"]

    def dump_start(self, cmd, data=b""):
        self.send_raw(self.pack(cmd, data, F_REQUEST | F_DUMP))

    def dump_part(self):
        """(answers, interrupted, done) of what one call to recv() gives."""
        found, interrupted = [], False
        for kind, flags, seq, _, payload in self.receive():
            if seq != self.seq:
                continue
            interrupted |= bool(flags & F_DUMP_INTR)
            if kind == ERROR:
                raise self.refusal(flags, payload)
            if kind == DONE:
                errno = -struct.unpack_from("=i", payload)[0]
                if errno:
                    raise Refused(errno, None, None)
                return found, interrupted, True
            found.append(self.genl(payload))
        return found, interrupted, False

    def dump(self, cmd, data=b"", step=None):
        """(answers, interrupted); step() is called between the parts."""
        self.dump_start(cmd, data)
        answers, interrupted, done = [], False, False
        while not done:
            part, interrupted_here, done = self.dump_part()
            answers += part
            interrupted |= interrupted_here
            if step:
                step()
        return answers, interrupted

    def rules_once(self, data=b"", step=None):
        """({(scope, proto, low, high, action)}, interrupted), in order."""
        answers, interrupted = self.dump(RULE_GET, data, step)
        return [parse_rule(answer) for answer in answers], interrupted

    def rules(self):
        """The rules of one moment."""
        while True:
            rules, interrupted = self.rules_once()
            if not interrupted:
                return rules

    def blob(self, data=b"", step=None):
        """(the rules as bytes, to be compared to rule_blob()'s; interrupted), for very many of them."""
        self.dump_start(RULE_GET, data)
        parts, done = [], False
        while not done:
            part = self.sock.recv(self.recvsize)
            done = len(part) % RULE_MESSAGE.size != 0
            if done:
                part, end = part[:len(part) // RULE_MESSAGE.size * RULE_MESSAGE.size], part[-20:]
                _, kind, flags, _, _, errno = struct.unpack("=IHHIIi", end)
                if kind != DONE or errno:
                    raise ValueError(f"the dump's end is {end.hex()}")
            parts.append(part)
            if step and not done:
                step()
        whole = bytearray(b"".join(parts))
        interrupted = bool(flags & F_DUMP_INTR) or F_MULTI | F_DUMP_INTR in whole[6::RULE_MESSAGE.size]
        for at in (6, 7, 8, 9, 10, 11, 12, 13, 14, 15):  # flags, sequence, port
            whole[at::RULE_MESSAGE.size] = bytes(len(whole) // RULE_MESSAGE.size)
        return bytes(whole), interrupted

    def rule_blob(self, rules):
        """What blob() gives for these (scope, proto, low, high, action)."""
        return b"".join(RULE_MESSAGE.pack(
            64, self.family, 0, 0, 0, RULE_GET, 1, 0, 44, 3 | NESTED, 8, 1, s, 8, 2, p, 8, 3, action, 6, 4, low, 0,
            6, 5, high, 0) for s, p, low, high, action in rules)

    def stats(self):
        """{(scope, proto): {malformed, fragments, unlisted, (class, name): …}}"""
        found = {}
        for answer in self.dump(STATS_GET)[0]:
            fields = list(attrs(answer))
            top = {kind: number(value) for kind, value in fields if kind != 7}
            path = {"malformed": top[4], "fragments": top[5], "unlisted": top[6]}
            for kind, value in fields:
                if kind == 7:
                    klass = {k: number(v) for k, v in attrs(value)}
                    path.update({(klass[1], name): klass[3 + i] for i, name in enumerate(CLASS_STATS)})
            found[top[1], top[2]] = path
        return found

    def ports(self, data=b""):
        """{(scope, proto, port): (flows, packets, bytes, denied packets)}"""
        found = {}
        for answer in self.dump(PORT_STATS_GET, data)[0]:
            top = {kind: number(value) for kind, value in attrs(answer)}
            found[top[1], top[2], top[3]] = (top[5], top[6], top[7], top[8])
        return found

    def explain(self, scope, proto, port):
        """{"active", "mode", "track", "verdict", "policy", "rule": (low, high, action) or None, "port", "class": counters}"""
        answer = dict(attrs(self.ask(EXPLAIN, u32(1, scope) + u32(2, proto) + u16(3, port))))
        rule = dict(attrs(answer[10])) if 10 in answer else None
        counters = [tuple(number(value) for kind, value in attrs(answer[kind]) if kind > 2) for kind in (11, 12)]
        assert (number(answer[1]), number(answer[2]), number(answer[3])) == (scope, proto, port)
        return {"active": number(answer[5]), "mode": number(answer[6]), "track": number(answer[7]),
                "verdict": number(answer[8]), "policy": number(answer[9]),
                "rule": rule and (number(rule[4]), number(rule[5]), number(rule[3])),
                "port": counters[0], "class": counters[1]}

    def listen(self, group="config"):
        self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, self.groups[group])

    def announced(self, seconds=0.0):
        """The configurations that were announced so far."""
        return [parse_config(one) for one in self.events(CHANGED_NTF, seconds)]

    def events(self, cmd, seconds=0.0):
        """The announcements of one kind so far."""
        found = []
        timeout = self.sock.gettimeout()
        self.sock.settimeout(seconds or 1e-6)
        with contextlib.suppress(TimeoutError, BlockingIOError):
            while True:
                found += [self.genl(payload) for kind, *_, payload in self.receive()
                          if kind == self.family and payload[0] == cmd]
        self.sock.settimeout(timeout)
        return found


def parse_config(data):
    config = {"policy": {}}
    for kind, value in attrs(data):
        if kind == VERSION:
            config["version"] = value.rstrip(b"\0").decode()
        elif kind == POLICY:
            one = {k: number(v) for k, v in attrs(value)}
            config["policy"][one[1], one[2], one[3]] = one[4]
        else:
            config[{ACTIVE: "active", GENERATION: "generation", MODE: "mode", TRACK: "track",
                    PENDING: "pending"}.get(kind, "shadow")] = number(value) if value else True
    return config


def parse_rule(data):
    (kind, value), = attrs(data)
    if kind != 3:
        raise ValueError(f"attribute {kind} in a rule's message")
    one = {k: number(v) for k, v in attrs(value) if k != 6}
    return one[1], one[2], one[4], one[5], one[3]


@contextlib.contextmanager
def namespace(name):
    """What is opened in here belongs to a namespace of ip-netns(8), and stays there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{name}") as there:
        if libc.setns(there.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            libc.setns(home.fileno(), 0x40000000)
