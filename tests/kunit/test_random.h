/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_TEST_RANDOM_H
#define _PORTCLASS_TEST_RANDOM_H

#include <kunit/test.h>
#include <linux/prandom.h>

/**
 * test_random_init() - numbers that differ from run to run, yet can be had again
 * @test: the case that wants them; its log gets the seed
 * @rnd: to be set up
 *
 * Each case starts from a seed of its own, so that "tests/vm/build.sh uml
 * PORTCLASS_SEED=N" makes it repeat its run, whatever runs before it. (No module
 * parameter: suites run before parameters are there.)
 */
void test_random_init(struct kunit *test, struct rnd_state *rnd);

/* One of 0 .. @end - 1, as good as evenly. */
static inline u32 test_random_below(struct rnd_state *rnd, u32 end)
{
	return prandom_u32_state(rnd) % end;
}

/* Any port, but about every other time one where something changes. */
u16 test_random_port(struct rnd_state *rnd);

#endif /* _PORTCLASS_TEST_RANDOM_H */
