// SPDX-License-Identifier: GPL-2.0
/* explain: its grammar, whose an address is, how full the table of connections is, what is said. */

#include <fcntl.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/stat.h>

#include "address.h"
#include "explain.h"
#include "grammar.h"
#include "memory.h"
#include "printed.h"
#include "sources.h"
#include "test.h"

/* Split a line at blanks, and parse it. */
static int parse(const char *line, struct rules *ports, struct address *from, struct fault *fault)
{
	static char copy[128];
	const char *words[8];
	size_t count = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	ports->count = 0;
	return grammar_explain(words, count, ports, from, fault);
}

static void test_grammar(void **state)
{
	static const struct {
		const char *line;
		enum portclass_scope scope;
		int tcp, udp;
		const char *from;
	} right[] = {
		{ "tcp/23", PORTCLASS_SCOPE_IN, 23, -1, NULL },
		{ "forward udp/65535", PORTCLASS_SCOPE_FORWARD, -1, 65535, NULL },
		{ "out any/0", PORTCLASS_SCOPE_OUT, 0, 0, NULL },
		{ "ssh", PORTCLASS_SCOPE_IN, 22, -1, NULL },
		{ "any/two-ports from 192.0.2.7", PORTCLASS_SCOPE_IN, 1000, 2000, "192.0.2.7" },
		{ "forward tcp/80-80 from ::1", PORTCLASS_SCOPE_FORWARD, 80, -1, "::1" },
	};
	struct rules ports = { 0 };
	struct address from;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		size_t n = 0;

		if (parse(right[i].line, &ports, &from, &fault))
			fail_msg("%s: %s", right[i].line, fault.why);
		for (int p = 0; p < PROTOS; p++) {
			if ((p ? right[i].udp : right[i].tcp) < 0)
				continue;
			assert_int_equal(ports.list[n].scope, right[i].scope);
			assert_int_equal(ports.list[n].proto, p);
			assert_int_equal(ports.list[n++].low, p ? right[i].udp : right[i].tcp);
		}
		assert_int_equal(ports.count, n);
		if (right[i].from)
			assert_string_equal(from.word, right[i].from);
		else
			assert_null(from.word);
	}
	assert_int_equal(from.family, AF_INET6);
	assert_int_equal(from.bytes[15], 1);
	free(ports.list);
}

static void test_faults(void **state)
{
	static const struct {
		const char *line;
		const char *at;		/* to the end of the word, NULL for what is missing */
		const char *why;
	} wrong[] = {
		{ "", NULL, "a port is missing" },
		{ "in", NULL, "a port is missing" },
		{ "tcp/20-30", "20-30", "a range has no one answer" },
		{ "any/20-30 from ::1", "20-30", "a range has no one answer" },
		{ "-", "-", "'-' is no port" },
		{ "tcp/65536", "65536", "port 65536 is past 65535" },
		{ "tcp/1 tcp/2", "tcp/2", "one word too many" },
		{ "tcp/1 form ::1", "form", "one word too many" },
		{ "tcp/1 from", NULL, "an ADDRESS is missing" },
		{ "tcp/1 from ::1 ::2", "::2", "one word too many" },
		{ "tcp/1 from 192.0.2", "192.0.2", "'192.0.2' is no address" },
		{ "tcp/1 from 192.0.2.256", "192.0.2.256", "is no address" },
		{ "tcp/1 from 192.0.2.0/24", "192.0.2.0/24", "is no address" },
		{ "tcp/1 from localhost", "localhost", "is no address" },
		{ "out tcp/1 from ::1", "from", "from goes with in or forward" },
		{ "out tcp/1 from", "from", "from goes with in or forward" },
	};
	struct rules ports = { 0 };
	struct address from;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (!parse(wrong[i].line, &ports, &from, &fault))
			fail_msg("'%s' was taken", wrong[i].line);
		if (!strstr(fault.why, wrong[i].why))
			fail_msg("%s: %s", wrong[i].line, fault.why);
		if (wrong[i].at)
			assert_string_equal(fault.at, wrong[i].at);
		else
			assert_null(fault.at);
	}
	free(ports.list);
}

