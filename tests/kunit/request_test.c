// SPDX-License-Identifier: GPL-2.0
/* What of a request the generated policies can't tell: sources, and rejecting. */
#include <kunit/test.h>

#include "reject.h"
#include "request.h"
#include "request_build.h"
#include "sources_build.h"
#include "test_memory.h"

#define MANY	64	/* more allocations than anything needs */

struct fixture {
	struct test_request request;
	struct portclass_table *table;
	unsigned int taken;
};

static int request_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	/* Tables of suites before that were left to RCU. */
	rcu_barrier();
	f->taken = test_memory_taken();
	test->priv = f;
	f->table = portclass_table_alloc();
	return f->table ? 0 : -ENOMEM;
}

static void request_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	test_memory_fail(0);
	test_request_free(&f->request);
	portclass_table_free(f->table);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken);
}

/* A request with one rule for port 22, with @count times a source. */
static void one_rule(struct kunit *test, u8 scope, u8 action, const void *address,
		     unsigned int bytes, u8 length, unsigned int count)
{
	const struct portclass_rule rule = {
		.low = 22, .high = 22, .scope = scope, .action = action,
	};
	struct fixture *f = test->priv;
	struct nlattr *nest;

	test_request_begin(test, &f->request);
	nest = test_request_rule(test, &f->request, &rule);
	while (count--)
		test_request_source(test, &f->request, address, bytes, length);
	test_request_end_rule(&f->request, nest);
	test_request_end(test, &f->request);
}

/* What is wrong with it, and that it is said. */
static void expect_check(struct kunit *test, int err, const char *why)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ_MSG(test, portclass_request_check(&f->request.info), err, "%s",
			    why ?: "");
	if (!why)
		return;
	KUNIT_EXPECT_STREQ(test, f->request.extack._msg ?: "", why);
	KUNIT_EXPECT_NOT_NULL(test, f->request.extack.bad_attr);
}

static void no_more_sources_than_there_may_be(struct kunit *test)
{
	static const u8 address[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct fixture *f = test->priv;

	one_rule(test, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW, address, 16, 32, 100);
	expect_check(test, 0, NULL);
	KUNIT_ASSERT_EQ(test, portclass_request_apply(f->table, &f->request.info), 0);
	one_rule(test, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW, address, 16, 32, 101);
	expect_check(test, -EINVAL, "more than 100 sources");
}

static void addresses_of_other_lengths(struct kunit *test)
{
	static const u8 address[20];
	unsigned int bytes;

	for (bytes = 0; bytes <= sizeof(address); bytes++) {
		one_rule(test, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW, address, bytes, 0, 1);
		if (bytes == 4 || bytes == 16)
			expect_check(test, 0, NULL);
		else
			expect_check(test, -EINVAL,
				     "no address of 4 or 16 bytes with so many bits");
	}
	one_rule(test, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW, address, 4, 32, 1);
	expect_check(test, 0, NULL);
	one_rule(test, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW, address, 4, 33, 1);
	expect_check(test, -EINVAL, "no address of 4 or 16 bytes with so many bits");
	one_rule(test, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW, address, 16, 128, 1);
	expect_check(test, 0, NULL);
}

/* One bit is set: in a prefix that ends with it, and behind the next shorter one. */
static void no_bits_behind_the_length(struct kunit *test)
{
	unsigned int bytes, bit;

	for (bytes = 4; bytes <= 16; bytes += 12) {
		for (bit = 0; bit < bytes * 8; bit++) {
			u8 address[16] = {};

			address[bit / 8] = 0x80 >> bit % 8;
			one_rule(test, PORTCLASS_SCOPE_FORWARD, PORTCLASS_ACTION_ALLOW,
				 address, bytes, bit + 1, 1);
			expect_check(test, 0, NULL);
			one_rule(test, PORTCLASS_SCOPE_FORWARD, PORTCLASS_ACTION_ALLOW,
				 address, bytes, bit, 1);
			expect_check(test, -EINVAL,
				     "the address has bits behind its length");
		}
	}
}

static void only_an_allowed_port_has_sources(struct kunit *test)
{
	static const u8 address[4] = { 192, 0, 2, 1 };
	static const u8 others[] = { PORTCLASS_ACTION_UNSET, PORTCLASS_ACTION_DENY };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		one_rule(test, PORTCLASS_SCOPE_IN, others[i], address, 4, 32, 1);
		expect_check(test, -EINVAL, "only an allowed port has sources");
		one_rule(test, PORTCLASS_SCOPE_IN, others[i], address, 4, 32, 0);
		expect_check(test, 0, NULL);
	}
	one_rule(test, PORTCLASS_SCOPE_OUT, PORTCLASS_ACTION_ALLOW, address, 4, 32, 1);
	expect_check(test, -EINVAL, "what we dial ourselves has no sources");
	one_rule(test, PORTCLASS_SCOPE_FORWARD, PORTCLASS_ACTION_ALLOW, address, 4, 32, 1);
	expect_check(test, 0, NULL);
}

