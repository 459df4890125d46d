// SPDX-License-Identifier: GPL-2.0
/* The client against a kernel that says what it likes: right, in part or wrong. */

#include <errno.h>

#include "client.h"
#include "kernel_answers.h"
#include "kernel_fake.h"
#include "memory.h"
#include "test.h"

/* After an answer that was not taken to its end, nothing else is asked. */
static struct client *again(void **state)
{
	int attr = answer_without, nest_attr = answer_nest_without;
	void (*answer)(void) = fake.answer;

	answer_teardown(state);
	assert_int_equal(answer_setup(state), 0);
	fake.answer = answer;
	answer_without = attr;
	answer_nest_without = nest_attr;
	return *state;
}

static void assert_error(struct client *client, const char *text)
{
	const char *said = client_get_error(client)->text;

	if (!strstr(said, text))
		fail_msg("'%s' does not say '%s'", said, text);
}

static void test_all(void **state)
{
	struct rules rules = { 0 };
	struct config config;

	fake.answer = answer_all;
	assert_int_equal(client_get_all(*state, CLIENT_LIVE, &config, &rules), 0);
	assert_string_equal(config.version, "1.2.3");
	assert_true(config.active);
	assert_int_equal(config.generation, 77);
	assert_int_equal(config.mode, PORTCLASS_MODE_OBSERVE);
	assert_int_equal(config.track, PORTCLASS_TRACK_NONE);
	assert_int_equal(config.pending, 0);
	assert_int_equal(config.policy[2][1][0], PORTCLASS_ACTION_DENY);
	assert_int_equal(config.policy[2][1][1], PORTCLASS_ACTION_ALLOW);
	assert_int_equal(rules.count, 1);
	assert_int_equal(rules.list[0].scope, PORTCLASS_SCOPE_OUT);
	assert_int_equal(rules.list[0].proto, PORTCLASS_PROTO_UDP);
	assert_int_equal(rules.list[0].action, PORTCLASS_ACTION_DENY);
	assert_int_equal(rules.list[0].low, 0);
	assert_int_equal(rules.list[0].high, 5);
	assert_int_equal(fake.requests, 3);
	answer_pending = 28800;
	assert_int_equal(client_get_config(*state, CLIENT_LIVE, &config), 0);
	assert_int_equal(config.pending, 28800);
	free(rules.list);
}

/* What was disturbed is asked for again, and nothing of the first answer stays. */
static void test_disturbed(void **state)
{
	struct rules rules = { 0 };
	struct ports ports = { 0 };
	struct config config;

	fake.answer = answer_restless_config;
	assert_int_equal(client_get_all(*state, CLIENT_LIVE, &config, &rules), 0);
	assert_int_equal(fake.requests, 12);
	assert_int_equal(rules.count, 4);
	fake.requests = 0;
	fake.answer = answer_restless_rules;
	assert_int_equal(client_get_all(*state, CLIENT_LIVE, &config, &rules), 0);
	assert_int_equal(fake.requests, 12);
	assert_int_equal(rules.count, 4);
	fake.requests = 0;
	fake.answer = answer_never_resting_rules;
	assert_int_equal(client_get_all(*state, CLIENT_LIVE, &config, &rules), -1);
	assert_int_equal(fake.requests, 30);
	assert_error(*state, "keeps changing; tried 10 times");
	fake.requests = 0;
	fake.answer = answer_restless_ports;
	assert_int_equal(client_get_ports(*state, CLIENT_LIVE, NULL, &ports), 0);
	assert_int_equal(fake.requests, 4);
	assert_int_equal(ports.count, 4);
	assert_true(fake.request->nlmsg_flags & NLM_F_DUMP);
	free(rules.list);
	free(ports.list);
}

static void test_stats(void **state)
{
	enum portclass_scope only = PORTCLASS_SCOPE_OUT;
	struct stats stats;

	fake.answer = answer_stats;
	assert_int_equal(client_get_stats(*state, CLIENT_LIVE, NULL, &stats), 0);
	assert_true(stats.path[2][1].present);
	assert_int_equal(stats.path[0][0].malformed, 1ULL << 40);
	assert_int_equal(stats.path[2][1].unlisted, 3);
	assert_int_equal(stats.path[1][0].class[2].count[COUNTER_FLOWS], 203);
	assert_int_equal(stats.path[1][0].class[2].count[COUNTER_DENIED_BYTES], 208);
	assert_int_equal(stats.path[1][0].class[2].count[COUNTER_BYTES_FROM], 212);
	assert_int_equal(client_get_stats(*state, CLIENT_LIVE, &only, &stats), 0);
	assert_false(stats.path[0][0].present);
	assert_true(stats.path[1][1].present);
}

