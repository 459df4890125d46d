// SPDX-License-Identifier: GPL-2.0
/* The last changes of a namespace: which are kept, and that all of it is bounded. */
#include <kunit/test.h>
#include <linux/cred.h>

#include "history.h"
#include "request_build.h"
#include "test_memory.h"
#include "test_random.h"

#define REASON	"because of the audit"

struct fixture {
	struct test_request request;
	struct portclass_history *history;
	struct portclass_change *change;
	const struct cred *creds;
	unsigned int taken;
};

static int history_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	rcu_barrier();
	f->taken = test_memory_taken();
	test->priv = f;
	f->history = portclass_history_alloc();
	return f->history ? 0 : -ENOMEM;
}

static void drop_change(struct fixture *f)
{
	/* As whoever owns one does, whose memory is counted. */
	test_kfree(f->change);
	f->change = NULL;
}

static void history_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	test_memory_fail(0);
	test_request_free(&f->request);
	drop_change(f);
	portclass_history_free(f->history);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken);
}

/* Of the case's request, in the place of the last one. */
static struct portclass_change *describe(struct kunit *test)
{
	struct fixture *f = test->priv;

	drop_change(f);
	test_request_end(test, &f->request);
	f->change = portclass_change_alloc(PORTCLASS_CAUSE_REQUEST, &f->request.info);
	KUNIT_ASSERT_NOT_NULL(test, f->change);
	return f->change;
}

/* After any number of changes, the last 64 are there, and no other one's memory. */
static void oldest_is_forgotten(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int added, kept, i;

	for (i = 0; i < PORTCLASS_HISTORY_CHANGES; i++)
		KUNIT_EXPECT_NULL(test, f->history->ring[i]);
	KUNIT_EXPECT_EQ(test, PORTCLASS_HISTORY_CHANGES, 64);

	for (added = 1; added <= 200; added++) {
		struct portclass_change *change =
			portclass_change_alloc(PORTCLASS_CAUSE_REVERT, NULL);

		KUNIT_ASSERT_NOT_NULL(test, change);
		change->generation = added;
		portclass_history_add(f->history, change);
		KUNIT_ASSERT_EQ(test, f->history->count, added);
		kept = min(added, 64u);
		KUNIT_ASSERT_EQ(test, test_memory_taken(), f->taken + 1 + kept);
		for (i = added - kept; i < added; i++) {
			change = f->history->ring[i % 64];
			KUNIT_ASSERT_NOT_NULL_MSG(test, change, "change %u of %u", i, added);
			KUNIT_ASSERT_EQ_MSG(test, change->generation, i + 1,
					    "change %u of %u", i, added);
		}
	}

	portclass_history_free(f->history);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken);
	f->history = NULL;
}

static void nothing_without_memory(struct kunit *test)
{
	struct fixture *f = test->priv;

	test_request_begin(test, &f->request);
	test_request_end(test, &f->request);
	test_memory_fail(1);
	KUNIT_EXPECT_NULL(test, portclass_history_alloc());
	test_memory_fail(1);
	KUNIT_EXPECT_NULL(test, portclass_change_alloc(PORTCLASS_CAUSE_REVERT, NULL));
	test_memory_fail(1);
	KUNIT_EXPECT_NULL(test, portclass_change_alloc(PORTCLASS_CAUSE_REQUEST,
						       &f->request.info));
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken + 1);
	portclass_history_free(NULL);
}

/* What the kernel does by itself has no author, and nothing that was asked for. */
static void kernel_has_no_author(struct kunit *test)
{
	struct portclass_change *change =
		portclass_change_alloc(PORTCLASS_CAUSE_REVERT, NULL);
	struct fixture *f = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, change);
	f->change = change;
	KUNIT_EXPECT_EQ(test, (int)change->cause, PORTCLASS_CAUSE_REVERT);
	KUNIT_EXPECT_FALSE(test, uid_valid(change->by.uid));
	KUNIT_EXPECT_FALSE(test, uid_valid(change->by.login_uid));
	KUNIT_EXPECT_EQ(test, change->by.pid, 0);
	KUNIT_EXPECT_STREQ(test, change->by.command, "");
	KUNIT_EXPECT_EQ(test, change->length, 0);
	KUNIT_EXPECT_EQ(test, change->left_out, 0);
	KUNIT_EXPECT_EQ(test, change->time, 0);
	KUNIT_EXPECT_EQ(test, change->generation, 0);
}

