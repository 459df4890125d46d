# SPDX-License-Identifier: GPL-2.0
"""All that can be read of a namespace's configuration and counters, and whether it is as it should be."""

import errno
import random

import netlink as nl


def table(client, shadow=False):
    """(configuration, rules as they come) of one moment; None if there is no such table."""
    while True:
        try:
            config = client.config(shadow)
            rules, interrupted = client.dump(nl.RULE_GET, nl.attr(nl.RULES_SHADOW) if shadow else b"")
            if not interrupted and client.config(shadow)["generation"] == config["generation"]:
                return config, rules
        except nl.Refused as refusal:
            if refusal.errno != errno.ENOENT or not shadow:
                raise
            return None


def tables(client):
    """{False: the live one, True: the shadow, if there is one}"""
    found = {shadow: table(client, shadow) for shadow in (False, True)}
    return {shadow: one for shadow, one in found.items() if one}


def rebuild(twin, config, rules):
    """Another namespace is told all that this one says of itself, and says the same then."""
    parts = [nl.attr(nl.FLUSH), nl.attr(nl.FORCE), nl.u32(nl.MODE, config["mode"]), nl.u32(nl.TRACK, config["track"])]
    parts += [nl.policy(*path, action) for path, action in config["policy"].items()]
    for answer in rules:
        (kind, value), = nl.attrs(answer)
        assert kind == 3, f"attribute {kind} in a rule's message"
        parts.append(nl.nest(nl.RULE, value))
    # Of good rules, none is about the same port as another: their order says nothing.
    random.Random(1).shuffle(parts)
    twin.set(*parts)
    again, its_rules = table(twin)
    for key in ("mode", "track", "policy"):
        assert again[key] == config[key], f"a {key} of {again[key]} was made of {config[key]}"
    assert its_rules == rules, f"rules: {[r.hex() for r in its_rules]} were made of {[r.hex() for r in rules]}"


class State:
    """What is known of a namespace that only we change."""

    def __init__(self, client):
        self.client = client
        self.stats, self.ports = client.stats(), client.ports()
        self.generation = 0
        self.tables = self.config = None

    def before(self, whole=False):
        """Looks at what is not known any more."""
        if self.config is None or whole:
            self.config = self.client.config()
        if whole:
            self.tables = tables(self.client)

    def forget(self):
        self.tables = self.config = None

    def after(self, refused, what, whole):
        """@refused: nothing may have changed, but for what comes back since nobody has confirmed it."""
        old, self.config = self.config, self.client.config()
        now = self.config["generation"]
        assert now >= self.generation, f"generation {now} after {self.generation}"
        self.generation = now
        reverted = "pending" in old and "pending" not in self.config
        if not refused or reverted:
            self.tables = None
            return
        pending = old.pop("pending", 0), self.config.get("pending", 0)
        assert pending[1] <= pending[0] and bool(pending[0]) == bool(pending[1]), f"{pending[1]} s to confirm, {what()}"
        now = {key: value for key, value in self.config.items() if key != "pending"}
        assert now == old, f"{now} instead of {old}, {what()}"
        if not whole:
            return
        if self.tables is None or "pending" in self.config:
            self.tables = tables(self.client)
            return
        now = tables(self.client)
        assert now == self.tables, f"{now} instead of {self.tables}, {what()}"

    def counters_grow(self):
        stats, ports = self.client.stats(), self.client.ports()
        for path, fields in self.stats.items():
            for name, value in fields.items():
                assert stats[path][name] >= value, f"{name} of {path} went from {value} to {stats[path][name]}"
        for key, fields in self.ports.items():
            now = ports.get(key, (0, 0, 0, 0))
            assert all(a >= b for a, b in zip(now, fields)), f"{key}: {now} after {fields}"
        self.stats, self.ports = stats, ports
