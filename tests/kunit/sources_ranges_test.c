// SPDX-License-Identifier: GPL-2.0
/* Ranges of ports that are open to some sources: set, split, counted, refused. */
#include <kunit/test.h>

#include "sources.h"
#include "sources_build.h"
#include "test_memory.h"

#define SETS	3

struct fixture {
	struct portclass_sources *sources;
	struct portclass_sources *copy;
	struct portclass_prefixes *from[SETS];
	unsigned int taken;
};

static int ranges_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	unsigned int i;

	if (!f)
		return -ENOMEM;
	f->taken = test_memory_taken();
	test->priv = f;
	for (i = 0; i < SETS; i++) {
		const struct portclass_prefix one = test_prefix4(0x0a000000 | i, 32);

		f->from[i] = test_prefixes(test, &one, 1);
	}
	return 0;
}

/* What nobody has any more was freed, and nothing before. */
static void ranges_exit(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	if (!f)
		return;
	portclass_sources_free(f->sources);
	portclass_sources_free(f->copy);
	for (i = 0; i < SETS && f->from[i]; i++) {
		KUNIT_EXPECT_EQ(test, refcount_read(&f->from[i]->users), 1);
		portclass_prefixes_put(f->from[i]);
	}
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken);
}

/* Set a range to be open to prefixes number @set; to nobody if it is negative. */
static int set(struct kunit *test, u32 low, u32 high, int set)
{
	struct fixture *f = test->priv;

	return portclass_sources_set(&f->sources, low, high,
				     set < 0 ? NULL : f->from[set]);
}

struct opened {
	u16 low;
	u16 high;
	int set;
};

/* There are these ranges, and prefixes have as many users as there are of them. */
static void expect_ranges(struct kunit *test, const struct portclass_sources *sources,
			  const struct opened *want, unsigned int count)
{
	struct fixture *f = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, sources ? sources->count : 0, count);
	for (i = 0; i < count; i++) {
		KUNIT_EXPECT_EQ_MSG(test, sources->list[i].low, want[i].low, "range %u", i);
		KUNIT_EXPECT_EQ_MSG(test, sources->list[i].high, want[i].high,
				    "range %u", i);
		KUNIT_EXPECT_PTR_EQ_MSG(test, sources->list[i].from,
					f->from[want[i].set], "range %u", i);
	}
}

static void expect_users(struct kunit *test, unsigned int a, unsigned int b,
			 unsigned int c)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, refcount_read(&f->from[0]->users), a);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->from[1]->users), b);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->from[2]->users), c);
}

static void expect_port(struct kunit *test, u16 port, bool is_open)
{
	const struct portclass_prefix source = test_prefix4(0x0a000000, 32);
	const struct portclass_prefix other = test_prefix4(0x0a000001, 32);
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, !!portclass_sources_find(f->sources, port),
			    is_open, "port %u", port);
	KUNIT_EXPECT_EQ_MSG(test, portclass_sources_admit(f->sources, port, NFPROTO_IPV4,
							  &source.base),
			    is_open, "port %u", port);
	KUNIT_EXPECT_FALSE_MSG(test, portclass_sources_admit(f->sources, port, NFPROTO_IPV4,
							     &other.base),
			       "port %u", port);
}

/* The next ports at either side are nobody's. */
static void range_ends_where_it_says(struct kunit *test)
{
	static const struct opened at[] = {
		{ 0, 0, 0 }, { 0, 1, 0 }, { 22, 22, 0 }, { 1023, 1024, 0 },
		{ 49151, 49152, 0 }, { 65534, 65535, 0 }, { 65535, 65535, 0 },
		{ 1, 65534, 0 }, { 0, 65535, 0 },
	};
	unsigned int i, p;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		const u16 ports[] = {
			0, 1, 65534, 65535, at[i].low - 1, at[i].low,
			at[i].high, at[i].high + 1,
		};

		KUNIT_ASSERT_EQ(test, set(test, at[i].low, at[i].high, 0), 0);
		for (p = 0; p < ARRAY_SIZE(ports); p++)
			expect_port(test, ports[p],
				    ports[p] >= at[i].low && ports[p] <= at[i].high);
		KUNIT_ASSERT_EQ(test, set(test, 0, 65535, -1), 0);
	}
}

