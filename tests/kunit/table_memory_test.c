// SPDX-License-Identifier: GPL-2.0
/*
 * A table when memory is missing: each allocation of each change fails once, and
 * the table has to say what it said before, and to lose nothing.
 */
#include <kunit/test.h>

#include "sources_build.h"
#include "table.h"
#include "table_test.h"
#include "test_memory.h"

#define IN	PORTCLASS_SCOPE_IN
#define TCP	PORTCLASS_PROTO_TCP
#define MANY	64	/* more allocations than anything needs */

struct fixture {
	struct test_tables tables;	/* first, as the table suites share it */
	struct portclass_prefixes *from;
	struct portclass_rule rules[16];
	unsigned int taken;
};

static int memory_init(struct kunit *test)
{
	const struct portclass_prefix hosts = test_prefix4(0xc0000200, 24);
	struct fixture *f;

	f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	test->priv = f;
	/* Tables of suites before that were left to RCU. */
	rcu_barrier();
	f->taken = test_memory_taken();
	f->tables.table = portclass_table_alloc();
	f->from = test_prefixes(test, &hosts, 1);
	return f->tables.table ? 0 : -ENOMEM;
}

static void memory_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	test_memory_fail(0);
	test_table_exit(test);
	if (f->from)
		KUNIT_EXPECT_EQ(test, refcount_read(&f->from->users), 1);
	portclass_prefixes_put(f->from);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken);
}

static int set(struct kunit *test, u16 low, u16 high, u8 action, bool sources)
{
	struct fixture *f = test->priv;
	const struct portclass_rule rule = {
		.low = low, .high = high, .scope = IN, .proto = TCP,
		.action = action, .from = sources ? f->from : NULL,
	};

	return portclass_table_set_rule(f->tables.table, &rule);
}

/* A table with something of each kind. */
static void fill(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, set(test, 10, 99, PORTCLASS_ACTION_DENY, false), 0);
	KUNIT_ASSERT_EQ(test, set(test, 20, 29, PORTCLASS_ACTION_REJECT, false), 0);
	KUNIT_ASSERT_EQ(test, set(test, 30, 39, PORTCLASS_ACTION_ALLOW, false), 0);
	KUNIT_ASSERT_EQ(test, set(test, 40, 49, PORTCLASS_ACTION_ALLOW, true), 0);
	portclass_table_set_policy(test_table(test), PORTCLASS_SCOPE_FORWARD,
				   PORTCLASS_PROTO_UDP, PORTCLASS_CLASS_DYNAMIC,
				   PORTCLASS_ACTION_REJECT);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(test_table(test)), 0);
}

/* All rules of a table. Returns how many there are. */
static unsigned int read_rules(struct kunit *test, struct portclass_rule *rules,
			       unsigned int room)
{
	unsigned int count = 0;
	u32 from = 0;

	memset(rules, 0, room * sizeof(*rules));
	while (portclass_table_next_rule(test_table(test), from, &rules[count])) {
		from = (rules[count].scope * PORTCLASS_PROTOS + rules[count].proto) *
		       PORTCLASS_PORTS + rules[count].high + 1;
		count++;
		KUNIT_ASSERT_LT(test, count, room);
	}
	return count;
}

static void remember(struct kunit *test)
{
	struct fixture *f = test->priv;

	read_rules(test, f->rules, ARRAY_SIZE(f->rules));
}

static void expect_unchanged(struct kunit *test, const char *when, unsigned int nth)
{
	struct portclass_rule now[ARRAY_SIZE(((struct fixture *)0)->rules)];
	struct fixture *f = test->priv;
	unsigned int i;

	read_rules(test, now, ARRAY_SIZE(now));
	for (i = 0; i < ARRAY_SIZE(now); i++) {
		KUNIT_EXPECT_EQ_MSG(test, now[i].low, f->rules[i].low, "%s, %u", when, nth);
		KUNIT_EXPECT_EQ_MSG(test, now[i].high, f->rules[i].high, "%s, %u", when, nth);
		KUNIT_EXPECT_EQ_MSG(test, now[i].action, f->rules[i].action, "%s, %u",
				    when, nth);
		KUNIT_EXPECT_PTR_EQ_MSG(test, now[i].from, f->rules[i].from, "%s, %u",
					when, nth);
	}
}

