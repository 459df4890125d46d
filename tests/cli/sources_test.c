// SPDX-License-Identifier: GPL-2.0
/* Sources: their grammar, what is wrong with which word, and what they come to. */

#include <time.h>
#include <arpa/inet.h>

#include "grammar.h"
#include "memory.h"
#include "sources.h"
#include "test.h"

enum { RANDOM_ROUNDS = 20000 };

static const char *words[256];
static size_t word_count;
static struct rules rules;
static struct fault fault;

/* Split a line at blanks, and parse it as what comes behind an action and a scope. */
static int parse(const char *line, enum portclass_scope scope, enum portclass_action action)
{
	static char copy[8192];

	snprintf(copy, sizeof(copy), "%s", line);
	word_count = 0;
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		words[word_count++] = word;
	rules.count = 0;
	return grammar_rules(words, word_count, scope, action, &rules, &fault);
}

static int allow(const char *line)
{
	return parse(line, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW);
}

static int teardown(void **state)
{
	(void)state;
	free(rules.list);
	rules = (struct rules){ 0 };
	sources_forget();
	return 0;
}

/* All sources of a rule, as they are typed. */
static void assert_sources(const struct sources *from, const char *expected)
{
	char all[8192] = "", text[SOURCES_TEXT];

	for (size_t i = 0; from && i < from->count; i++) {
		strcat(all, i ? " " : "");
		strcat(all, sources_text(&from->list[i], text));
	}
	assert_string_equal(all, expected);
}

static void test_words(void **state)
{
	static const struct {
		const char *line;
		const char *from;
	} right[] = {
		{ "tcp/22", "" },
		{ "tcp/22 from 192.0.2.7", "192.0.2.7" },
		{ "tcp/22 from 192.0.2.7/32", "192.0.2.7" },
		{ "tcp/22 from 192.0.2.0/24 2001:db8::/32", "192.0.2.0/24 2001:db8::/32" },
		{ "any/1-2 https from ::/0 0.0.0.0/0", "0.0.0.0/0 ::/0" },
		{ "tcp/22 from 2001:DB8::1 10.0.0.0/8 9.0.0.0/8",
		  "9.0.0.0/8 10.0.0.0/8 2001:db8::1" },
		{ "tcp/22 from 10.1.0.0/16 10.0.0.0/8 10.1.2.3", "10.0.0.0/8" },
		{ "tcp/22 from 10.0.0.0/8 10.0.0.0/8", "10.0.0.0/8" },
		{ "tcp/22 from 0.0.0.0/1 128.0.0.0/2 192.0.0.0/3",
		  "0.0.0.0/1 128.0.0.0/2 192.0.0.0/3" },
		{ "tcp/22 from ::ffff:0:0/95", NULL },
		{ "tcp/22 from ::fffe:0:0/95", "::fffe:0:0/95" },
		/* The family counts, not the bytes. */
		{ "tcp/22 from ::/8 0.0.0.0/8", "0.0.0.0/8 ::/8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		if (!right[i].from) {
			assert_int_equal(allow(right[i].line), -1);
			continue;
		}
		if (allow(right[i].line))
			fail_msg("%s: %s", right[i].line, fault.why);
		for (size_t r = 0; r < rules.count; r++)
			assert_sources(rules.list[r].from, right[i].from);
	}
	assert_int_equal(parse("udp/9 from ::1", PORTCLASS_SCOPE_FORWARD,
			       PORTCLASS_ACTION_ALLOW), 0);
	assert_int_equal(rules.list[0].scope, PORTCLASS_SCOPE_FORWARD);
	/* To what was there before, nothing is done. */
	assert_int_equal(grammar_rules(words, 1, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_DENY, &rules,
				       &fault), 0);
	assert_int_equal(rules.count, 2);
	assert_sources(rules.list[0].from, "::1");
	assert_null(rules.list[1].from);
}