static void reject_policy(struct kunit *test)
{
	struct fixture *f = test->priv;

	test_request_begin(test, &f->request);
	test_request_policy(test, &f->request, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			    PORTCLASS_CLASS_DYNAMIC, PORTCLASS_ACTION_REJECT);
	test_request_end(test, &f->request);
}

/* Until the kernel's answers have been looked up, there are none. */
static void reject_needs_answers(struct kunit *test)
{
	one_rule(test, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_REJECT, NULL, 0, 0, 0);
	expect_check(test, -EOPNOTSUPP, "this kernel can't reject, only deny");
	reject_policy(test);
	expect_check(test, -EOPNOTSUPP, "this kernel can't reject, only deny");

	portclass_reject_open();
	KUNIT_EXPECT_TRUE(test, portclass_reject_is_known());
	one_rule(test, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_REJECT, NULL, 0, 0, 0);
	expect_check(test, 0, NULL);
	reject_policy(test);
	expect_check(test, 0, NULL);
	portclass_reject_close();
}

/* A rule with sources and one that splits it; a policy and a mode beside them. */
static void build_mixed(struct kunit *test)
{
	static const u8 nets[][4] = { { 10 }, { 10, 1 }, { 192, 0, 2 } };
	static const struct portclass_rule told[] = {
		{ .low = 100, .high = 200, .action = PORTCLASS_ACTION_ALLOW },
		{ .low = 150, .high = 150, .action = PORTCLASS_ACTION_DENY },
	};
	struct fixture *f = test->priv;
	struct nlattr *nest;
	unsigned int i;

	test_request_begin(test, &f->request);
	nest = test_request_rule(test, &f->request, &told[0]);
	for (i = 0; i < ARRAY_SIZE(nets); i++)
		test_request_source(test, &f->request, nets[i], 4, 8 * (i + 1));
	test_request_end_rule(&f->request, nest);
	nest = test_request_rule(test, &f->request, &told[1]);
	test_request_end_rule(&f->request, nest);
	test_request_policy(test, &f->request, PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP,
			    PORTCLASS_CLASS_DYNAMIC, PORTCLASS_ACTION_DENY);
	test_request_u32(test, &f->request, PORTCLASS_A_CONFIG_MODE, PORTCLASS_MODE_OBSERVE);
	test_request_end(test, &f->request);
	expect_check(test, 0, NULL);
}

