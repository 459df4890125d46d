// SPDX-License-Identifier: GPL-2.0
/* Counters by port: before their memory has come, while it comes, and after. */
#include <kunit/test.h>

#include "compat.h"
#include "ports_test.h"

#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM

static void nothing_counted_nothing_found(struct kunit *test)
{
	unsigned int path;

	for (path = 0; path < PATHS; path++) {
		test_ports_expect_none(test, path, 0);
		test_ports_expect_none(test, path, 65535);
	}
	test_ports_settle(test);
	for (path = 0; path < PATHS; path++)
		KUNIT_EXPECT_FALSE(test, test_ports_has_page(test, path, 0));
}

/* At every point between the first packet and the last, the sum is exact. */
static void sums_are_exact_at_any_time(struct kunit *test)
{
	struct portclass_stats want = {};
	unsigned int i;

	/* Each way to be counted, in each of three places. */
	for (i = 0; i < 24; i++) {
		const struct portclass_seen seen =
			test_seen(1000 + i, i & 1, i & 2, i & 4);

		KUNIT_ASSERT_TRUE(test, test_ports_count(test, IN_TCP, 443, &seen));
		test_stats_add(&want, &seen);
		test_ports_expect_next(test, IN_TCP, 0, 443, &want);

		/* Spill up to here; spill and page; page from here on. */
		if (i == 7)
			test_ports_grow(test);
		if (i == 15)
			test_ports_fold(test);
		KUNIT_EXPECT_EQ(test, test_ports_has_page(test, IN_TCP, 443), i >= 7);
		KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), i < 15);
		test_ports_expect_next(test, IN_TCP, 0, 443, &want);
		test_ports_expect_none(test, IN_TCP, 444);
	}

	/* A worker with nothing to do does nothing. */
	test_ports_settle(test);
	test_ports_expect_next(test, IN_TCP, 0, 443, &want);
}

/* Each counter alone: none is moved, or read, in place of another. */
static void counters_are_kept_apart(struct kunit *test)
{
	static const struct {
		struct portclass_seen seen;
		struct portclass_stats want;
	} of[] = {
		{ { 100, TO, false, false },
		  { .packets = { 1, 0 }, .bytes = { 100, 0 } } },
		{ { 100, FROM, false, false },
		  { .packets = { 0, 1 }, .bytes = { 0, 100 } } },
		{ { 100, TO, true, false },
		  { .packets = { 1, 0 }, .bytes = { 100, 0 }, .flows = 1 } },
		{ { 100, FROM, false, true },
		  { .packets = { 0, 1 }, .bytes = { 0, 100 },
		    .denied_packets = 1, .denied_bytes = 100 } },
		{ { 100, TO, true, true },
		  { .packets = { 1, 0 }, .bytes = { 100, 0 }, .flows = 1,
		    .denied_flows = 1, .denied_packets = 1, .denied_bytes = 100 } },
	};
	struct portclass_stats twice;
	unsigned int i, way;

	for (i = 0; i < ARRAY_SIZE(of); i++)
		test_ports_count(test, IN_UDP, 1000 + i, &of[i].seen);
	for (i = 0; i < ARRAY_SIZE(of); i++)
		test_ports_expect_next(test, IN_UDP, 1000 + i, 1000 + i, &of[i].want);
	test_ports_settle(test);
	for (i = 0; i < ARRAY_SIZE(of); i++)
		test_ports_expect_next(test, IN_UDP, 1000 + i, 1000 + i, &of[i].want);

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		twice = of[i].want;
		for (way = 0; way < PORTCLASS_WAYS; way++) {
			twice.packets[way] *= 2;
			twice.bytes[way] *= 2;
		}
		twice.flows *= 2;
		twice.denied_flows *= 2;
		twice.denied_packets *= 2;
		twice.denied_bytes *= 2;
		test_ports_count(test, IN_UDP, 1000 + i, &of[i].seen);
		test_ports_expect_next(test, IN_UDP, 1000 + i, 1000 + i, &twice);
	}
}

/* A port that came between the halves stays where it is until the next time. */
static void late_port_waits_for_next_time(struct kunit *test)
{
	const struct portclass_seen first = test_seen(40, TO, false, false);
	const struct portclass_seen second = test_seen(60, FROM, true, true);
	const struct portclass_stats early = test_stats_of(&first, 1);
	const struct portclass_stats late = test_stats_of(&second, 1);

	test_ports_count(test, OUT_UDP, 53, &first);
	test_ports_grow(test);
	test_ports_count(test, OUT_UDP, 5353, &second);
	test_ports_fold(test);
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 1);
	test_ports_expect_next(test, OUT_UDP, 0, 53, &early);
	test_ports_expect_next(test, OUT_UDP, 54, 5353, &late);
	test_ports_settle(test);
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 0);
	test_ports_expect_next(test, OUT_UDP, 0, 53, &early);
	test_ports_expect_next(test, OUT_UDP, 54, 5353, &late);
}

