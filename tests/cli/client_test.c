// SPDX-License-Identifier: GPL-2.0
/* The client against a kernel that says what it likes: right, in part, wrong or at random. */

#include <errno.h>
#include <time.h>

#include "client.h"
#include "kernel_answers.h"
#include "kernel_fake.h"
#include "memory.h"
#include "test.h"

enum { RANDOM_ROUNDS = 20000 };

static int start(void **state)
{
	answer_without = 0;
	answer_nest_without = 0;
	answer_less = 0;
	fake_reset(NULL);
	*state = client_open(&(struct client_error){ 0 });
	return !*state;
}

static int stop(void **state)
{
	client_close(*state);
	fake_reset(NULL);
	return 0;
}

/* After an answer that was not taken to its end, nothing else is asked. */
static struct client *again(void **state)
{
	int attr = answer_without, nest_attr = answer_nest_without;
	void (*answer)(void) = fake.answer;

	stop(state);
	assert_int_equal(start(state), 0);
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

static void test_config(void **state)
{
	struct config config;

	fake.answer = answer_config;
	assert_int_equal(client_get_config(*state, &config), 0);
	assert_string_equal(config.version, "1.2.3");
	assert_true(config.active);
	assert_int_equal(config.generation, 77);
	assert_int_equal(config.mode, PORTCLASS_MODE_OBSERVE);
	assert_int_equal(config.policy[2][1][0], PORTCLASS_ACTION_DENY);
	assert_int_equal(config.policy[2][1][1], PORTCLASS_ACTION_ALLOW);
}

static void test_rules(void **state)
{
	struct rules rules = { 0 };

	fake.answer = answer_rules;
	assert_int_equal(client_get_rules(*state, &rules), 0);
	assert_int_equal(rules.count, 1);
	assert_int_equal(rules.list[0].scope, PORTCLASS_SCOPE_OUT);
	assert_int_equal(rules.list[0].proto, PORTCLASS_PROTO_UDP);
	assert_int_equal(rules.list[0].action, PORTCLASS_ACTION_DENY);
	assert_int_equal(rules.list[0].low, 0);
	assert_int_equal(rules.list[0].high, 5);
	assert_true(fake.request->nlmsg_flags & NLM_F_DUMP);
	free(rules.list);
}

/* A dump that was disturbed is taken again, and nothing of the first one stays. */
static void test_disturbed_dump(void **state)
{
	struct rules rules = { 0 };

	fake.answer = answer_restless_rules;
	assert_int_equal(client_get_rules(*state, &rules), 0);
	assert_int_equal(fake.requests, 4);
	assert_int_equal(rules.count, 4);
	fake.requests = 0;
	fake.answer = answer_never_resting_rules;
	assert_int_equal(client_get_rules(*state, &rules), -1);
	assert_int_equal(fake.requests, 10);
	assert_error(*state, "keeps changing; tried 10 times");
	free(rules.list);
}

static void test_stats(void **state)
{
	enum portclass_scope only = PORTCLASS_SCOPE_OUT;
	struct stats stats;

	fake.answer = answer_stats;
	assert_int_equal(client_get_stats(*state, NULL, &stats), 0);
	assert_true(stats.path[2][1].present);
	assert_int_equal(stats.path[0][0].malformed, 1ULL << 40);
	assert_int_equal(stats.path[2][1].unlisted, 3);
	assert_int_equal(stats.path[1][0].class[2].flows, 203);
	assert_int_equal(stats.path[1][0].class[2].denied_bytes, 208);
	assert_int_equal(client_get_stats(*state, &only, &stats), 0);
	assert_false(stats.path[0][0].present);
	assert_true(stats.path[1][1].present);
}

static void test_ports(void **state)
{
	struct ports ports = { 0 };

	fake.answer = answer_ports;
	assert_int_equal(client_get_ports(*state, NULL, &ports), 0);
	assert_int_equal(ports.count, 1);
	assert_int_equal(ports.list[0].port, 65535);
	assert_int_equal(ports.list[0].packets, UINT64_MAX);
	assert_int_equal(ports.list[0].denied_packets, 4);
	free(ports.list);
}

static int get_config(struct client *client)
{
	struct config config;

	return client_get_config(client, &config);
}

static int get_rules(struct client *client)
{
	struct rules rules = { 0 };
	int err = client_get_rules(client, &rules);

	free(rules.list);
	return err;
}

static int get_stats(struct client *client)
{
	struct stats stats;

	return client_get_stats(client, NULL, &stats);
}

static int get_ports(struct client *client)
{
	struct ports ports = { 0 };
	int err = client_get_ports(client, NULL, &ports);

	free(ports.list);
	return err;
}

/* Without any one of what has to be there, an answer is none: of attributes 1 to last, but one. */
static void assert_needed(void **state, void (*answer)(void), int (*get)(struct client *client),
			  int *without, int last, int but)
{
	fake.answer = answer;
	assert_int_equal(get(again(state)), 0);
	for (int i = 1; i <= last; i++) {
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

	assert_needed(state, answer_config, get_config, top, PORTCLASS_A_CONFIG_POLICY,
		      PORTCLASS_A_CONFIG_FLUSH);
	assert_needed(state, answer_config, get_config, nest, PORTCLASS_A_POLICY_MAX, 0);
	assert_needed(state, answer_rules, get_rules, nest, PORTCLASS_A_RULE_PORT_LOW, 0);
	assert_needed(state, answer_stats, get_stats, top, PORTCLASS_A_STATS_CLASS_STATS,
		      PORTCLASS_A_STATS_PAD);
	assert_needed(state, answer_stats, get_stats, nest, PORTCLASS_A_CLASS_STATS_MAX,
		      PORTCLASS_A_CLASS_STATS_PAD);
	assert_needed(state, answer_ports, get_ports, top, PORTCLASS_A_PORT_STATS_MAX,
		      PORTCLASS_A_PORT_STATS_PAD);
}

/* One policy of eighteen, one class of three. */
static void test_one_missing(void **state)
{
	fake.answer = answer_config;
	again(state);
	answer_less = 1;
	assert_int_equal(get_config(*state), -1);
	assert_error(*state, "lacks a policy");
	fake.answer = answer_stats;
	again(state);
	answer_less = 1;
	assert_int_equal(get_stats(*state), -1);
	assert_error(*state, "lacks a class");
}

static void test_odd_answers(void **state)
{
	struct rules rules = { 0 };
	struct config config;

	fake.answer = answer_odd_rule;
	assert_int_equal(client_get_rules(again(state), &rules), -1);
	assert_error(*state, "impossible rules");
	fake.answer = answer_nothing;
	assert_int_equal(client_get_config(again(state), &config), -1);
	assert_error(*state, "lacks the configuration");
	fake.answer = answer_no_end;
	assert_int_equal(client_get_config(again(state), &config), -1);
	assert_error(*state, "no answer from the kernel");
	fake.answer = answer_failing_dump;
	assert_int_equal(client_get_rules(again(state), &rules), -1);
	assert_error(*state, strerror(ENOMEM));
	assert_true(client_get_error(*state)->kernel);
	/* Somebody else may say what he likes. */
	fake.answer = answer_config;
	again(state);
	fake.sender = 4711;
	assert_int_equal(client_get_config(*state, &config), -1);
	assert_error(*state, "no answer from the kernel");
	free(rules.list);
}

/* Change some bytes of what would be answered. */
static void (*answer_right)(void);
static unsigned int mutations;

static void answer_mutated(void)
{
	struct sockaddr_nl from;
	char buffer[4096];
	struct iovec part = { buffer, sizeof(buffer) };
	struct msghdr msg = { .msg_name = &from, .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t length;

	answer_right();
	/* Each datagram goes once round the queue. */
	for (int i = 0; i < 1 + random() % 3; i++) {
		length = recvmsg(0, &msg, 0);
		if (length <= NLMSG_HDRLEN)
			return;
		for (long n = random() % 4; n; n--)
			buffer[NLMSG_HDRLEN + random() % (length - NLMSG_HDRLEN)] ^=
				1 << random() % 8;
		if (random() % 8 == 0)
			length = NLMSG_HDRLEN + random() % (length - NLMSG_HDRLEN);
		((struct nlmsghdr *)buffer)->nlmsg_len = length;
		fake_queue(buffer, length);
		mutations++;
	}
}

static void test_random(void **state)
{
	static void (*const answers[])(void) = {
		answer_config, answer_rules, answer_stats, answer_ports, answer_refusal,
	};
	const char *given = getenv("SEED");
	unsigned int seed = given ? strtoul(given, NULL, 10) : (unsigned long)time(NULL);
	struct rules list = { 0 };
	struct ports ports = { 0 };
	struct config config;
	struct stats stats;
	static const struct rule rule = { .high = 5, .word = "tcp/0-5" };
	static const struct change change = { .rules = &rule, .rule_count = 1 };

	fprintf(stderr, "# client_test: SEED=%u\n", seed);
	srandom(seed);
	answer_error = -EINVAL;
	answer_text = "no";
	answer_offset = 60;
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		stop(state);
		assert_int_equal(start(state), 0);
		answer_right = answers[i % 5];
		fake.answer = answer_mutated;
		if (i % 5 == 0)
			client_get_config(*state, &config);
		else if (i % 5 == 1)
			client_get_rules(*state, &list);
		else if (i % 5 == 2)
			client_get_stats(*state, NULL, &stats);
		else if (i % 5 == 3)
			client_get_ports(*state, NULL, &ports);
		else
			client_set(*state, &change);
		for (size_t r = 0; r < list.count; r++)
			assert_true(list.list[r].low <= list.list[r].high &&
				    list.list[r].scope <= PORTCLASS_SCOPE_FORWARD &&
				    list.list[r].proto <= PORTCLASS_PROTO_UDP);
	}
	assert_true(mutations >= RANDOM_ROUNDS);
	free(list.list);
	free(ports.list);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_config, start, stop),
		cmocka_unit_test_setup_teardown(test_rules, start, stop),
		cmocka_unit_test_setup_teardown(test_disturbed_dump, start, stop),
		cmocka_unit_test_setup_teardown(test_stats, start, stop),
		cmocka_unit_test_setup_teardown(test_ports, start, stop),
		cmocka_unit_test_setup_teardown(test_missing, start, stop),
		cmocka_unit_test_setup_teardown(test_one_missing, start, stop),
		cmocka_unit_test_setup_teardown(test_odd_answers, start, stop),
		cmocka_unit_test_setup_teardown(test_random, start, stop),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
