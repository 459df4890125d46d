// SPDX-License-Identifier: GPL-2.0
/* Reading a table's rules back, as ranges; and what all table suites share. */
#include <kunit/test.h>

#include "table.h"
#include "table_test.h"

int test_table_init(struct kunit *test)
{
	struct test_tables *priv;

	priv = kunit_kzalloc(test, sizeof(*priv), GFP_KERNEL);
	if (!priv)
		return -ENOMEM;

	priv->table = portclass_table_alloc();
	test->priv = priv;
	return priv->table ? 0 : -ENOMEM;
}

void test_table_exit(struct kunit *test)
{
	struct test_tables *priv = test->priv;

	if (!priv)
		return;
	portclass_table_free(priv->table);
	portclass_table_free(priv->clone);
}

struct portclass_table *test_table_clone(struct kunit *test)
{
	struct test_tables *priv = test->priv;

	KUNIT_ASSERT_NULL(test, priv->clone);
	priv->clone = portclass_table_clone(priv->table);
	KUNIT_ASSERT_NOT_NULL(test, priv->clone);
	return priv->clone;
}

void test_table_forget_clone(struct kunit *test)
{
	((struct test_tables *)test->priv)->clone = NULL;
}

void test_table_rule(struct kunit *test, struct portclass_table *table,
		     enum portclass_scope scope, enum portclass_proto proto,
		     u16 low, u16 high, enum portclass_action action)
{
	const struct portclass_rule rule = {
		.low = low, .high = high,
		.scope = scope, .proto = proto, .action = action,
	};

	KUNIT_ASSERT_EQ(test, portclass_table_set_rule(table, &rule), 0);
}

void test_table_expect_paths(struct kunit *test,
			     const struct portclass_table *table,
			     unsigned long paths)
{
	unsigned int s, p;

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		unsigned long both = paths >> s * PORTCLASS_PROTOS & 3;

		for (p = 0; p < PORTCLASS_PROTOS; p++)
			KUNIT_EXPECT_EQ_MSG(test, !!table->deny[s][p],
					    both >> p & 1, "scope %u proto %u", s, p);
		KUNIT_EXPECT_EQ_MSG(test, portclass_table_denies_any(table, s),
				    !!both, "scope %u", s);
	}
}

void test_table_expect_denied(struct kunit *test,
			      const struct portclass_table *table,
			      enum portclass_scope scope,
			      enum portclass_proto proto,
			      u32 first, u32 end, unsigned int count)
{
	struct portclass_key key = { .scope = scope, .proto = proto };
	unsigned int denied = 0;
	u32 port;

	for (port = 0; port < PORTCLASS_PORTS; port++) {
		key.port = port;
		if (!portclass_table_denies(table, &key))
			continue;
		denied++;
		KUNIT_ASSERT_TRUE_MSG(test, port >= first && port < end,
				      "scope %u proto %u port %u is denied",
				      scope, proto, port);
	}
	KUNIT_EXPECT_EQ(test, denied, count);
}

/* The cursor of portclass_table_next_rule(). */
static u32 at(unsigned int scope, unsigned int proto, u32 port)
{
	return (scope * PORTCLASS_PROTOS + proto) * PORTCLASS_PORTS + port;
}

static void expect_next(struct kunit *test, u32 from,
			const struct portclass_rule *want)
{
	struct portclass_rule rule;

	KUNIT_ASSERT_TRUE_MSG(test,
			      portclass_table_next_rule(test_table(test), from, &rule),
			      "from %u", from);
	KUNIT_EXPECT_EQ_MSG(test, rule.scope, want->scope, "from %u", from);
	KUNIT_EXPECT_EQ_MSG(test, rule.proto, want->proto, "from %u", from);
	KUNIT_EXPECT_EQ_MSG(test, rule.low, want->low, "from %u", from);
	KUNIT_EXPECT_EQ_MSG(test, rule.high, want->high, "from %u", from);
	KUNIT_EXPECT_EQ_MSG(test, rule.action, want->action, "from %u", from);
}

/* From @from on, the walk finds these rules, in this order, and no other. */
static void expect_walk(struct kunit *test, u32 from,
			const struct portclass_rule *want, unsigned int n)
{
	struct portclass_rule rule;
	unsigned int i;

	for (i = 0; i < n; i++) {
		expect_next(test, from, &want[i]);
		from = at(want[i].scope, want[i].proto, want[i].high) + 1;
	}
	KUNIT_EXPECT_FALSE(test, portclass_table_next_rule(test_table(test),
							   from, &rule));
}

