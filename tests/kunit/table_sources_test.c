// SPDX-License-Identifier: GPL-2.0
/*
 * A table with all that it can be told, against a model that is too simple to be
 * wrong: what each port was last told, with a number of its own for each rule
 * that has sources. Denied, rejected and admitted have to be the model's, of the
 * table and of its clone, whatever is done to the other one of the two.
 */
#include <kunit/test.h>
#include <linux/mm.h>

#include "sources_build.h"
#include "table.h"
#include "table_test.h"
#include "test_memory.h"
#include "test_random.h"

#define BATCHES		24
#define MAX_CHANGES	80	/* in each */
#define FLUSHES		6	/* batches until all is forgotten */
#define MAX_RULES	(FLUSHES * MAX_CHANGES)	/* with sources, until then */
#define MAX_PREFIXES	6	/* of a rule */
#define ADDRESSES	3	/* tried at each range of ports */

/* In the model, what is beyond the actions is FIRST + a rule's number. */
#define FIRST		(PORTCLASS_ACTION_REJECT + 1)

struct sourced_rule {
	struct portclass_prefixes *from;
	unsigned int count;
	struct portclass_prefix raw[MAX_PREFIXES];
	unsigned int ranges;	/* in the table that is looked at */
};

struct model {
	u16 said[PORTCLASS_SCOPES][PORTCLASS_PROTOS][PORTCLASS_PORTS];
	u8 policy[PORTCLASS_SCOPES][PORTCLASS_PROTOS][PORTCLASS_CLASSES];
	struct sourced_rule rules[MAX_RULES];
	unsigned int count;
	unsigned int taken;
};

/* Big, and not to be lost if a case is aborted. */
static struct model *model;

static int oracle_init(struct kunit *test)
{
	unsigned int taken;
	int err;

	/* Tables of suites before that were left to RCU. */
	rcu_barrier();
	taken = test_memory_taken();
	err = test_table_init(test);
	if (err)
		return err;
	model = kvzalloc(sizeof(*model), GFP_KERNEL);
	if (!model)
		return -ENOMEM;

	model->taken = taken;
	memset(model->policy, PORTCLASS_ACTION_ALLOW, sizeof(model->policy));
	return 0;
}

/* Of a table that has forgotten them: they are the case's alone. */
static void forget_rules(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < model->count; i++) {
		KUNIT_EXPECT_EQ(test, refcount_read(&model->rules[i].from->users), 1);
		portclass_prefixes_put(model->rules[i].from);
	}
	model->count = 0;
}

static void oracle_exit(struct kunit *test)
{
	test_table_exit(test);
	if (model) {
		forget_rules(test);
		KUNIT_EXPECT_EQ(test, test_memory_taken(), model->taken);
	}
	kvfree(model);
	model = NULL;
}

static unsigned int class_of(unsigned int port)
{
	if (port > 49151)
		return PORTCLASS_CLASS_DYNAMIC;
	return port > 1023 ? PORTCLASS_CLASS_REGISTERED : PORTCLASS_CLASS_WELL_KNOWN;
}

/* Allow, deny or reject; or a rule with sources, which is as good as deny. */
static u16 verdict(unsigned int s, unsigned int p, unsigned int port)
{
	u16 said = model->said[s][p][port];

	return said == PORTCLASS_ACTION_UNSET ? model->policy[s][p][class_of(port)] : said;
}

/* Addresses near those of the rule, and such that it has nothing to do with. */
static void compare_admitted(struct kunit *test, struct rnd_state *rnd,
			     const struct portclass_table *table,
			     const struct portclass_key *key, u16 said)
{
	const struct sourced_rule *rule = said < FIRST ? NULL : &model->rules[said - FIRST];
	struct portclass_prefix near;
	unsigned int i;

	for (i = 0; i < ADDRESSES; i++) {
		union nf_inet_addr address;

		test_random_prefix(rnd, &near);
		if (rule && i)
			near = rule->raw[test_random_below(rnd, rule->count)];
		address = test_random_address(rnd, &near);
		KUNIT_ASSERT_EQ_MSG(test,
				    portclass_table_admits(table, key, near.family, &address),
				    rule && test_prefixes_hold(rule->raw, rule->count,
							       near.family, &address),
				    "scope %u proto %u port %u: %*ph", key->scope, key->proto,
				    key->port, test_address_bits(near.family) / 8, &address);
	}
}

