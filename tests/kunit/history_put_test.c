// SPDX-License-Identifier: GPL-2.0
/* A change in a message: what its reader parses, to whom, and that it fits. */
#include <kunit/test.h>
#include <linux/user_namespace.h>

#include "genl.h"
#include "history.h"
#include "request_build.h"
#include "test_memory.h"

/* What a reader takes for valid. */
static const struct nla_policy history_policy[PORTCLASS_A_HISTORY_MAX + 1] = {
	[PORTCLASS_A_HISTORY_GENERATION] = { .type = NLA_U32 },
	[PORTCLASS_A_HISTORY_CAUSE] = { .type = NLA_U32 },
	[PORTCLASS_A_HISTORY_PAD] = { .type = NLA_BINARY },
	[PORTCLASS_A_HISTORY_TIME] = { .type = NLA_U64 },
	[PORTCLASS_A_HISTORY_UID] = { .type = NLA_U32 },
	[PORTCLASS_A_HISTORY_LOGIN_UID] = { .type = NLA_U32 },
	[PORTCLASS_A_HISTORY_PID] = { .type = NLA_U32 },
	[PORTCLASS_A_HISTORY_COMMAND] = { .type = NLA_NUL_STRING, .len = TASK_COMM_LEN - 1 },
	[PORTCLASS_A_HISTORY_REASON] = { .type = NLA_NUL_STRING, .len = 200 },
	[PORTCLASS_A_HISTORY_CONFIRM] = { .type = NLA_U32 },
	[PORTCLASS_A_HISTORY_FLUSH] = { .type = NLA_FLAG },
	[PORTCLASS_A_HISTORY_MODE] = { .type = NLA_U32 },
	[PORTCLASS_A_HISTORY_TRACK] = { .type = NLA_U32 },
	[PORTCLASS_A_HISTORY_POLICY] = NLA_POLICY_NESTED(portclass_policy_nl_policy),
	[PORTCLASS_A_HISTORY_RULE] = NLA_POLICY_NESTED(portclass_rule_nl_policy),
	[PORTCLASS_A_HISTORY_LEFT_OUT] = { .type = NLA_U32 },
};

struct fixture {
	struct test_request request;
	struct portclass_change *change;
	struct sk_buff *skb;
	struct nlattr *tb[PORTCLASS_A_HISTORY_MAX + 1];
	unsigned int taken;
};

static int put_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->taken = test_memory_taken();
	test->priv = f;
	return 0;
}

static void put_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	test_request_free(&f->request);
	test_kfree(f->change);
	kfree_skb(f->skb);
	KUNIT_EXPECT_EQ(test, test_memory_taken(), f->taken);
}

/* A change by root, as one of @rules rules and a reason; by the kernel if NULL. */
static struct portclass_change *describe(struct kunit *test, const char *reason,
					 unsigned int rules)
{
	struct fixture *f = test->priv;
	unsigned int i;

	test_kfree(f->change);
	f->change = NULL;
	if (reason) {
		test_request_begin(test, &f->request);
		KUNIT_ASSERT_EQ(test, nla_put_string(f->request.skb,
						     PORTCLASS_A_CONFIG_REASON, reason), 0);
		for (i = 0; i < rules; i++) {
			const struct portclass_rule rule = {
				.low = i, .high = i, .action = PORTCLASS_ACTION_DENY,
			};

			test_request_end_rule(&f->request,
					      test_request_rule(test, &f->request, &rule));
		}
		test_request_end(test, &f->request);
	}
	f->change = portclass_change_alloc(PORTCLASS_CAUSE_REQUEST,
					   reason ? &f->request.info : NULL);
	KUNIT_ASSERT_NOT_NULL(test, f->change);
	f->change->generation = 0x01020304;
	f->change->time = 0x1122334455667788;
	return f->change;
}

/* Into a message with room for so many bytes. */
static int put(struct kunit *test, unsigned int room)
{
	struct fixture *f = test->priv;

	kfree_skb(f->skb);
	f->skb = alloc_skb(4096, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->skb);
	skb_reserve(f->skb, skb_tailroom(f->skb) - room);
	KUNIT_ASSERT_EQ(test, skb_tailroom(f->skb), (int)room);
	return portclass_change_put(f->skb, &init_user_ns, f->change);
}

