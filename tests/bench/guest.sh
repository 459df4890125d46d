#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: the benchmark's part in the guest, as root: loads both modules, and measures. PORTCLASS_KO, BENCH_KO and
# PORTCLASSCTL say what; the raw figures go to /out/$BENCH_RESULT.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
modprobe -qa dummy cls_bpf sch_ingress nf_conntrack nf_tables ip_tables ip6_tables ip_set || :
insmod "$PORTCLASS_KO"
insmod "$BENCH_KO"
ip link set lo up
sysctl -qw kernel.kptr_restrict=0
sysctl -qw net.netfilter.nf_conntrack_max=262144
export PYTHONDONTWRITEBYTECODE=1
python3 "$here/${BENCH_SCRIPT:-bench.py}" "/out/$BENCH_RESULT"
