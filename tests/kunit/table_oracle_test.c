// SPDX-License-Identifier: GPL-2.0
/*
 * A table against a model that is too simple to be wrong: what each port was
 * last told, in a byte of its own. Random changes go to both; then each verdict
 * and each rule of the table has to be the model's.
 */
#include <kunit/test.h>
#include <linux/mm.h>

#include "test_random.h"
#include "table.h"
#include "table_test.h"

#define BATCHES		40
#define MAX_CHANGES	200	/* in each */
#define FINDS		40	/* in each scope and protocol, after each */

struct model {
	u8 rule[PORTCLASS_SCOPES][PORTCLASS_PROTOS][PORTCLASS_PORTS];
	u8 policy[PORTCLASS_SCOPES][PORTCLASS_PROTOS][PORTCLASS_CLASSES];
};

/* Big, and not to be lost if a case is aborted. */
static struct model *model, *walked;

static int oracle_init(struct kunit *test)
{
	int err = test_table_init(test);

	if (err)
		return err;
	model = kvzalloc(sizeof(*model), GFP_KERNEL);
	walked = kvzalloc(sizeof(*walked), GFP_KERNEL);
	if (!model || !walked)
		return -ENOMEM;

	memset(model->policy, PORTCLASS_ACTION_ALLOW, sizeof(model->policy));
	return 0;
}

static void oracle_exit(struct kunit *test)
{
	kvfree(model);
	kvfree(walked);
	model = NULL;
	walked = NULL;
	test_table_exit(test);
}

/* Allow, deny or reject. */
static u8 model_action(unsigned int s, unsigned int p, unsigned int port)
{
	const u8 *policy = model->policy[s][p];

	if (model->rule[s][p][port] != PORTCLASS_ACTION_UNSET)
		return model->rule[s][p][port];
	if (port >= 49152)
		return policy[PORTCLASS_CLASS_DYNAMIC];
	if (port > 1023)
		return policy[PORTCLASS_CLASS_REGISTERED];
	return policy[PORTCLASS_CLASS_WELL_KNOWN];
}

/* Returns whether any port is denied. */
static bool compare_path(struct kunit *test, const struct portclass_table *table,
			 unsigned int s, unsigned int p)
{
	bool denies = false, rejects = false;
	unsigned int port;

	for (port = 0; port < PORTCLASS_PORTS; port++) {
		const struct portclass_key key = {
			.port = port, .scope = s, .proto = p,
		};
		u8 action = model_action(s, p, port);

		KUNIT_ASSERT_EQ_MSG(test, action != PORTCLASS_ACTION_ALLOW,
				    portclass_table_denies(table, &key),
				    "scope %u proto %u port %u", s, p, port);
		KUNIT_ASSERT_EQ_MSG(test, action == PORTCLASS_ACTION_REJECT,
				    portclass_table_rejects(table, &key),
				    "scope %u proto %u port %u", s, p, port);
		denies |= action != PORTCLASS_ACTION_ALLOW;
		rejects |= action == PORTCLASS_ACTION_REJECT;
	}
	KUNIT_EXPECT_EQ(test, !!table->deny[s][p], denies);
	KUNIT_EXPECT_EQ(test, !!table->reject[s][p], rejects);
	return denies;
}

static void compare_verdicts(struct kunit *test,
			     const struct portclass_table *table)
{
	unsigned int s, p;

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		bool any = false;

		for (p = 0; p < PORTCLASS_PROTOS; p++)
			any |= compare_path(test, table, s, p);
		KUNIT_EXPECT_EQ(test, portclass_table_denies_any(table, s), any);
	}
}

/* The walk's ranges, put together again, are the model; none can be joined. */
static void compare_rules(struct kunit *test,
			  const struct portclass_table *table)
{
	struct portclass_rule rule;
	u32 from = 0, ended = 0;
	u8 action = PORTCLASS_ACTION_UNSET;

	memset(walked->rule, PORTCLASS_ACTION_UNSET, sizeof(walked->rule));
	while (portclass_table_next_rule(table, from, &rule)) {
		u32 path = (rule.scope * PORTCLASS_PROTOS + rule.proto) *
			   PORTCLASS_PORTS;

		KUNIT_ASSERT_GE(test, path + rule.low, from);
		KUNIT_ASSERT_LE(test, rule.low, rule.high);
		if (path + rule.low == ended && rule.low)
			KUNIT_ASSERT_NE(test, rule.action, action);

		memset(&walked->rule[rule.scope][rule.proto][rule.low],
		       rule.action, rule.high - rule.low + 1);
		action = rule.action;
		from = path + rule.high + 1;
		ended = from;
	}
	KUNIT_EXPECT_EQ(test, memcmp(walked->rule, model->rule,
				     sizeof(model->rule)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(table->policy, model->policy,
				     sizeof(model->policy)), 0);
}

/*
 * The rule of one port is the model's, as wide as it is, and the very range that
 * the walk has: from its first port on, it ends where this one does.
 */
static void compare_find(struct kunit *test, const struct portclass_table *table,
			 unsigned int s, unsigned int p, u16 port)
{
	const struct portclass_key key = { .port = port, .scope = s, .proto = p };
	u32 path = (s * PORTCLASS_PROTOS + p) * PORTCLASS_PORTS;
	const u8 *said = model->rule[s][p];
	struct portclass_rule rule, next;

	/* What isn't set is no port, and no action. */
	memset(&rule, 0x5a, sizeof(rule));
	KUNIT_ASSERT_EQ_MSG(test, portclass_table_find_rule(table, &key, &rule),
			    said[port] != PORTCLASS_ACTION_UNSET,
			    "scope %u proto %u port %u", s, p, port);
	if (said[port] == PORTCLASS_ACTION_UNSET)
		return;

#define SAME(got, want)							\
	KUNIT_ASSERT_EQ_MSG(test, (unsigned int)(got),			\
			    (unsigned int)(want),			\
			    "scope %u proto %u port %u", s, p, port)
	SAME(rule.scope, s);
	SAME(rule.proto, p);
	SAME(rule.action, said[port]);
	SAME(rule.low <= port && port <= rule.high, true);
	SAME(rule.low == 0 || said[rule.low - 1] != said[port], true);
	SAME(rule.high == 65535 || said[rule.high + 1] != said[port], true);
	SAME(portclass_table_next_rule(table, path + rule.low, &next), true);
	SAME(next.scope, s);
	SAME(next.proto, p);
	SAME(next.low, rule.low);
	SAME(next.high, rule.high);
	SAME(next.action, rule.action);
#undef SAME
}

static void compare_finds(struct kunit *test, struct rnd_state *rnd,
			  const struct portclass_table *table)
{
	unsigned int s, p, i;

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			compare_find(test, table, s, p, 0);
			compare_find(test, table, s, p, 65535);
			for (i = 0; i < FINDS; i++)
				compare_find(test, table, s, p, test_random_port(rnd));
		}
	}
}