/* The whole message, by each attribute's type. */
static void parse(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, nla_parse(f->tb, PORTCLASS_A_HISTORY_MAX,
					(struct nlattr *)f->skb->data, f->skb->len,
					history_policy, NULL), 0);
}

static u32 u32_of(struct kunit *test, int type)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_NOT_NULL_MSG(test, f->tb[type], "attribute %d", type);
	return nla_get_u32(f->tb[type]);
}

static void what_was_put_is_parsed(struct kunit *test)
{
	struct portclass_change *change = describe(test, "why", 100);
	struct fixture *f = test->priv;
	const struct nlattr *attr;
	unsigned int rules = 0;
	int rem;

	change->by.uid = KUIDT_INIT(1000);
	change->by.login_uid = KUIDT_INIT(1001);
	change->by.pid = 4711;
	strscpy(change->by.command, "fifteen-letters", sizeof(change->by.command));
	KUNIT_ASSERT_EQ(test, put(test, 2000), 0);
	parse(test);
	KUNIT_EXPECT_EQ(test, u32_of(test, PORTCLASS_A_HISTORY_GENERATION), 0x01020304);
	KUNIT_EXPECT_EQ(test, u32_of(test, PORTCLASS_A_HISTORY_CAUSE),
			PORTCLASS_CAUSE_REQUEST);
	KUNIT_ASSERT_NOT_NULL(test, f->tb[PORTCLASS_A_HISTORY_TIME]);
	KUNIT_EXPECT_EQ(test, nla_get_u64(f->tb[PORTCLASS_A_HISTORY_TIME]),
			0x1122334455667788);
	KUNIT_EXPECT_EQ(test, u32_of(test, PORTCLASS_A_HISTORY_UID), 1000);
	KUNIT_EXPECT_EQ(test, u32_of(test, PORTCLASS_A_HISTORY_LOGIN_UID), 1001);
	KUNIT_EXPECT_EQ(test, u32_of(test, PORTCLASS_A_HISTORY_PID), 4711);
	KUNIT_ASSERT_NOT_NULL(test, f->tb[PORTCLASS_A_HISTORY_COMMAND]);
	KUNIT_EXPECT_STREQ(test, nla_data(f->tb[PORTCLASS_A_HISTORY_COMMAND]),
			   "fifteen-letters");
	KUNIT_ASSERT_NOT_NULL(test, f->tb[PORTCLASS_A_HISTORY_REASON]);
	KUNIT_EXPECT_STREQ(test, nla_data(f->tb[PORTCLASS_A_HISTORY_REASON]), "why");

	/* 1,024 less the reason's 8, by 44; each is where it was, and the rest is told. */
	nla_for_each_attr(attr, (struct nlattr *)f->skb->data, f->skb->len, rem)
		rules += nla_type(attr) == PORTCLASS_A_HISTORY_RULE;
	KUNIT_EXPECT_EQ(test, rem, 0);
	KUNIT_EXPECT_EQ(test, rules, 23);
	KUNIT_EXPECT_EQ(test, u32_of(test, PORTCLASS_A_HISTORY_LEFT_OUT), 77);
}

/* The kernel's own change: no author, and nothing left out of nothing. */
static void what_there_is_not_is_not_put(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int type;

	describe(test, NULL, 0);
	KUNIT_ASSERT_EQ(test, put(test, 2000), 0);
	parse(test);
	for (type = 1; type <= PORTCLASS_A_HISTORY_MAX; type++)
		KUNIT_EXPECT_EQ_MSG(test, !!f->tb[type],
				    type == PORTCLASS_A_HISTORY_GENERATION ||
				    type == PORTCLASS_A_HISTORY_CAUSE ||
				    type == PORTCLASS_A_HISTORY_TIME ||
				    (type == PORTCLASS_A_HISTORY_PAD && f->tb[type]),
				    "attribute %u", type);

	/* Nor has everybody logged in, or been left out. */
	describe(test, "why", 1);
	f->change->by.login_uid = INVALID_UID;
	KUNIT_ASSERT_EQ(test, put(test, 2000), 0);
	parse(test);
	KUNIT_EXPECT_NOT_NULL(test, f->tb[PORTCLASS_A_HISTORY_UID]);
	KUNIT_EXPECT_NULL(test, f->tb[PORTCLASS_A_HISTORY_LOGIN_UID]);
	KUNIT_EXPECT_NULL(test, f->tb[PORTCLASS_A_HISTORY_LEFT_OUT]);
}