/* Each is set on top of 100-199 and 300-399, and shows what is left of them. */
static void later_range_takes_its_place(struct kunit *test)
{
	static const struct {
		struct opened set;
		struct opened want[4];
		unsigned int count;
	} cases[] = {
		{ { 200, 299, 2 }, { { 100, 199, 0 }, { 200, 299, 2 }, { 300, 399, 1 } }, 3 },
		{ { 0, 99, 2 }, { { 0, 99, 2 }, { 100, 199, 0 }, { 300, 399, 1 } }, 3 },
		{ { 400, 65535, 2 }, { { 100, 199, 0 }, { 300, 399, 1 }, { 400, 65535, 2 } }, 3 },
		{ { 100, 199, 2 }, { { 100, 199, 2 }, { 300, 399, 1 } }, 2 },
		{ { 100, 100, 2 }, { { 100, 100, 2 }, { 101, 199, 0 }, { 300, 399, 1 } }, 3 },
		{ { 199, 199, 2 }, { { 100, 198, 0 }, { 199, 199, 2 }, { 300, 399, 1 } }, 3 },
		{ { 150, 159, 2 },
		  { { 100, 149, 0 }, { 150, 159, 2 }, { 160, 199, 0 }, { 300, 399, 1 } }, 4 },
		{ { 199, 300, 2 }, { { 100, 198, 0 }, { 199, 300, 2 }, { 301, 399, 1 } }, 3 },
		{ { 99, 400, 2 }, { { 99, 400, 2 } }, 1 },
		{ { 0, 65535, 2 }, { { 0, 65535, 2 } }, 1 },
		{ { 0, 65535, -1 }, {}, 0 },
		{ { 200, 299, -1 }, { { 100, 199, 0 }, { 300, 399, 1 } }, 2 },
		{ { 150, 150, -1 }, { { 100, 149, 0 }, { 151, 199, 0 }, { 300, 399, 1 } }, 3 },
		{ { 150, 350, -1 }, { { 100, 149, 0 }, { 351, 399, 1 } }, 2 },
		{ { 0, 100, -1 }, { { 101, 199, 0 }, { 300, 399, 1 } }, 2 },
		{ { 399, 65535, -1 }, { { 100, 199, 0 }, { 300, 398, 1 } }, 2 },
		/* To whom it was open already. */
		{ { 120, 129, 0 },
		  { { 100, 119, 0 }, { 120, 129, 0 }, { 130, 199, 0 }, { 300, 399, 1 } }, 4 },
	};
	struct fixture *f = test->priv;
	unsigned int i, w;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int users[SETS] = { 1, 1, 1 };

		KUNIT_ASSERT_EQ(test, set(test, 0, 65535, -1), 0);
		KUNIT_ASSERT_EQ(test, set(test, 300, 399, 1), 0);
		KUNIT_ASSERT_EQ(test, set(test, 100, 199, 0), 0);
		KUNIT_ASSERT_EQ(test, set(test, cases[i].set.low, cases[i].set.high,
					  cases[i].set.set), 0);
		expect_ranges(test, f->sources, cases[i].want, cases[i].count);
		for (w = 0; w < cases[i].count; w++)
			users[cases[i].want[w].set]++;
		expect_users(test, users[0], users[1], users[2]);
	}
}

/* Whoever goes first, the others keep what they have. */
static void copies_share_prefixes_alone(struct kunit *test)
{
	static const struct opened before[] = { { 10, 19, 0 }, { 20, 29, 1 } };
	static const struct opened after[] = { { 10, 14, 0 }, { 15, 24, 2 }, { 25, 29, 1 } };
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, set(test, 10, 19, 0), 0);
	KUNIT_ASSERT_EQ(test, set(test, 20, 29, 1), 0);
	f->copy = portclass_sources_dup(f->sources);
	KUNIT_ASSERT_NOT_NULL(test, f->copy);
	expect_users(test, 3, 3, 1);

	KUNIT_ASSERT_EQ(test, set(test, 15, 24, 2), 0);
	expect_ranges(test, f->sources, after, 3);
	expect_ranges(test, f->copy, before, 2);
	expect_users(test, 3, 3, 2);

	portclass_sources_free(f->sources);
	f->sources = NULL;
	expect_users(test, 2, 2, 1);
	expect_ranges(test, f->copy, before, 2);

	/* Even who has given them to it. */
	portclass_prefixes_put(f->from[0]);
	KUNIT_EXPECT_PTR_EQ(test, f->copy->list[0].from, f->from[0]);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->from[0]->users), 1);
	KUNIT_EXPECT_EQ(test, f->from[0]->count, 1);
	refcount_inc(&f->from[0]->users);
}

