// SPDX-License-Identifier: GPL-2.0
/* What a table is told, and what it then says of a port. */
#include <kunit/test.h>

#include "table.h"
#include "table_test.h"

/* RFC 6335, section 6, as written there: "0-1023", "1024-49151", "49152-65535". */
static void class_of_every_port(struct kunit *test)
{
	static const struct {
		unsigned int first, last;
		enum portclass_class class;
	} rfc6335[] = {
		{ 0, 1023, PORTCLASS_CLASS_WELL_KNOWN },
		{ 1024, 49151, PORTCLASS_CLASS_REGISTERED },
		{ 49152, 65535, PORTCLASS_CLASS_DYNAMIC },
	};
	unsigned int i, port, ports = 0;

	for (i = 0; i < ARRAY_SIZE(rfc6335); i++) {
		for (port = rfc6335[i].first; port <= rfc6335[i].last; port++) {
			KUNIT_ASSERT_EQ_MSG(test, portclass_class_of(port),
					    rfc6335[i].class, "port %u", port);
			ports++;
		}
	}
	KUNIT_EXPECT_EQ(test, ports, PORTCLASS_PORTS);
}

static void new_table_allows_everything(struct kunit *test)
{
	struct portclass_table *table = test_table(test);
	unsigned int s, p, c;

	KUNIT_EXPECT_EQ(test, table->generation, 1);
	KUNIT_EXPECT_EQ(test, table->mode, PORTCLASS_MODE_ENFORCE);
	KUNIT_EXPECT_EQ(test, table->track, PORTCLASS_TRACK_CONNTRACK);
	test_table_expect_paths(test, table, 0);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_paths(test, table, 0);
	test_table_expect_denied(test, table, PORTCLASS_SCOPE_IN,
				 PORTCLASS_PROTO_TCP, 0, 0, 0);

	for (s = 0; s < PORTCLASS_SCOPES; s++)
		for (p = 0; p < PORTCLASS_PROTOS; p++)
			for (c = 0; c < PORTCLASS_CLASSES; c++)
				KUNIT_EXPECT_EQ(test, table->policy[s][p][c],
						PORTCLASS_ACTION_ALLOW);
}

/* One deny policy denies its class, to the port, and nothing anywhere else. */
static void policy_is_of_one_class_scope_and_proto(struct kunit *test)
{
	static const u32 edge[] = { 0, 1024, 49152, 65536 };
	struct portclass_table *table = test_table(test);
	unsigned int s, p, c;

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			for (c = 0; c < PORTCLASS_CLASSES; c++) {
				portclass_table_set_policy(table, s, p, c,
							   PORTCLASS_ACTION_DENY);
				KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
				test_table_expect_paths(test, table,
							BIT(s * PORTCLASS_PROTOS + p));
				test_table_expect_denied(test, table, s, p,
							 edge[c], edge[c + 1],
							 edge[c + 1] - edge[c]);
				portclass_table_set_policy(table, s, p, c,
							   PORTCLASS_ACTION_ALLOW);
			}
		}
	}
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_paths(test, table, 0);
}

/* One denied port is denied, to the port, and nothing anywhere else. */
static void rule_is_of_one_port_scope_and_proto(struct kunit *test)
{
	static const u16 ports[] = {
		0, 1, 63, 64, 1023, 1024, 32768, 49151, 49152, 65534, 65535
	};
	struct portclass_table *table = test_table(test);
	unsigned int s, p, i;

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			for (i = 0; i < ARRAY_SIZE(ports); i++) {
				u16 port = ports[i];

				test_table_rule(test, table, s, p, port, port,
						PORTCLASS_ACTION_DENY);
				KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
				test_table_expect_paths(test, table,
							BIT(s * PORTCLASS_PROTOS + p));
				test_table_expect_denied(test, table, s, p,
							 port, port + 1, 1);
				test_table_rule(test, table, s, p, port, port,
						PORTCLASS_ACTION_UNSET);
			}
		}
	}
}

