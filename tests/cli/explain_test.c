// SPDX-License-Identifier: GPL-2.0
/* explain: its grammar, whose an address is, how full the table of connections is. */

#include <fcntl.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/stat.h>

#include "address.h"
#include "explain.h"
#include "grammar.h"
#include "memory.h"
#include "printed.h"
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_conntrack),
		cmocka_unit_test(test_track),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