/* Who reads knows users by other numbers, and some not at all. */
static void users_are_the_readers(struct kunit *test)
{
	struct portclass_change *change = describe(test, "why", 0);
	struct fixture *f = test->priv;
	struct user_namespace *owner;

	owner = kunit_kzalloc(test, sizeof(*owner), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, owner);
	owner->uid_map.nr_extents = 1;
	owner->uid_map.extent[0].first = 0;
	owner->uid_map.extent[0].lower_first = 100000;
	owner->uid_map.extent[0].count = 1000;
	change->by.uid = KUIDT_INIT(100005);
	change->by.login_uid = KUIDT_INIT(1000);

	f->skb = alloc_skb(4096, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->skb);
	KUNIT_ASSERT_EQ(test, portclass_change_put(f->skb, owner, change), 0);
	parse(test);
	KUNIT_EXPECT_EQ(test, u32_of(test, PORTCLASS_A_HISTORY_UID), 5);
	KUNIT_EXPECT_EQ(test, u32_of(test, PORTCLASS_A_HISTORY_LOGIN_UID), overflowuid);
}

/* Where a byte is missing it says so, and what is behind the end stays as it was. */
static void room_is_kept_to(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned int needed[8], room;

	describe(test, "why", 100);
	f->change->by.login_uid = KUIDT_INIT(1001);
	/* Numbers of 64 bits are padded by where they come to be. */
	for (room = 0; room < 8; room++) {
		KUNIT_ASSERT_EQ(test, put(test, 2000 + room), 0);
		needed[room] = f->skb->len;
	}
	for (room = 0; room < 1200; room++) {
		KUNIT_ASSERT_EQ_MSG(test, put(test, room),
				    room < needed[room % 8] ? -EMSGSIZE : 0,
				    "room %u of %u", room, needed[room % 8]);
		KUNIT_ASSERT_LE(test, f->skb->len, room);
		KUNIT_ASSERT_NULL(test, memchr_inv(skb_shinfo(f->skb), 0,
						   offsetof(struct skb_shared_info, dataref)));
	}
	KUNIT_EXPECT_LT(test, needed[0], room - 8);
}

/* The largest one there may be, in the smallest message that is made for one. */
static void largest_change_fits(struct kunit *test)
{
	struct portclass_change *change;
	struct fixture *f = test->priv;

	change = describe(test, "fourteen bytes", 40);
	change->by.login_uid = KUIDT_INIT(1001);
	memset(change->by.command, 'c', TASK_COMM_LEN - 1);
	KUNIT_EXPECT_LE(test, change->length, 1024);
	KUNIT_EXPECT_GT(test, change->length, 1024 - 44);
	KUNIT_ASSERT_EQ(test, put(test, 2004), 0);
	KUNIT_EXPECT_LE(test, f->skb->len, 1024 + 100);
	KUNIT_EXPECT_LT(test, f->skb->len, GENLMSG_DEFAULT_SIZE);
}

static struct kunit_case put_cases[] = {
	KUNIT_CASE(what_was_put_is_parsed),
	KUNIT_CASE(what_there_is_not_is_not_put),
	KUNIT_CASE(users_are_the_readers),
	KUNIT_CASE(room_is_kept_to),
	KUNIT_CASE(largest_change_fits),
	{}
};

static struct kunit_suite put_suite = {
	.name = "portclass_history_put",
	.init = put_init,
	.exit = put_exit,
	.test_cases = put_cases,
};

kunit_test_suite(put_suite);