static void no_table_without_memory(struct kunit *test)
{
	unsigned int taken = test_memory_taken();

	test_memory_fail(1);
	KUNIT_EXPECT_NULL(test, portclass_table_alloc());
	KUNIT_EXPECT_TRUE(test, test_memory_has_failed());
	test_memory_fail(1);
	KUNIT_EXPECT_NULL(test, portclass_prefixes_alloc(3));
	KUNIT_EXPECT_TRUE(test, test_memory_has_failed());
	KUNIT_EXPECT_EQ(test, test_memory_taken(), taken);
}

/* Half a clone is given back; and where nothing fails, a whole one. */
static void clone_fails_as_a_whole(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct portclass_table *clone;
	unsigned int nth, taken, users;

	fill(test);
	remember(test);
	taken = test_memory_taken();
	users = refcount_read(&f->from->users);
	for (nth = 1; nth < MANY; nth++) {
		test_memory_fail(nth);
		clone = portclass_table_clone(test_table(test));
		if (!test_memory_has_failed())
			break;
		KUNIT_EXPECT_NULL_MSG(test, clone, "allocation %u", nth);
		KUNIT_EXPECT_EQ_MSG(test, test_memory_taken(), taken, "allocation %u", nth);
		KUNIT_EXPECT_EQ_MSG(test, refcount_read(&f->from->users), users,
				    "allocation %u", nth);
		expect_unchanged(test, "clone", nth);
	}
	f->tables.clone = clone;
	KUNIT_ASSERT_NOT_NULL(test, clone);
	/* The table, three bitmaps, the ranges. */
	KUNIT_EXPECT_EQ(test, nth, 6);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), taken + 5);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->from->users), users + 1);
}

/* Each change of a rule, to a table that has nothing yet, and to a full one. */
static void rule_fails_as_a_whole(struct kunit *test)
{
	static const struct {
		const char *name;
		u16 low, high;
		u8 action;
		bool sources;
	} changes[] = {
		{ "deny", 5, 15, PORTCLASS_ACTION_DENY, false },
		{ "reject", 15, 45, PORTCLASS_ACTION_REJECT, false },
		{ "allow", 0, 65535, PORTCLASS_ACTION_ALLOW, false },
		{ "allow from", 35, 45, PORTCLASS_ACTION_ALLOW, true },
		{ "split", 45, 45, PORTCLASS_ACTION_DENY, false },
		{ "unset", 25, 44, PORTCLASS_ACTION_UNSET, false },
	};
	struct fixture *f = test->priv;
	unsigned int full, i, nth;

	for (full = 0; full < 2; full++) {
		for (i = 0; i < ARRAY_SIZE(changes); i++) {
			portclass_table_flush(test_table(test));
			KUNIT_ASSERT_EQ(test, portclass_table_compile(test_table(test)), 0);
			if (full)
				fill(test);
			remember(test);
			for (nth = 1; nth < MANY; nth++) {
				int err, users = refcount_read(&f->from->users);

				test_memory_fail(nth);
				err = set(test, changes[i].low, changes[i].high,
					  changes[i].action, changes[i].sources);
				if (!test_memory_has_failed())
					break;
				KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "%s, %u",
						    changes[i].name, nth);
				KUNIT_EXPECT_EQ_MSG(test, refcount_read(&f->from->users),
						    users, "%s, %u", changes[i].name, nth);
				expect_unchanged(test, changes[i].name, nth);
			}
			/* Something did fail, but for what has nothing to do. */
			KUNIT_EXPECT_EQ_MSG(test, nth > 1, full ?
					    changes[i].low <= 49 && changes[i].high >= 40 :
					    changes[i].action != PORTCLASS_ACTION_UNSET,
					    "%s", changes[i].name);
		}
	}
}

