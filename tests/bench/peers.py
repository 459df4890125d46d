# SPDX-License-Identifier: GPL-2.0
"""The peers: how each is told to let in some TCP and UDP ports, to count, and to drop the rest."""

import json
import os
import re
import subprocess

DENIED = 7  # the port that nobody lets in
SERVED = 32443  # the one that everybody does: in the middle, for those who look through a list


def open_ports(number):
    """So many ports, the served one among them; no two are neighbours, if there is room."""
    if number > 65535 // 2:
        return [port for port in range(65536) if port != DENIED][:number]
    step = 65536 // number
    ports = sorted({(SERVED + (k - number // 2) * step) % 65536 for k in range(number)})
    if len(ports) != number or DENIED in ports:
        raise ValueError(number)
    return ports


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[:120]}")
    return done.stdout


def inside(namespace, *command):
    return ["nsenter", f"--net=/run/netns/{namespace}", "--", *command]


class Peer:
    """
    One way to do the job. guards: does it deny anything; counts: does it count each packet that it lets in; by_port:
    and by its port; ours: is it what is measured?
    """

    guards = True
    counts = by_port = ours = False
    most = 65535  # ports that it is of use for
    least = 1
    stateful = False  # has rules of its own for flows that are known

    def __init__(self, name, **options):
        self.name = name
        vars(self).update(options)

    def versions(self):
        return {}

    def set_up(self, bench, namespace, ports):
        raise NotImplementedError

    def counted(self, namespace):
        """How many packets its counters have seen; None if it has none."""
        return None


class Nothing(Peer):
    """No hook; or one that does nothing."""

    hook = False
    guards = False

    def set_up(self, bench, namespace, ports):
        if self.hook:
            bench.command("hook", namespace)


class Portclass(Peer):
    counts = by_port = ours = True
    track = "none"

    def versions(self):
        return {"portclass": run([os.environ["PORTCLASSCTL"], "--version"]).strip()}

    def set_up(self, bench, namespace, ports):
        with open("/run/portclass.conf", "w", encoding="ascii") as conf:
            conf.write(f"mode enforce\ntrack {self.track}\npolicy all deny\n")
            conf.write("".join(f"allow any/{port}\n" for port in ports))
        run(inside(namespace, os.environ["PORTCLASSCTL"], "apply", "/run/portclass.conf"))

    def counted(self, namespace):
        stats = json.loads(run(inside(namespace, os.environ["PORTCLASSCTL"], "--json", "stats", "in")))
        return sum(klass["packets"] for path in stats["paths"] for klass in path["classes"])


class Nft(Peer):
    """nftables. set: what follows the set's type; rule: what is between match and verdict."""

    set = ""
    rule = ""
    more = ""
    hook = "input priority filter"
    end = "counter drop"
    match = "{proto} dport @open {rule} accept"

    def versions(self):
        return {"nftables": run(["nft", "--version"]).strip()}

    def set_up(self, bench, namespace, ports):
        kind, value = ("map", " : verdict") if "vmap" in self.match else ("set", "")
        extra = " : accept" if value else ""
        elements = ", ".join(f"{port}{extra}" for port in ports)
        lines = [self.match.format(proto=proto, rule=self.rule) for proto in ("tcp", "udp")]
        if self.stateful:
            lines = [*self.stateful, *lines]
        lines.append(self.end)
        run(inside(namespace, "nft", "-f", "-"), f"""
            table inet bench {{
                {kind} open {{ type inet_service{value}; {self.set} elements = {{ {elements} }} }}
                {self.more}
                chain in {{ type filter hook {self.hook};
                    """ + "\n".join(lines) + "\n}\n}\n")

    def counted(self, namespace):
        if not self.counts:
            return None
        text = run(inside(namespace, "nft", "list", "ruleset"))
        return sum(int(number) for number in re.findall(r"counter packets (\d+)", text))


class Iptables(Peer):
    """Classic iptables (legacy), or over nftables, as Debian's `iptables` command is (nft)."""

    backend = "legacy"
    match = "rule"
    set = ""
    counts = True

    def versions(self):
        return {"iptables": run([f"iptables-{self.backend}", "--version"]).strip(),
                "ipset": run(["ipset", "--version"]).strip().split("\n", maxsplit=1)[0]}

    def matches(self, ports):
        if self.match == "ipset":
            return ["-m set --match-set open dst"]
        if self.match == "multiport":
            return ["-m multiport --dports " + ",".join(map(str, ports[at:at + 15]))
                    for at in range(0, len(ports), 15)]
        return [f"--dport {port}" for port in ports]

    def set_up(self, bench, namespace, ports):
        if self.match == "ipset":
            run(inside(namespace, "ipset", "restore"),
                f"create open bitmap:port range 0-65535 {self.set}\n" + "".join(f"add open {p}\n" for p in ports))
        lines = ["*filter", ":INPUT DROP"]
        if self.stateful:
            lines += self.stateful
        for proto in ("tcp", "udp"):
            lines += [f"-A INPUT -p {proto} {match} -j ACCEPT" for match in self.matches(ports)]
        text = "\n".join([*lines, "COMMIT", ""])
        for command in ("iptables", "ip6tables"):
            run(inside(namespace, f"{command}-{self.backend}-restore"), text)

    def counted(self, namespace):
        if "counters" in self.set:
            return sum(int(n) for n in re.findall(r"packets (\d+)", run(inside(namespace, "ipset", "list", "open"))))
        found = 0
        for command in ("iptables", "ip6tables"):
            text = run(inside(namespace, f"{command}-{self.backend}-save", "-c"))
            found += sum(int(number) for number in re.findall(r"\[(\d+):\d+\] -A", text))
        return found


ESTABLISHED = ["ct state vmap { established : accept, related : accept, invalid : drop }"]
COUNTED = ["ct state established,related counter accept", "ct state invalid counter drop"]
XT_ESTABLISHED = ["-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                  "-A INPUT -m conntrack --ctstate INVALID -j DROP"]

# What decides by a packet's own header.
STATELESS = [
    Nothing("none"),
    Nothing("empty", hook=True),
    Portclass("portclass"),
    Nft("nft set", end="drop"),
    Nft("nft set, rule counter", rule="counter", counts=True),
    Nft("nft set, element counters", set="counter;", counts=True, by_port=True),
    Nft("nft interval set", set="flags interval;", end="drop", most=10000),
    Nft("nft vmap", match="{proto} dport vmap @open", end="drop"),
    Nft("nft set, counts any port", counts=True, by_port=True, least=100, most=100,
        more="set seen { type inet_service; flags dynamic; size 65536; counter; }",
        match="{proto} dport @open update @seen {{ {proto} dport }} accept"),
    Iptables("iptables rules", most=100),
    Iptables("iptables multiport", match="multiport", least=100, most=10000),
    Iptables("ipset", match="ipset"),
    Iptables("ipset counters", match="ipset", set="counters", by_port=True),
    Iptables("iptables-nft rules", backend="nft", most=1),
]

# What decides by flow: with conntrack.
STATEFUL = [
    Nothing("conntrack"),
    Nothing("conntrack, empty", hook=True),
    Portclass("portclass", track="conntrack"),
    Nft("nft stateful", stateful=ESTABLISHED, rule="counter"),
    Nft("nft stateful, all counted", stateful=COUNTED, set="counter;", counts=True),
    Nft("nft set, element counters", set="counter;", counts=True, by_port=True),
    Iptables("iptables stateful, ipset", stateful=XT_ESTABLISHED, match="ipset"),
    Iptables("ipset counters", match="ipset", set="counters", by_port=True),
]

# What drops before conntrack and routing.
EARLY = [
    Nft("nft raw prerouting", hook="prerouting priority raw", end="drop"),
    Nft("nft raw prerouting, counted", hook="prerouting priority raw", set="counter;", counts=True, by_port=True),
]