#define RULE(s, p, a, l, h)						\
	{								\
		.scope = PORTCLASS_SCOPE_##s,				\
		.proto = PORTCLASS_PROTO_##p,				\
		.action = PORTCLASS_ACTION_##a,				\
		.low = (l), .high = (h),				\
	}

static void set(struct kunit *test, const struct portclass_rule *rules,
		unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, portclass_table_set_rule(test_table(test),
							       &rules[i]), 0);
}

static void empty_table_has_no_rule(struct kunit *test)
{
	struct portclass_rule rule;
	u32 path;

	for (path = 0; path <= PORTCLASS_SCOPES * PORTCLASS_PROTOS; path++) {
		u32 from = path * PORTCLASS_PORTS;

		KUNIT_EXPECT_FALSE(test, portclass_table_next_rule(test_table(test),
								   from, &rule));
		KUNIT_EXPECT_FALSE(test, portclass_table_next_rule(test_table(test),
								   from + 65535, &rule));
	}
}

static void neighbours_become_one_range(struct kunit *test)
{
	static const struct portclass_rule told[] = {
		RULE(IN, TCP, DENY, 10, 19),
		RULE(IN, TCP, DENY, 30, 39),
		RULE(IN, TCP, DENY, 20, 29),
		RULE(IN, TCP, ALLOW, 40, 40),
		RULE(IN, TCP, DENY, 41, 41),
		RULE(IN, TCP, ALLOW, 63, 63),
		RULE(IN, TCP, ALLOW, 64, 64),
		RULE(IN, TCP, ALLOW, 66, 66),
		RULE(IN, TCP, DENY, 70, 79),
		RULE(IN, TCP, REJECT, 80, 84),
		RULE(IN, TCP, REJECT, 85, 89),
		RULE(IN, TCP, DENY, 90, 99),
	};
	static const struct portclass_rule read[] = {
		RULE(IN, TCP, DENY, 10, 39),
		RULE(IN, TCP, ALLOW, 40, 40),
		RULE(IN, TCP, DENY, 41, 41),
		RULE(IN, TCP, ALLOW, 63, 64),
		RULE(IN, TCP, ALLOW, 66, 66),
		RULE(IN, TCP, DENY, 70, 79),
		RULE(IN, TCP, REJECT, 80, 89),
		RULE(IN, TCP, DENY, 90, 99),
	};

	set(test, told, ARRAY_SIZE(told));
	expect_walk(test, 0, read, ARRAY_SIZE(read));
}

/* What a rule's middle is told later splits it. */
static void overwriting_splits_a_range(struct kunit *test)
{
	static const struct portclass_rule told[] = {
		RULE(OUT, UDP, ALLOW, 0, 65535),
		RULE(OUT, UDP, DENY, 1024, 49151),
		RULE(OUT, UDP, UNSET, 2000, 2000),
	};
	static const struct portclass_rule read[] = {
		RULE(OUT, UDP, ALLOW, 0, 1023),
		RULE(OUT, UDP, DENY, 1024, 1999),
		RULE(OUT, UDP, DENY, 2001, 49151),
		RULE(OUT, UDP, ALLOW, 49152, 65535),
	};

	set(test, told, ARRAY_SIZE(told));
	expect_walk(test, 0, read, ARRAY_SIZE(read));
}

/* A range ends at its protocol's last port, though the next begins at its 0. */
static void ranges_keep_to_their_path(struct kunit *test)
{
	static const struct portclass_rule all[] = {
		RULE(IN, TCP, DENY, 0, 65535), RULE(IN, UDP, DENY, 0, 65535),
		RULE(OUT, TCP, DENY, 0, 65535), RULE(OUT, UDP, DENY, 0, 65535),
		RULE(FORWARD, TCP, DENY, 0, 65535),
		RULE(FORWARD, UDP, DENY, 0, 65535),
	};
	unsigned int i;

	set(test, all, ARRAY_SIZE(all));
	for (i = 0; i <= ARRAY_SIZE(all); i++)
		expect_walk(test, i * PORTCLASS_PORTS, &all[i], ARRAY_SIZE(all) - i);
}