static void compare_path(struct kunit *test, struct rnd_state *rnd,
			 const struct portclass_table *table, unsigned int s, unsigned int p)
{
	bool denies = false, rejects = false;
	const u16 *said = model->said[s][p];
	unsigned int port;

	for (port = 0; port < PORTCLASS_PORTS; port++) {
		const struct portclass_key key = { .port = port, .scope = s, .proto = p };
		u16 want = verdict(s, p, port);

		KUNIT_ASSERT_EQ_MSG(test, portclass_table_denies(table, &key),
				    want != PORTCLASS_ACTION_ALLOW,
				    "scope %u proto %u port %u", s, p, port);
		KUNIT_ASSERT_EQ_MSG(test, portclass_table_rejects(table, &key),
				    want == PORTCLASS_ACTION_REJECT,
				    "scope %u proto %u port %u", s, p, port);
		denies |= want != PORTCLASS_ACTION_ALLOW;
		rejects |= want == PORTCLASS_ACTION_REJECT;
		/* Where it changes at either side, and now and then between. */
		if (!port || port == 65535 || said[port] != said[port - 1] ||
		    said[port] != said[port + 1] || port % 997 == 0)
			compare_admitted(test, rnd, table, &key, said[port]);
	}
	KUNIT_EXPECT_EQ(test, !!table->deny[s][p], denies);
	KUNIT_EXPECT_EQ(test, !!table->reject[s][p], rejects);
}

/* What the walk says of a range is what each of its ports was told. */
static void compare_range(struct kunit *test, const struct portclass_rule *rule)
{
	const u16 *said = model->said[rule->scope][rule->proto];
	struct sourced_rule *sourced;
	u32 port;

	for (port = rule->low; port < rule->high; port++)
		KUNIT_ASSERT_EQ_MSG(test, said[port], said[port + 1], "port %u", port);
	/* As long as it can be. */
	KUNIT_ASSERT_TRUE(test, rule->low == 0 || said[rule->low - 1] != said[rule->low]);
	KUNIT_ASSERT_TRUE(test, rule->high == 65535 || said[rule->high + 1] != said[rule->high]);

	if (said[rule->low] < FIRST) {
		KUNIT_ASSERT_EQ(test, (u16)rule->action, said[rule->low]);
		KUNIT_ASSERT_NULL(test, rule->from);
		return;
	}
	sourced = &model->rules[said[rule->low] - FIRST];
	KUNIT_ASSERT_EQ(test, (int)rule->action, PORTCLASS_ACTION_ALLOW);
	KUNIT_ASSERT_PTR_EQ(test, rule->from, sourced->from);
	sourced->ranges++;
}

/* The walk has all that is set, in order and once; and who asks finds the same. */
static void compare_rules(struct kunit *test, const struct portclass_table *table)
{
	const u16 *said = &model->said[0][0][0];
	struct portclass_rule rule, found;
	unsigned int i;
	u32 from = 0;

	for (i = 0; i < model->count; i++)
		model->rules[i].ranges = 0;
	while (portclass_table_next_rule(table, from, &rule)) {
		u32 path = (rule.scope * PORTCLASS_PROTOS + rule.proto) * PORTCLASS_PORTS;
		const struct portclass_key key = {
			.port = rule.low + (rule.high - rule.low) / 2,
			.scope = rule.scope, .proto = rule.proto,
		};

		for (; from < path + rule.low; from++)
			KUNIT_ASSERT_EQ_MSG(test, said[from], PORTCLASS_ACTION_UNSET,
					    "path %u port %u", from / PORTCLASS_PORTS,
					    from % PORTCLASS_PORTS);
		compare_range(test, &rule);
		KUNIT_ASSERT_TRUE(test, portclass_table_find_rule(table, &key, &found));
		KUNIT_ASSERT_EQ(test, found.low, rule.low);
		KUNIT_ASSERT_EQ(test, found.high, rule.high);
		KUNIT_ASSERT_EQ(test, (int)found.action, (int)rule.action);
		KUNIT_ASSERT_PTR_EQ(test, found.from, rule.from);
		from = path + rule.high + 1;
	}
	for (; from < PORTCLASS_SCOPES * PORTCLASS_PROTOS * PORTCLASS_PORTS; from++)
		KUNIT_ASSERT_EQ_MSG(test, said[from], PORTCLASS_ACTION_UNSET, "path %u port %u",
				    from / PORTCLASS_PORTS, from % PORTCLASS_PORTS);
	KUNIT_EXPECT_EQ(test, memcmp(table->policy, model->policy, sizeof(model->policy)), 0);

	/* There is no other table that has any of them. */
	for (i = 0; i < model->count; i++)
		KUNIT_ASSERT_EQ_MSG(test, refcount_read(&model->rules[i].from->users),
				    1 + model->rules[i].ranges, "rule %u", i);
}

