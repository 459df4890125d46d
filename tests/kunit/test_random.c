// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/random.h>

#include "test_random.h"

void test_random_init(struct kunit *test, struct rnd_state *rnd)
{
	u32 seed = TEST_SEED ?: get_random_u32();

	kunit_info(test, "seed=%u", seed);
	prandom_seed_state(rnd, seed);
}

u16 test_random_port(struct rnd_state *rnd)
{
	static const u16 edges[] = {
		0, 1, 63, 64, 127, 128, 1022, 1023, 1024, 1025, 32767, 32768,
		49150, 49151, 49152, 49153, 65407, 65408, 65534, 65535,
	};

	if (test_random_below(rnd, 2))
		return edges[test_random_below(rnd, ARRAY_SIZE(edges))];
	return prandom_u32_state(rnd);
}

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of portclass");
