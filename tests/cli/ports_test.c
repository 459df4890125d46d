// SPDX-License-Identifier: GPL-2.0
/* The grammar of ports: each kind of right and wrong word, and random ones against an oracle. */

#include <time.h>

#include "grammar.h"
#include "memory.h"
#include "services_test.h"
#include "test.h"

enum { RANDOM_ROUNDS = 300000 };

static int parse(const char *word, struct rules *rules, struct fault *fault)
{
	rules->count = 0;
	return grammar_ports(&word, 1, PORTCLASS_SCOPE_OUT, PORTCLASS_ACTION_DENY, rules, fault);
}

/* A word comes to these rules, of tcp and udp: -1 for none of the protocol. */
static void assert_ports(const char *word, int tcp_low, int tcp_high, int udp_low, int udp_high)
{
	struct rules rules = { 0 };
	struct fault fault;
	size_t i = 0;

	if (parse(word, &rules, &fault))
		fail_msg("%s: %s", word, fault.why);
	assert_int_equal(rules.count, (tcp_low >= 0) + (udp_low >= 0));
	for (i = 0; i < rules.count; i++) {
		assert_int_equal(rules.list[i].scope, PORTCLASS_SCOPE_OUT);
		assert_int_equal(rules.list[i].action, PORTCLASS_ACTION_DENY);
		assert_ptr_equal(rules.list[i].word, word);
	}
	i = 0;
	if (tcp_low >= 0) {
		assert_int_equal(rules.list[i].proto, PORTCLASS_PROTO_TCP);
		assert_int_equal(rules.list[i].low, tcp_low);
		assert_int_equal(rules.list[i++].high, tcp_high);
	}
	if (udp_low >= 0) {
		assert_int_equal(rules.list[i].proto, PORTCLASS_PROTO_UDP);
		assert_int_equal(rules.list[i].low, udp_low);
		assert_int_equal(rules.list[i].high, udp_high);
	}
	free(rules.list);
}

/* A word is wrong from an offset on, for a length. */
static void assert_fault(const char *word, size_t offset, size_t length, const char *why)
{
	struct rules rules = { 0 };
	struct fault fault;

	if (!parse(word, &rules, &fault))
		fail_msg("%s: was taken", word);
	assert_ptr_equal(fault.at, word + offset);
	assert_int_equal(fault.length, length);
	if (!strstr(fault.why, why))
		fail_msg("%s: '%s' does not say '%s'", word, fault.why, why);
	free(rules.list);
}

static void test_numbers(void **state)
{
	static const int ports[] = { 0, 1, 9, 10, 1023, 1024, 49151, 49152, 65534, 65535 };
	char word[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		snprintf(word, sizeof(word), "tcp/%d", ports[i]);
		assert_ports(word, ports[i], ports[i], -1, -1);
		snprintf(word, sizeof(word), "udp/%d", ports[i]);
		assert_ports(word, -1, -1, ports[i], ports[i]);
		snprintf(word, sizeof(word), "any/%d", ports[i]);
		assert_ports(word, ports[i], ports[i], ports[i], ports[i]);
	}
}

static void test_ranges(void **state)
{
	(void)state;
	assert_ports("tcp/80-80", 80, 80, -1, -1);
	assert_ports("tcp/0-0", 0, 0, -1, -1);
	assert_ports("udp/65535-65535", -1, -1, 65535, 65535);
	assert_ports("tcp/0-65535", 0, 65535, -1, -1);
	assert_ports("any/0-65535", 0, 65535, 0, 65535);
	assert_ports("udp/1023-1024", -1, -1, 1023, 1024);
	assert_ports("any/49151-49152", 49151, 49152, 49151, 49152);
}

static void test_services(void **state)
{
	(void)state;
	assert_ports("https", 443, 443, 443, 443);
	assert_ports("ssh", 22, 22, -1, -1);
	assert_ports("tftp", -1, -1, 69, 69);
	assert_ports("two-ports", 1000, 1000, 2000, 2000);
	assert_ports("tcp/https", 443, 443, -1, -1);
	assert_ports("udp/https", -1, -1, 443, 443);
	assert_ports("any/two-ports", 1000, 1000, 2000, 2000);
	assert_ports("tcp/http-alt", 8080, 8080, -1, -1);
	assert_fault("nosuchservice", 0, 13, "no service");
	assert_fault("tcp/nosuchservice", 4, 13, "no service");
	assert_fault("udp/ssh", 4, 3, "under udp");
	assert_fault("elsewhere", 0, 9, "no service");
	assert_fault("htps", 0, 4, "did you mean https?");
	assert_fault("HTTPS", 0, 5, "no service");
	assert_fault("tcp/http-https", 4, 10, "no service");
}