static void request_has_an_author(struct kunit *test)
{
	struct cred *creds = prepare_creds();
	struct fixture *f = test->priv;
	struct portclass_change *change;

	KUNIT_ASSERT_NOT_NULL(test, creds);
	creds->uid = KUIDT_INIT(1000);
	creds->euid = KUIDT_INIT(2000);
	creds->fsuid = KUIDT_INIT(3000);
	test_request_begin(test, &f->request);
	test_request_end(test, &f->request);
	f->creds = override_creds(creds);
	change = portclass_change_alloc(PORTCLASS_CAUSE_CONFIRM, &f->request.info);
	revert_creds(f->creds);
	put_cred(creds);

	KUNIT_ASSERT_NOT_NULL(test, change);
	f->change = change;
	KUNIT_EXPECT_EQ(test, (int)change->cause, PORTCLASS_CAUSE_CONFIRM);
	KUNIT_EXPECT_TRUE(test, uid_eq(change->by.uid, KUIDT_INIT(1000)));
	/* It takes a login to have one. */
	KUNIT_EXPECT_FALSE(test, uid_valid(change->by.login_uid));
	KUNIT_EXPECT_EQ(test, change->by.pid, task_tgid_nr(current));
	KUNIT_EXPECT_STREQ(test, change->by.command, current->comm);
	KUNIT_EXPECT_GT(test, strlen(change->by.command), 0);
}

static void put_rule(struct kunit *test, u16 port, unsigned int sources)
{
	const struct portclass_rule rule = {
		.low = port, .high = port, .action = PORTCLASS_ACTION_ALLOW,
	};
	static const u8 address[16];
	struct fixture *f = test->priv;
	struct nlattr *nest = test_request_rule(test, &f->request, &rule);

	while (sources--)
		test_request_source(test, &f->request, address, 16, 0);
	test_request_end_rule(&f->request, nest);
}

static void put_flag(struct kunit *test, int type)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, nla_put_flag(f->request.skb, type), 0);
}

static void put_reason(struct kunit *test, const char *reason)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, nla_put_string(f->request.skb, PORTCLASS_A_CONFIG_REASON,
					     reason), 0);
}

/* What was said comes back whole and in one order; what changes nothing doesn't. */
static void what_was_asked_for_is_kept(struct kunit *test)
{
	static const struct {
		u8 from, as;
	} order[] = {
		{ PORTCLASS_A_CONFIG_REASON, PORTCLASS_A_HISTORY_REASON },
		{ PORTCLASS_A_CONFIG_CONFIRM, PORTCLASS_A_HISTORY_CONFIRM },
		{ PORTCLASS_A_CONFIG_FLUSH, PORTCLASS_A_HISTORY_FLUSH },
		{ PORTCLASS_A_CONFIG_MODE, PORTCLASS_A_HISTORY_MODE },
		{ PORTCLASS_A_CONFIG_TRACK, PORTCLASS_A_HISTORY_TRACK },
		{ PORTCLASS_A_CONFIG_POLICY, PORTCLASS_A_HISTORY_POLICY },
		{ PORTCLASS_A_CONFIG_RULE, PORTCLASS_A_HISTORY_RULE },
	};
	struct fixture *f = test->priv;
	const struct portclass_change *change;
	const struct nlattr *attr, *said;
	unsigned int i = 0;
	int rem;

	test_request_begin(test, &f->request);
	put_rule(test, 22, 3);
	put_flag(test, PORTCLASS_A_CONFIG_FORCE);
	test_request_u32(test, &f->request, PORTCLASS_A_CONFIG_TRACK, PORTCLASS_TRACK_NONE);
	test_request_policy(test, &f->request, PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP,
			    PORTCLASS_CLASS_DYNAMIC, PORTCLASS_ACTION_DENY);
	test_request_u32(test, &f->request, PORTCLASS_A_CONFIG_MODE, PORTCLASS_MODE_OBSERVE);
	put_flag(test, PORTCLASS_A_CONFIG_SHADOW);
	put_flag(test, PORTCLASS_A_CONFIG_FLUSH);
	test_request_u32(test, &f->request, PORTCLASS_A_CONFIG_CONFIRM, 60);
	put_reason(test, REASON);
	change = describe(test);

	KUNIT_EXPECT_EQ(test, change->left_out, 0);
	nla_for_each_attr(attr, (const struct nlattr *)change->attrs, change->length, rem) {
		KUNIT_ASSERT_LT(test, i, ARRAY_SIZE(order));
		said = f->request.attrs[order[i].from];
		KUNIT_EXPECT_EQ_MSG(test, nla_type(attr), (int)order[i].as, "attribute %u", i);
		KUNIT_ASSERT_EQ_MSG(test, nla_len(attr), nla_len(said), "attribute %u", i);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(nla_data(attr), nla_data(said), nla_len(said)),
				    0, "attribute %u", i);
		KUNIT_EXPECT_EQ_MSG(test, attr->nla_type & ~NLA_TYPE_MASK,
				    said->nla_type & ~NLA_TYPE_MASK, "attribute %u", i);
		i++;
	}
	KUNIT_EXPECT_EQ(test, rem, 0);
	KUNIT_EXPECT_EQ(test, i, ARRAY_SIZE(order));
}

