// SPDX-License-Identifier: GPL-2.0
/* Answers of a kernel: right ones, from which a test may leave something out, and wrong ones. */

#include <errno.h>
#include <linux/portclass.h>

#include "kernel_answers.h"
#include "kernel_fake.h"

int answer_without, answer_nest_without, answer_less;
int answer_error;
const char *answer_text;
__u32 answer_offset;

static void put(struct nl_msg *msg, int skip, int attr, int size, __u64 value)
{
	if (attr != skip)
		nla_put(msg, attr, size, &value);
}

static void put_config(struct nl_msg *msg)
{
	struct nlattr *nest;

	if (answer_without != PORTCLASS_A_CONFIG_VERSION)
		nla_put_string(msg, PORTCLASS_A_CONFIG_VERSION, "1.2.3");
	put(msg, answer_without, PORTCLASS_A_CONFIG_ACTIVE, 1, 1);
	put(msg, answer_without, PORTCLASS_A_CONFIG_GENERATION, 4, 77);
	put(msg, answer_without, PORTCLASS_A_CONFIG_MODE, 4, PORTCLASS_MODE_OBSERVE);
	for (int i = 0; i < 18 - answer_less && answer_without != PORTCLASS_A_CONFIG_POLICY; i++) {
		nest = nla_nest_start(msg, PORTCLASS_A_CONFIG_POLICY);
		put(msg, answer_nest_without, PORTCLASS_A_POLICY_SCOPE, 4, i / 6);
		put(msg, answer_nest_without, PORTCLASS_A_POLICY_PROTO, 4, i / 3 % 2);
		put(msg, answer_nest_without, PORTCLASS_A_POLICY_CLASS, 4, i % 3);
		put(msg, answer_nest_without, PORTCLASS_A_POLICY_ACTION, 4, 1 + i % 2);
		nla_nest_end(msg, nest);
	}
	put(msg, answer_without, 99, 4, 12345);
}

void answer_config(void)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_GET, 0);

	put_config(msg);
	fake_send(msg);
	fake_error(0, NULL, NULL);
}

static void put_rule(struct nl_msg *msg, __u16 low, __u16 high)
{
	struct nlattr *nest = nla_nest_start(msg, PORTCLASS_A_RULES_RULE);

	put(msg, answer_nest_without, PORTCLASS_A_RULE_SCOPE, 4, PORTCLASS_SCOPE_OUT);
	put(msg, answer_nest_without, PORTCLASS_A_RULE_PROTO, 4, PORTCLASS_PROTO_UDP);
	put(msg, answer_nest_without, PORTCLASS_A_RULE_ACTION, 4, PORTCLASS_ACTION_DENY);
	put(msg, answer_nest_without, PORTCLASS_A_RULE_PORT_LOW, 2, low);
	put(msg, answer_nest_without, PORTCLASS_A_RULE_PORT_HIGH, 2, high);
	nla_nest_end(msg, nest);
}

/* As many rules as requests came before, and this one's. */
static void send_rules(int flags)
{
	for (unsigned int i = 0; i < fake.requests; i++) {
		struct nl_msg *msg = fake_message(PORTCLASS_CMD_RULE_GET, NLM_F_MULTI | flags);

		put_rule(msg, 10 * i, 10 * i + 5);
		fake_send(msg);
	}
	fake_done(0, flags);
}

void answer_rules(void)
{
	send_rules(0);
}

void answer_restless_rules(void)
{
	send_rules(fake.requests < 4 ? NLM_F_DUMP_INTR : 0);
}

void answer_never_resting_rules(void)
{
	send_rules(NLM_F_DUMP_INTR);
}

static void put_class(struct nl_msg *msg, int class)
{
	struct nlattr *nest = nla_nest_start(msg, PORTCLASS_A_STATS_CLASS_STATS);

	put(msg, answer_nest_without, PORTCLASS_A_CLASS_STATS_CLASS, 4, class);
	for (int i = PORTCLASS_A_CLASS_STATS_FLOWS; i <= PORTCLASS_A_CLASS_STATS_MAX; i++)
		put(msg, answer_nest_without, i, 8, 100ULL * class + i);
	nla_nest_end(msg, nest);
}

void answer_stats(void)
{
	for (int path = 0; path < 6; path++) {
		struct nl_msg *msg = fake_message(PORTCLASS_CMD_STATS_GET, NLM_F_MULTI);

		put(msg, answer_without, PORTCLASS_A_STATS_SCOPE, 4, path / 2);
		put(msg, answer_without, PORTCLASS_A_STATS_PROTO, 4, path % 2);
		put(msg, answer_without, PORTCLASS_A_STATS_MALFORMED, 8, 1ULL << 40);
		put(msg, answer_without, PORTCLASS_A_STATS_FRAGMENTS, 8, 2);
		put(msg, answer_without, PORTCLASS_A_STATS_UNLISTED, 8, 3);
		if (answer_without != PORTCLASS_A_STATS_CLASS_STATS)
			for (int c = 0; c < 3 - answer_less; c++)
				put_class(msg, c);
		fake_send(msg);
	}
	fake_done(0, 0);
}

void answer_ports(void)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_PORT_STATS_GET, NLM_F_MULTI);

	put(msg, answer_without, PORTCLASS_A_PORT_STATS_SCOPE, 4, PORTCLASS_SCOPE_IN);
	put(msg, answer_without, PORTCLASS_A_PORT_STATS_PROTO, 4, PORTCLASS_PROTO_TCP);
	put(msg, answer_without, PORTCLASS_A_PORT_STATS_PORT, 2, 65535);
	put(msg, answer_without, PORTCLASS_A_PORT_STATS_FLOWS, 8, 1);
	put(msg, answer_without, PORTCLASS_A_PORT_STATS_PACKETS, 8, UINT64_MAX);
	put(msg, answer_without, PORTCLASS_A_PORT_STATS_BYTES, 8, 3);
	put(msg, answer_without, PORTCLASS_A_PORT_STATS_DENIED_PACKETS, 8, 4);
	fake_send(msg);
	fake_done(0, 0);
}

void answer_odd_rule(void)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_RULE_GET, NLM_F_MULTI);

	put_rule(msg, 9, 8);
	fake_send(msg);
	fake_done(0, 0);
}

void answer_nothing(void)
{
	fake_error(0, NULL, NULL);
}

void answer_no_end(void)
{
}

void answer_failing_dump(void)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_RULE_GET, NLM_F_MULTI);

	put_rule(msg, 1, 2);
	fake_send(msg);
	fake_done(-ENOMEM, 0);
}

/* With what the test says: its error, text and offset. */
void answer_refusal(void)
{
	fake_error(answer_error, answer_text, answer_offset ? &answer_offset : NULL);
}
