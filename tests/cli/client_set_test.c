// SPDX-License-Identifier: GPL-2.0
/* The client's requests to change something, and what it makes of refusals. */

#include <errno.h>

#include "client.h"
#include "kernel_answers.h"
#include "kernel_fake.h"
#include "memory.h"
#include "sources.h"
#include "test.h"

static const struct rule rules[] = {
	{ PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, PORTCLASS_ACTION_ALLOW, 1, 2, "first",
	  NULL },
	{ PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP, PORTCLASS_ACTION_DENY, 3, 65535, "second",
	  NULL },
	{ PORTCLASS_SCOPE_FORWARD, PORTCLASS_PROTO_UDP, PORTCLASS_ACTION_UNSET, 0, 0, "third",
	  NULL },
};

static const struct policy policies[] = {
	{ PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, PORTCLASS_CLASS_DYNAMIC,
	  PORTCLASS_ACTION_DENY, "policy" },
};

static const enum portclass_mode mode = PORTCLASS_MODE_OBSERVE;

static const enum portclass_track track = PORTCLASS_TRACK_NONE;

static const struct change change = {
	.flush = true,
	.policies = policies, .policy_count = ARRAY_SIZE(policies),
	.rules = rules, .rule_count = ARRAY_SIZE(rules),
	.mode = &mode, .mode_word = "mode",
	.track = &track, .track_word = "track",
	.confirm = 300, .force = true, .reason = "a reason",
};

static void test_set(void **state)
{
	static const __u16 order[] = {
		PORTCLASS_A_CONFIG_FLUSH, PORTCLASS_A_CONFIG_POLICY | NLA_F_NESTED,
		PORTCLASS_A_CONFIG_RULE | NLA_F_NESTED, PORTCLASS_A_CONFIG_RULE | NLA_F_NESTED,
		PORTCLASS_A_CONFIG_RULE | NLA_F_NESTED, PORTCLASS_A_CONFIG_MODE,
		PORTCLASS_A_CONFIG_TRACK, PORTCLASS_A_CONFIG_CONFIRM,
		PORTCLASS_A_CONFIG_FORCE, PORTCLASS_A_CONFIG_REASON,
	};
	struct nlattr *attr, *tb[PORTCLASS_A_RULE_MAX + 1];
	size_t i = 0, r = 0;
	int rest;

	fake.answer = answer_nothing;
	assert_int_equal(client_set(*state, &change), 0);
	assert_int_equal(fake.requests, 1);
	assert_true(fake.request->nlmsg_flags & NLM_F_ACK);
	nlmsg_for_each_attr(attr, fake.request, GENL_HDRLEN, rest) {
		assert_int_equal(attr->nla_type, order[i++]);
		if (nla_type(attr) == PORTCLASS_A_CONFIG_TRACK)
			assert_int_equal(nla_get_u32(attr), PORTCLASS_TRACK_NONE);
		if (nla_type(attr) == PORTCLASS_A_CONFIG_CONFIRM)
			assert_int_equal(nla_get_u32(attr), 300);
		if (nla_type(attr) == PORTCLASS_A_CONFIG_REASON)
			assert_memory_equal(nla_data(attr), "a reason", sizeof("a reason"));
		if (nla_type(attr) != PORTCLASS_A_CONFIG_RULE)
			continue;
		assert_int_equal(nla_parse_nested(tb, PORTCLASS_A_RULE_MAX, attr, NULL), 0);
		assert_int_equal(nla_get_u32(tb[PORTCLASS_A_RULE_SCOPE]), rules[r].scope);
		assert_int_equal(nla_get_u32(tb[PORTCLASS_A_RULE_PROTO]), rules[r].proto);
		assert_int_equal(nla_get_u32(tb[PORTCLASS_A_RULE_ACTION]), rules[r].action);
		assert_int_equal(nla_get_u16(tb[PORTCLASS_A_RULE_PORT_LOW]), rules[r].low);
		assert_int_equal(nla_get_u16(tb[PORTCLASS_A_RULE_PORT_HIGH]), rules[r++].high);
	}
	assert_int_equal(i, ARRAY_SIZE(order));
}

