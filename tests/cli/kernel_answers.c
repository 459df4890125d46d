// SPDX-License-Identifier: GPL-2.0
/* Answers of a kernel: right ones, from which a test may leave something out, and wrong ones. */

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/portclass.h>

#include "client.h"
#include "kernel_answers.h"
#include "kernel_fake.h"

int answer_without, answer_nest_without, answer_less;
int answer_error;
unsigned int answer_sources;
int answer_source_size, answer_source_length, answer_source_action;
unsigned int answer_pending;
bool answer_shadow;
const char *answer_text;
__u32 answer_offset;

/**
 * answer_setup() - A client that knows the family, and answers that leave nothing out
 * @state: becomes the client
 *
 * Return: 0.
 */
int answer_setup(void **state)
{
	answer_without = 0;
	answer_nest_without = 0;
	answer_less = 0;
	answer_pending = 0;
	answer_shadow = false;
	answer_sources = 0;
	answer_source_size = 16;
	answer_source_length = 64;
	answer_source_action = PORTCLASS_ACTION_ALLOW;
	fake_reset(NULL);
	*state = client_open(&(struct client_error){ 0 });
	return !*state;
}

/**
 * answer_teardown() - Forget the client, and what it was answered
 * @state: the client
 *
 * Return: 0.
 */
int answer_teardown(void **state)
{
	client_close(*state);
	fake_reset(NULL);
	return 0;
}

static void put(struct nl_msg *msg, int skip, int attr, int size, __u64 value)
{
	if (attr != skip)
		nla_put(msg, attr, size, &value);
}

static void put_config(struct nl_msg *msg, unsigned int generation)
{
	struct nlattr *nest;

	if (answer_without != PORTCLASS_A_CONFIG_VERSION)
		nla_put_string(msg, PORTCLASS_A_CONFIG_VERSION, "1.2.3");
	put(msg, answer_without, PORTCLASS_A_CONFIG_ACTIVE, 1, 1);
	put(msg, answer_without, PORTCLASS_A_CONFIG_GENERATION, 4, generation);
	put(msg, answer_without, PORTCLASS_A_CONFIG_MODE, 4, PORTCLASS_MODE_OBSERVE);
	for (int i = 0; i < 18 - answer_less && answer_without != PORTCLASS_A_CONFIG_POLICY; i++) {
		nest = nla_nest_start(msg, PORTCLASS_A_CONFIG_POLICY);
		put(msg, answer_nest_without, PORTCLASS_A_POLICY_SCOPE, 4, i / 6);
		put(msg, answer_nest_without, PORTCLASS_A_POLICY_PROTO, 4, i / 3 % 2);
		put(msg, answer_nest_without, PORTCLASS_A_POLICY_CLASS, 4, i % 3);
		put(msg, answer_nest_without, PORTCLASS_A_POLICY_ACTION, 4, 1 + i % 2);
		nla_nest_end(msg, nest);
	}
	put(msg, answer_without, PORTCLASS_A_CONFIG_TRACK, 4, PORTCLASS_TRACK_NONE);
	if (answer_shadow)
		nla_put_flag(msg, PORTCLASS_A_CONFIG_SHADOW);
	if (answer_pending)
		put(msg, 0, PORTCLASS_A_CONFIG_PENDING, 4, answer_pending);
	put(msg, answer_without, 99, 4, 12345);
}

static void send_config(unsigned int generation)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_GET, 0);

	put_config(msg, generation);
	fake_send(msg);
	fake_error(0, NULL, NULL);
}

/* As the test says; the first one has the bytes from 1 on, the others begin with 0. */
static void put_sources(struct nl_msg *msg)
{
	unsigned char bytes[32] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct nlattr *nest;

	for (unsigned int i = 0; i < answer_sources; i++) {
		nest = nla_nest_start(msg, PORTCLASS_A_RULE_FROM);
		if (answer_source_size >= 0)
			nla_put(msg, PORTCLASS_A_PREFIX_ADDRESS, answer_source_size, bytes);
		if (answer_source_length >= 0)
			put(msg, 0, PORTCLASS_A_PREFIX_LENGTH, 1, answer_source_length);
		nla_nest_end(msg, nest);
		bytes[0] = 0;
		bytes[1] = 0;
		bytes[2] = 2 + i;
	}
}

static void put_rule(struct nl_msg *msg, int attr, int scope, int proto, __u16 low, __u16 high)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	put(msg, answer_nest_without, PORTCLASS_A_RULE_SCOPE, 4, scope);
	put(msg, answer_nest_without, PORTCLASS_A_RULE_PROTO, 4, proto);
	put(msg, answer_nest_without, PORTCLASS_A_RULE_ACTION, 4,
	    answer_sources ? answer_source_action : PORTCLASS_ACTION_DENY);
	put(msg, answer_nest_without, PORTCLASS_A_RULE_PORT_LOW, 2, low);
	put(msg, answer_nest_without, PORTCLASS_A_RULE_PORT_HIGH, 2, high);
	put_sources(msg);
	nla_nest_end(msg, nest);
}