static bool is_ours(const char *text)
{
	struct address address = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	assert_int_equal(inet_pton(address.family, text, address.bytes), 1);
	return address_is_ours(&address);
}

/* On any machine: addresses that every one has, and some that none can have. */
static void test_addresses(void **state)
{
	(void)state;
	assert_true(is_ours("127.0.0.1"));
	assert_true(is_ours("127.3.4.5"));
	assert_false(is_ours("0.0.0.0"));
	assert_false(is_ours("127.255.255.255"));
	assert_false(is_ours("255.255.255.255"));
	assert_false(is_ours("224.0.0.1"));
	assert_false(is_ours("192.0.2.7"));
	assert_false(is_ours("2001:db8::7"));
	assert_false(is_ours("ff02::1"));
	assert_false(is_ours("::"));
	if (!access("/proc/sys/net/ipv6/conf/lo", F_OK))
		assert_int_equal(is_ours("::1"), true);
}

static void put_file(const char *folder, const char *name, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
	if (!text)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_conntrack(void **state)
{
	char folder[] = "/tmp/explain_test.XXXXXX";
	struct conntrack conntrack;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_false(conntrack_read(folder).known);
	put_file(folder, "nf_conntrack_count", "123\n");
	assert_false(conntrack_read(folder).known);
	put_file(folder, "nf_conntrack_max", "262144\n");
	conntrack = conntrack_read(folder);
	assert_true(conntrack.known);
	assert_int_equal(conntrack.entries, 123);
	assert_int_equal(conntrack.max, 262144);
	put_file(folder, "nf_conntrack_max", "many\n");
	assert_false(conntrack_read(folder).known);
	put_file(folder, "nf_conntrack_max", NULL);
	put_file(folder, "nf_conntrack_count", NULL);
	rmdir(folder);
}

static struct explain_view view;

static void tell_track(struct print *print)
{
	conntrack_print(print, view.it.track, &view.conntrack);
}

static void assert_track(struct conntrack conntrack, bool json, const char *expected)
{
	char *text;

	view.conntrack = conntrack;
	text = printed((struct print){ .json = json, .coloured = true }, tell_track);
	assert_string_equal(text, expected);
	free(text);
}

static void test_track(void **state)
{
	const struct conntrack none = { 0 }, some = { true, 123, 262144 };
	const struct conntrack full = { true, 262145, 262144 }, any = { true, 5, 0 };

	(void)state;
	view = (struct explain_view){ .it.track = PORTCLASS_TRACK_NONE };
	assert_track(none, false, "track       none\n");
	view.it.track = PORTCLASS_TRACK_CONNTRACK;
	assert_track(none, false, "track       conntrack\n");
	assert_track(none, true, "{\"track\":\"conntrack\"}\n");
	assert_track(some, false, "track       conntrack, 123 of 262144 entries in use\n");
	assert_track(some, true,
		     "{\"track\":\"conntrack\",\"conntrack\":{\"entries\":123,\"max\":262144}}\n");
	assert_track((struct conntrack){ true, 9, 10 }, false,
		     "track       conntrack, 9 of 10 entries in use\n");
	assert_track((struct conntrack){ true, 10, 10 }, false,
		     "track       \033[31mconntrack, 10 of 10 entries in use: full, the kernel drops what opens new flows (see nf_conntrack_max)\033[0m\n");
	assert_track(full, true,
		     "{\"track\":\"conntrack\",\"conntrack\":{\"entries\":262145,\"max\":262144}}\n");
	assert_track(any, false, "track       conntrack, 5 entries in use\n");
}

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
	assert_json("\"verdict\":\"allow\",\"passes\":true,\"from\":\"192.0.2.7\",\"source\":\"192.0.2.0/24\",");
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
		cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_conntrack),
		cmocka_unit_test(test_track),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_not_judged),
		cmocka_unit_test(test_contradiction),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
