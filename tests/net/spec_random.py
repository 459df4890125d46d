# SPDX-License-Identifier: GPL-2.0
"""Random requests by the spec: what it allows, and the same with a fault or a few planted."""

import struct

from spec import NESTED, NET_BYTEORDER

GOOD, PERHAPS, BAD = range(3)  # what to expect of the kernel: done, anything, refused
PORTS = (0, 1, 7, 22, 80, 1023, 1024, 9000, 9001, 49151, 49152, 65534, 65535)
UNKNOWN = (0, 20, 99, 255, 256, 0x3fff)
NUMBERS = (0, 1, 2, 3, 4, 127, 128, 129, 255, 256, 28800, 28801, 0x7fffffff, 0x80000000, 0xffffffff)


class Node:
    """An attribute of a request, before it is bytes."""

    def __init__(self, attr, value):
        self.attr, self.value = attr, value  # bytes, or a list of nodes
        self.kind = attr.number | (NESTED if attr.type == "nest" else 0)
        self.length = None                   # to lie about
        self.behind = b""                    # what a nest has behind its last attribute
        self.padding = 0

    def pack(self):
        data = self.value if isinstance(self.value, bytes) else b"".join(one.pack() for one in self.value) + self.behind
        length = 4 + len(data) if self.length is None else max(0, 4 + len(data) + self.length)
        return struct.pack("=HH", length & 0xffff, self.kind) + data + bytes([self.padding] * (-len(data) % 4))


def number(attr, value):
    return (value % (1 << 8 * attr.size)).to_bytes(attr.size, "little")


