// SPDX-License-Identifier: GPL-2.0
/* Counters by port, of more ports than there is room for at once. */
#include <kunit/test.h>

#include "ports_test.h"
#include "test_random.h"

#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM

/* More new ports than slots: some aren't counted, and all others are exact. */
static void full_spill_loses_nothing_else(struct kunit *test)
{
	const struct portclass_seen opener = test_seen(60, TO, true, false);
	const struct portclass_seen denied = test_seen(40, FROM, false, true);
	const struct portclass_stats one = test_stats_of(&opener, 1);
	struct portclass_stats two = test_stats_of(&opener, 1);
	unsigned int i, kept = 0, from = 0;
	unsigned long *counted;

	test_stats_add(&two, &denied);
	counted = kunit_kcalloc(test, BITS_TO_LONGS(4096), sizeof(long), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, counted);
	for (i = 0; i < 4096; i++) {
		if (!test_ports_count(test, IN_TCP, i, &opener))
			continue;
		__set_bit(i, counted);
		kept++;
	}
	KUNIT_EXPECT_LE(test, kept, FEW_SLOTS);
	KUNIT_EXPECT_GT(test, kept, FEW_SLOTS * 9 / 10);
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), kept);

	/* Who has a slot goes on being counted, who has none is turned away. */
	for (i = 0; i < 4096; i++)
		KUNIT_ASSERT_EQ_MSG(test, test_bit(i, counted),
				    test_ports_count(test, IN_TCP, i, &denied),
				    "port %u", i);
	for_each_set_bit(i, counted, 4096) {
		test_ports_expect_next(test, IN_TCP, from, i, &two);
		from = i + 1;
	}
	test_ports_expect_none(test, IN_TCP, from);

	/* Each time the worker has come, there is room again. */
	for (i = 0; i < 4096; i++) {
		if (test_bit(i, counted) || test_ports_count(test, IN_TCP, i, &opener))
			continue;
		test_ports_settle(test);
		KUNIT_ASSERT_EQ(test, test_ports_slots_in_use(test), 0);
		KUNIT_ASSERT_TRUE(test, test_ports_count(test, IN_TCP, i, &opener));
	}
	for (i = 0; i < 4096; i++)
		test_ports_expect_next(test, IN_TCP, i, i,
				       test_bit(i, counted) ? &two : &one);
}

/* What fills the small waiting room gets a large one, which serves as well. */
static void scan_gets_more_room(struct kunit *test)
{
	const struct portclass_seen seen = test_seen(60, TO, true, true);
	const struct portclass_stats one = test_stats_of(&seen, 1);
	struct portclass_ports *ports = test_ports(test);
	unsigned int i, kept = 0, more = 0;

	for (i = 0; i < FEW_SLOTS / 8; i++)
		test_ports_count(test, OUT_UDP, i, &seen);
	test_ports_spill_grow(test, test_ports_grow(test));
	KUNIT_EXPECT_NULL(test, ports->spill[1]);

	for (i = 0; i < 4096; i++)
		kept += test_ports_count(test, IN_UDP, i * 16, &seen);
	KUNIT_EXPECT_LE(test, kept, FEW_SLOTS);
	test_ports_spill_grow(test, test_ports_grow(test));
	KUNIT_ASSERT_NOT_NULL(test, ports->spill[1]);
	KUNIT_EXPECT_EQ(test, ports->spill[0]->count, FEW_SLOTS);
	KUNIT_EXPECT_EQ(test, ports->spill[1]->count, MANY_SLOTS);
	test_ports_settle(test);

	/* No page is there in this scope, so all of them wait. */
	for (i = 0; i < FEW_SLOTS + MANY_SLOTS / 2; i++)
		more += test_ports_count(test, FORWARD_TCP, i, &seen);
	KUNIT_EXPECT_EQ(test, more, FEW_SLOTS + MANY_SLOTS / 2);
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), more);
	for (i = 0; i < more; i += 100)
		test_ports_expect_next(test, FORWARD_TCP, i, i, &one);
	test_ports_settle(test);
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 0);
	for (i = 0; i < more; i++)
		test_ports_expect_next(test, FORWARD_TCP, i, i, &one);
}

/* The bound that ports.c states: all 65,536, each with its own count. */
static void every_port_at_once(struct kunit *test)
{
	u32 port;

	for (port = 0; port < PORTCLASS_PORTS; port++) {
		const struct portclass_seen seen =
			test_seen(port + 1, port % 5 == 0, port % 2, port % 3 == 0);

		if (test_ports_count(test, FORWARD_UDP, port, &seen))
			continue;
		test_ports_settle(test);
		KUNIT_ASSERT_TRUE(test, test_ports_count(test, FORWARD_UDP, port, &seen));
	}

	for (port = 0; port < PORTCLASS_PORTS; port++) {
		const struct portclass_seen seen =
			test_seen(port + 1, port % 5 == 0, port % 2, port % 3 == 0);
		const struct portclass_stats want = test_stats_of(&seen, 1);

		test_ports_expect_next(test, FORWARD_UDP, port, port, &want);
	}
}

/* Random ports, worker's halves in between, against plain sums. */
static void counters_are_their_model(struct kunit *test)
{
	unsigned int i, turned_away = 0;
	struct portclass_stats *model;
	struct rnd_state rnd;
	u32 port;

	model = kunit_kcalloc(test, 2048, sizeof(*model), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model);
	test_random_init(test, &rnd);
	for (i = 0; i < 30000; i++) {
		u16 at = test_random_below(&rnd, 2048);
		const struct portclass_seen seen =
			test_seen(test_random_below(&rnd, 65536),
				  test_random_below(&rnd, PORTCLASS_WAYS),
				  test_random_below(&rnd, 2),
				  test_random_below(&rnd, 2));

		/* Every 32nd port, for pages enough to keep the worker busy. */
		if (test_ports_count(test, OUT_TCP, at * 32, &seen))
			test_stats_add(&model[at], &seen);
		else
			turned_away++;
		if (!test_random_below(&rnd, 400))
			test_ports_grow(test);
		if (!test_random_below(&rnd, 400))
			test_ports_fold(test);
	}

	KUNIT_EXPECT_LT(test, turned_away, 15000);
	for (port = 0; port < PORTCLASS_PORTS; port += 32)
		if (portclass_stats_packets(&model[port / 32]))
			test_ports_expect_next(test, OUT_TCP, port, port,
					       &model[port / 32]);
}

static struct kunit_case many_cases[] = {
	KUNIT_CASE(full_spill_loses_nothing_else),
	KUNIT_CASE(scan_gets_more_room),
	KUNIT_CASE(every_port_at_once),
	KUNIT_CASE(counters_are_their_model),
	{}
};

static struct kunit_suite many_suite = {
	.name = "portclass_ports_many",
	.init = test_ports_init,
	.exit = test_ports_exit,
	.test_cases = many_cases,
};

kunit_test_suite(many_suite);