/* As many as the kernel takes, of the longest addresses, in one request with others. */
static void test_sources(void **state)
{
	struct prefix list[SOURCES_MAX];
	const struct sources *from;
	struct rule sourced[3];
	const struct change many = { .rules = sourced, .rule_count = ARRAY_SIZE(sourced) };
	struct nlattr *attr, *inner, *tb[PORTCLASS_A_PREFIX_MAX + 1];
	size_t i = 0, r = 0;
	int rest, left;

	for (size_t n = 0; n < ARRAY_SIZE(list); n++)
		list[n] = (struct prefix){ AF_INET6, { 0x20, n }, 127 };
	list[0] = (struct prefix){ AF_INET, { 192, 0, 2 }, 24 };
	from = sources_make(list, ARRAY_SIZE(list));
	for (size_t n = 0; n < ARRAY_SIZE(sourced); n++)
		sourced[n] = (struct rule){ .action = PORTCLASS_ACTION_ALLOW, .low = n, .high = n,
					    .from = n == 1 ? NULL : from };
	fake.answer = answer_nothing;
	assert_int_equal(client_set(*state, &many), 0);
	nlmsg_for_each_attr(attr, fake.request, GENL_HDRLEN, rest) {
		assert_int_equal(nla_type(attr), PORTCLASS_A_CONFIG_RULE);
		i = 0;
		nla_for_each_nested(inner, attr, left) {
			if (nla_type(inner) != PORTCLASS_A_RULE_FROM)
				continue;
			assert_int_equal(nla_parse_nested(tb, PORTCLASS_A_PREFIX_MAX, inner, NULL),
					 0);
			assert_int_equal(nla_len(tb[PORTCLASS_A_PREFIX_ADDRESS]), i ? 16 : 4);
			assert_memory_equal(nla_data(tb[PORTCLASS_A_PREFIX_ADDRESS]),
					    from->list[i].bytes, i ? 16 : 4);
			assert_int_equal(nla_len(tb[PORTCLASS_A_PREFIX_LENGTH]), 1);
			assert_int_equal(nla_get_u8(tb[PORTCLASS_A_PREFIX_LENGTH]), i ? 127 : 24);
			i++;
		}
		assert_int_equal(i, r++ == 1 ? 0 : SOURCES_MAX);
	}
	assert_int_equal(r, ARRAY_SIZE(sourced));
	sources_forget();
}

/* Wherever the kernel points to in a request, the word is the one that it came from. */
static void test_pointing(void **state)
{
	static const char *const words[] = {
		NULL, "policy", "first", "second", "third", "mode", "track", NULL, NULL, NULL,
	};
	struct nlattr *attr;
	int rest, i = 0;

	fake.answer = answer_nothing;
	assert_int_equal(client_set(*state, &change), 0);
	fake.answer = answer_refusal;
	answer_error = -EINVAL;
	answer_text = "no \033such thing";
	nlmsg_for_each_attr(attr, fake.request, GENL_HDRLEN, rest) {
		__u32 start = (char *)attr - (char *)fake.request;
		__u16 length = attr->nla_len;

		for (answer_offset = start; answer_offset < start + length; answer_offset += 4) {
			assert_int_equal(client_set(*state, &change), -1);
			assert_string_equal(client_get_error(*state)->text, "no ?such thing");
			assert_true(client_get_error(*state)->kernel);
			if (words[i])
				assert_string_equal(client_get_error(*state)->word, words[i]);
			else
				assert_null(client_get_error(*state)->word);
		}
		/* The request was freed and made anew, and is the same. */
		attr = (struct nlattr *)((char *)fake.request + start);
		i++;
	}
	assert_int_equal(i, ARRAY_SIZE(words));
	answer_offset = fake.request->nlmsg_len;
	assert_int_equal(client_set(*state, &change), -1);
	assert_null(client_get_error(*state)->word);
	answer_offset = 0;
}

static void test_refusals(void **state)
{
	fake.answer = answer_refusal;
	answer_error = -EPERM;
	answer_text = NULL;
	assert_int_equal(client_set(*state, &change), -1);
	assert_string_equal(client_get_error(*state)->text, strerror(EPERM));
	assert_string_equal(client_get_error(*state)->hint, "needs CAP_NET_ADMIN (try sudo)");
	answer_error = -ENOENT;
	assert_int_equal(client_set(*state, &change), -1);
	assert_non_null(strstr(client_get_error(*state)->text, "unloaded meanwhile"));
	assert_false(client_get_error(*state)->kernel);
	/* With a reason, it is the module that says so. */
	answer_text = "none of these";
	assert_int_equal(client_confirm(*state, NULL), -1);
	assert_string_equal(client_get_error(*state)->text, "none of these");
	assert_int_equal(client_get_error(*state)->number, ENOENT);
}

/* The same as a change, but a flag says that it changes nothing yet. */
static void test_shadow(void **state)
{
	struct nlattr *tb[PORTCLASS_A_CONFIG_MAX + 1];
	struct change shadow = change;
	__u32 plain;

	fake.answer = answer_nothing;
	assert_int_equal(client_set(*state, &change), 0);
	plain = fake.request->nlmsg_len;
	shadow.shadow = true;
	assert_int_equal(client_set(*state, &shadow), 0);
	assert_int_equal(genlmsg_hdr(fake.request)->cmd, PORTCLASS_CMD_SET);
	assert_int_equal(fake.request->nlmsg_len, plain + NLA_HDRLEN);
	assert_int_equal(genlmsg_parse(fake.request, 0, tb, PORTCLASS_A_CONFIG_MAX, NULL), 0);
	assert_non_null(tb[PORTCLASS_A_CONFIG_SHADOW]);
}

