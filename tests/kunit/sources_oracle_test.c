// SPDX-License-Identifier: GPL-2.0
/*
 * Sources against models: prefixes as they were given, searched one after the
 * other and bit by bit; and of each port, to which prefixes it is open.
 */
#include <kunit/test.h>

#include "sources.h"
#include "table.h"
#include "sources_build.h"
#include "test_memory.h"
#include "test_random.h"

#define ROUNDS		250	/* of new prefixes */
#define ADDRESSES	60	/* looked up in each */
#define CHANGES		6000	/* of ranges */
#define WINDOW		600	/* ports in which they are, at both ends of all */
#define SETS		50	/* of prefixes, to which they are open by turns */

struct fixture {
	struct portclass_prefix raw[PORTCLASS_PREFIXES_MAX];
	struct portclass_sources *sources;
	struct portclass_prefixes *from[SETS];
	unsigned int ranges[SETS];	/* users of each, as the model has it */
	u16 model[WINDOW];		/* 0: none; else one more than the set's number */
	bool begins[WINDOW];		/* a range does so there */
	unsigned int taken;
};

static int oracle_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->taken = test_memory_taken();
	test->priv = f;
	return 0;
}

static void oracle_exit(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	if (!f)
		return;
	portclass_sources_free(f->sources);
	for (i = 0; i < SETS; i++)
		portclass_prefixes_put(f->from[i]);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken);
}

/* In order, each one that was given, and none within the next one or before. */
static void expect_sealed(struct kunit *test, const struct portclass_prefixes *sealed,
			  unsigned int given)
{
	struct fixture *f = test->priv;
	const struct portclass_prefix *list = sealed->list;
	unsigned int i, j;

	KUNIT_ASSERT_LE(test, sealed->count, given);
	for (i = 0; i < sealed->count; i++) {
		for (j = 0; j < given && memcmp(&f->raw[j], &list[i], sizeof(*list)); j++)
			;
		KUNIT_ASSERT_LT_MSG(test, j, given, "prefix %u was not given", i);
		if (!i)
			continue;
		KUNIT_ASSERT_FALSE(test, test_prefixes_hold(&list[i - 1], 1, list[i].family,
							    &list[i].base));
		KUNIT_ASSERT_FALSE(test, test_prefixes_hold(&list[i], 1, list[i - 1].family,
							    &list[i - 1].base));
		KUNIT_ASSERT_LE(test, list[i - 1].family, list[i].family);
		if (list[i - 1].family == list[i].family)
			KUNIT_ASSERT_LT(test, memcmp(&list[i - 1].base, &list[i].base,
						     sizeof(list->base)), 0);
	}
}

static void prefixes_are_their_model(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int round, i, count, admitted = 0;
	struct rnd_state rnd;

	test_random_init(test, &rnd);
	for (round = 0; round < ROUNDS; round++) {
		count = 1 + test_random_below(&rnd, round & 1 ? 8 : PORTCLASS_PREFIXES_MAX);
		for (i = 0; i < count; i++)
			test_random_prefix(&rnd, &f->raw[i]);
		portclass_prefixes_put(f->from[0]);
		f->from[0] = NULL;
		f->from[0] = test_prefixes(test, f->raw, count);
		expect_sealed(test, f->from[0], count);
		KUNIT_ASSERT_EQ(test, portclass_sources_set(&f->sources, 0, 9, f->from[0]), 0);

		for (i = 0; i < ADDRESSES; i++) {
			const struct portclass_prefix *near =
				&f->raw[test_random_below(&rnd, count)];
			union nf_inet_addr address = test_random_address(&rnd, near);
			bool want = test_prefixes_hold(f->raw, count, near->family, &address);

			KUNIT_ASSERT_EQ_MSG(test,
					    portclass_sources_admit(f->sources, 5,
								    near->family, &address),
					    want, "round %u address %u: %*ph", round, i,
					    test_address_bits(near->family) / 8, &address);
			admitted += want;
		}
		cond_resched();
	}

	/* Both answers were asked for. */
	KUNIT_EXPECT_GT(test, admitted, ROUNDS * ADDRESSES / 4);
	KUNIT_EXPECT_LT(test, admitted, ROUNDS * ADDRESSES * 9 / 10);
}

/* How many ranges the model would have after this change. */
static unsigned int ranges_after(const struct fixture *f, unsigned int low,
				 unsigned int high, bool opens)
{
	unsigned int i, count = opens;

	for (i = 0; i < WINDOW; i++)
		if (f->model[i] && (i < low || i > high) &&
		    (f->begins[i] || i == high + 1))
			count++;
	return count;
}