static void test_faults(void **state)
{
	(void)state;
	assert_fault("tcp/65536", 4, 5, "65535");
	assert_fault("tcp/99999999999999999999", 4, 20, "65535");
	assert_fault("tcp/4294967376", 4, 10, "65535");
	assert_fault("tcp/18446744073709551696", 4, 20, "65535");
	assert_fault("tcp/80-65536", 7, 5, "65535");
	assert_fault("tcp/80-22", 4, 5, "before it starts");
	assert_fault("tcp/", 4, 0, "missing");
	assert_fault("tcp/80-", 7, 0, "missing");
	assert_fault("tcp/-80", 4, 3, "no port number");
	assert_fault("tcp/-", 4, 1, "no port number");
	assert_fault("tcp/-1", 4, 2, "no port number");
	assert_fault("tcp/+1", 4, 2, "no port number");
	assert_fault("tcp/0x1", 4, 3, "no port number");
	assert_fault("tcp/1e3", 4, 3, "no port number");
	assert_fault("tcp/80x", 4, 3, "no port number");
	assert_fault("tcp/ 80", 4, 3, "no port number");
	assert_fault("tcp/80 ", 4, 3, "no port number");
	assert_fault("tcp/80-90-99", 7, 5, "no port number");
	assert_fault("tcp/80--90", 7, 3, "no port number");
	assert_fault("tcp/80,81", 4, 5, "no port number");
	assert_fault("tcp/80/81", 4, 5, "no port number");
	assert_fault("tcp/*", 4, 1, "no port number");
	assert_fault("tcp/080", 4, 3, "leading zero");
	assert_fault("tcp/00", 4, 2, "leading zero");
	assert_fault("tcp/1-02", 6, 2, "leading zero");
	assert_fault("sctp/80", 0, 4, "no PROTO");
	assert_fault("TCP/80", 0, 3, "no PROTO");
	assert_fault("tc/80", 0, 2, "no PROTO");
	assert_fault("tcpp/80", 0, 4, "no PROTO");
	assert_fault("/80", 0, 0, "no PROTO");
	assert_fault("/", 0, 0, "no PROTO");
	assert_fault("80", 0, 2, "no PROTO");
	assert_fault("80/tcp", 0, 2, "no PROTO");
	assert_fault("tcp", 0, 3, "no port");
	assert_fault("in", 0, 2, "SCOPE");
	assert_fault("-", 0, 1, "alone");
	assert_fault("", 0, 0, "no port");
	assert_fault("tcp:80", 0, 6, "no service");
}

static void test_lists(void **state)
{
	static const char *const good[] = { "tcp/1", "any/2-3", "https" };
	static const char *const last_wrong[] = { "tcp/1", "tcp/2", "tcp/x1" };
	struct rules rules = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(grammar_ports(good, 3, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW, &rules,
				       &fault), 0);
	assert_int_equal(rules.count, 5);
	assert_int_equal(grammar_ports(good, 0, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW, &rules,
				       &fault), -1);
	assert_null(fault.at);
	assert_int_equal(grammar_ports(last_wrong, 3, PORTCLASS_SCOPE_IN, PORTCLASS_ACTION_ALLOW,
				       &rules, &fault), -1);
	assert_ptr_equal(fault.at, last_wrong[2] + 4);
	free(rules.list);
}

static void test_too_many(void **state)
{
	const char **words = memory_get(GRAMMAR_RULES_MAX + 1, sizeof(*words));
	struct rules rules = { 0 };
	struct fault fault;

	(void)state;
	for (size_t i = 0; i <= GRAMMAR_RULES_MAX; i++)
		words[i] = "tcp/1";
	assert_int_equal(grammar_ports(words, GRAMMAR_RULES_MAX, PORTCLASS_SCOPE_IN,
				       PORTCLASS_ACTION_ALLOW, &rules, &fault), 0);
	assert_int_equal(rules.count, GRAMMAR_RULES_MAX);
	rules.count = 0;
	assert_int_equal(grammar_ports(words, GRAMMAR_RULES_MAX + 1, PORTCLASS_SCOPE_IN,
				       PORTCLASS_ACTION_ALLOW, &rules, &fault), -1);
	free(rules.list);
	free(words);
}