/* What it promotes, the kernel knows; how and why is all that it is told. */
static void test_promote(void **state)
{
	struct nlattr *tb[PORTCLASS_A_CONFIG_MAX + 1];
	struct change promote = change;

	fake.answer = answer_nothing;
	promote.promote = true;
	assert_int_equal(client_set(*state, &promote), 0);
	assert_int_equal(genlmsg_hdr(fake.request)->cmd, PORTCLASS_CMD_SHADOW_PROMOTE);
	assert_int_equal(genlmsg_parse(fake.request, 0, tb, PORTCLASS_A_CONFIG_MAX, NULL), 0);
	for (int i = 1; i <= PORTCLASS_A_CONFIG_MAX; i++)
		assert_int_equal(!!tb[i], i == PORTCLASS_A_CONFIG_CONFIRM ||
				 i == PORTCLASS_A_CONFIG_FORCE || i == PORTCLASS_A_CONFIG_REASON);
	assert_int_equal(nla_get_u32(tb[PORTCLASS_A_CONFIG_CONFIRM]), 300);
	assert_int_equal(client_drop_shadow(*state, NULL), 0);
	assert_int_equal(genlmsg_hdr(fake.request)->cmd, PORTCLASS_CMD_SHADOW_DROP);
	assert_int_equal(genlmsg_attrlen(genlmsg_hdr(fake.request), 0), 0);

	assert_int_equal(client_drop_shadow(*state, "too strict"), 0);
	assert_int_equal(genlmsg_parse(fake.request, 0, tb, PORTCLASS_A_CONFIG_MAX, NULL), 0);
	for (int i = 1; i <= PORTCLASS_A_CONFIG_MAX; i++)
		assert_int_equal(!!tb[i], i == PORTCLASS_A_CONFIG_REASON);
	assert_string_equal(nla_get_string(tb[PORTCLASS_A_CONFIG_REASON]), "too strict");
}

static void test_confirm(void **state)
{
	static const char reason[] = "it still works";
	struct nlattr *tb[PORTCLASS_A_CONFIG_MAX + 1];

	fake.answer = answer_nothing;
	assert_int_equal(client_confirm(*state, reason), 0);
	assert_int_equal(genlmsg_hdr(fake.request)->cmd, PORTCLASS_CMD_CONFIRM);
	assert_int_equal(genlmsg_parse(fake.request, 0, tb, PORTCLASS_A_CONFIG_MAX, NULL), 0);
	assert_memory_equal(nla_data(tb[PORTCLASS_A_CONFIG_REASON]), reason, sizeof(reason));
	assert_int_equal(client_confirm(*state, NULL), 0);
	assert_int_equal(genlmsg_attrlen(genlmsg_hdr(fake.request), 0), 0);
}

/* Whatever is as long as it may be fits its message. */
static void test_longest(void **state)
{
	char reason[201];

	memset(reason, 'x', sizeof(reason));
	reason[200] = '\0';
	fake.answer = answer_nothing;
	for (size_t length = 0; length <= 200; length++) {
		struct change full = change;

		full.reason = reason + length;
		assert_int_equal(client_set(*state, &full), 0);
		assert_int_equal(client_confirm(*state, reason + length), 0);
		full.shadow = true;
		assert_int_equal(client_set(*state, &full), 0);
		full.promote = true;
		assert_int_equal(client_set(*state, &full), 0);
	}
}

/* What a module doesn't know is another version's; what it says no to with a reason isn't. */
static void test_not_supported(void **state)
{
	fake.answer = answer_refusal;
	answer_error = -EOPNOTSUPP;
	answer_text = NULL;
	assert_int_equal(client_set(*state, &change), -1);
	assert_non_null(strstr(client_get_error(*state)->hint, "different versions"));
	answer_text = "no tracking here";
	assert_int_equal(client_set(*state, &change), -1);
	assert_string_equal(client_get_error(*state)->text, "no tracking here");
	assert_null(client_get_error(*state)->hint);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		client_test(test_set),
		client_test(test_sources),
		client_test(test_pointing),
		client_test(test_refusals),
		client_test(test_not_supported),
		client_test(test_shadow),
		client_test(test_promote),
		client_test(test_confirm),
		client_test(test_longest),
	};

	return cmocka_run_group_tests_name("client_set", tests, NULL, NULL);
}