static void send_rule(__u16 low, __u16 high, int flags)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_RULE_GET, NLM_F_MULTI | flags);

	put_rule(msg, PORTCLASS_A_RULES_RULE, PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP, low, high);
	fake_send(msg);
}

/* One rule more each time: each third request is for them. */
static void send_rules(int flags)
{
	for (unsigned int i = 0; i < (fake.requests + 1) / 3; i++)
		send_rule(10 * i, 10 * i + 5, flags);
	fake_done(0, flags);
}

static void send_all(unsigned int generation, int flags)
{
	struct genlmsghdr *hdr = genlmsg_hdr(fake.request);

	if (hdr->cmd == PORTCLASS_CMD_RULE_GET)
		send_rules(flags);
	else
		send_config(generation);
}

void answer_all(void)
{
	send_all(77, 0);
}

/* Three times in a row, something changes. */
void answer_restless_config(void)
{
	send_all(fake.requests < 10 ? fake.requests : 77, 0);
}

void answer_restless_rules(void)
{
	send_all(77, fake.requests < 10 ? NLM_F_DUMP_INTR : 0);
}

void answer_never_resting_rules(void)
{
	send_all(77, NLM_F_DUMP_INTR);
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

static void send_port(__u16 port, int flags)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_PORT_STATS_GET, NLM_F_MULTI | flags);

	put(msg, answer_without, PORTCLASS_A_PORT_STATS_SCOPE, 4, PORTCLASS_SCOPE_IN);
	put(msg, answer_without, PORTCLASS_A_PORT_STATS_PROTO, 4, PORTCLASS_PROTO_TCP);
	put(msg, answer_without, PORTCLASS_A_PORT_STATS_PORT, 2, port);
	for (int i = PORTCLASS_A_PORT_STATS_FLOWS; i <= PORTCLASS_A_PORT_STATS_BYTES_FROM; i++)
		put(msg, answer_without, i, 8, UINT64_MAX - i);
	fake_send(msg);
}

void answer_ports(void)
{
	send_port(65535, 0);
	fake_done(0, 0);
}

/* Three times in a row, something changes; one port more each time. */
void answer_restless_ports(void)
{
	int flags = fake.requests < 4 ? NLM_F_DUMP_INTR : 0;

	for (unsigned int i = 0; i < fake.requests; i++)
		send_port(i, flags);
	fake_done(0, flags);
}

static void put_counters(struct nl_msg *msg, int attr)
{
	struct nlattr *nest;

	if (answer_without == attr)
		return;
	nest = nla_nest_start(msg, attr);
	for (int i = PORTCLASS_A_CLASS_STATS_FLOWS; i <= PORTCLASS_A_CLASS_STATS_MAX; i++)
		put(msg, answer_nest_without, i, 8, 100ULL * attr + i);
	nla_nest_end(msg, nest);
}

/* Of tcp/23, by a rule for 20 to @high. */
static void send_explanation(__u16 high, enum portclass_action verdict)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_EXPLAIN, 0);

	put(msg, answer_without, PORTCLASS_A_EXPLAIN_SCOPE, 4, PORTCLASS_SCOPE_IN);
	put(msg, answer_without, PORTCLASS_A_EXPLAIN_PROTO, 4, PORTCLASS_PROTO_TCP);
	put(msg, answer_without, PORTCLASS_A_EXPLAIN_PORT, 2, 23);
	put(msg, answer_without, PORTCLASS_A_EXPLAIN_CLASS, 4, PORTCLASS_CLASS_WELL_KNOWN);
	put(msg, answer_without, PORTCLASS_A_EXPLAIN_ACTIVE, 1, 1);
	put(msg, answer_without, PORTCLASS_A_EXPLAIN_MODE, 4, PORTCLASS_MODE_OBSERVE);
	put(msg, answer_without, PORTCLASS_A_EXPLAIN_TRACK, 4, PORTCLASS_TRACK_NONE);
	put(msg, answer_without, PORTCLASS_A_EXPLAIN_VERDICT, 4, verdict);
	put(msg, answer_without, PORTCLASS_A_EXPLAIN_POLICY, 4, PORTCLASS_ACTION_ALLOW);
	if (!answer_less && answer_without != PORTCLASS_A_EXPLAIN_RULE)
		put_rule(msg, PORTCLASS_A_EXPLAIN_RULE, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			 20, high);
	put_counters(msg, PORTCLASS_A_EXPLAIN_PORT_COUNTERS);
	put_counters(msg, PORTCLASS_A_EXPLAIN_CLASS_COUNTERS);
	fake_send(msg);
	fake_error(0, NULL, NULL);
}

