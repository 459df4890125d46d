# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
#
# The steps of check.sh: each a function step_NAME, that prints TAP and returns 0 if all is well. Meant to be sourced,
# after lib.sh.

# In this order. What is short, or needs least, first; what needs the User Mode Linux kernel last, since that is compiled
# meanwhile.
all_steps=(static cli guest tool net flows control shared uml kunit)

# Compilers and checkers.
step_static() { "$vm/static.sh"; }

# The tool's own unit tests, and the fuzzers, on the host.
step_cli() {
	local status=0
	"$vm/deps.sh" tool check
	make -s -C "$top/tests/fuzz" O="$top/.build/fuzz" check || status=1
	CMOCKA_MESSAGE_OUTPUT=tap make -s -C "$top/tools" O="$top/.build/tool" check || status=1
	return "$status"
}

# The guests themselves.
step_guest() { "$vm/selftest.sh" stock; }
step_uml() { "$vm/selftest.sh" uml; }

# The tool and the module together, as a stranger would try them.
step_tool() { "$vm/net.sh" tests/cli/guest.sh; }

# The module in the stock kernel, with network namespaces around it, end to end: what is judged, then every packet of
# every sort, counted; then control and stress.
step_net() { "$vm/net.sh" tests/net/run.sh 'test_[12]*'; }
step_flows() { "$vm/net.sh" tests/net/run.sh 'test_[34]*'; }
step_control() { "$vm/net.sh" tests/net/run.sh 'test_[5-9]*'; }

# What two processors share in the packet path, as a plugin of the emulator sees it.
step_shared() {
	BENCH_PARTS=shared BENCH_SHARED='^portclass$|^ipset counters$' "$top/tests/bench/run.sh" >&2
	python3 "$top/tests/bench/shared_tap.py" "$top/.build/bench"
}

# KUnit suites, which report by the kernel's log.
step_kunit() {
	local dir
	dir=$("$vm/build.sh" uml)
	"$vm/uml.sh" run --timeout 900 --env "PORTCLASS_KO=/portclass/$dir/portclass.ko" \
		--env "PORTCLASS_KUNIT_KO=/portclass/$dir/portclass_kunit.ko" -- tests/kunit/run.sh
}
