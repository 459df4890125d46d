// SPDX-License-Identifier: GPL-2.0
/* Requests, byte by byte as they would come from a socket. */
#include <linux/sizes.h>

#include "genl.h"
#include "request_build.h"

void test_request_begin(struct kunit *test, struct test_request *request)
{
	void *hdr;

	test_request_free(request);
	request->skb = nlmsg_new(SZ_16K, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, request->skb);
	hdr = genlmsg_put(request->skb, 0, 0, &portclass_nl_family, 0, PORTCLASS_CMD_SET);
	KUNIT_ASSERT_NOT_NULL(test, hdr);
}

void test_request_free(struct test_request *request)
{
	nlmsg_free(request->skb);
	request->skb = NULL;
}

struct nlattr *test_request_rule(struct kunit *test, struct test_request *request,
				 const struct portclass_rule *rule)
{
	struct sk_buff *skb = request->skb;
	struct nlattr *nest = nla_nest_start(skb, PORTCLASS_A_CONFIG_RULE);

	KUNIT_ASSERT_NOT_NULL(test, nest);
	KUNIT_ASSERT_EQ(test, nla_put_u32(skb, PORTCLASS_A_RULE_SCOPE, rule->scope), 0);
	KUNIT_ASSERT_EQ(test, nla_put_u32(skb, PORTCLASS_A_RULE_PROTO, rule->proto), 0);
	KUNIT_ASSERT_EQ(test, nla_put_u32(skb, PORTCLASS_A_RULE_ACTION, rule->action), 0);
	KUNIT_ASSERT_EQ(test, nla_put_u16(skb, PORTCLASS_A_RULE_PORT_LOW, rule->low), 0);
	KUNIT_ASSERT_EQ(test, nla_put_u16(skb, PORTCLASS_A_RULE_PORT_HIGH, rule->high), 0);
	return nest;
}

void test_request_source(struct kunit *test, struct test_request *request,
			 const void *address, unsigned int bytes, u8 length)
{
	struct sk_buff *skb = request->skb;
	struct nlattr *nest = nla_nest_start(skb, PORTCLASS_A_RULE_FROM);

	KUNIT_ASSERT_NOT_NULL(test, nest);
	KUNIT_ASSERT_EQ(test, nla_put(skb, PORTCLASS_A_PREFIX_ADDRESS, bytes, address), 0);
	KUNIT_ASSERT_EQ(test, nla_put_u8(skb, PORTCLASS_A_PREFIX_LENGTH, length), 0);
	nla_nest_end(skb, nest);
}

void test_request_end_rule(struct test_request *request, struct nlattr *rule)
{
	nla_nest_end(request->skb, rule);
}

void test_request_policy(struct kunit *test, struct test_request *request, u8 scope,
			 u8 proto, u8 class, u8 action)
{
	struct sk_buff *skb = request->skb;
	struct nlattr *nest = nla_nest_start(skb, PORTCLASS_A_CONFIG_POLICY);

	KUNIT_ASSERT_NOT_NULL(test, nest);
	KUNIT_ASSERT_EQ(test, nla_put_u32(skb, PORTCLASS_A_POLICY_SCOPE, scope), 0);
	KUNIT_ASSERT_EQ(test, nla_put_u32(skb, PORTCLASS_A_POLICY_PROTO, proto), 0);
	KUNIT_ASSERT_EQ(test, nla_put_u32(skb, PORTCLASS_A_POLICY_CLASS, class), 0);
	KUNIT_ASSERT_EQ(test, nla_put_u32(skb, PORTCLASS_A_POLICY_ACTION, action), 0);
	nla_nest_end(skb, nest);
}

void test_request_u32(struct kunit *test, struct test_request *request, int type, u32 value)
{
	KUNIT_ASSERT_EQ(test, nla_put_u32(request->skb, type, value), 0);
}

void test_request_end(struct kunit *test, struct test_request *request)
{
	struct nlmsghdr *hdr = nlmsg_hdr(request->skb);

	nlmsg_end(request->skb, hdr);
	KUNIT_ASSERT_EQ_MSG(test, test_request_parse(request), 0, "%s",
			    request->extack._msg ?: "?");
}