static void rule_is_stronger_than_policy(struct kunit *test)
{
	struct portclass_table *table = test_table(test);
	const enum portclass_scope s = PORTCLASS_SCOPE_IN;
	const enum portclass_proto p = PORTCLASS_PROTO_TCP;
	unsigned int c;

	/* An allow rule in a denied class, over a border between two. */
	for (c = 0; c < PORTCLASS_CLASSES; c++)
		portclass_table_set_policy(table, s, p, c, PORTCLASS_ACTION_DENY);
	test_table_rule(test, table, s, p, 0, 65535, PORTCLASS_ACTION_ALLOW);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_paths(test, table, 0);
	test_table_rule(test, table, s, p, 1000, 1100, PORTCLASS_ACTION_DENY);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_denied(test, table, s, p, 1000, 1101, 101);

	/* The policy changes under the rules, which stay what they are. */
	for (c = 0; c < PORTCLASS_CLASSES; c++)
		portclass_table_set_policy(table, s, p, c, PORTCLASS_ACTION_ALLOW);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_denied(test, table, s, p, 1000, 1101, 101);

	/* Where the rule goes, the policy speaks again. */
	portclass_table_set_policy(table, s, p, PORTCLASS_CLASS_DYNAMIC,
				   PORTCLASS_ACTION_DENY);
	test_table_rule(test, table, s, p, 0, 65535, PORTCLASS_ACTION_UNSET);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_denied(test, table, s, p, 49152, 65536, 16384);
}

/* A rejected port is a denied one that gets an answer; no other port is. */
static void reject_is_a_kind_of_deny(struct kunit *test)
{
	static const struct portclass_key denied = { .port = 22 };
	static const struct portclass_key rejected = { .port = 23 };
	static const struct portclass_key allowed = { .port = 24 };
	static const struct portclass_key by_policy = { .port = 1023 };
	struct portclass_table *table = test_table(test);
	const enum portclass_scope s = PORTCLASS_SCOPE_IN;
	const enum portclass_proto p = PORTCLASS_PROTO_TCP;

	portclass_table_set_policy(table, s, p, PORTCLASS_CLASS_WELL_KNOWN,
				   PORTCLASS_ACTION_REJECT);
	test_table_rule(test, table, s, p, 22, 22, PORTCLASS_ACTION_DENY);
	test_table_rule(test, table, s, p, 23, 23, PORTCLASS_ACTION_REJECT);
	test_table_rule(test, table, s, p, 24, 24, PORTCLASS_ACTION_ALLOW);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_paths(test, table, BIT(0));
	test_table_expect_denied(test, table, s, p, 0, 1024, 1023);
	KUNIT_EXPECT_FALSE(test, portclass_table_rejects(table, &denied));
	KUNIT_EXPECT_TRUE(test, portclass_table_rejects(table, &rejected));
	KUNIT_EXPECT_FALSE(test, portclass_table_rejects(table, &allowed));
	KUNIT_EXPECT_TRUE(test, portclass_table_rejects(table, &by_policy));

	/* Each takes the place of the other. */
	portclass_table_set_policy(table, s, p, PORTCLASS_CLASS_WELL_KNOWN,
				   PORTCLASS_ACTION_DENY);
	test_table_rule(test, table, s, p, 22, 22, PORTCLASS_ACTION_REJECT);
	test_table_rule(test, table, s, p, 23, 23, PORTCLASS_ACTION_DENY);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_denied(test, table, s, p, 0, 1024, 1023);
	KUNIT_EXPECT_TRUE(test, portclass_table_rejects(table, &denied));
	KUNIT_EXPECT_FALSE(test, portclass_table_rejects(table, &rejected));
	KUNIT_EXPECT_FALSE(test, portclass_table_rejects(table, &by_policy));
}