/* One range too many is refused by the table, too, which stays as it was. */
static void too_many_ranges_change_nothing(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct portclass_table *table = test_table(test);
	const struct portclass_key key = { .port = 60001 };
	unsigned int i, taken;

	for (i = 0; i < PORTCLASS_SOURCED_MAX; i++)
		KUNIT_ASSERT_EQ(test, set(test, 2 * i, 2 * i, PORTCLASS_ACTION_ALLOW, true), 0);
	KUNIT_ASSERT_EQ(test, set(test, 254, 60000, PORTCLASS_ACTION_ALLOW, true), 0);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	taken = test_memory_taken();

	KUNIT_EXPECT_EQ(test, set(test, 60001, 60001, PORTCLASS_ACTION_ALLOW, true), -E2BIG);
	KUNIT_EXPECT_EQ(test, set(test, 300, 300, PORTCLASS_ACTION_DENY, false), -E2BIG);
	KUNIT_EXPECT_EQ(test, set(test, 300, 300, PORTCLASS_ACTION_UNSET, false), -E2BIG);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->from->users), 129);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), taken);
	KUNIT_EXPECT_FALSE(test, portclass_table_denies(table, &key));
	test_table_expect_denied(test, table, IN, TCP, 0, 60001, 127 + 60000 - 253);
	test_table_expect_paths(test, table, BIT(0));

	/* It is a limit of each scope and protocol. */
	f->rules[0] = (struct portclass_rule) {
		.low = 1, .high = 1, .scope = PORTCLASS_SCOPE_FORWARD,
		.action = PORTCLASS_ACTION_ALLOW, .from = f->from,
	};
	KUNIT_EXPECT_EQ(test, portclass_table_set_rule(table, &f->rules[0]), 0);
}

/* What failed to compile can be freed, and the table it is a clone of used. */
static void compiling_loses_nothing(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int nth, taken;

	fill(test);
	taken = test_memory_taken();
	for (nth = 1; nth < MANY; nth++) {
		struct portclass_table *clone = test_table_clone(test);
		int err;

		test_memory_fail(nth);
		err = portclass_table_compile(clone);
		if (!test_memory_has_failed())
			break;
		KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "allocation %u", nth);
		portclass_table_free(clone);
		test_table_forget_clone(test);
		KUNIT_EXPECT_EQ_MSG(test, test_memory_taken(), taken, "allocation %u", nth);
		KUNIT_EXPECT_EQ(test, refcount_read(&f->from->users), 2);
	}
	/* Two bitmaps of each of the two that deny, and reject. */
	KUNIT_EXPECT_EQ(test, nth, 5);
}

/* Nothing but the table is left when all rules are unset. */
static void unset_gives_everything_back(struct kunit *test)
{
	struct fixture *f = test->priv;

	fill(test);
	portclass_table_set_policy(test_table(test), PORTCLASS_SCOPE_FORWARD,
				   PORTCLASS_PROTO_UDP, PORTCLASS_CLASS_DYNAMIC,
				   PORTCLASS_ACTION_ALLOW);
	KUNIT_ASSERT_EQ(test, set(test, 0, 65535, PORTCLASS_ACTION_UNSET, false), 0);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(test_table(test)), 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->from->users), 1);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken + 2);
}

static struct kunit_case memory_cases[] = {
	KUNIT_CASE(no_table_without_memory),
	KUNIT_CASE(clone_fails_as_a_whole),
	KUNIT_CASE(rule_fails_as_a_whole),
	KUNIT_CASE(too_many_ranges_change_nothing),
	KUNIT_CASE(compiling_loses_nothing),
	KUNIT_CASE(unset_gives_everything_back),
	{}
};

static struct kunit_suite memory_suite = {
	.name = "portclass_table_memory",
	.init = memory_init,
	.exit = memory_exit,
	.test_cases = memory_cases,
};

kunit_test_suite(memory_suite);
