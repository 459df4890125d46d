# SPDX-License-Identifier: GPL-2.0
#
# Counts the results in a TAP or KTAP stream. Its last line of output is "PASSED FAILED SKIPPED"; the lines before it
# name what failed. Subtests are indented by four more spaces each, and come before the line that sums them up: that line
# is a test of its own only if there are none. A skipped test did not pass. Each plan ("1..N") must be kept.
#
# With -v source=kernel, only what the guest's kernel logged counts (KUnit reports there), otherwise all but that.

function complain(what) {
	print what
	failed++
	diagnostics = 20
}

# End of the subtests at this depth and below.
function close_level(depth,	d) {
	for (d = depth; d <= deepest; d++) {
		if (d in plan && plan[d] != seen[d])
			complain("a plan of " plan[d] " tests, but " seen[d] + 0 " results")
		delete plan[d]
		delete seen[d]
	}
}

{
	sub(/\r$/, "")
	# The guest died of the emulator's fault, and is run once more from the start: what it has said so far is void.
	if ($0 ~ /^guest: the emulator .*; once more$/) {
		passed = failed = skipped = diagnostics = 0
		split("", plan)
		split("", seen)
		split("", group_failed)
		print "(" $0 ")"
		next
	}
	logged = sub(/^\[kernel\] (\[ *[0-9.]+\] )?/, "")
	if (logged != (source == "kernel"))
		next
	match($0, /^ */)
	depth = int(RLENGTH / 4)
	line = substr($0, RLENGTH + 1)
	if (depth > deepest)
		deepest = depth
}

# What a script says of a failure, it says after it.
line !~ /^#/ || source == "kernel" {
	diagnostics = 0
}

diagnostics-- > 0 {
	print line
}

line ~ /^1\.\.[0-9]+/ {
	# Several runs one after another, each with its plan, make one plan.
	split(line, words, /[. ]+/)
	plan[depth] += words[2]
}

line ~ /^Bail out!/ {
	complain(line)
}

line ~ /^(not )?ok([ \t]|$)/ {
	parent = (depth + 1) in seen || (depth + 1) in plan
	before = failed
	close_level(depth + 1)
	seen[depth]++
	if (line ~ /^ok/ && line ~ /# *[Ss][Kk][Ii][Pp]/) {
		if (!parent)
			skipped++
	} else if (line ~ /^ok/) {
		if (!parent)
			passed++
	} else if (!parent || (!group_failed[depth + 1] && failed == before)) {
		complain(line)
	}
	if (failed > before || line ~ /^not/)
		group_failed[depth] = 1
	delete group_failed[depth + 1]
}

END {
	if (passed + failed + skipped > 0 && source != "kernel" && !(0 in plan))
		complain("no plan (1..N): was that all of it?")
	close_level(0)
	if (passed + failed + skipped == 0)
		complain("it ran no test at all")
	print passed + 0, failed + 0, skipped + 0
}