/* A rule takes 44 bytes, so 23 of them, a mode and a flag are what there is room for. */
static void no_more_bytes_than_there_may_be(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct portclass_change *change;
	unsigned int rules, i;

	for (rules = 22; rules < 26; rules++) {
		test_request_begin(test, &f->request);
		for (i = 0; i < rules; i++)
			put_rule(test, i, 0);
		test_request_u32(test, &f->request, PORTCLASS_A_CONFIG_MODE, 1);
		put_flag(test, PORTCLASS_A_CONFIG_FLUSH);
		change = describe(test);
		KUNIT_EXPECT_EQ(test, change->length, 12 + 44 * min(rules, 23u));
		KUNIT_EXPECT_EQ(test, change->left_out, rules - min(rules, 23u));
	}
	KUNIT_EXPECT_EQ(test, change->length, 1024);

	/* With 4 bytes more there is room for one less. */
	test_request_u32(test, &f->request, PORTCLASS_A_CONFIG_CONFIRM, 5);
	change = describe(test);
	KUNIT_EXPECT_EQ(test, change->length, 20 + 44 * 22);
	KUNIT_EXPECT_EQ(test, change->left_out, 3);

	/* What doesn't fit is passed over, and what comes then is kept. */
	test_request_begin(test, &f->request);
	put_rule(test, 1, 0);
	put_rule(test, 2, 40);
	put_rule(test, 3, 0);
	put_reason(test, REASON);
	change = describe(test);
	KUNIT_EXPECT_EQ(test, change->length, nla_total_size(sizeof(REASON)) + 2 * 44);
	KUNIT_EXPECT_EQ(test, change->left_out, 1);
}

/* Any request: what is kept is told by its sizes, and it and the rest are all. */
static void bytes_are_their_model(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int round, i;
	struct rnd_state rnd;

	test_random_init(test, &rnd);
	for (round = 0; round < 300; round++) {
		unsigned int rules = test_random_below(&rnd, 40), length = 0, left_out = 0;
		unsigned int size = test_random_below(&rnd, 200);
		struct portclass_change *change;
		char reason[201] = "";

		test_request_begin(test, &f->request);
		memset(reason, 'x', size);
		put_reason(test, reason);
		length = round_up(4 + size + 1, 4);
		for (i = 0; i < rules; i++) {
			unsigned int sources = test_random_below(&rnd, 4) ? 0 :
					       test_random_below(&rnd, 40);

			put_rule(test, i, sources);
			/* Nest, address and length; 3 numbers and 2 ports. */
			size = 4 + 3 * 8 + 2 * 8 + sources * (4 + 20 + 8);
			if (length + size <= 1024)
				length += size;
			else
				left_out++;
		}
		change = describe(test);
		KUNIT_ASSERT_EQ_MSG(test, change->length, length, "round %u", round);
		KUNIT_ASSERT_EQ_MSG(test, change->left_out, left_out, "round %u", round);
	}
}

static struct kunit_case history_cases[] = {
	KUNIT_CASE(oldest_is_forgotten),
	KUNIT_CASE(nothing_without_memory),
	KUNIT_CASE(kernel_has_no_author),
	KUNIT_CASE(request_has_an_author),
	KUNIT_CASE(what_was_asked_for_is_kept),
	KUNIT_CASE(no_more_bytes_than_there_may_be),
	KUNIT_CASE(bytes_are_their_model),
	{}
};

static struct kunit_suite history_suite = {
	.name = "portclass_history",
	.init = history_init,
	.exit = history_exit,
	.test_cases = history_cases,
};

kunit_test_suite(history_suite);