/* The last word on a port counts, however often it changes. */
static void last_rule_counts(struct kunit *test)
{
	static const u8 actions[] = {
		PORTCLASS_ACTION_DENY, PORTCLASS_ACTION_ALLOW,
		PORTCLASS_ACTION_DENY, PORTCLASS_ACTION_UNSET,
		PORTCLASS_ACTION_ALLOW, PORTCLASS_ACTION_UNSET,
		PORTCLASS_ACTION_DENY, PORTCLASS_ACTION_DENY,
		PORTCLASS_ACTION_REJECT, PORTCLASS_ACTION_DENY,
		PORTCLASS_ACTION_REJECT, PORTCLASS_ACTION_ALLOW,
		PORTCLASS_ACTION_REJECT, PORTCLASS_ACTION_UNSET,
	};
	struct portclass_table *table = test_table(test);
	struct portclass_rule rule;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		bool deny = actions[i] == PORTCLASS_ACTION_DENY ||
			    actions[i] == PORTCLASS_ACTION_REJECT;
		bool ruled = actions[i] != PORTCLASS_ACTION_UNSET;

		test_table_rule(test, table, PORTCLASS_SCOPE_OUT,
				PORTCLASS_PROTO_UDP, 53, 53, actions[i]);
		KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
		test_table_expect_denied(test, table, PORTCLASS_SCOPE_OUT,
					 PORTCLASS_PROTO_UDP, 53, 54, deny);
		KUNIT_EXPECT_EQ(test, portclass_table_next_rule(table, 0, &rule),
				ruled);
		if (ruled)
			KUNIT_EXPECT_EQ(test, rule.action, actions[i]);
	}
}

/* Memory is taken with the first rule, and given back with the last. */
static void unset_leaves_nothing_behind(struct kunit *test)
{
	struct portclass_table *table = test_table(test);
	struct portclass_ruleset *rules =
		&table->rules[PORTCLASS_SCOPE_IN][PORTCLASS_PROTO_TCP];

	test_table_rule(test, table, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			0, 65535, PORTCLASS_ACTION_UNSET);
	KUNIT_EXPECT_NULL(test, rules->ruled);
	KUNIT_EXPECT_NULL(test, rules->denied);

	test_table_rule(test, table, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			100, 200, PORTCLASS_ACTION_DENY);
	KUNIT_EXPECT_NOT_NULL(test, rules->ruled);
	KUNIT_EXPECT_NOT_NULL(test, rules->denied);
	/* Fewer yet want an answer to what they deny. */
	KUNIT_EXPECT_NULL(test, rules->rejected);
	test_table_rule(test, table, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			150, 150, PORTCLASS_ACTION_REJECT);
	KUNIT_EXPECT_NOT_NULL(test, rules->rejected);
	test_table_rule(test, table, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			150, 150, PORTCLASS_ACTION_ALLOW);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	KUNIT_EXPECT_NULL(test, rules->rejected);
	test_table_rule(test, table, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			0, 65535, PORTCLASS_ACTION_UNSET);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	KUNIT_EXPECT_NULL(test, rules->ruled);
	KUNIT_EXPECT_NULL(test, rules->denied);
	KUNIT_EXPECT_NULL(test, rules->rejected);
	test_table_expect_paths(test, table, 0);
}

/* Nor does it forget how flows are tracked: that is no rule. */
static void flush_forgets_all_but_generation(struct kunit *test)
{
	struct portclass_table *table = test_table(test);
	struct portclass_rule rule;
	unsigned int s, p, c;

	table->generation = 7;
	table->mode = PORTCLASS_MODE_OBSERVE;
	table->track = PORTCLASS_TRACK_NONE;
	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			for (c = 0; c < PORTCLASS_CLASSES; c++)
				portclass_table_set_policy(table, s, p, c,
							   PORTCLASS_ACTION_DENY);
			test_table_rule(test, table, s, p, 22, 80,
					PORTCLASS_ACTION_ALLOW);
		}
	}
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_paths(test, table, 0x3f);

	portclass_table_flush(table);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
	test_table_expect_paths(test, table, 0);
	KUNIT_EXPECT_FALSE(test, portclass_table_next_rule(table, 0, &rule));
	KUNIT_EXPECT_EQ(test, table->generation, 7);
	KUNIT_EXPECT_EQ(test, table->mode, PORTCLASS_MODE_ENFORCE);
	KUNIT_EXPECT_EQ(test, table->track, PORTCLASS_TRACK_NONE);
}