/* Every other port up to 254, which is as many as there may be. */
static void fill(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < PORTCLASS_SOURCED_MAX; i++)
		KUNIT_ASSERT_EQ_MSG(test, set(test, 2 * i, 2 * i, i & 1), 0, "range %u", i);
}

static void expect_full(struct kunit *test, unsigned int of_first)
{
	struct fixture *f = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, f->sources->count, 128);
	for (i = 0; i < 2 * PORTCLASS_SOURCED_MAX; i += 2)
		KUNIT_EXPECT_NOT_NULL_MSG(test, portclass_sources_find(f->sources, i),
					  "port %u", i);
	expect_users(test, 1 + of_first, 1 + 64, 1);
}

/* One range too many changes nothing, and what makes no more of them works. */
static void no_more_ranges_than_there_may_be(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct portclass_sources *full;

	fill(test);
	expect_full(test, 64);
	full = f->sources;
	KUNIT_EXPECT_EQ(test, set(test, 1, 1, 2), -E2BIG);
	KUNIT_EXPECT_EQ(test, set(test, 65535, 65535, 2), -E2BIG);
	KUNIT_EXPECT_PTR_EQ(test, f->sources, full);
	expect_full(test, 64);

	/* Another one in the place of one, or of two. */
	KUNIT_EXPECT_EQ(test, set(test, 4, 4, 2), 0);
	expect_users(test, 64, 65, 2);
	KUNIT_EXPECT_EQ(test, set(test, 3, 5, 0), 0);
	expect_full(test, 64);
	KUNIT_EXPECT_EQ(test, set(test, 4, 6, 2), 0);
	KUNIT_EXPECT_EQ(test, f->sources->count, 128);
	expect_users(test, 65, 64, 2);
}

/* To split one makes one more, even if the middle is to be nobody's. */
static void splitting_keeps_to_the_limit(struct kunit *test)
{
	struct fixture *f = test->priv;

	fill(test);
	KUNIT_ASSERT_EQ(test, set(test, 254, 300, 1), 0);
	expect_full(test, 64);
	KUNIT_EXPECT_EQ(test, set(test, 280, 280, 2), -E2BIG);
	KUNIT_EXPECT_EQ(test, set(test, 280, 280, -1), -E2BIG);
	KUNIT_EXPECT_EQ(test, set(test, 255, 299, -1), -E2BIG);
	expect_full(test, 64);
	KUNIT_EXPECT_EQ(test, f->sources->list[127].high, 300);

	/* With one less there is room for a gap, with two for a range in it. */
	KUNIT_ASSERT_EQ(test, set(test, 0, 0, -1), 0);
	KUNIT_EXPECT_EQ(test, set(test, 280, 280, 2), -E2BIG);
	KUNIT_EXPECT_EQ(test, set(test, 280, 280, -1), 0);
	KUNIT_EXPECT_EQ(test, f->sources->count, 128);
	KUNIT_EXPECT_EQ(test, set(test, 280, 280, 2), -E2BIG);
	KUNIT_ASSERT_EQ(test, set(test, 2, 2, -1), 0);
	KUNIT_EXPECT_EQ(test, set(test, 280, 280, 2), 0);
	KUNIT_EXPECT_EQ(test, f->sources->count, 128);
	expect_users(test, 64, 65, 2);
}

static struct kunit_case ranges_cases[] = {
	KUNIT_CASE(range_ends_where_it_says),
	KUNIT_CASE(later_range_takes_its_place),
	KUNIT_CASE(copies_share_prefixes_alone),
	KUNIT_CASE(no_more_ranges_than_there_may_be),
	KUNIT_CASE(splitting_keeps_to_the_limit),
	{}
};

static struct kunit_suite ranges_suite = {
	.name = "portclass_sources_ranges",
	.init = ranges_init,
	.exit = ranges_exit,
	.test_cases = ranges_cases,
};

kunit_test_suite(ranges_suite);