/* Single ports, short ranges, long ones, everything. */
static void random_range(struct rnd_state *rnd, u16 *low, u16 *high)
{
	u16 a = test_random_port(rnd), b;

	switch (test_random_below(rnd, 8)) {
	case 0 ... 2:
		b = a;
		break;
	case 3 ... 4:
		b = min_t(u32, a + test_random_below(rnd, 200), U16_MAX);
		break;
	case 5 ... 6:
		b = test_random_port(rnd);
		break;
	default:
		a = 0;
		b = U16_MAX;
	}
	*low = min(a, b);
	*high = max(a, b);
}

static void change_rule(struct kunit *test, struct rnd_state *rnd,
			struct portclass_table *table)
{
	unsigned int s = test_random_below(rnd, PORTCLASS_SCOPES);
	unsigned int p = test_random_below(rnd, PORTCLASS_PROTOS);
	u8 action = test_random_below(rnd, PORTCLASS_ACTION_REJECT + 1);
	u16 low, high;

	random_range(rnd, &low, &high);
	test_table_rule(test, table, s, p, low, high, action);
	memset(&model->rule[s][p][low], action, high - low + 1);
}

static void change_policy(struct rnd_state *rnd, struct portclass_table *table)
{
	unsigned int s = test_random_below(rnd, PORTCLASS_SCOPES);
	unsigned int p = test_random_below(rnd, PORTCLASS_PROTOS);
	unsigned int c = test_random_below(rnd, PORTCLASS_CLASSES);
	u8 action = PORTCLASS_ACTION_ALLOW + test_random_below(rnd, 3);

	portclass_table_set_policy(table, s, p, c, action);
	model->policy[s][p][c] = action;
}

static void flush(struct portclass_table *table)
{
	portclass_table_flush(table);
	memset(model->rule, PORTCLASS_ACTION_UNSET, sizeof(model->rule));
	memset(model->policy, PORTCLASS_ACTION_ALLOW, sizeof(model->policy));
}

static void change(struct kunit *test, struct rnd_state *rnd)
{
	struct test_tables *tables = test->priv;

	switch (test_random_below(rnd, 100)) {
	case 0:
		flush(tables->table);
		break;
	case 1 ... 4:
		/* As a request does it: the clone goes on, the old one goes. */
		test_table_clone(test);
		portclass_table_free(tables->table);
		tables->table = tables->clone;
		test_table_forget_clone(test);
		break;
	case 5 ... 6:
		/* As a request that fails does it: the old one goes on. */
		test_table_clone(test);
		portclass_table_flush(tables->clone);
		KUNIT_ASSERT_EQ(test, portclass_table_compile(tables->clone), 0);
		portclass_table_free(tables->clone);
		test_table_forget_clone(test);
		break;
	case 7 ... 24:
		change_policy(rnd, tables->table);
		break;
	default:
		change_rule(test, rnd, tables->table);
	}
}

static void table_is_its_model(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int batch, i;

	test_random_init(test, &rnd);
	for (batch = 0; batch < BATCHES; batch++) {
		/* Now and then start again, so that some places are empty. */
		if (batch % 8 == 0)
			flush(test_table(test));
		for (i = test_random_below(&rnd, MAX_CHANGES); i; i--)
			change(test, &rnd);

		KUNIT_ASSERT_EQ(test, portclass_table_compile(test_table(test)), 0);
		compare_verdicts(test, test_table(test));
		compare_rules(test, test_table(test));
		compare_finds(test, &rnd, test_table(test));
		cond_resched();
	}
}

static struct kunit_case oracle_cases[] = {
	KUNIT_CASE(table_is_its_model),
	{}
};

static struct kunit_suite oracle_suite = {
	.name = "portclass_table_oracle",
	.init = oracle_init,
	.exit = oracle_exit,
	.test_cases = oracle_cases,
};

kunit_test_suite(oracle_suite);
