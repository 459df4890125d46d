// SPDX-License-Identifier: GPL-2.0
/* The client, asked of the live table or its shadow, and told of rules with sources. */

#include <errno.h>

#include "client.h"
#include "kernel_answers.h"
#include "kernel_fake.h"
#include "memory.h"
#include "sources.h"
#include "test.h"

/* After an answer that was not taken to its end, nothing else is asked. */
static void fresh(void **state)
{
	answer_teardown(state);
	assert_int_equal(answer_setup(state), 0);
}

static void assert_error(struct client *client, const char *text)
{
	const char *said = client_get_error(client)->text;

	if (!strstr(said, text))
		fail_msg("'%s' does not say '%s'", said, text);
}

static void test_sources(void **state)
{
	struct rules rules = { 0 };
	char text[SOURCES_TEXT];
	struct config config;

	fake.answer = answer_all;
	answer_sources = 3;
	assert_int_equal(client_get_all(*state, CLIENT_LIVE, &config, &rules), 0);
	assert_int_equal(rules.list[0].action, PORTCLASS_ACTION_ALLOW);
	assert_int_equal(rules.list[0].from->count, 3);
	assert_string_equal(sources_text(&rules.list[0].from->list[2], text),
			    "102:304:506:708::/64");
	answer_sources = SOURCES_MAX;
	answer_source_size = 4;
	answer_source_length = 32;
	assert_int_equal(client_get_all(*state, CLIENT_LIVE, &config, &rules), 0);
	assert_int_equal(rules.list[0].from->count, SOURCES_MAX);
	assert_string_equal(sources_text(&rules.list[0].from->list[0], text), "0.0.2.4");
	free(rules.list);
	sources_forget();
}

/* Too many, or ones that can't be. */
static void test_odd_sources(void **state)
{
	static const struct {
		unsigned int count;
		int size, length, action;
		const char *why;
	} odd[] = {
		{ SOURCES_MAX + 1, 16, 128, PORTCLASS_ACTION_ALLOW, "impossible rules" },
		{ 1, 16, 129, PORTCLASS_ACTION_ALLOW, "impossible rules" },
		{ 1, 16, 60, PORTCLASS_ACTION_ALLOW, "impossible rules" },
		{ 1, 4, 33, PORTCLASS_ACTION_ALLOW, "impossible rules" },
		{ 1, 4, 29, PORTCLASS_ACTION_ALLOW, "impossible rules" },
		{ 1, 8, 64, PORTCLASS_ACTION_ALLOW, "impossible rules" },
		{ 1, 0, 0, PORTCLASS_ACTION_ALLOW, "impossible rules" },
		{ 1, 20, 64, PORTCLASS_ACTION_ALLOW, "impossible rules" },
		{ 1, 16, 64, PORTCLASS_ACTION_DENY, "impossible rules" },
		{ 1, 16, 64, PORTCLASS_ACTION_UNSET, "impossible rules" },
		{ 1, -1, 64, PORTCLASS_ACTION_ALLOW, "lacks a source's address" },
		{ 1, 16, -1, PORTCLASS_ACTION_ALLOW, "lacks a source's length" },
	};
	struct rules rules = { 0 };
	struct config config;

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		fresh(state);
		fake.answer = answer_all;
		answer_sources = odd[i].count;
		answer_source_size = odd[i].size;
		answer_source_length = odd[i].length;
		answer_source_action = odd[i].action;
		assert_int_equal(client_get_all(*state, CLIENT_LIVE, &config, &rules), -1);
		assert_error(*state, odd[i].why);
	}
	free(rules.list);
	sources_forget();
}

static bool asked_for_shadow(int attr)
{
	return nlmsg_find_attr(fake.request, GENL_HDRLEN, attr);
}

static bool asked_rules;

static void answer_rules_asked(void)
{
	if (genlmsg_hdr(fake.request)->cmd == PORTCLASS_CMD_RULE_GET)
		asked_rules = asked_for_shadow(PORTCLASS_A_RULES_SHADOW);
	answer_all();
}

static void answer_gone(void)
{
	fake_done(-ENOENT, 0);
}

static void answer_going(void)
{
	fake_error(-EPROTONOSUPPORT, NULL, NULL);
}

/* Only what is asked for the shadow table says so. */
static void test_shadow(void **state)
{
	enum portclass_scope only = PORTCLASS_SCOPE_OUT;
	struct rules rules = { 0 };
	struct ports ports = { 0 };
	struct config config;
	struct stats stats;

	for (int table = CLIENT_LIVE; table <= CLIENT_SHADOW; table++) {
		bool shadow = table == CLIENT_SHADOW;

		fake.answer = answer_all;
		answer_shadow = shadow;
		assert_int_equal(client_get_config(*state, table, &config), 0);
		assert_int_equal(asked_for_shadow(PORTCLASS_A_CONFIG_SHADOW), shadow);
		assert_int_equal(config.shadow, shadow);
		assert_int_equal(client_get_all(*state, table, &config, &rules), 0);
		assert_int_equal(asked_for_shadow(PORTCLASS_A_CONFIG_SHADOW), shadow);
		asked_rules = false;
		fake.answer = answer_rules_asked;
		assert_int_equal(client_get_all(*state, table, &config, &rules), 0);
		assert_int_equal(asked_rules, shadow);
		fake.answer = answer_stats;
		assert_int_equal(client_get_stats(*state, table, &only, &stats), 0);
		assert_int_equal(asked_for_shadow(PORTCLASS_A_STATS_SHADOW), shadow);
		assert_true(asked_for_shadow(PORTCLASS_A_STATS_SCOPE));
		fake.answer = answer_ports;
		assert_int_equal(client_get_ports(*state, table, NULL, &ports), 0);
		assert_int_equal(asked_for_shadow(PORTCLASS_A_PORT_STATS_SHADOW), shadow);
	}
	fresh(state);
	fake.answer = answer_gone;
	assert_int_equal(client_get_ports(*state, CLIENT_SHADOW, NULL, &ports), -1);
	assert_error(*state, "the shadow table, or the module, went away meanwhile");
	fresh(state);
	fake.answer = answer_gone;
	assert_int_equal(client_get_ports(*state, CLIENT_LIVE, NULL, &ports), -1);
	assert_error(*state, "the portclass module was unloaded meanwhile");
	fresh(state);
	fake.answer = answer_going;
	assert_int_equal(client_get_ports(*state, CLIENT_SHADOW, NULL, &ports), -1);
	assert_error(*state, "the portclass module is being unloaded");
	free(rules.list);
	free(ports.list);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		client_test(test_sources),
		client_test(test_odd_sources),
		client_test(test_shadow),
	};

	return cmocka_run_group_tests_name("client_table", tests, NULL, NULL);
}
