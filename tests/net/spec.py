# SPDX-License-Identifier: GPL-2.0
"""kmod/portclass.yaml as the fuzzer needs it: what may be asked, and whether an answer is what it says."""

import pathlib
import struct

import yaml

PATH = pathlib.Path(__file__).resolve().parents[2] / "kmod" / "portclass.yaml"
SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "flag": 0, "pad": 0}
NESTED, NET_BYTEORDER, TYPE = 0x8000, 0x4000, 0x3fff


class Attr:
    """An attribute of a set."""

    def __init__(self, entry, number, enums):
        self.name, self.number, self.type = entry["name"], number, entry["type"]
        self.nested = entry.get("nested-attributes")
        self.multi = entry.get("multi-attr", False)
        checks = entry.get("checks", {})
        self.low, self.high, self.max_len = checks.get("min"), checks.get("max"), checks.get("max-len")
        self.size = SIZES.get(self.type)
        if "enum" in entry:
            self.low = self.low or 0
            self.high = min(len(enums[entry["enum"]]) - 1, self.high if self.high is not None else 99)


class Op:
    """An operation: get, set …"""

    def __init__(self, entry, number):
        self.name, self.number, self.set = entry["name"], number, entry.get("attribute-set")
        self.dump = "dump" in entry
        sort = entry.get("dump") or entry.get("do") or {"reply": entry.get("event", {})}
        self.asked = "do" in entry or "dump" in entry
        self.request = sort.get("request", {}).get("attributes", [])
        self.reply = sort.get("reply", {}).get("attributes", [])
        # What has an answer changes nothing, and the other way round.
        self.changes = self.asked and not self.reply
        self.admin = self.changes or self.name == "history-get"


class Wrong(Exception):
    """An answer that the spec doesn't know."""


class Spec:
    """All of it."""

    def __init__(self, path=PATH):
        doc = yaml.safe_load(path.read_text())
        enums = {entry["name"]: entry["entries"] for entry in doc["definitions"] if entry["type"] == "enum"}
        self.sets = {entry["name"]: {number: Attr(one, number, enums)
                                     for number, one in enumerate(entry["attributes"], 1)}
                     for entry in doc["attribute-sets"]}
        self.ops = [Op(entry, number) for number, entry in enumerate(doc["operations"]["list"], 1)]
        by_name = {op.name: op for op in self.ops}
        for entry in doc["operations"]["list"]:
            if "notify" in entry:
                op, like = by_name[entry["name"]], by_name[entry["notify"]]
                op.set, op.reply, op.changes, op.admin = like.set, like.reply, False, False

    def attr(self, set_name, name):
        return next(attr for attr in self.sets[set_name].values() if attr.name == name)

    def check(self, op, data):
        """Raises Wrong unless @data is an answer to @op; its attributes as (Attr, bytes)."""
        found = self.parse(op.set, data, echo=op.set == "history")
        for attr, _ in found:
            if attr.name not in op.reply and attr.type != "pad":
                raise Wrong(f"{op.name} answers with {attr.name}")
        return found

    def parse(self, set_name, data, echo=False):
        """@echo: what is nested is told as its author has sent it, padding and all."""
        found, seen = [], set()
        at = 0
        while at < len(data):
            if len(data) - at < 4:
                raise Wrong(f"{len(data) - at} bytes behind the attributes of {set_name}")
            length, kind = struct.unpack_from("=HH", data, at)
            attr = self.sets[set_name].get(kind & TYPE)
            if not attr:
                raise Wrong(f"attribute {kind} of {set_name}")
            what = f"{set_name}'s {attr.name}"
            if not 4 <= length <= len(data) - at:
                raise Wrong(f"{what} has {length} bytes of {len(data) - at}")
            end = min((at + length + 3) & ~3, len(data))
            if any(data[at + length:end]) and not echo:
                raise Wrong(f"{what} is padded with {data[at + length:end].hex()}")
            if bool(kind & NESTED) != (attr.type == "nest") or (kind & NET_BYTEORDER and not echo):
                raise Wrong(f"{what} has the flags {kind & ~TYPE:#x}")
            if attr.number in seen and not attr.multi and attr.type != "pad":
                raise Wrong(f"{what} is there twice")
            seen.add(attr.number)
            self.check_value(what, attr, data[at + 4:at + length], echo)
            found.append((attr, data[at + 4:at + length]))
            at = end
        return found

    def check_value(self, what, attr, value, echo):
        if attr.type == "nest":
            self.parse(attr.nested, value, echo)
        elif attr.type == "string":
            if value.find(0) != len(value) - 1 or len(value) - 1 > (attr.max_len or 999):
                raise Wrong(f"{what} is {value}")
        elif attr.type != "binary":
            if len(value) != attr.size:
                raise Wrong(f"{what} has {len(value)} bytes")
            number = int.from_bytes(value, "little")
            if (attr.low is not None and number < attr.low) or (attr.high is not None and number > attr.high):
                raise Wrong(f"{what} is {number}")
