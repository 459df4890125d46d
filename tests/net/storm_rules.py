# SPDX-License-Identifier: GPL-2.0
"""The configurations that the actors of storm.py ask for: each as a whole, so that a mix of two shows."""

import netlink as nl

NUMBER = 8


def wish(i):
    """(policies that aren't allow, rules) of configuration i."""
    policies, found = {}, []
    if i & 1:
        policies = {(scope, proto, 0): nl.DENY for scope in (nl.IN, nl.FORWARD) for proto in range(2)}
    for scope in range(3):
        for proto in range(2):
            found.append((scope, proto, 100 + i, 100 + i + scope + proto, nl.DENY if i & 1 else nl.ALLOW))
    found += [
        (nl.IN, nl.TCP, 5001, 5001, nl.ALLOW),
        (nl.IN, nl.TCP, 5003, 5003, nl.ALLOW if i & 1 else nl.DENY),
        (nl.IN, nl.TCP, 5005, 5005, nl.ALLOW if i & 2 else nl.REJECT),
        (nl.IN, nl.UDP, 9000, 9001, nl.ALLOW if i & 4 else nl.DENY),
        (nl.IN, nl.UDP, 9100, 9100, nl.ALLOW if i & 1 else nl.REJECT),
        (nl.OUT, nl.TCP, 5005, 5005, nl.DENY if i & 1 else nl.REJECT),
        (nl.OUT, nl.UDP, 9200, 9200, nl.ALLOW if i & 2 else nl.DENY),
        (nl.FORWARD, nl.TCP, 5007, 5007, nl.REJECT if i & 4 else nl.DENY),
        (nl.FORWARD, nl.UDP, 9000, 9001, nl.REJECT if i & 1 else nl.DENY),
    ]
    # Dumps of some come in many parts.
    if i >= 6:
        found += [(nl.IN, nl.UDP, port, port, nl.DENY) for port in range(20000 + i, 23000, 4)]
    return policies, found


def request(i):
    """The attributes that ask for configuration i, and nothing else."""
    policies, found = wish(i)
    parts = [nl.policy(*where, action) for where, action in policies.items()]
    parts += [nl.rule(s, p, action, low, high) for s, p, low, high, action in found]
    # Open to some.
    if i & 2:
        parts.append(nl.sourced(nl.IN, nl.TCP, 5011, 5012, "10.1.0.0/24", "fd01::/64", "198.18.0.0/16"))
    return nl.attr(nl.FLUSH) + b"".join(parts)


def told(i):
    """The rules of configuration i as a dump tells them."""
    found = wish(i)[1]
    if i & 2:
        found.append((nl.IN, nl.TCP, 5011, 5012, nl.ALLOW))
    return sorted(found)


REQUESTS = [request(i) for i in range(NUMBER)]
# None at all, to begin with.
RULES = [told(i) for i in range(NUMBER)] + [[]]
POLICIES = [wish(i)[0] for i in range(2)]