/* A cursor may be at any port: in a rule, between two, at either end. */
static void cursor_may_be_anywhere(struct kunit *test)
{
	static const struct portclass_rule told[] = {
		RULE(IN, TCP, DENY, 0, 0),
		RULE(IN, TCP, ALLOW, 65535, 65535),
		RULE(OUT, TCP, DENY, 100, 200),
		RULE(FORWARD, UDP, DENY, 65535, 65535),
	};
	static const struct portclass_rule tail[] = {
		RULE(OUT, TCP, DENY, 150, 200),
		RULE(FORWARD, UDP, DENY, 65535, 65535),
	};
	static const struct portclass_rule last = RULE(OUT, TCP, DENY, 200, 200);
	struct portclass_rule rule;

	set(test, told, ARRAY_SIZE(told));
	expect_walk(test, 0, told, ARRAY_SIZE(told));
	expect_next(test, at(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 1), &told[1]);
	expect_next(test, at(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 65535), &told[1]);
	expect_next(test, at(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, 0), &told[2]);
	expect_next(test, at(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, 65535), &told[2]);
	expect_walk(test, at(PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_TCP, 150), tail,
		    ARRAY_SIZE(tail));
	expect_next(test, at(PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_TCP, 200), &last);
	expect_next(test, at(PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_TCP, 201), &told[3]);
	expect_next(test, at(PORTCLASS_SCOPE_FORWARD, PORTCLASS_PROTO_UDP, 65535),
		    &told[3]);
	KUNIT_EXPECT_FALSE(test, portclass_table_next_rule(test_table(test),
							   at(PORTCLASS_SCOPES, 0, 0), &rule));
	KUNIT_EXPECT_FALSE(test, portclass_table_next_rule(test_table(test),
							   U32_MAX, &rule));
}

/* Of (@scope, @proto), @port's rule is @want; NULL if it has none. */
static void expect_find(struct kunit *test, unsigned int scope, unsigned int proto,
			u16 port, const struct portclass_rule *want)
{
	const struct portclass_key key = {
		.port = port, .scope = scope, .proto = proto,
	};
	struct portclass_rule rule;

	KUNIT_ASSERT_EQ_MSG(test, portclass_table_find_rule(test_table(test), &key,
							    &rule),
			    !!want, "scope %u proto %u port %u", scope, proto, port);
	if (!want)
		return;
	KUNIT_EXPECT_EQ_MSG(test, rule.scope, want->scope, "port %u", port);
	KUNIT_EXPECT_EQ_MSG(test, rule.proto, want->proto, "port %u", port);
	KUNIT_EXPECT_EQ_MSG(test, rule.low, want->low, "port %u", port);
	KUNIT_EXPECT_EQ_MSG(test, rule.high, want->high, "port %u", port);
	KUNIT_EXPECT_EQ_MSG(test, rule.action, want->action, "port %u", port);
}

/* Whatever port of a range is asked for, the answer is all of the range. */
static void rule_of_one_port(struct kunit *test)
{
	static const struct portclass_rule told[] = {
		RULE(IN, TCP, DENY, 0, 9),
		RULE(IN, TCP, ALLOW, 10, 10),
		RULE(IN, TCP, DENY, 11, 11),
		RULE(IN, TCP, REJECT, 12, 20),
		RULE(IN, TCP, DENY, 65000, 65535),
		RULE(IN, UDP, ALLOW, 65535, 65535),
		RULE(FORWARD, UDP, ALLOW, 0, 65535),
	};
	unsigned int i, s, p;

	for (s = 0; s < PORTCLASS_SCOPES; s++)
		for (p = 0; p < PORTCLASS_PROTOS; p++)
			for (i = 0; i <= 65535; i += 65535)
				expect_find(test, s, p, i, NULL);

	set(test, told, ARRAY_SIZE(told));
	for (i = 0; i < ARRAY_SIZE(told); i++) {
		s = told[i].scope;
		p = told[i].proto;
		expect_find(test, s, p, told[i].low, &told[i]);
		expect_find(test, s, p, told[i].high, &told[i]);
		expect_find(test, s, p, (told[i].low + told[i].high) / 2, &told[i]);
	}
	expect_find(test, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 21, NULL);
	expect_find(test, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 64999, NULL);
	expect_find(test, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, 65534, NULL);
	expect_find(test, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, 0, NULL);
	expect_find(test, PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_TCP, 0, NULL);
	expect_find(test, PORTCLASS_SCOPE_FORWARD, PORTCLASS_PROTO_TCP, 65535, NULL);
}

static struct kunit_case walk_cases[] = {
	KUNIT_CASE(empty_table_has_no_rule),
	KUNIT_CASE(neighbours_become_one_range),
	KUNIT_CASE(overwriting_splits_a_range),
	KUNIT_CASE(ranges_keep_to_their_path),
	KUNIT_CASE(cursor_may_be_anywhere),
	KUNIT_CASE(rule_of_one_port),
	{}
};

static struct kunit_suite walk_suite = {
	.name = "portclass_table_walk",
	.init = test_table_init,
	.exit = test_table_exit,
	.test_cases = walk_cases,
};

kunit_test_suite(walk_suite);