/* What a number is, told in another way than the grammar does: written back, it is the same. */
static int oracle_number(const char *text, size_t length)
{
	char copy[8], again[8];
	int value;

	if (!length || length > 5)
		return -1;
	snprintf(copy, sizeof(copy), "%.*s", (int)length, text);
	value = atoi(copy);
	snprintf(again, sizeof(again), "%d", value);
	return value >= 0 && value <= 65535 && !strcmp(copy, again) ? value : -1;
}

static int oracle_service(const char *name, const char *proto)
{
	for (const struct test_service *s = services_known; s->name; s++)
		if (!strcmp(s->name, name) && !strcmp(s->proto, proto))
			return s->port;
	return -1;
}

/* Return: a word is right. */
static int oracle(const char *word, int low[2], int high[2])
{
	static const char *const protos[] = { "tcp", "udp" };
	const char *slash = strchr(word, '/'), *rest = slash ? slash + 1 : word, *dash;
	int found = 0;

	for (int p = 0; p < 2; p++) {
		low[p] = -1;
		high[p] = -1;
		if (slash && strncmp(word, protos[p], slash - word) && strncmp(word, "any/", 4))
			continue;
		if (slash && slash - word != 3)
			continue;
		low[p] = oracle_service(rest, protos[p]);
		high[p] = low[p];
		dash = strchr(rest, '-');
		if (slash && low[p] < 0 && !dash) {
			low[p] = oracle_number(rest, strlen(rest));
			high[p] = low[p];
		} else if (slash && low[p] < 0) {
			low[p] = oracle_number(rest, dash - rest);
			high[p] = oracle_number(dash + 1, strlen(dash + 1));
			if (high[p] < low[p])
				low[p] = -1;
		}
		found |= low[p] >= 0;
	}
	return found;
}

/* Pieces that words are made of, so that many random ones are nearly right. */
static void random_word(char word[64])
{
	static const char *const pieces[] = {
		"tcp", "udp", "any", "sctp", "/", "/", "-", "0", "1", "65535", "65536", "80", "443",
		"08", "x", "+", " ", "ssh", "https", "two-ports", "elsewhere", "in", "tcp/", "udp/",
		"any/", "1023-1024", "99999", "\n", "\xff", "#", "1-", "9",
	};
	size_t used = 0;

	word[0] = '\0';
	for (long n = 1 + random() % 5; n; n--) {
		const char *piece = pieces[random() % ARRAY_SIZE(pieces)];
		char digits[8];

		if (random() % 4 == 0) {
			snprintf(digits, sizeof(digits), "%ld", random() % 70000);
			piece = digits;
		}
		used += snprintf(word + used, 64 - used, "%s", piece);
	}
}

static void check_random(const char *word)
{
	int low[2], high[2], right = oracle(word, low, high);
	struct rules rules = { 0 };
	struct fault fault;

	if (parse(word, &rules, &fault) != (right ? 0 : -1))
		fail_msg("'%s' is %s", word, right ? "right" : "wrong");
	if (right) {
		assert_ports(word, low[0], high[0], low[1], high[1]);
	} else {
		assert_true(fault.at >= word && fault.length <= strlen(fault.at));
		assert_true(*fault.why);
	}
	free(rules.list);
}

static void test_random(void **state)
{
	const char *given = getenv("SEED");
	unsigned int seed = given ? strtoul(given, NULL, 10) : (unsigned long)time(NULL);
	unsigned int taken = 0;
	int low[2], high[2];
	char word[64];

	(void)state;
	fprintf(stderr, "# ports_test: SEED=%u\n", seed);
	srandom(seed);
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		random_word(word);
		check_random(word);
		taken += oracle(word, low, high);
	}
	/* Else the pieces are no good, and this tests little. */
	assert_in_range(taken, RANDOM_ROUNDS / 100, RANDOM_ROUNDS / 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("ports", tests, NULL, NULL);
}