class Maker:
    """Makes requests. What a rule means beyond the spec is known here: what is GOOD has to be taken."""

    def __init__(self, spec, rng):
        self.spec, self.rng = spec, rng

    def value(self, attr):
        rng = self.rng
        if attr.type == "nest":
            return self.rule() if attr.nested == "rule" else self.nest(attr.nested)
        if attr.type == "string":
            size = rng.choice((0, 1, 3, 17, attr.max_len - 1, attr.max_len))
            return bytes(rng.choice(b" abcXYZ09/.\xc3\xa4") for _ in range(size)) + b"\0"
        if attr.type == "binary":
            return rng.randbytes(rng.choice((4, 16)))
        if not attr.size:
            return b""
        if attr.name == "confirm" and attr.high:  # most of them wait for longer than this runs, and some come back soon
            return number(attr, rng.choice((1, 1, 2, 3, 600, attr.high)))
        if attr.high is not None:
            return number(attr, rng.randint(attr.low or 0, attr.high))
        return number(attr, rng.choice(PORTS) if rng.random() < 0.7 else rng.randrange(1 << 8 * attr.size))

    def node(self, set_name, name, value=None):
        attr = self.spec.attr(set_name, name)
        return Node(attr, self.value(attr) if value is None else value)

    def nest(self, set_name):
        nodes = [Node(attr, self.value(attr)) for attr in self.spec.sets[set_name].values()]
        if set_name == "prefix":
            self.mend_prefix(*nodes)
        return nodes

    def mend_prefix(self, address, length):
        """As long as its address at most, and no bits behind that."""
        bits = min(self.rng.choice((0, 1, 8, 24, 31, 32, 33, 64, 127, 128)), len(address.value) * 8)
        rest = len(address.value) * 8 - bits
        value = int.from_bytes(address.value, "big") >> rest << rest
        address.value = value.to_bytes(len(address.value), "big")
        length.value = bytes([bits])

    def rule(self):
        rng = self.rng
        nodes = {name: self.node("rule", name) for name in ("scope", "proto", "action", "port-low")}
        if rng.random() < 0.7:
            low = int.from_bytes(nodes["port-low"].value, "little")
            high = rng.choice((low, min(low + rng.randrange(300), 65535), rng.randint(low, 65535), 65535))
            nodes["port-high"] = self.node("rule", "port-high", struct.pack("=H", high))
        found = list(nodes.values())
        if rng.random() < 0.35:
            nodes["scope"].value = struct.pack("=I", rng.choice((0, 2)))
            nodes["action"].value = struct.pack("=I", 1)
            found += [self.node("rule", "from") for _ in range(rng.choice((1, 1, 1, 2, 2, 5, 99, 100)))]
        return found

    def request(self, op):
        """Nodes of a good one."""
        rng = self.rng
        wanted = [name for name in op.request
                  if rng.random() < (0.6 if name in ("rule", "policy") or not op.changes else 0.3)]
        if op.name == "explain":
            wanted = list(op.request)
        elif op.name == "set":
            changing = ("mode", "flush", "policy", "rule", "track")
            if not set(wanted) & set(changing):
                wanted.append(rng.choice(changing))
            # Or else nearly all would be refused, soon after the first of them.
            if rng.random() < 0.7:
                wanted = [name for name in wanted if name != "confirm"] + ["force"] * ("force" not in wanted)
            if "shadow" in wanted and "confirm" in wanted:
                wanted.remove("confirm")
        nodes = []
        for name in wanted:
            many = self.spec.attr(op.set, name).multi
            count = rng.choice((1, 1, 2, 3, 8) if rng.random() < 0.97 else (60, 200)) if many else 1
            nodes += [self.node(op.set, name) for _ in range(count)]
        if op.name == "set" and rng.random() < 0.02:
            nodes += self.crowd()
        rng.shuffle(nodes)
        return nodes

    def crowd(self):
        """Nearly as many rules with sources as there may be for a scope and protocol, or too many."""
        scope, proto, first = self.rng.choice((0, 2)), self.rng.randrange(2), self.rng.randrange(60000)
        for port in range(first, first + 2 * self.rng.choice((100, 127, 128, 129, 140)), 2):
            values = ("scope", scope), ("proto", proto), ("action", 1), ("port-low", port)
            yield self.node("config", "rule", [
                *(self.node("rule", name, number(self.spec.attr("rule", name), value)) for name, value in values),
                self.node("rule", "from")])

    def make(self, op):
        """(bytes, what to expect)"""
        nodes = self.request(op)
        expect = GOOD
        faults = self.rng.choice((0, 0, 0, 0, 1, 1, 1, 1, 2, 3))
        for _ in range(faults):
            expect = self.fault(op, nodes)
        # One fault may mend another.
        if faults > 1:
            expect = PERHAPS
        return b"".join(node.pack() for node in nodes), expect

    def fault(self, op, top):
        """Plants one, somewhere; returns what to expect then."""
        rng = self.rng
        # Of all sorts of attributes that are there one, however many there are of it.
        where, sorts = {op.set: [top]}, {}
        lists = [(op.set, top)]
        while lists:
            set_name, nodes = lists.pop()
            where.setdefault(set_name, []).append(nodes)
            for node in nodes:
                sorts.setdefault((set_name, node.attr.name), []).append((node, nodes))
                if isinstance(node.value, list):
                    lists.append((node.attr.nested, node.value))
        if not sorts or rng.random() < 0.1:
            set_name = rng.choice(list(where))
            nodes = rng.choice(where[set_name])
            return self.add_strange(op, set_name, nodes, nodes is top)
        # Most of them within others, where most of the sorts are.
        weights = [1 if set_name == op.set else 3 for set_name, _ in sorts]
        node, nodes = rng.choice(sorts[rng.choices(list(sorts), weights)[0]])
        how = rng.choice((*(self.wrong_value,) * 3, *(self.wrong_size,) * 2, self.wrong_flag, self.twice, self.missing,
                          self.lie, self.behind, self.padded, self.byte_order, self.deep, self.meaning))
        return how(op, node, nodes)

    def add_strange(self, op, set_name, nodes, is_top):
        """One that nobody knows here, or that this operation doesn't take."""
        rng = self.rng
        known = self.spec.sets[set_name]
        strange = [attr for attr in known.values() if is_top and attr.name not in op.request]
        if strange and rng.random() < 0.5:
            node = Node(rng.choice(strange), b"")
            if node.attr.type not in ("nest", "string"):
                node.value = self.value(node.attr)
        else:
            node = Node(rng.choice(list(known.values())), rng.randbytes(rng.choice((0, 1, 2, 4, 8))))
            node.kind = rng.choice([kind for kind in (*UNKNOWN, len(known) + 1) if kind not in known])
        nodes.insert(rng.randint(0, len(nodes)), node)
        # Where nothing is asked with, nobody looks.
        return BAD if op.request else PERHAPS

    def wrong_value(self, _op, node, _nodes):
        attr = node.attr
        if attr.type == "string":
            node.value = self.rng.choice((b"", b"no end", b"two\nlines\0", b"\x7f\0", b"\0\0", b"x\0y\0",
                                          bytes([120]) * ((attr.max_len or 0) + 1) + b"\0", bytes([120]) * 4000))
            return BAD
        if attr.type == "binary":
            size = self.rng.choice((0, 1, 3, 5, 8, 15, 17, 64, 1000))
            # Nothing else is wrong with it then.
            node.value = (node.value + bytes(size))[:size] if self.rng.random() < 0.7 else self.rng.randbytes(size)
            return BAD
        if not attr.size or attr.high is None:
            return PERHAPS
        bad = [value for value in (*NUMBERS, attr.high + 1, (attr.low or 0) - 1)
               if 0 <= value < 1 << 8 * attr.size and not (attr.low or 0) <= value <= attr.high]
        node.value = number(attr, self.rng.choice(bad))
        return BAD

    def wrong_size(self, _op, node, _nodes):
        if node.attr.size is None:
            return PERHAPS
        size = self.rng.choice([size for size in (0, 1, 2, 3, 4, 5, 8, 9, 400) if size != node.attr.size])
        node.value = (node.value + self.rng.randbytes(size))[:size]
        return BAD

    def wrong_flag(self, _op, node, _nodes):
        node.kind ^= NESTED
        return BAD

    def byte_order(self, _op, node, _nodes):
        node.kind |= NET_BYTEORDER
        return PERHAPS

    def twice(self, op, node, nodes):
        nodes.insert(self.rng.randint(0, len(nodes)), node)
        # Where nothing is changed, the last one wins.
        return BAD if op.changes and not node.attr.multi else PERHAPS

    def missing(self, _op, node, nodes):
        nodes.remove(node)
        return PERHAPS

    def lie(self, _op, node, _nodes):
        node.length = self.rng.choice((-400, -4, -3, -2, -1, 1, 2, 3, 4, 8, 400, 60000))
        return PERHAPS

    def behind(self, _op, node, _nodes):
        if not isinstance(node.value, list):
            return PERHAPS
        node.behind = self.rng.randbytes(self.rng.choice((1, 2, 3, 4, 8)))
        return PERHAPS

    def padded(self, _op, node, _nodes):
        node.padding = 0xa5
        return PERHAPS

    def deep(self, _op, node, _nodes):
        """A rule of rules of rules."""
        if not isinstance(node.value, list):
            return PERHAPS
        for _ in range(self.rng.choice((1, 2, 9, 40))):
            inner = Node(node.attr, node.value)
            node.value = [inner]
        return BAD

    def meaning(self, _op, node, nodes):
        """What only the handlers know of."""
        if isinstance(node.value, list):
            self.rng.shuffle(node.value)
            return GOOD
        if node.attr.name in ("port-high", "action", "scope", "address", "length", "port-low"):
            node.value = self.rng.randbytes(1) if len(node.value) == 1 else self.value(node.attr)
        elif node.attr.name in ("confirm", "shadow"):
            nodes[:] = [node]
        return PERHAPS


def mutate(rng, raw, start=0):
    """Raw bytes, some of them other ones, more or fewer; from @start on."""
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 4, 9))):
        if len(data) <= start:
            break
        at = rng.randrange(start, len(data))
        how = rng.randrange(5)
        if how == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at] = rng.choice((0, 1, 2, 3, 4, 5, 8, 0x10, 0x40, 0x80, 0xff))
        elif how == 2:
            del data[at:at + rng.choice((1, 4, 8, 44))]
        elif how == 3:
            data[at:at] = data[at:at + rng.choice((4, 8, 44))]
        else:
            data[at:at + 4] = struct.pack("=I", rng.choice(NUMBERS))
    return bytes(data)
