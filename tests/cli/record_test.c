// SPDX-License-Identifier: GPL-2.0
/* What is said of a change that was made; times and texts, and what goes with a change. */

#include <sys/socket.h>

#include "grammar.h"
#include "memory.h"
#include "plain.h"
#include "printed.h"
#include "record.h"
#include "sources.h"
#include "test.h"

enum {
	IN = PORTCLASS_SCOPE_IN, OUT = PORTCLASS_SCOPE_OUT,
	TCP = PORTCLASS_PROTO_TCP, UDP = PORTCLASS_PROTO_UDP,
	WELL_KNOWN = PORTCLASS_CLASS_WELL_KNOWN, REGISTERED = PORTCLASS_CLASS_REGISTERED,
	DYNAMIC = PORTCLASS_CLASS_DYNAMIC,
	ALLOW = PORTCLASS_ACTION_ALLOW, DENY = PORTCLASS_ACTION_DENY,
};

static void test_durations(void **state)
{
	static const struct {
		const char *word;
		unsigned int seconds;
	} right[] = {
		{ "1", 1 }, { "60", 60 }, { "60s", 60 }, { "5m", 300 }, { "1h", 3600 },
		{ "8h", 28800 }, { "480m", 28800 }, { "28800", 28800 }, { "007", 7 },
	};
	static const char *const wrong[] = {
		"", "0", "0h", "28801", "481m", "9h", "h", "s", "-1", "+1", " 1", "1 ", "1.5m",
		"1d", "5M", "1m30s", "99999999999", "4294967297", "71582789m", "1193047h",
	};
	struct fault fault;
	unsigned int value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		assert_int_equal(grammar_duration(right[i].word, &value, &fault), 0);
		assert_int_equal(value, right[i].seconds);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (!grammar_duration(wrong[i], &value, &fault))
			fail_msg("'%s' was taken", wrong[i]);
		assert_ptr_equal(fault.at, wrong[i]);
		assert_string_equal(fault.valid, "TIME is from 1s to 8h, as 60, 60s, 5m or 1h");
	}
}

static void test_reasons(void **state)
{
	static const char lines[] = "two\nlines", escape[] = "a\xc2\x9b[m";
	char text[202];
	struct fault fault;

	(void)state;
	assert_int_equal(grammar_reason("für immer: #12, \"so\"", &fault), 0);
	assert_int_equal(grammar_reason("", &fault), -1);
	memset(text, 'x', 201);
	text[200] = '\0';
	assert_int_equal(grammar_reason(text, &fault), 0);
	text[200] = 'y';
	text[201] = '\0';
	assert_int_equal(grammar_reason(text, &fault), -1);
	assert_ptr_equal(fault.at, text + 200);
	assert_int_equal(fault.length, 1);
	assert_int_equal(grammar_reason(lines, &fault), -1);
	assert_ptr_equal(fault.at, lines + 3);
	assert_int_equal(grammar_reason(escape, &fault), -1);
	assert_ptr_equal(fault.at, escape + 1);
	assert_int_equal(fault.length, 2);
}

