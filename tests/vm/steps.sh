# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
#
# The steps of check.sh: each a function step_NAME, that prints TAP and returns 0 if all is well. Meant to be sourced,
# after lib.sh.

# In this order, several at once. What takes long begins early, but for what needs the User Mode Linux kernel, since that
# is compiled meanwhile; what has to be alone comes first or last.
all_steps=(static control flows net tool guest cli kernels faults uml fuzz kunit shared storm)

# Those of make check-long: what the kernel looks for is whatever goes wrong in there, and memory that is lost; and data
# races, in a kernel of their own.
long_steps=(debug_flows debug_net debug_control debug_tool debug_faults debug_fuzz plants coverage debug_plants
	debug_guest debug_kunit kcsan_kunit debug_storm kcsan_guest kcsan_storm long_storm)

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
step_control() { "$vm/net.sh" tests/net/run.sh 'test_[5-8]*'; }
# All of it at once.
step_storm() { "$vm/net.sh" --env STORM_SECONDS=20 tests/net/run.sh test_93_storm; }
step_long_storm() { "$vm/net.sh" --env STORM_SECONDS=180 --env PATIENCE=2 tests/net/run.sh test_93_storm; }

# What two processors share in the packet path, as a plugin of the emulator sees it.
step_shared() {
	BENCH_PARTS=shared BENCH_SHARED='^portclass$|^ipset counters$' "$top/tests/bench/run.sh" >&2
	python3 "$top/tests/bench/shared_tap.py" "$top/.build/bench"
}

# The module compiled for other kernels of Debian's archive, and the newest booted; or for all of them, for an hour.
step_kernels() { "$vm/kernels.sh" near; }
step_kernels_all() { "$vm/kernels.sh" all; }

# KUnit suites, which report by the kernel's log.
step_kunit() { suites uml "$vm/uml.sh" run --timeout 900; }

# Requests and packets at random, for a short time.
step_fuzz() { FUZZ_SECONDS=${FUZZ_SECONDS:-15} "$vm/fuzz.sh" uml; }

# suites BUILD GUEST...
suites() {
	local dir
	dir=$("$vm/build.sh" "$1")
	"${@:2}" --env "PORTCLASS_KUNIT_KO=/portclass/$dir/portclass_kunit.ko" -- tests/kunit/run.sh
}

# Allocations that fail.
step_faults() { GUEST_KERNEL=uml "$vm/net.sh" tests/net/run.sh 'test_90*'; }

# With the debug kernel, in which everything takes several times as long.
step_debug_guest() { "$vm/selftest.sh" debug; }
step_debug_kunit() { GUEST_KERNEL=debug suites debug "$vm/guest.sh" --loglevel 7 --timeout 2400; }
step_debug_net() { slowly 'test_[12]*'; }
step_debug_flows() { slowly 'test_[34]*'; }
step_debug_control() { slowly 'test_[5-8]*'; }
step_debug_tool() { GUEST_KERNEL=debug "$vm/net.sh" --timeout 3600 tests/cli/guest.sh; }
step_debug_faults() { slowly test_90_faults; }
step_debug_storm() {
	local status=0
	GUEST_THREADS=multi slowly test_93_storm --env STORM_SECONDS=120 || status=1
	"$vm/plants.sh" multi || status=1
	return "$status"
}

# For as long as FUZZ_SECONDS says, each of the two.
step_debug_fuzz() { FUZZ_SECONDS=${FUZZ_SECONDS:-180} "$vm/fuzz.sh" debug; }
# What is planted in portclass for all of these; where User Mode Linux finds it, too, that is quicker.
step_plants() { "$vm/plants.sh" uml; }
step_debug_plants() { "$vm/plants.sh" debug unlocked; }

# Which lines of the module KUnit, the tool's tests and some end-to-end ones run.
step_coverage() {
	local status=0
	"$vm/coverage.sh" | sed 's/^/# of note: /' || status=1
	tap "$status" "nine of ten lines of the module are run"
	tap_end
}

# Data races.
step_kcsan_guest() { "$vm/selftest.sh" kcsan; }
# Suites do one thing at a time, millions of times: each watched access would only make them wait.
step_kcsan_kunit() {
	GUEST_KERNEL=kcsan suites kcsan "$vm/guest.sh" --loglevel 7 --timeout 2400 \
		--append 'kcsan.skip_watch=200000 kcsan.udelay_task=20'
}
step_kcsan_storm() {
	local status=0
	GUEST_KERNEL=kcsan "$vm/net.sh" --env STORM_SECONDS=100 tests/net/run.sh test_93_storm || status=1
	"$vm/plants.sh" kcsan || status=1
	return "$status"
}

# slowly PATTERN [OPTION...]: the end-to-end tests of that name, but for those that would tell nothing there, or take too long.
slowly() {
	GUEST_KERNEL=debug "$vm/net.sh" --timeout 3600 --env "LEFT_OUT=$left_out" "${@:2}" tests/net/run.sh "$1"
}
left_out='
test_80_memory: it measures memory, and the checkers have theirs there
'
