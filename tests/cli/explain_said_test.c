// SPDX-License-Identifier: GPL-2.0
/* explain: what is said of a packet, and why. */

#include <sys/socket.h>

#include "explain.h"
#include "grammar.h"
#include "memory.h"
#include "printed.h"
#include "sources.h"
#include "test.h"

static struct explain_view view;

static void tell(struct print *print)
{
	print_array(print, "explain");
	explain_print(print, &view);
	print_close(print);
}

/* Of in tcp/22, denied by a rule for 20 to 30. */
static void set_view(void)
{
	view = (struct explain_view){
		.it = {
			.port = 22,
			.active = true,
			.verdict = PORTCLASS_ACTION_DENY,
			.policy = PORTCLASS_ACTION_ALLOW,
			.ruled = true,
			.rule = { .action = PORTCLASS_ACTION_DENY, .low = 20, .high = 30 },
			.port_counters = { { 1, 2, 3000, 1, 2, 3000, 2, 3000, 0, 0 } },
			.class_counters = { { 5, 6, 7000, 1, 2, 3000, 5, 6000, 1, 1000 } },
		},
	};
}

static void set_from(const char *text)
{
	view.from = (struct address){ .word = text };
	if (text)
		assert_int_equal(grammar_address(text, strlen(text), &view.from.family,
						 view.from.bytes), 0);
}