static void change_model(struct fixture *f, unsigned int low, unsigned int high, u16 to)
{
	unsigned int i;

	/* What goes on behind it begins there. */
	if (high + 1 < WINDOW && f->model[high + 1])
		f->begins[high + 1] = true;
	for (i = low; i <= high; i++) {
		f->model[i] = to;
		f->begins[i] = to && i == low;
	}

	memset(f->ranges, 0, sizeof(f->ranges));
	for (i = 0; i < WINDOW; i++)
		if (f->begins[i])
			f->ranges[f->model[i] - 1]++;
}

static void compare_port(struct kunit *test, unsigned int base, unsigned int at)
{
	const struct portclass_sourced *found;
	struct fixture *f = test->priv;

	found = portclass_sources_find(f->sources, base + at);
	KUNIT_ASSERT_EQ_MSG(test, !!found, !!f->model[at], "port %u", base + at);
	if (!found)
		return;
	KUNIT_ASSERT_PTR_EQ_MSG(test, found->from, f->from[f->model[at] - 1],
				"port %u", base + at);
	KUNIT_ASSERT_EQ_MSG(test, f->begins[at], found->low == base + at,
			    "port %u", base + at);
	KUNIT_ASSERT_EQ_MSG(test, found->high == base + at,
			    at + 1 == WINDOW || !f->model[at + 1] || f->begins[at + 1],
			    "port %u", base + at);
}

static void compare_ranges(struct kunit *test, unsigned int base)
{
	struct fixture *f = test->priv;
	unsigned int i, count = 0;

	for (i = 0; i < WINDOW; i++)
		compare_port(test, base, i);
	for (i = 0; i < SETS; i++) {
		KUNIT_ASSERT_EQ_MSG(test, refcount_read(&f->from[i]->users),
				    1 + f->ranges[i], "set %u", i);
		count += f->ranges[i];
	}
	KUNIT_ASSERT_EQ(test, f->sources ? f->sources->count : 0, count);
	KUNIT_EXPECT_NULL(test, portclass_sources_find(f->sources, base ? 0 : 65535));
}

/* One change of both, which both refuse or neither does. Returns if they do. */
static bool change_ranges(struct kunit *test, struct rnd_state *rnd, unsigned int base)
{
	struct fixture *f = test->priv;
	unsigned int low = test_random_below(rnd, WINDOW), high = low;
	int to = test_random_below(rnd, SETS + 8), err, want;

	switch (test_random_below(rnd, 60)) {
	case 0:
		low = 0;
		high = WINDOW - 1;
		break;
	case 1:
		high = low + test_random_below(rnd, WINDOW - low);
		break;
	case 2 ... 20:
		high = min(low + test_random_below(rnd, 9), WINDOW - 1u);
	}
	if (to >= SETS)
		to = -1;

	want = ranges_after(f, low, high, to >= 0) > PORTCLASS_SOURCED_MAX ? -E2BIG : 0;
	err = portclass_sources_set(&f->sources, base + low, base + high,
				    to < 0 ? NULL : f->from[to]);
	KUNIT_ASSERT_EQ_MSG(test, err, want, "ports %u to %u", base + low, base + high);
	if (!err)
		change_model(f, low, high, to + 1);
	return err;
}

static void ranges_are_their_model(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i, half, refused = 0;
	struct rnd_state rnd;

	test_random_init(test, &rnd);
	for (i = 0; i < SETS; i++) {
		test_random_prefix(&rnd, &f->raw[0]);
		f->from[i] = test_prefixes(test, f->raw, 1);
	}

	for (half = 0; half < 2; half++) {
		unsigned int base = half ? PORTCLASS_PORTS - WINDOW : 0;

		for (i = 0; i < CHANGES / 2; i++) {
			bool refuses = change_ranges(test, &rnd, base);

			refused += refuses;
			if (refuses || i % 8 == 0)
				compare_ranges(test, base);
			cond_resched();
		}
		KUNIT_ASSERT_EQ(test, portclass_sources_set(&f->sources, 0, 65535, NULL), 0);
		change_model(f, 0, WINDOW - 1, 0);
		compare_ranges(test, base);
	}
	KUNIT_EXPECT_GT(test, refused, 0);
}

static struct kunit_case oracle_cases[] = {
	KUNIT_CASE(prefixes_are_their_model),
	KUNIT_CASE(ranges_are_their_model),
	{}
};

static struct kunit_suite oracle_suite = {
	.name = "portclass_sources_oracle",
	.init = oracle_init,
	.exit = oracle_exit,
	.test_cases = oracle_cases,
};

kunit_test_suite(oracle_suite);