/* Packets read the old table until the new one is published: never shared. */
static void clone_is_deep(struct kunit *test)
{
	struct portclass_table *table = test_table(test), *clone;
	struct portclass_rule rule;

	table->generation = 41;
	table->mode = PORTCLASS_MODE_OBSERVE;
	table->track = PORTCLASS_TRACK_NONE;
	portclass_table_set_policy(table, PORTCLASS_SCOPE_FORWARD,
				   PORTCLASS_PROTO_UDP, PORTCLASS_CLASS_DYNAMIC,
				   PORTCLASS_ACTION_DENY);
	test_table_rule(test, table, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			23, 25, PORTCLASS_ACTION_DENY);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);

	clone = test_table_clone(test);
	KUNIT_EXPECT_EQ(test, clone->generation, 41);
	KUNIT_EXPECT_EQ(test, clone->mode, PORTCLASS_MODE_OBSERVE);
	KUNIT_EXPECT_EQ(test, clone->track, PORTCLASS_TRACK_NONE);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(clone), 0);
	test_table_expect_paths(test, clone, 0x21);
	test_table_expect_denied(test, clone, PORTCLASS_SCOPE_IN,
				 PORTCLASS_PROTO_TCP, 23, 26, 3);
	test_table_expect_denied(test, clone, PORTCLASS_SCOPE_FORWARD,
				 PORTCLASS_PROTO_UDP, 49152, 65536, 16384);

	/* Every kind of change to the clone leaves the original as it was. */
	test_table_rule(test, clone, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			24, 24, PORTCLASS_ACTION_UNSET);
	test_table_rule(test, clone, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			443, 443, PORTCLASS_ACTION_DENY);
	test_table_rule(test, clone, PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_TCP,
			1, 1, PORTCLASS_ACTION_DENY);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(clone), 0);
	portclass_table_flush(clone);
	KUNIT_ASSERT_EQ(test, portclass_table_compile(clone), 0);
	test_table_expect_paths(test, clone, 0);
	portclass_table_free(clone);
	test_table_forget_clone(test);

	test_table_expect_paths(test, table, 0x21);
	test_table_expect_denied(test, table, PORTCLASS_SCOPE_IN,
				 PORTCLASS_PROTO_TCP, 23, 26, 3);
	KUNIT_ASSERT_TRUE(test, portclass_table_next_rule(table, 0, &rule));
	KUNIT_EXPECT_EQ(test, rule.low, 23);
	KUNIT_EXPECT_EQ(test, rule.high, 25);
	KUNIT_EXPECT_FALSE(test, portclass_table_next_rule(table, 26, &rule));
	KUNIT_EXPECT_EQ(test, table->mode, PORTCLASS_MODE_OBSERVE);
}

static void free_takes_null(struct kunit *test)
{
	portclass_table_free(NULL);
	portclass_table_free_rcu(NULL);
	portclass_table_free_rcu(portclass_table_alloc());
	rcu_barrier();
	KUNIT_SUCCEED(test);
}

static struct kunit_case table_cases[] = {
	KUNIT_CASE(class_of_every_port),
	KUNIT_CASE(new_table_allows_everything),
	KUNIT_CASE(policy_is_of_one_class_scope_and_proto),
	KUNIT_CASE(rule_is_of_one_port_scope_and_proto),
	KUNIT_CASE(rule_is_stronger_than_policy),
	KUNIT_CASE(reject_is_a_kind_of_deny),
	KUNIT_CASE(last_rule_counts),
	KUNIT_CASE(unset_leaves_nothing_behind),
	KUNIT_CASE(flush_forgets_all_but_generation),
	KUNIT_CASE(clone_is_deep),
	KUNIT_CASE(free_takes_null),
	{}
};

static struct kunit_suite table_suite = {
	.name = "portclass_table",
	.init = test_table_init,
	.exit = test_table_exit,
	.test_cases = table_cases,
};

kunit_test_suite(table_suite);