static void test_plain(void **state)
{
	static const struct {
		const char *text;
		const char *plain;
	} texts[] = {
		{ "", "" },
		{ "a b~", "a b~" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "\033[31m\n\t\x7f", "?[31m???" },
		{ "a\xc2\x85\xc2\x9b[m", "a????[m" },
		{ "\xe2\x80\xaex\xe2\x80\xa8", "???x???" },
		/* Cut off, alone, too long, a surrogate, too high. */
		{ "a\xe2\x82", "a??" },
		{ "\x80\xff", "??" },
		{ "\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf", "?????????" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf4\x90\x80\x80", "????" },
	};
	char copy[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		snprintf(copy, sizeof(copy), "%s", texts[i].text);
		plain_make(copy);
		assert_string_equal(copy, texts[i].plain);
	}
}

static void test_times(void **state)
{
	static const struct {
		unsigned int seconds;
		const char *text;
	} times[] = {
		{ 1, "1 s" }, { 60, "60 s" }, { 119, "119 s" }, { 120, "2 min" },
		{ 121, "2 min 1 s" }, { 3600, "60 min" }, { 7199, "119 min 59 s" },
		{ 7200, "2 h" }, { 7259, "2 h" }, { 9000, "2 h 30 min" }, { 28800, "8 h" },
		{ UINT32_MAX, "1193046 h 28 min" },
	};
	char out[HUMAN_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		assert_string_equal(human_time(out, times[i].seconds), times[i].text);
}

static struct rule rules[201];
static struct policy policies[18];
static struct record record;

static void set_record(void)
{
	record = (struct record){
		.generation = 12, .time = 1795309574123456789, .policies = policies,
		.rules = { .list = rules },
	};
}

static void add_rule(int scope, int proto, int action, __u16 low, __u16 high)
{
	rules[record.rules.count++] = (struct rule){
		scope, proto, action, low, high, NULL, NULL,
	};
}

static void add_policy(int scope, int proto, int class, int action)
{
	policies[record.policy_count++] = (struct policy){ scope, proto, class, action, NULL };
}

static void assert_what(const struct record *of, const char *expected)
{
	char what[RECORD_WHAT];

	record_what(of, what);
	assert_string_equal(what, expected);
	set_record();
}

/* 10.0.0.0/8, and 2001:db8::1 if there are two. */
static const struct sources *some_sources(size_t count)
{
	struct prefix list[] = {
		{ AF_INET, { 10 }, 8 },
		{ AF_INET6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, 128 },
	};

	return sources_make(list, count);
}

static void test_what(void **state)
{
	(void)state;
	set_record();
	assert_what(&record, "");
	add_rule(IN, TCP, DENY, 23, 23);
	assert_what(&record, "deny in tcp/23");
	add_rule(IN, TCP, DENY, 23, 23);
	add_rule(IN, UDP, DENY, 5, 9);
	add_rule(OUT, UDP, DENY, 7, 7);
	add_rule(OUT, UDP, PORTCLASS_ACTION_UNSET, 8, 8);
	add_policy(IN, TCP, WELL_KNOWN, DENY);
	record.flush = true;
	record.has_mode = true;
	record.mode = PORTCLASS_MODE_OBSERVE;
	assert_what(&record,
		    "flush; mode observe; policy in tcp well-known deny; deny in tcp/23 udp/5-9 and 2 more");
	add_rule(IN, TCP, DENY, 1, 1);
	add_rule(IN, TCP, ALLOW, 2, 2);
	add_rule(OUT, TCP, ALLOW, 3, 3);
	add_rule(OUT, TCP, ALLOW, 4, 5);
	assert_what(&record, "deny in tcp/1; allow in tcp/2; allow out tcp/3 tcp/4-5");
	add_rule(IN, TCP, ALLOW, 5, 5);
	add_rule(IN, TCP, ALLOW, 8, 9);
	add_rule(IN, TCP, ALLOW, 81, 81);
	rules[1].from = some_sources(1);
	rules[2].from = some_sources(2);
	assert_what(&record,
		    "allow in tcp/5; allow in tcp/8-9 from 10.0.0.0/8; allow in tcp/81 from 2 sources");
	add_rule(IN, TCP, ALLOW, 22, 22);
	add_rule(IN, UDP, ALLOW, 22, 22);
	rules[0].from = some_sources(1);
	assert_what(&record, "allow in tcp/22 from 10.0.0.0/8; allow in udp/22");
	sources_forget();
	record.cause = PORTCLASS_CAUSE_SHADOW_DROP;
	assert_what(&record, "shadow drop");
	record.cause = PORTCLASS_CAUSE_SHADOW;
	assert_what(&record, "shadow");
	record.cause = PORTCLASS_CAUSE_PROMOTE;
	assert_what(&record, "shadow promote");
	record.has_track = true;
	record.track = PORTCLASS_TRACK_NONE;
	record.left_out = 900;
	assert_what(&record, "track none and 900 more");
}

/* As short as can be, and nothing that was not set. */
static void test_policies(void **state)
{
	(void)state;
	set_record();
	for (int p = 0; p < PROTOS; p++)
		for (int c = 0; c < CLASSES; c++)
			add_policy(OUT, p, c, DENY);
	assert_what(&record, "policy out all deny");
	for (int c = 0; c < CLASSES; c++)
		add_policy(IN, UDP, c, ALLOW);
	assert_what(&record, "policy in udp all allow");
	add_policy(IN, TCP, DYNAMIC, DENY);
	add_policy(IN, UDP, DYNAMIC, DENY);
	assert_what(&record, "policy in dynamic deny");
	add_policy(IN, TCP, REGISTERED, DENY);
	add_policy(IN, UDP, REGISTERED, ALLOW);
	assert_what(&record, "policy in tcp registered deny; policy in udp registered allow");
	for (int c = 0; c < CLASSES; c++)
		add_policy(IN, UDP, c, DENY);
	add_policy(IN, TCP, REGISTERED, DENY);
	assert_what(&record, "policy in udp all deny; policy in tcp registered deny");
	for (int c = 0; c < CLASSES; c++)
		add_policy(IN, UDP, c, DENY);
	add_policy(IN, TCP, DYNAMIC, DENY);
	add_policy(IN, TCP, DYNAMIC, ALLOW);
	assert_what(&record, "policy in udp all deny; policy in tcp dynamic allow");
}

/* However much there is, it is a line. */
static void test_width(void **state)
{
	char what[RECORD_WHAT], more[32];

	(void)state;
	for (int n = 1; n <= 200; n++) {
		set_record();
		for (int i = 0; i < n; i++)
			add_rule(i % 3, i % 2, DENY, 60000, 65535);
		/* One that would fit comes too late. */
		add_rule((n - 1) % 3, TCP, DENY, 1, 1);
		record.left_out = UINT32_MAX - 201;
		record_what(&record, what);
		assert_true(strlen(what) < 80 + sizeof(" and 4294967295 more"));
		snprintf(more, sizeof(more), " and %u more",
			 UINT32_MAX - 201 + (n > 2 ? n - 2 : 0));
		assert_non_null(strstr(what, more));
	}
}

static const struct record *told;

static void tell(struct print *print)
{
	record_print(print, told);
}

static void assert_said(bool coloured, const char *expected)
{
	char *text;

	told = &record;
	text = printed((struct print){ .coloured = coloured }, tell);
	assert_string_equal(text, expected);
	free(text);
}

static void test_lines(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	set_record();
	add_rule(IN, TCP, DENY, 23, 23);
	record.by = (struct author){ .known = true, .uid = 0, .pid = 4711, .command = "tool" };
	assert_said(false,
		    "2026-11-22 01:06:14  #12  root, tool[4711]: deny in tcp/23\n");
	record.by.logged_in = true;
	assert_said(false,
		    "2026-11-22 01:06:14  #12  root, tool[4711]: deny in tcp/23\n");
	record.by.login_uid = 4294967290;
	record.confirm = 300;
	snprintf(record.reason, sizeof(record.reason), "why not");
	assert_said(true,
		    "2026-11-22 01:06:14  #12  4294967290 as root, tool[4711]: deny in tcp/23, to be confirmed in 5 min  \"why not\"\n");
	set_record();
	record.cause = PORTCLASS_CAUSE_REVERT;
	assert_said(false,
		    "2026-11-22 01:06:14  #12  the kernel: taken back, as nobody confirmed it\n");
	assert_said(true,
		    "2026-11-22 01:06:14  #12  the kernel: \033[31mtaken back, as nobody confirmed it\033[0m\n");
	record.by = (struct author){ .known = true, .uid = 0, .pid = 1, .command = "a" };
	record.cause = PORTCLASS_CAUSE_PROMOTE;
	record.confirm = 60;
	assert_said(false,
		    "2026-11-22 01:06:14  #12  root, a[1]: shadow promote, to be confirmed in 60 s\n");
	record.confirm = 0;
	record.cause = PORTCLASS_CAUSE_CONFIRM;
	assert_said(false,
		    "2026-11-22 01:06:14  #12  root, a[1]: confirmed\n");
}

static void assert_json(const struct record *of, const char *expected)
{
	char *text;

	told = of;
	text = printed((struct print){ .json = true }, tell);
	assert_string_equal(text, expected);
	free(text);
}

static void test_json(void **state)
{
	(void)state;
	set_record();
	record.cause = PORTCLASS_CAUSE_REVERT;
	assert_json(&record,
		    "{\"generation\":12,\"cause\":\"revert\",\"time_ns\":1795309574123456789,\"flush\":false,\"policy\":[],\"rules\":[],\"left_out\":0}\n");
	set_record();
	record.cause = PORTCLASS_CAUSE_PROMOTE;
	assert_json(&record,
		    "{\"generation\":12,\"cause\":\"promote\",\"time_ns\":1795309574123456789,\"flush\":false,\"policy\":[],\"rules\":[],\"left_out\":0}\n");
	set_record();
	record.by = (struct author){
		.known = true, .logged_in = true, .login_uid = 4294967290, .pid = 4711,
		.command = "tool",
	};
	snprintf(record.reason, sizeof(record.reason), "so");
	record.confirm = 9;
	record.flush = true;
	record.has_mode = true;
	record.has_track = true;
	add_rule(IN, TCP, PORTCLASS_ACTION_UNSET, 5, 9);
	add_rule(IN, TCP, ALLOW, 6, 6);
	rules[1].from = some_sources(2);
	add_policy(OUT, UDP, DYNAMIC, DENY);
	record.left_out = 3;
	assert_json(&record,
		    "{\"generation\":12,\"cause\":\"request\",\"time_ns\":1795309574123456789,\"uid\":0,\"user\":\"root\",\"login_uid\":4294967290,\"login_user\":\"4294967290\",\"pid\":4711,\"command\":\"tool\",\"reason\":\"so\",\"confirm\":9,\"flush\":true,\"mode\":\"enforce\",\"track\":\"conntrack\",\"policy\":[{\"scope\":\"out\",\"proto\":\"udp\",\"class\":\"dynamic\",\"action\":\"deny\"}],\"rules\":[{\"scope\":\"in\",\"proto\":\"tcp\",\"action\":\"unset\",\"low\":5,\"high\":9},{\"scope\":\"in\",\"proto\":\"tcp\",\"action\":\"allow\",\"low\":6,\"high\":6,\"from\":[\"10.0.0.0/8\",\"2001:db8::1\"]}],\"left_out\":3}\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_what),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
