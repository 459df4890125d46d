// SPDX-License-Identifier: GPL-2.0
/* Prefixes, and ports that are open to some of them: where each begins and ends. */
#include <kunit/test.h>

#include "sources.h"
#include "sources_build.h"
#include "test_memory.h"

/* What a case has; it is freed even if the case fails. */
struct fixture {
	struct portclass_sources *sources;
	struct portclass_sources *copy;
	struct portclass_prefixes *from[4];
	unsigned int taken;
};

static int sources_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->taken = test_memory_taken();
	test->priv = f;
	return 0;
}

static void sources_exit(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int i;

	if (!f)
		return;
	portclass_sources_free(f->sources);
	portclass_sources_free(f->copy);
	for (i = 0; i < ARRAY_SIZE(f->from); i++)
		portclass_prefixes_put(f->from[i]);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken);
}

/* The case's prefixes number @i: of one prefix, 10.@i.0.0/16. */
static struct portclass_prefixes *from(struct kunit *test, unsigned int i)
{
	struct fixture *f = test->priv;
	const struct portclass_prefix prefix = test_prefix4(0x0a000000 | i << 16, 16);

	if (!f->from[i])
		f->from[i] = test_prefixes(test, &prefix, 1);
	return f->from[i];
}

static void expect_users(struct kunit *test, unsigned int i, unsigned int users)
{
	KUNIT_EXPECT_EQ_MSG(test, refcount_read(&from(test, i)->users), users,
			    "prefixes %u", i);
}

static int set(struct kunit *test, u32 low, u32 high, struct portclass_prefixes *to)
{
	struct fixture *f = test->priv;

	return portclass_sources_set(&f->sources, low, high, to);
}

/* One range, which is open to these prefixes alone. */
static void open_to(struct kunit *test, const struct portclass_prefix *list,
		    unsigned int count)
{
	struct fixture *f = test->priv;

	portclass_prefixes_put(f->from[0]);
	f->from[0] = NULL;
	f->from[0] = test_prefixes(test, list, count);
	KUNIT_ASSERT_EQ(test, set(test, 22, 22, f->from[0]), 0);
}

static bool admits(struct kunit *test, u8 family, const union nf_inet_addr *address)
{
	struct fixture *f = test->priv;

	return portclass_sources_admit(f->sources, 22, family, address);
}

static void expect_prefix(struct kunit *test, const struct portclass_prefix *prefix)
{
	union nf_inet_addr first = test_prefix_first(prefix);
	union nf_inet_addr last = test_prefix_last(prefix);

	open_to(test, prefix, 1);
	KUNIT_EXPECT_TRUE_MSG(test, admits(test, prefix->family, &first),
			      "first of /%u", prefix->length);
	KUNIT_EXPECT_TRUE_MSG(test, admits(test, prefix->family, &last),
			      "last of /%u", prefix->length);

	/* All there are have no neighbours but themselves. */
	test_address_step(&first, prefix->family, false);
	test_address_step(&last, prefix->family, true);
	KUNIT_EXPECT_EQ_MSG(test, admits(test, prefix->family, &first),
			    !prefix->length, "below /%u", prefix->length);
	KUNIT_EXPECT_EQ_MSG(test, admits(test, prefix->family, &last),
			    !prefix->length, "above /%u", prefix->length);
}

/* Every length, of bases whose bits are all set, none, and some. */
static void prefix_ends_where_it_says(struct kunit *test)
{
	static const u64 bits[] = { 0, ~0ull, 0xa5a5a5a5a5a5a5a5, 0x7fffffffffffffff };
	struct portclass_prefix prefix;
	unsigned int i, length;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		for (length = 0; length <= 32; length++) {
			prefix = test_prefix4(bits[i] >> 32, length);
			prefix.base = test_prefix_first(&prefix);
			expect_prefix(test, &prefix);
		}
		for (length = 0; length <= 128; length++) {
			prefix = test_prefix6(bits[i], bits[i], length);
			prefix.base = test_prefix_first(&prefix);
			expect_prefix(test, &prefix);
		}
	}
}

/* An address is of its family alone, however it is written in another one. */
static void families_are_kept_apart(struct kunit *test)
{
	const struct portclass_prefix any4 = test_prefix4(0, 0);
	const struct portclass_prefix any6 = test_prefix6(0, 0, 0);
	const struct portclass_prefix both[] = { any6, any4 };
	const struct portclass_prefix host = test_prefix4(0xc0000201, 32);
	const struct portclass_prefix mapped = test_prefix6(0, 0xffffc0000201, 128);

	open_to(test, &any4, 1);
	KUNIT_EXPECT_TRUE(test, admits(test, NFPROTO_IPV4, &host.base));
	KUNIT_EXPECT_FALSE(test, admits(test, NFPROTO_IPV6, &any6.base));
	KUNIT_EXPECT_FALSE(test, admits(test, NFPROTO_IPV6, &mapped.base));
	open_to(test, &any6, 1);
	KUNIT_EXPECT_FALSE(test, admits(test, NFPROTO_IPV4, &host.base));
	KUNIT_EXPECT_FALSE(test, admits(test, NFPROTO_IPV4, &any4.base));
	KUNIT_EXPECT_TRUE(test, admits(test, NFPROTO_IPV6, &mapped.base));
	open_to(test, both, 2);
	KUNIT_EXPECT_EQ(test, from(test, 0)->count, 2);
	KUNIT_EXPECT_TRUE(test, admits(test, NFPROTO_IPV4, &host.base));
	KUNIT_EXPECT_TRUE(test, admits(test, NFPROTO_IPV6, &mapped.base));
	open_to(test, &host, 1);
	KUNIT_EXPECT_FALSE(test, admits(test, NFPROTO_IPV6, &mapped.base));
	open_to(test, &mapped, 1);
	KUNIT_EXPECT_FALSE(test, admits(test, NFPROTO_IPV4, &host.base));
}