static void test_ports(void **state)
{
	struct ports ports = { 0 };

	fake.answer = answer_ports;
	assert_int_equal(client_get_ports(*state, CLIENT_LIVE, NULL, &ports), 0);
	assert_int_equal(ports.count, 1);
	assert_int_equal(ports.list[0].port, 65535);
	assert_int_equal(ports.list[0].counters.count[COUNTER_FLOWS],
			 UINT64_MAX - PORTCLASS_A_PORT_STATS_FLOWS);
	assert_int_equal(ports.list[0].counters.count[COUNTER_DENIED_FLOWS],
			 UINT64_MAX - PORTCLASS_A_PORT_STATS_DENIED_FLOWS);
	assert_int_equal(ports.list[0].counters.count[COUNTER_BYTES_FROM],
			 UINT64_MAX - PORTCLASS_A_PORT_STATS_BYTES_FROM);
	free(ports.list);
}

/* Ask for tcp/23, of which the answers tell. */
static int explain(struct client *client, struct explanation *explanation)
{
	static const struct rule port = { .low = 23, .high = 23, .word = "telnet" };

	return client_explain(client, &port, explanation);
}

static void test_explanation(void **state)
{
	struct nlattr *tb[PORTCLASS_A_EXPLAIN_MAX + 1];
	struct explanation it;

	fake.answer = answer_explanation;
	assert_int_equal(explain(*state, &it), 0);
	assert_int_equal(genlmsg_hdr(fake.request)->cmd, PORTCLASS_CMD_EXPLAIN);
	assert_int_equal(genlmsg_parse(fake.request, 0, tb, PORTCLASS_A_EXPLAIN_MAX, NULL), 0);
	assert_int_equal(nla_get_u32(tb[PORTCLASS_A_EXPLAIN_SCOPE]), PORTCLASS_SCOPE_IN);
	assert_int_equal(nla_get_u32(tb[PORTCLASS_A_EXPLAIN_PROTO]), PORTCLASS_PROTO_TCP);
	assert_int_equal(nla_get_u16(tb[PORTCLASS_A_EXPLAIN_PORT]), 23);
	assert_int_equal(it.port, 23);
	assert_int_equal(it.class, PORTCLASS_CLASS_WELL_KNOWN);
	assert_true(it.active);
	assert_int_equal(it.mode, PORTCLASS_MODE_OBSERVE);
	assert_int_equal(it.track, PORTCLASS_TRACK_NONE);
	assert_int_equal(it.verdict, PORTCLASS_ACTION_DENY);
	assert_int_equal(it.policy, PORTCLASS_ACTION_ALLOW);
	assert_true(it.ruled);
	assert_int_equal(it.rule.low, 20);
	assert_int_equal(it.rule.high, 30);
	assert_int_equal(it.port_counters.count[COUNTER_FLOWS],
			 100 * PORTCLASS_A_EXPLAIN_PORT_COUNTERS + PORTCLASS_A_CLASS_STATS_FLOWS);
	assert_int_equal(it.class_counters.count[COUNTER_BYTES_FROM],
			 100 * PORTCLASS_A_EXPLAIN_CLASS_COUNTERS +
			 PORTCLASS_A_CLASS_STATS_BYTES_FROM);
	answer_less = 1;
	assert_int_equal(explain(*state, &it), 0);
	assert_false(it.ruled);
}

static void test_odd_explanations(void **state)
{
	static const struct rule other = { .low = 24, .high = 24, .word = "tcp/24" };
	struct explanation it;

	fake.answer = answer_explanation;
	assert_int_equal(client_explain(*state, &other, &it), -1);
	assert_error(*state, "is about something else");
	fake.answer = answer_odd_explanation;
	assert_int_equal(explain(again(state), &it), -1);
	assert_error(*state, "a rule for something else");
	fake.answer = answer_open_explanation;
	assert_int_equal(explain(again(state), &it), -1);
	assert_error(*state, "leaves open what becomes of it");
	fake.answer = answer_nothing;
	assert_int_equal(explain(again(state), &it), -1);
	assert_error(*state, "lacks the explanation");
	/* Whatever the kernel points at is the port. */
	fake.answer = answer_refusal;
	answer_error = -EINVAL;
	answer_text = "no";
	answer_offset = 40;
	assert_int_equal(explain(again(state), &it), -1);
	assert_string_equal(client_get_error(*state)->word, "telnet");
	answer_offset = 0;
}

static int get_all(struct client *client)
{
	struct rules rules = { 0 };
	struct config config;
	int err = client_get_all(client, CLIENT_LIVE, &config, &rules);

	free(rules.list);
	return err;
}

static int get_explanation(struct client *client)
{
	struct explanation it;

	return explain(client, &it);
}

static int get_stats(struct client *client)
{
	struct stats stats;

	return client_get_stats(client, CLIENT_LIVE, NULL, &stats);
}