/* Open to 192.0.2.0/24 and one more only. */
static void set_sources(size_t count)
{
	struct prefix list[] = {
		{ AF_INET6, { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, { AF_INET, { 192, 0, 2 }, 24 },
	};

	set_view();
	view.it.rule.action = PORTCLASS_ACTION_ALLOW;
	view.it.rule.from = sources_make(list + 2 - count, count);
}

/* What is printed are these lines, and the table of counters unless they don't matter. */
static void assert_said(const char *lines, bool counters)
{
	static const char *const table[] = {
		"\nCOUNTED         FLOWS  PACKETS  BYTES  BYTES-TO  BYTES-FROM  DENIED-FLOWS  DENIED-PACKETS  DENIED-BYTES\n",
		"tcp/22              1        2  2.9Ki     2.9Ki           0             1               2         2.9Ki\n",
		"tcp well-known      5        6  6.8Ki     5.9Ki        1000             1               2         2.9Ki\n",
	};
	char *text = printed((struct print){ 0 }, tell), expected[2048];

	snprintf(expected, sizeof(expected), "%s%s%s%s", lines, counters ? table[0] : "",
		 counters ? table[1] : "", counters ? table[2] : "");
	assert_string_equal(text, expected);
	free(text);
}

static void test_verdicts(void **state)
{
	(void)state;
	set_view();
	assert_said("tcp/22 (ssh), dialled by a peer: denied\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "decided by  rule deny tcp/20-30\n"
		    "policy      allow, without the rule\n"
		    "mode        enforce\n"
		    "track       conntrack\n", true);
	view.it.verdict = PORTCLASS_ACTION_REJECT;
	view.it.rule.action = PORTCLASS_ACTION_REJECT;
	assert_said("tcp/22 (ssh), dialled by a peer: rejected\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "decided by  rule reject tcp/20-30\n"
		    "policy      allow, without the rule\n"
		    "mode        enforce\n"
		    "track       conntrack\n", true);
	set_view();
	view.it.mode = PORTCLASS_MODE_OBSERVE;
	view.it.rule.low = 22;
	view.it.rule.high = 22;
	view.it.track = PORTCLASS_TRACK_NONE;
	set_from("192.0.2.7");
	assert_said("tcp/22 (ssh), dialled by a peer: passes, counted as denied\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "from        192.0.2.7: as from anywhere, the port has no sources\n"
		    "decided by  rule deny tcp/22\n"
		    "policy      allow, without the rule\n"
		    "mode        observe\n"
		    "track       none\n", true);
	view.it.ruled = false;
	view.it.policy = PORTCLASS_ACTION_DENY;
	set_from(NULL);
	view.it.mode = PORTCLASS_MODE_ENFORCE;
	view.it.scope = PORTCLASS_SCOPE_FORWARD;
	assert_said("tcp/22 (ssh), passing through: denied\n"
		    "scope       forward\n"
		    "class       well-known\n"
		    "decided by  policy forward tcp well-known deny\n"
		    "mode        enforce\n"
		    "track       none\n", true);
	view.it.scope = PORTCLASS_SCOPE_OUT;
	view.it.policy = PORTCLASS_ACTION_ALLOW;
	view.it.verdict = PORTCLASS_ACTION_ALLOW;
	assert_said("tcp/22 (ssh), dialled by this host: allowed\n"
		    "scope       out\n"
		    "class       well-known\n"
		    "decided by  policy out tcp well-known allow\n"
		    "mode        enforce\n"
		    "track       none\n", true);
}

static void test_not_judged(void **state)
{
	(void)state;
	set_view();
	set_from("127.0.0.1");
	view.loopback = true;
	assert_said("tcp/22 (ssh), dialled from 127.0.0.1: allowed\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "decided by  the loopback device, which is never judged\n", false);
	set_view();
	view.it.active = false;
	view.it.ruled = false;
	view.it.verdict = PORTCLASS_ACTION_ALLOW;
	assert_said("tcp/22 (ssh), dialled by a peer: passes\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "decided by  nothing: nothing is configured here, and nothing is counted\n",
		    false);
}

/* The packet path has the last word, even if it is not what the rules say. */
static void test_contradiction(void **state)
{
	(void)state;
	set_view();
	view.it.verdict = PORTCLASS_ACTION_ALLOW;
	assert_said("tcp/22 (ssh), dialled by a peer: allowed\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "decided by  rule deny tcp/20-30\n"
		    "policy      allow, without the rule\n"
		    "but         the packet path has allow: this is a fault of the module\n"
		    "mode        enforce\n"
		    "track       conntrack\n", true);
}

static void test_sources(void **state)
{
	(void)state;
	set_sources(1);
	assert_said("tcp/22 (ssh), dialled by a peer: allowed from its sources only\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "decided by  rule allow tcp/20-30 from 192.0.2.0/24\n"
		    "policy      allow, without the rule\n"
		    "mode        enforce\n"
		    "track       conntrack\n", true);
	set_from("192.0.3.7");
	assert_said("tcp/22 (ssh), dialled by a peer: denied\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "from        192.0.3.7, which is none of its sources\n"
		    "decided by  rule allow tcp/20-30 from 192.0.2.0/24\n"
		    "policy      allow, without the rule\n"
		    "mode        enforce\n"
		    "track       conntrack\n", true);
	set_sources(2);
	set_from("2001:db8:1::7");
	assert_said("tcp/22 (ssh), dialled by a peer: allowed\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "from        2001:db8:1::7, by its source 2001:db8::/32\n"
		    "decided by  rule allow tcp/20-30 from 2 sources\n"
		    "source      192.0.2.0/24\n"
		    "source      2001:db8::/32\n"
		    "policy      allow, without the rule\n"
		    "mode        enforce\n"
		    "track       conntrack\n", true);
	view.it.verdict = PORTCLASS_ACTION_ALLOW;
	assert_said("tcp/22 (ssh), dialled by a peer: allowed\n"
		    "scope       in\n"
		    "class       well-known\n"
		    "from        2001:db8:1::7, by its source 2001:db8::/32\n"
		    "decided by  rule allow tcp/20-30 from 2 sources\n"
		    "source      192.0.2.0/24\n"
		    "source      2001:db8::/32\n"
		    "policy      allow, without the rule\n"
		    "but         the packet path has allow: this is a fault of the module\n"
		    "mode        enforce\n"
		    "track       conntrack\n", true);
	sources_forget();
}

static void assert_json(const char *expected)
{
	char *text = printed((struct print){ .json = true }, tell);

	if (!strstr(text, expected))
		fail_msg("'%s' is not in '%s'", expected, text);
	free(text);
}

static void test_json(void **state)
{
	(void)state;
	set_view();
	assert_json("{\"explain\":[{\"scope\":\"in\",\"proto\":\"tcp\",\"port\":22,");
	assert_json(",\"class\":\"well-known\",\"active\":true,\"verdict\":\"deny\",");
	assert_json(",\"passes\":false,\"decided_by\":\"rule\",\"policy\":\"allow\",\"rule\":{");
	assert_json(",\"rule\":{\"scope\":\"in\",\"proto\":\"tcp\",\"action\":\"deny\",");
	assert_json(",\"low\":20,\"high\":30},\"mode\":\"enforce\",\"track\":\"conntrack\",");
	assert_json(",\"port_counters\":{\"flows\":1,\"packets\":2,");
	assert_json("\"bytes_from\":0},\"class_counters\":{\"flows\":5,");
	assert_json("\"packets_from\":1,\"bytes_from\":1000}}]}\n");
	view.it.mode = PORTCLASS_MODE_OBSERVE;
	set_from("192.0.2.7");
	assert_json("\"verdict\":\"deny\",\"passes\":true,\"from\":\"192.0.2.7\",");
	view.it.verdict = PORTCLASS_ACTION_REJECT;
	assert_json("\"verdict\":\"reject\",\"passes\":true,");
	view.it.verdict = PORTCLASS_ACTION_DENY;
	view.it.mode = PORTCLASS_MODE_ENFORCE;
	view.it.ruled = false;
	view.it.policy = PORTCLASS_ACTION_DENY;
	assert_json("\"decided_by\":\"policy\",\"policy\":\"deny\",\"mode\":");
	set_sources(2);
	assert_json("\"verdict\":\"deny\",\"passes\":false,\"decided_by\":\"rule\",");
	assert_json("\"high\":30,\"from\":[\"192.0.2.0/24\",\"2001:db8::/32\"]},");
	set_from("192.0.2.7");
	assert_json("\"verdict\":\"allow\",\"passes\":true,\"from\":\"192.0.2.7\",");
	assert_json("\"from\":\"192.0.2.7\",\"source\":\"192.0.2.0/24\",");
	set_from("10.0.0.1");
	assert_json("\"verdict\":\"deny\",\"passes\":false,\"from\":\"10.0.0.1\",\"decided_by\"");
	sources_forget();
	view.it.ruled = false;
	set_from("192.0.2.7");
	view.loopback = true;
	assert_json("\"verdict\":\"allow\",\"passes\":true,\"from\":\"192.0.2.7\",");
	assert_json("\"decided_by\":\"loopback\"");
	view.loopback = false;
	view.it.active = false;
	assert_json("\"active\":false,\"verdict\":\"allow\",\"passes\":true,");
	assert_json("\"decided_by\":\"nothing\"");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_not_judged),
		cmocka_unit_test(test_contradiction),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("explain_said", tests, NULL, NULL);
}