/* In whatever order they come; neighbours stay two, as they were given. */
static void sealing_keeps_the_widest(struct kunit *test)
{
	const struct portclass_prefix given[] = {
		test_prefix6(0x20010db8ull << 32, 1, 128),
		test_prefix4(0x0a010000, 16), test_prefix4(0x0a800000, 9),
		test_prefix4(0x0a000000, 9), test_prefix4(0x0a010203, 32),
		test_prefix6(0x20010db8ull << 32, 0, 32),
		test_prefix4(0x0a000000, 32), test_prefix4(0x0a000000, 9),
		test_prefix4(0xffffffff, 32), test_prefix6(0, 0, 128),
	};
	const struct portclass_prefix kept[] = {
		test_prefix4(0x0a000000, 9), test_prefix4(0x0a800000, 9),
		test_prefix4(0xffffffff, 32), test_prefix6(0, 0, 128),
		test_prefix6(0x20010db8ull << 32, 0, 32),
	};
	struct portclass_prefix list[ARRAY_SIZE(given)];
	unsigned int turn, i;

	for (turn = 0; turn < 2 * ARRAY_SIZE(given); turn++) {
		for (i = 0; i < ARRAY_SIZE(given); i++)
			list[i] = given[(turn & 1 ? turn + ARRAY_SIZE(given) - i :
						    turn + i) % ARRAY_SIZE(given)];
		open_to(test, list, ARRAY_SIZE(list));
		KUNIT_ASSERT_EQ_MSG(test, from(test, 0)->count, ARRAY_SIZE(kept),
				    "turn %u", turn);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(from(test, 0)->list, kept,
						 sizeof(kept)), 0, "turn %u", turn);
	}
}

/* As many as a rule may have: each is found, and nothing between two. */
static void as_many_prefixes_as_there_may_be(struct kunit *test)
{
	struct portclass_prefix *list, between;
	unsigned int i;

	list = kunit_kcalloc(test, PORTCLASS_PREFIXES_MAX, sizeof(*list), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, list);
	for (i = 0; i < PORTCLASS_PREFIXES_MAX; i++)
		list[i] = i & 1 ? test_prefix4(i << 8, 24) :
				  test_prefix6((u64)i << 16, 0, 64);
	open_to(test, list, PORTCLASS_PREFIXES_MAX);
	KUNIT_EXPECT_EQ(test, from(test, 0)->count, 100);
	for (i = 0; i < PORTCLASS_PREFIXES_MAX; i++) {
		KUNIT_EXPECT_TRUE_MSG(test, admits(test, list[i].family, &list[i].base),
				      "prefix %u", i);
		between = i & 1 ? test_prefix4((i + 1) << 8, 24) :
				  test_prefix6((u64)(i + 1) << 16, 0, 64);
		KUNIT_EXPECT_FALSE_MSG(test, admits(test, between.family, &between.base),
				       "behind prefix %u", i);
	}

	/* Nobody is a source, too, and is no one's. */
	open_to(test, list, 0);
	KUNIT_EXPECT_FALSE(test, admits(test, NFPROTO_IPV4, &list[1].base));
}

static void null_is_no_source(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct portclass_prefix host = test_prefix4(0xc0000201, 32);

	KUNIT_EXPECT_NULL(test, portclass_sources_find(NULL, 0));
	KUNIT_EXPECT_FALSE(test, portclass_sources_admit(NULL, 0, NFPROTO_IPV4,
							 &host.base));
	KUNIT_EXPECT_NULL(test, portclass_sources_dup(NULL));
	KUNIT_EXPECT_EQ(test, set(test, 0, 65535, NULL), 0);
	KUNIT_EXPECT_NULL(test, f->sources);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken);
	portclass_sources_free(NULL);
	portclass_prefixes_put(NULL);

	/* Nor is what is left when the last range has gone. */
	KUNIT_ASSERT_EQ(test, set(test, 22, 22, from(test, 1)), 0);
	KUNIT_ASSERT_EQ(test, set(test, 22, 22, NULL), 0);
	expect_users(test, 1, 1);
	KUNIT_EXPECT_NULL(test, portclass_sources_find(f->sources, 22));
	KUNIT_EXPECT_FALSE(test, admits(test, NFPROTO_IPV4, &host.base));
}

static struct kunit_case sources_cases[] = {
	KUNIT_CASE(prefix_ends_where_it_says),
	KUNIT_CASE(families_are_kept_apart),
	KUNIT_CASE(sealing_keeps_the_widest),
	KUNIT_CASE(as_many_prefixes_as_there_may_be),
	KUNIT_CASE(null_is_no_source),
	{}
};

static struct kunit_suite sources_suite = {
	.name = "portclass_sources",
	.init = sources_init,
	.exit = sources_exit,
	.test_cases = sources_cases,
};

kunit_test_suite(sources_suite);
