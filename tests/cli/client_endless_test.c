// SPDX-License-Identifier: GPL-2.0
/* The client against a kernel that comes to no end: the client has to, and without much memory. */

#include <sys/resource.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/portclass.h>

#include "client.h"
#include "kernel_answers.h"
#include "kernel_fake.h"
#include "memory.h"
#include "sources.h"
#include "test.h"

enum { SECONDS = 60, MEGABYTES = 256 };

/* Nothing that anybody asked for. */
static void answer_others(void)
{
	struct nl_msg *msg = fake_message(PORTCLASS_CMD_STATS_GET, NLM_F_MULTI);

	nlmsg_hdr(msg)->nlmsg_type = FAKE_FAMILY + 1;
	fake_send(msg);
}

/* Not even a message. */
static void answer_bytes(void)
{
	fake_queue("portclass", 9);
}

static void answer_empty(void)
{
	fake_queue("", 0);
}

/* Rules come after what has an end. */
static void answer_rules(void)
{
	fake.endless = ((struct genlmsghdr *)(fake.request + 1))->cmd == PORTCLASS_CMD_RULE_GET;
	answer_all();
}

static int get_all(struct client *client)
{
	struct rules rules = { 0 };
	struct config config;
	int err = client_get_all(client, CLIENT_LIVE, &config, &rules);

	free(rules.list);
	return err;
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

static int get_history(struct client *client)
{
	struct history history;
	int err = client_get_history(client, &history);

	history_free(&history);
	return err;
}

static int explain(struct client *client)
{
	static const struct rule rule = { .low = 23, .high = 23, .word = "tcp/23" };
	struct explanation it;

	return client_explain(client, &rule, &it);
}

static int set(struct client *client)
{
	static const struct rule rule = { .low = 23, .high = 23, .word = "tcp/23" };
	static const struct change change = { .rules = &rule, .rule_count = 1 };

	return client_set(client, &change);
}

static void assert_ends(void **state, void (*answer)(void), int (*ask)(struct client *client))
{
	answer_teardown(state);
	assert_int_equal(answer_setup(state), 0);
	fake.answer = answer;
	fake.endless = answer != answer_rules;
	alarm(SECONDS);
	assert_int_equal(ask(*state), -1);
	alarm(0);
	assert_true(*client_get_error(*state)->text);
	sources_forget();
}

static void test_endless(void **state)
{
	static int (*const asks[])(struct client *client) = {
		get_all, get_stats, get_ports, get_history, explain, set,
	};
	struct rusage used;

	assert_ends(state, answer_rules, get_all);
	assert_ends(state, answer_stats, get_stats);
	assert_ends(state, answer_ports, get_ports);
	assert_ends(state, answer_history, get_history);
	assert_ends(state, answer_explanation, explain);
	assert_ends(state, answer_others, get_stats);
	assert_ends(state, answer_others, set);
	for (size_t i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
		assert_ends(state, answer_bytes, asks[i]);
		assert_ends(state, answer_empty, asks[i]);
	}
	getrusage(RUSAGE_SELF, &used);
	assert_in_range(used.ru_maxrss, 1, MEGABYTES << 10);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		client_test(test_endless),
	};

	return cmocka_run_group_tests_name("client_endless", tests, NULL, NULL);
}