static struct sourced_rule *new_sources(struct kunit *test, struct rnd_state *rnd)
{
	struct sourced_rule *rule = &model->rules[model->count];
	unsigned int i;

	rule->count = 1 + test_random_below(rnd, MAX_PREFIXES);
	for (i = 0; i < rule->count; i++)
		test_random_prefix(rnd, &rule->raw[i]);
	rule->from = test_prefixes(test, rule->raw, rule->count);
	model->count++;
	return rule;
}

/* A range of any size; but if nobody is told, the model doesn't learn of it. */
static void change_rule(struct kunit *test, struct rnd_state *rnd,
			struct portclass_table *table, bool told)
{
	struct portclass_rule rule = {
		.scope = test_random_below(rnd, PORTCLASS_SCOPES),
		.proto = test_random_below(rnd, PORTCLASS_PROTOS),
		.action = test_random_below(rnd, PORTCLASS_ACTION_REJECT + 1),
	};
	u16 a = test_random_port(rnd), b = a, value = rule.action;
	u16 *said = model->said[rule.scope][rule.proto];
	u32 port;

	if (test_random_below(rnd, 2))
		b = test_random_below(rnd, 4) ? a + test_random_below(rnd, 300) :
						test_random_port(rnd);
	rule.low = min(a, b);
	rule.high = max(a, b);
	if (test_random_below(rnd, 3) == 0) {
		rule.action = PORTCLASS_ACTION_ALLOW;
		if (told) {
			value = FIRST + model->count;
			rule.from = new_sources(test, rnd)->from;
		} else if (model->count) {
			rule.from = model->rules[test_random_below(rnd, model->count)].from;
		}
	}

	KUNIT_ASSERT_EQ(test, portclass_table_set_rule(table, &rule), 0);
	for (port = rule.low; told && port <= rule.high; port++)
		said[port] = value;
}

static void change_policy(struct rnd_state *rnd, struct portclass_table *table, bool told)
{
	unsigned int s = test_random_below(rnd, PORTCLASS_SCOPES);
	unsigned int p = test_random_below(rnd, PORTCLASS_PROTOS);
	unsigned int c = test_random_below(rnd, PORTCLASS_CLASSES);
	u8 action = PORTCLASS_ACTION_ALLOW + test_random_below(rnd, 3);

	portclass_table_set_policy(table, s, p, c, action);
	if (told)
		model->policy[s][p][c] = action;
}

static void change(struct kunit *test, struct rnd_state *rnd,
		   struct portclass_table *table, unsigned int changes, bool told)
{
	while (changes--) {
		if (test_random_below(rnd, 6))
			change_rule(test, rnd, table, told);
		else
			change_policy(rnd, table, told);
	}
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
}

/*
 * The table is cloned; something is done to one of the two, and it is freed. The
 * other one is the same as ever, and goes on.
 */
static void clone_and_spoil(struct kunit *test, struct rnd_state *rnd)
{
	struct portclass_table *clone = test_table_clone(test);
	struct test_tables *tables = test->priv;

	KUNIT_ASSERT_EQ(test, portclass_table_compile(clone), 0);
	if (test_random_below(rnd, 2))
		swap(tables->table, tables->clone);
	change(test, rnd, tables->clone, test_random_below(rnd, 20), false);
	if (test_random_below(rnd, 4) == 0)
		portclass_table_flush(tables->clone);
	portclass_table_free(tables->clone);
	test_table_forget_clone(test);
}

static void table_with_sources_is_its_model(struct kunit *test)
{
	unsigned int batch, s, p;
	struct rnd_state rnd;

	test_random_init(test, &rnd);
	for (batch = 0; batch < BATCHES; batch++) {
		if (batch % FLUSHES == 0) {
			portclass_table_flush(test_table(test));
			forget_rules(test);
			memset(model->said, 0, sizeof(model->said));
			memset(model->policy, PORTCLASS_ACTION_ALLOW, sizeof(model->policy));
		}
		change(test, &rnd, test_table(test), test_random_below(&rnd, MAX_CHANGES), true);
		clone_and_spoil(test, &rnd);
		for (s = 0; s < PORTCLASS_SCOPES; s++) {
			for (p = 0; p < PORTCLASS_PROTOS; p++) {
				compare_path(test, &rnd, test_table(test), s, p);
				cond_resched();
			}
		}
		compare_rules(test, test_table(test));
	}
}

static struct kunit_case oracle_cases[] = {
	KUNIT_CASE(table_with_sources_is_its_model),
	{}
};

static struct kunit_suite oracle_suite = {
	.name = "portclass_table_sources",
	.init = oracle_init,
	.exit = oracle_exit,
	.test_cases = oracle_cases,
};

kunit_test_suite(oracle_suite);
