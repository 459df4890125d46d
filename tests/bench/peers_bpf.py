# SPDX-License-Identifier: GPL-2.0
"""BPF programs that filter by port as xdp-filter does (filter.bpf.c), where the kernel has BPF."""

import ctypes
import os
import struct

import peers

SYSCALL = 321  # bpf(2), on x86-64
LOOKUP, UPDATE, OBJ_GET = 1, 2, 7
LET_IN, ONE = 1, 64  # see filter.bpf.c
LIBC = ctypes.CDLL(None, use_errno=True)


def cpus():
    with open("/sys/devices/system/cpu/possible", encoding="ascii") as file:
        return int(file.read().strip().split("-")[-1]) + 1


def bpf(command, attributes):
    found = LIBC.syscall(SYSCALL, command, attributes, len(attributes))
    if found < 0:
        raise RuntimeError(f"bpf: {os.strerror(ctypes.get_errno())}")
    return found


class Map:
    """The array of ports, each with a value of each processor."""

    def __init__(self, path):
        name = ctypes.create_string_buffer(path.encode())
        self.fd = bpf(OBJ_GET, struct.pack("=QII", ctypes.addressof(name), 0, 0))
        self.values = (ctypes.c_uint64 * cpus())()
        self.key = ctypes.c_uint32()

    def access(self, command, port):
        self.key.value = port
        bpf(command, struct.pack("=IIQQQ", self.fd, 0, ctypes.addressof(self.key), ctypes.addressof(self.values), 0))

    def let_in(self, port):
        for cpu in range(len(self.values)):
            self.values[cpu] = LET_IN
        self.access(UPDATE, port)

    def count(self, port):
        self.access(LOOKUP, port)
        return sum(value // ONE for value in self.values)


class Bpf(peers.Peer):
    """where: xdp or tc."""

    counts = by_port = True
    where = "tc"

    def versions(self):
        return {"iproute2": peers.run(["ip", "-V"]).strip()}

    def set_up(self, bench, namespace, ports):
        if not os.path.isdir("/sys/fs/bpf"):
            raise RuntimeError("this kernel has no BPF")
        if not os.path.ismount("/sys/fs/bpf"):
            peers.run(["mount", "-t", "bpf", "bpf", "/sys/fs/bpf"])
        program = os.environ["BENCH_BPF"]
        if self.where == "xdp":
            commands = [["ip", "link", "set", "dev", "bench0", "xdpgeneric", "obj", program, "sec", "xdp"]]
        else:
            commands = [["tc", "qdisc", "add", "dev", "bench0", "clsact"],
                        ["tc", "filter", "add", "dev", "bench0", "ingress", "bpf", "da", "obj", program, "sec", "tc"]]
        for command in commands:
            peers.run(peers.inside(namespace, *command))
        # Its own, not that of the next one.
        path = next(os.path.join(folder, "bench_ports") for folder, _, files in os.walk("/sys/fs/bpf")
                    if "bench_ports" in files)
        ports_map = Map(path)
        os.unlink(path)
        for port in ports:
            ports_map.let_in(port)
        bench.maps[namespace] = ports_map, ports
        self.bench = bench

    def counted(self, namespace):
        ports_map, ports = self.bench.maps[namespace]
        return sum(ports_map.count(port) for port in ports)


BPF = [Bpf("tc, BPF array by port", where="tc"), Bpf("XDP (generic), BPF array by port", where="xdp")]