void answer_explanation(void)
{
	send_explanation(30, PORTCLASS_ACTION_DENY);
}

/* The rule is for other ports. */
void answer_odd_explanation(void)
{
	send_explanation(22, PORTCLASS_ACTION_DENY);
}

void answer_open_explanation(void)
{
	send_explanation(30, PORTCLASS_ACTION_UNSET);
}

/* A change by somebody, confirmed with odd words, and one more that was taken back. */
static void put_request(struct nl_msg *msg)
{
	struct nlattr *nest;

	put(msg, answer_without, PORTCLASS_A_HISTORY_UID, 4, 0);
	put(msg, answer_without, PORTCLASS_A_HISTORY_LOGIN_UID, 4, 1000);
	put(msg, answer_without, PORTCLASS_A_HISTORY_PID, 4, 4711);
	if (answer_without != PORTCLASS_A_HISTORY_COMMAND)
		nla_put_string(msg, PORTCLASS_A_HISTORY_COMMAND, "a\033[2Jb");
	nla_put_string(msg, PORTCLASS_A_HISTORY_REASON, "gr\xc3\xbc\xc3\x9f\xc2\x9b\xff");
	put(msg, 0, PORTCLASS_A_HISTORY_CONFIRM, 4, 60);
	nla_put_flag(msg, PORTCLASS_A_HISTORY_FLUSH);
	put(msg, 0, PORTCLASS_A_HISTORY_MODE, 4, PORTCLASS_MODE_OBSERVE);
	put(msg, 0, PORTCLASS_A_HISTORY_TRACK, 4, PORTCLASS_TRACK_NONE);
	nest = nla_nest_start(msg, PORTCLASS_A_HISTORY_POLICY);
	put(msg, answer_nest_without, PORTCLASS_A_POLICY_SCOPE, 4, PORTCLASS_SCOPE_OUT);
	put(msg, answer_nest_without, PORTCLASS_A_POLICY_PROTO, 4, PORTCLASS_PROTO_UDP);
	put(msg, answer_nest_without, PORTCLASS_A_POLICY_CLASS, 4, PORTCLASS_CLASS_DYNAMIC);
	put(msg, answer_nest_without, PORTCLASS_A_POLICY_ACTION, 4, PORTCLASS_ACTION_ALLOW);
	nla_nest_end(msg, nest);
	put_rule(msg, PORTCLASS_A_HISTORY_RULE, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 23, 23);
	put_rule(msg, PORTCLASS_A_HISTORY_RULE, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 5, 9);
	put(msg, 0, PORTCLASS_A_HISTORY_LEFT_OUT, 4, 17);
}

static void put_record(struct nl_msg *msg, int cause, __u32 generation)
{
	put(msg, answer_without, PORTCLASS_A_HISTORY_GENERATION, 4, generation);
	put(msg, answer_without, PORTCLASS_A_HISTORY_CAUSE, 4, cause);
	put(msg, answer_without, PORTCLASS_A_HISTORY_TIME, 8, 1795309574123456789);
	if (cause == PORTCLASS_CAUSE_REQUEST)
		put_request(msg);
}

void answer_history(void)
{
	for (int cause = 0; cause < 3; cause++) {
		struct nl_msg *msg = fake_message(PORTCLASS_CMD_HISTORY_GET, NLM_F_MULTI);

		put_record(msg, cause, 5 + cause);
		fake_send(msg);
	}
	fake_done(0, 0);
}

/**
 * answer_event() - Tell of a change, which nobody has asked for
 * @cause: why it was made
 * @generation: of the configuration after it
 */
void answer_event(int cause, unsigned int generation)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_HISTORY_NTF, 0);
	struct nlmsghdr *hdr = nlmsg_hdr(msg);

	put_record(msg, cause, generation);
	fake_queue(hdr, hdr->nlmsg_len);
	nlmsg_free(msg);
}

/**
 * answer_end() - Tell that a family goes away
 * @family: its number
 * @name: its name
 */
void answer_end(int family, const char *name)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *hdr = nlmsg_hdr(msg);

	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_DELFAMILY, 2);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, family);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name);
	fake_queue(hdr, hdr->nlmsg_len);
	nlmsg_free(msg);
}

static bool asks_for_config(void)
{
	if (genlmsg_hdr(fake.request)->cmd == PORTCLASS_CMD_RULE_GET)
		return false;
	send_config(77);
	return true;
}

void answer_odd_rule(void)
{
	if (asks_for_config())
		return;
	send_rule(9, 8, 0);
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
	if (asks_for_config())
		return;
	send_rule(1, 2, 0);
	fake_done(-ENOMEM, 0);
}

/* With what the test says: its error, text and offset. */
void answer_refusal(void)
{
	fake_error(answer_error, answer_text, answer_offset ? &answer_offset : NULL);
}