static int get_ports(struct client *client)
{
	struct ports ports = { 0 };
	int err = client_get_ports(client, CLIENT_LIVE, NULL, &ports);

	free(ports.list);
	return err;
}

/*
 * Without any one of what has to be there, an answer is none: of attributes up to
 * the last, but one.
 */
static void assert_needed(void **state, void (*answer)(void), int (*get)(struct client *client),
			  int *without, int first, int last, int but)
{
	fake.answer = answer;
	assert_int_equal(get(again(state)), 0);
	for (int i = first; i <= last; i++) {
		*without = i;
		if (get(again(state)) != (i == but ? 0 : -1))
			fail_msg("attribute %d", i);
		if (i != but)
			assert_error(*state, "the kernel's answer lacks ");
	}
	*without = 0;
}

static void test_missing(void **state)
{
	int *nest = &answer_nest_without, *top = &answer_without;

	assert_needed(state, answer_all, get_all, top, 1, PORTCLASS_A_CONFIG_POLICY,
		      PORTCLASS_A_CONFIG_FLUSH);
	assert_needed(state, answer_all, get_all, nest, 1, PORTCLASS_A_POLICY_MAX, 0);
	assert_needed(state, answer_all, get_all, nest, 1, PORTCLASS_A_RULE_PORT_LOW, 0);
	assert_needed(state, answer_stats, get_stats, top, 1, PORTCLASS_A_STATS_CLASS_STATS,
		      PORTCLASS_A_STATS_PAD);
	assert_needed(state, answer_stats, get_stats, nest, 1, PORTCLASS_A_CLASS_STATS_MAX,
		      PORTCLASS_A_CLASS_STATS_PAD);
	assert_needed(state, answer_ports, get_ports, top, 1, PORTCLASS_A_PORT_STATS_BYTES_FROM,
		      PORTCLASS_A_PORT_STATS_PAD);
	assert_needed(state, answer_explanation, get_explanation, top, 1, PORTCLASS_A_EXPLAIN_MAX,
		      PORTCLASS_A_EXPLAIN_RULE);
	assert_needed(state, answer_explanation, get_explanation, nest, 1,
		      PORTCLASS_A_RULE_PORT_LOW, 0);
	/* Other versions of the module have no tracking, and fewer counters. */
	answer_without = PORTCLASS_A_CONFIG_TRACK;
	fake.answer = answer_all;
	assert_int_equal(get_all(again(state)), -1);
	assert_error(*state, "lacks the tracking");
	answer_without = PORTCLASS_A_PORT_STATS_BYTES_TO;
	fake.answer = answer_ports;
	assert_int_equal(get_ports(again(state)), -1);
	assert_error(*state, "lacks a port's bytes_to");
}

/* One policy of eighteen, one class of three; counters, where no rule is. */
static void test_one_missing(void **state)
{
	fake.answer = answer_all;
	again(state);
	answer_less = 1;
	assert_int_equal(get_all(*state), -1);
	assert_error(*state, "lacks a policy");
	fake.answer = answer_stats;
	again(state);
	answer_less = 1;
	assert_int_equal(get_stats(*state), -1);
	assert_error(*state, "lacks a class");
	fake.answer = answer_explanation;
	for (int i = PORTCLASS_A_CLASS_STATS_FLOWS; i <= PORTCLASS_A_CLASS_STATS_MAX; i++) {
		answer_nest_without = i;
		again(state);
		answer_less = 1;
		assert_int_equal(get_explanation(*state), -1);
		assert_error(*state, "lacks a class's ");
	}
}

static void test_odd_answers(void **state)
{
	fake.answer = answer_odd_rule;
	assert_int_equal(get_all(again(state)), -1);
	assert_error(*state, "impossible rules");
	fake.answer = answer_nothing;
	assert_int_equal(get_all(again(state)), -1);
	assert_error(*state, "lacks the configuration");
	fake.answer = answer_no_end;
	assert_int_equal(get_all(again(state)), -1);
	assert_error(*state, "no answer from the kernel");
	fake.answer = answer_failing_dump;
	assert_int_equal(get_all(again(state)), -1);
	assert_error(*state, strerror(ENOMEM));
	assert_true(client_get_error(*state)->kernel);
	/* Somebody else may say what he likes. */
	fake.answer = answer_all;
	again(state);
	fake.sender = 4711;
	assert_int_equal(get_all(*state), -1);
	assert_error(*state, "no answer from the kernel");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		client_test(test_all),
		client_test(test_disturbed),
		client_test(test_stats),
		client_test(test_ports),
		client_test(test_explanation),
		client_test(test_odd_explanations),
		client_test(test_missing),
		client_test(test_one_missing),
		client_test(test_odd_answers),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
