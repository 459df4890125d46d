# SPDX-License-Identifier: GPL-2.0
"""nmap_says.py FILE: compares what nmap says with what it should.

FILE has lines "NAME;NOW;BEFORE;STATE;PORTS". NOW and BEFORE are what `nmap -oX` has
written. It should say now what it said before, but for PORTS ("tcp/22,80-99"),
which should be in that STATE. In place of BEFORE there may be "open:PORTS": these
TCP ports are open and all others closed. Prints lines "NAME;GOT;WANT".

With - for FILE: prints the numbers on the standard input as ranges.
"""
import sys
import xml.etree.ElementTree


def read_ports(text):
    for word in text.split(","):
        low, _, high = word.partition("-")
        yield from range(int(low), int(high or low) + 1)


def ranges(ports):
    words = []
    for port in sorted(ports):
        if words and words[-1][1] == port - 1:
            words[-1][1] = port
        else:
            words.append([port, port])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in words)


def read_states(what):
    """{(proto, port): state}"""
    if what.startswith("open:"):
        states = {("tcp", port): "closed" for port in range(65536)}
        states.update({("tcp", port): "open" for port in read_ports(what[5:])})
        return states

    states = {}
    for ports in xml.etree.ElementTree.parse(what).getroot().iter("ports"):
        # Where many ports are in the same state, they are not told one by one.
        for extra in ports.iter("extraports"):
            for reason in extra.iter("extrareasons"):
                for port in read_ports(reason.get("ports")):
                    states[reason.get("proto"), port] = extra.get("state")
        for port in ports.iter("port"):
            states[port.get("protocol"), int(port.get("portid"))] = port.find("state").get("state")
    return states


def told(states):
    found = {}
    for (_, port), state in states.items():
        found.setdefault(state, []).append(port)
    return ", ".join(f"{state} {ranges(ports)}" for state, ports in sorted(found.items()))


def main():
    if sys.argv[1] == "-":
        print(ranges(map(int, sys.stdin.read().split())))
        return
    with open(sys.argv[1], encoding="ascii") as file:
        for line in file:
            name, now, before, state, ports = line.strip().split(";")
            want = read_states(before)
            proto, _, numbers = ports.partition("/")
            want.update({(proto, port): state for port in read_ports(numbers) if (proto, port) in want})
            print(f"{name};{told(read_states(now))};{told(want)}")


main()
