/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_REQUEST_BUILD_H
#define _PORTCLASS_REQUEST_BUILD_H

#include <kunit/test.h>
#include <net/genetlink.h>

#include "table.h"

/* A request to change the configuration, while it is built and then. */
struct test_request {
	struct sk_buff *skb;
	struct netlink_ext_ack extack;
	struct genl_info info;
	struct nlattr *attrs[PORTCLASS_A_CONFIG_MAX + 1];
};

/* Begin a new one, in the place of the last. */
void test_request_begin(struct kunit *test, struct test_request *request);
void test_request_free(struct test_request *request);

/* A rule, in which sources can be put until it ends. */
struct nlattr *test_request_rule(struct kunit *test, struct test_request *request,
				 const struct portclass_rule *rule);
void test_request_source(struct kunit *test, struct test_request *request,
			 const void *address, unsigned int bytes, u8 length);
void test_request_end_rule(struct test_request *request, struct nlattr *rule);

void test_request_policy(struct kunit *test, struct test_request *request, u8 scope,
			 u8 proto, u8 class, u8 action);
void test_request_u32(struct kunit *test, struct test_request *request, int type,
		      u32 value);

/* End it and have it parsed, which has to work. */
void test_request_end(struct kunit *test, struct test_request *request);
int test_request_parse(struct test_request *request);

#endif /* _PORTCLASS_REQUEST_BUILD_H */