/* The same port number is another port in each scope and protocol. */
static void scopes_and_protos_are_kept_apart(struct kunit *test)
{
	static const u16 numbers[] = { 0, 1, 63, 64, 80, 127, 128, 32768, 65534, 65535 };
	unsigned int round, path, i;

	for (round = 1; round <= 2; round++) {
		for (path = 0; path < PATHS; path++) {
			for (i = 0; i < ARRAY_SIZE(numbers); i++) {
				const struct portclass_seen seen =
					test_seen(10 * path + i + 1, i & 1, path & 1,
						  path & 2);

				KUNIT_ASSERT_TRUE(test, test_ports_count(test, path,
									 numbers[i], &seen));
			}
		}

		for (path = 0; path < PATHS; path++) {
			u32 from = 0;

			for (i = 0; i < ARRAY_SIZE(numbers); i++) {
				const struct portclass_seen seen =
					test_seen(10 * path + i + 1, i & 1, path & 1,
						  path & 2);
				const struct portclass_stats want =
					test_stats_of(&seen, round);

				test_ports_expect_next(test, path, from, numbers[i],
						       &want);
				from = numbers[i] + 1;
			}
		}
		test_ports_settle(test);
		KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 0);
	}
}

/* A walk meets ports in order, whether they have a page, wait, or do both. */
static void walk_is_in_order(struct kunit *test)
{
	/* One way only, and it is not the first of the two. */
	const struct portclass_seen seen = test_seen(20, FROM, false, false);
	const struct portclass_stats one = test_stats_of(&seen, 1);
	const struct portclass_stats two = test_stats_of(&seen, 2);
	static const u16 paged[] = { 300, 5, 65535, 40000 };
	static const u16 waiting[] = { 50000, 0, 1000, 20000 };
	static const u16 walk[] = { 0, 5, 300, 1000, 20000, 40000, 50000, 65535 };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(paged); i++)
		test_ports_count(test, IN_UDP, paged[i], &seen);
	test_ports_grow(test);
	test_ports_count(test, IN_UDP, 300, &seen);
	/* 300 is in both; the page of 5 is there for 0, too. */
	for (i = 0; i < ARRAY_SIZE(waiting); i++)
		test_ports_count(test, IN_UDP, waiting[i], &seen);

	for (i = 0; i < 2; i++) {
		for (j = 0; j < ARRAY_SIZE(walk); j++)
			test_ports_expect_next(test, IN_UDP, j ? walk[j - 1] + 1 : 0,
					       walk[j], walk[j] == 300 ? &two : &one);
		test_ports_expect_next(test, IN_UDP, 5, 5, &one);
		test_ports_expect_next(test, IN_UDP, 255, 300, &two); /* from within no page */
		test_ports_expect_next(test, IN_UDP, 65535, 65535, &one);
		test_ports_expect_none(test, IN_TCP, 0);
		test_ports_expect_none(test, OUT_UDP, 0);
		test_ports_fold(test);
	}
}

/* The real worker, as packets ask for it. */
static void worker_comes_by_itself(struct kunit *test)
{
	const struct portclass_seen seen = test_seen(99, TO, true, true);
	const struct portclass_stats want = test_stats_of(&seen, 1);
	struct portclass_ports *ports = test_ports(test);
	unsigned long end = jiffies + 5 * HZ;

	test_ports_let_worker_come(test);
	test_ports_count(test, IN_TCP, 22, &seen);
	irq_work_sync(&ports->kick);
	flush_delayed_work(&ports->grow);
	flush_work(&ports->fold);
	while (test_ports_slots_in_use(test) && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);

	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 0);
	KUNIT_EXPECT_TRUE(test, test_ports_has_page(test, IN_TCP, 22));
	test_ports_expect_next(test, IN_TCP, 0, 22, &want);
}

/* All of it is freed while a worker is still to come: KASAN watches. */
static void exit_while_ports_wait(struct kunit *test)
{
	const struct portclass_seen seen = test_seen(1, TO, false, false);
	struct portclass_ports *ports = test_ports(test);
	unsigned int i;
	bool late;

	test_ports_let_worker_come(test);
	for (i = 0; i < 100; i++) {
		test_ports_count(test, IN_TCP, i * 500, &seen);
		/* As it is when there was no memory the last time. */
		if (i % 4 == 3) {
			irq_work_sync(&ports->kick);
			mod_delayed_work(portclass_compat_wq, &ports->grow, HZ);
		}
		portclass_ports_exit(ports);
		late = cancel_delayed_work_sync(&ports->grow) ||
		       cancel_work_sync(&ports->fold) ||
		       irq_work_is_busy(&ports->kick);
		memset(ports, 0, sizeof(*ports));
		KUNIT_ASSERT_EQ(test, portclass_ports_init(ports, i % 2), 0);
		KUNIT_ASSERT_FALSE(test, late);
	}
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 0);
	test_ports_expect_none(test, IN_TCP, 0);
}

static struct kunit_case ports_cases[] = {
	KUNIT_CASE(nothing_counted_nothing_found),
	KUNIT_CASE(sums_are_exact_at_any_time),
	KUNIT_CASE(counters_are_kept_apart),
	KUNIT_CASE(late_port_waits_for_next_time),
	KUNIT_CASE(scopes_and_protos_are_kept_apart),
	KUNIT_CASE(walk_is_in_order),
	KUNIT_CASE(worker_comes_by_itself),
	KUNIT_CASE(exit_while_ports_wait),
	{}
};

static struct kunit_suite ports_suite = {
	.name = "portclass_ports",
	.init = test_ports_init,
	.exit = test_ports_exit,
	.test_cases = ports_cases,
};

kunit_test_suite(ports_suite);