/* What is applied is what was said, and the table has it alone. */
static void table_has_the_sources_alone(struct kunit *test)
{
	const struct portclass_prefix inside = test_prefix4(0x0a010203, 32);
	const struct portclass_prefix outside = test_prefix4(0x0b000000, 32);
	const struct portclass_key key = { .port = 200 };
	const struct portclass_key split = { .port = 150 };
	struct fixture *f = test->priv;
	struct portclass_rule rule;

	build_mixed(test);
	KUNIT_ASSERT_EQ(test, portclass_request_apply(f->table, &f->request.info), 0);
	KUNIT_EXPECT_EQ(test, f->table->generation, 2);
	KUNIT_EXPECT_EQ(test, f->table->mode, PORTCLASS_MODE_OBSERVE);
	KUNIT_EXPECT_TRUE(test, portclass_table_denies(f->table, &key));
	KUNIT_EXPECT_TRUE(test, portclass_table_admits(f->table, &key, NFPROTO_IPV4,
						       &inside.base));
	KUNIT_EXPECT_FALSE(test, portclass_table_admits(f->table, &key, NFPROTO_IPV4,
							&outside.base));
	KUNIT_EXPECT_FALSE(test, portclass_table_admits(f->table, &split, NFPROTO_IPV4,
							&inside.base));
	KUNIT_ASSERT_TRUE(test, portclass_table_find_rule(f->table, &key, &rule));
	KUNIT_EXPECT_EQ(test, rule.low, 151);
	KUNIT_EXPECT_EQ(test, rule.high, 200);
	KUNIT_ASSERT_NOT_NULL(test, rule.from);
	KUNIT_EXPECT_EQ(test, rule.from->count, 2);
	/* One for each half of the range that was split. */
	KUNIT_EXPECT_EQ(test, refcount_read(&rule.from->users), 2);
}

/* Whichever allocation fails, what is left of the table is freed, and all with it. */
static void applying_loses_nothing(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int nth;
	int err;

	build_mixed(test);
	for (nth = 1; nth < MANY; nth++) {
		test_memory_fail(nth);
		err = portclass_request_apply(f->table, &f->request.info);
		if (!test_memory_has_failed())
			break;
		KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "allocation %u", nth);
		portclass_table_free(f->table);
		KUNIT_EXPECT_EQ_MSG(test, test_memory_taken(), f->taken, "allocation %u", nth);
		f->table = portclass_table_alloc();
		KUNIT_ASSERT_NOT_NULL(test, f->table);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	/* Two of the rule, the prefixes, the ranges twice, two to compile. */
	KUNIT_EXPECT_EQ(test, nth, 8);
}

/* Each rule is as it should be; they are too many together, and the last is it. */
static void too_many_rules_with_sources(struct kunit *test)
{
	static const u8 address[4] = { 192, 0, 2, 1 };
	struct fixture *f = test->priv;
	struct nlattr *nest;
	unsigned int i;

	test_request_begin(test, &f->request);
	for (i = 0; i <= PORTCLASS_SOURCED_MAX; i++) {
		const struct portclass_rule rule = {
			.low = i, .high = i, .action = PORTCLASS_ACTION_ALLOW,
		};

		nest = test_request_rule(test, &f->request, &rule);
		test_request_source(test, &f->request, address, 4, 32);
		test_request_end_rule(&f->request, nest);
	}
	test_request_end(test, &f->request);
	expect_check(test, 0, NULL);
	KUNIT_EXPECT_EQ(test, portclass_request_apply(f->table, &f->request.info), -E2BIG);
	KUNIT_EXPECT_STREQ(test, f->request.extack._msg ?: "",
			   "more than 128 rules with sources");
	KUNIT_EXPECT_PTR_EQ(test, f->request.extack.bad_attr, (const struct nlattr *)nest);
	KUNIT_EXPECT_EQ(test, f->table->generation, 1);
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE(no_more_sources_than_there_may_be),
	KUNIT_CASE(addresses_of_other_lengths),
	KUNIT_CASE(no_bits_behind_the_length),
	KUNIT_CASE(only_an_allowed_port_has_sources),
	KUNIT_CASE(reject_needs_answers),
	KUNIT_CASE(table_has_the_sources_alone),
	KUNIT_CASE(applying_loses_nothing),
	KUNIT_CASE(too_many_rules_with_sources),
	{}
};

static struct kunit_suite request_suite = {
	.name = "portclass_request",
	.init = request_init,
	.exit = request_exit,
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);