static void test_faults(void **state)
{
	static const struct {
		const char *line;
		const char *at;		/* to the end of the word, NULL for what is missing */
		const char *why;
		const char *valid;
	} wrong[] = {
		{ "from 192.0.2.7", "from", "a port comes before 'from'", "from SOURCE..." },
		{ "from", "from", "a port comes before 'from'", "" },
		{ "tcp/22 from", NULL, "a SOURCE is missing", "SOURCE is an address or a network" },
		{ "tcp/2x from", "2x", "is no port number", "" },
		{ "tcp/22 from 192.0.2", "192.0.2", "'192.0.2' is no address", "as 192.0.2.7, " },
		{ "tcp/22 from 192.0.2.256", "192.0.2.256", "is no address", "" },
		{ "tcp/22 from 192.0.02.1", "192.0.02.1", "is no address", "" },
		{ "tcp/22 from 1.2.3.4.5/8", "1.2.3.4.5/8", "'1.2.3.4.5' is no address", "" },
		{ "tcp/22 from 2001:db8::g", "2001:db8::g", "is no address", "" },
		{ "tcp/22 from fe80::1%eth0", "fe80::1%eth0", "is no address", "" },
		{ "tcp/22 from ::1 localhost", "localhost", "is no address", "" },
		{ "tcp/22 from /24", "/24", "'' is no address", "" },
		{ "tcp/22 from ::1 from ::2", "from", "'from' is no address", "" },
		{ "tcp/22 from ::1 tcp/80", "tcp/80", "'tcp' is no address", "" },
		{ "tcp/22 from 192.0.2.0/33", "33", "no length of an IPv4 network", "0 to 32" },
		{ "tcp/22 from 192.0.2.0/4294967297", "4294967297", "no length", "0 to 32" },
		{ "tcp/22 from 192.0.2.0/", "", "'' is no length of an IPv4 network", "" },
		{ "tcp/22 from 192.0.2.0/024", "024", "no length of an IPv4 network", "" },
		{ "tcp/22 from 192.0.2.0/-1", "-1", "no length of an IPv4 network", "" },
		{ "tcp/22 from 192.0.2.0/24/", "24/", "no length of an IPv4 network", "" },
		{ "tcp/22 from 192.0.2.0/255.255.255.0", "255.255.255.0", "no length", "" },
		{ "tcp/22 from 2001:db8::/129", "129", "no length of an IPv6 network", "0 to 128" },
		{ "tcp/22 from 192.0.2.7/24", "192.0.2.7/24", "has bits behind its length",
		  "the network is 192.0.2.0/24, the address alone 192.0.2.7" },
		{ "tcp/22 from 192.0.2.1/31", "192.0.2.1/31", "has bits behind", "192.0.2.0/31" },
		{ "tcp/22 from 2001:db8::1/32", "2001:db8::1/32", "has bits behind its length",
		  "the network is 2001:db8::/32, the address alone 2001:db8::1" },
		{ "tcp/22 from 1.2.3.4/0", "1.2.3.4/0", "has bits behind", "0.0.0.0/0" },
		{ "tcp/22 from ::ffff:192.0.2.7", "::ffff:192.0.2.7", "never is where", "as such" },
		{ "tcp/22 from ::ffff:0:0/96", "::ffff:0:0/96", "never is where a packet", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (!allow(wrong[i].line))
			fail_msg("'%s' was taken", wrong[i].line);
		if (!strstr(fault.why, wrong[i].why) || !strstr(fault.valid, wrong[i].valid))
			fail_msg("%s: %s; %s", wrong[i].line, fault.why, fault.valid);
		if (wrong[i].at)
			assert_string_equal(fault.at, wrong[i].at);
		else
			assert_null(fault.at);
	}
	assert_int_equal(allow("tcp/22 from ::1 192.0.2"), -1);
	assert_ptr_equal(fault.at, words[3]);
	assert_int_equal(fault.length, 7);
}

/* Not every rule may have sources. */
static void test_places(void **state)
{
	static const struct {
		enum portclass_scope scope;
		enum portclass_action action;
		const char *why;
		const char *valid;
	} wrong[] = {
		{ PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_DENY, "only allow has sources", "denies" },
		{ PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_REJECT, "only allow has sources", "denies" },
		{ PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_UNSET, "only allow has sources", "forgets" },
		{ PORTCLASS_SCOPE_OUT, PORTCLASS_ACTION_ALLOW, "with in or forward", "from here" },
		{ PORTCLASS_SCOPE_OUT, PORTCLASS_ACTION_UNSET, "only allow has sources", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		for (int missing = 0; missing < 2; missing++) {
			assert_int_equal(parse(missing ? "tcp/22 from" : "tcp/22 from ::1",
					       wrong[i].scope, wrong[i].action), -1);
			assert_ptr_equal(fault.at, words[1]);
			assert_non_null(strstr(fault.why, wrong[i].why));
			assert_non_null(strstr(fault.valid, wrong[i].valid));
		}
}

static void test_many(void **state)
{
	char line[8192] = "tcp/22 from", *end = line + strlen(line);

	(void)state;
	for (int i = 0; i < SOURCES_MAX; i++)
		end += sprintf(end, " 10.0.0.%d", 2 * i);
	assert_int_equal(allow(line), 0);
	assert_int_equal(rules.list[0].from->count, SOURCES_MAX);
	stpcpy(end, " 10.0.0.1 10.0.0.3");
	assert_int_equal(allow(line), -1);
	assert_ptr_equal(fault.at, words[2 + SOURCES_MAX]);
	assert_string_equal(fault.why, "more than 100 sources");
}

static struct prefix random_prefix(void)
{
	struct prefix prefix = { .family = random() % 2 ? AF_INET : AF_INET6 };
	unsigned int bits = sources_bits(prefix.family);

	prefix.length = random() % 3 ? random() % (bits + 1) : random() % 12;
	/* Few bits are set, so that they are often within each other. */
	for (unsigned int bit = 0; bit < prefix.length; bit++)
		if (random() % 8 == 0)
			prefix.bytes[bit / 8] |= 0x80 >> bit % 8;
	return prefix;
}

/* Bit by bit. */
static bool is_in(const struct prefix *prefix, const struct address *address)
{
	if (prefix->family != address->family)
		return false;
	for (unsigned int bit = 0; bit < prefix->length; bit++)
		if ((prefix->bytes[bit / 8] ^ address->bytes[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static struct address near(const struct prefix *prefix)
{
	struct address address = { .family = prefix->family };
	unsigned int bit = random() % sources_bits(prefix->family);

	memcpy(address.bytes, prefix->bytes, sizeof(address.bytes));
	if (random() % 4)
		address.bytes[bit / 8] ^= 0x80 >> bit % 8;
	return address;
}

/* However they are put, they mean what a list of them means, and are one if they are the same. */
static void check_random(void)
{
	struct prefix list[SOURCES_MAX], copy[SOURCES_MAX];
	size_t count = 1 + random() % (random() % 10 ? 5 : SOURCES_MAX);
	const struct sources *from;
	struct address address;
	bool held = false;

	for (size_t i = 0; i < count; i++)
		list[i] = random_prefix();
	for (size_t i = 0; i < count; i++)
		copy[i] = list[count - 1 - i];
	address = near(&list[random() % count]);
	for (size_t i = 0; i < count; i++)
		held = held || is_in(&list[i], &address);
	from = sources_make(copy, count);
	assert_int_equal(!!sources_find(from, &address), held);
	if (held)
		assert_true(is_in(sources_find(from, &address), &address));
	assert_ptr_equal(sources_make(list, count), from);
	for (size_t i = 0; i < from->count; i++)
		for (size_t j = 0; j < from->count; j++) {
			memcpy(address.bytes, from->list[j].bytes, sizeof(address.bytes));
			address.family = from->list[j].family;
			if (i != j && from->list[i].length <= from->list[j].length)
				assert_false(is_in(&from->list[i], &address));
		}
}

static void test_random(void **state)
{
	const char *given = getenv("SEED");
	unsigned int seed = given ? strtoul(given, NULL, 10) : (unsigned long)time(NULL);

	(void)state;
	fprintf(stderr, "# sources_test: SEED=%u\n", seed);
	srandom(seed);
	for (int i = 0; i < RANDOM_ROUNDS; i++)
		check_random();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_words, teardown),
		cmocka_unit_test_teardown(test_faults, teardown),
		cmocka_unit_test_teardown(test_places, teardown),
		cmocka_unit_test_teardown(test_many, teardown),
		cmocka_unit_test_teardown(test_random, teardown),
	};

	return cmocka_run_group_tests_name("sources", tests, NULL, NULL);
}
