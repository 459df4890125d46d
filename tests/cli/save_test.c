// SPDX-License-Identifier: GPL-2.0
/* What is saved, and how two configurations differ: all that is printed is read as what it was. */

#include <time.h>
#include <sys/socket.h>

#include "memory.h"
#include "parsed.h"
#include "printed.h"
#include "save.h"
#include "sources.h"
#include "test.h"

enum { RANDOM_ROUNDS = 100 };

/* What is printed next. */
static const struct setup *from, *to;

static void tell_save(struct print *print)
{
	save_print(print, to);
}

static void tell_diff(struct print *print)
{
	save_diff(print, from, to);
}

/* Without the comments at its start. */
static const char *statements(const char *text)
{
	while (*text == '#' || *text == '\n')
		text = strchr(text, '\n') + 1;
	return text;
}

static void test_save(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(parsed_text("deny forward udp/6063\ndeny forward udp/6000-6062\n"
			       "allow https ssh\npolicy well-known deny tcp\nallow tcp/23\n"
			       "policy out all reject tcp\nreject out tcp/80-90\n"
			       "allow udp/53-60 from ::/0\nallow udp/61 from ::/0\n"
			       "allow udp/500 from 2001:db8::1 192.0.2.0/24\n"), 0);
	to = parsed;
	text = printed((struct print){ 0 }, tell_save);
	assert_string_equal(statements(text),
			    "mode enforce\n"
			    "track conntrack\n"
			    "policy in well-known deny tcp\n"
			    "policy out well-known reject tcp\n"
			    "policy out registered reject tcp\n"
			    "policy out dynamic reject tcp\n"
			    "allow in tcp/22-23\n"
			    "allow in tcp/443  # https\n"
			    "allow in udp/53-61 from ::/0\n"
			    "allow in udp/443  # https\n"
			    "allow in udp/500 from 192.0.2.0/24 2001:db8::1\n"
			    "reject out tcp/80-90\n"
			    "deny forward udp/6000-6063\n");
	assert_int_equal(*text, '#');
	free(text);
	text = printed((struct print){ .json = true }, tell_save);
	assert_string_equal(text,
			    "{\"statements\":[\"mode enforce\",\"track conntrack\",\"policy in well-known deny tcp\",\"policy out well-known reject tcp\",\"policy out registered reject tcp\",\"policy out dynamic reject tcp\",\"allow in tcp/22-23\",\"allow in tcp/443\",\"allow in udp/53-61 from ::/0\",\"allow in udp/443\",\"allow in udp/500 from 192.0.2.0/24 2001:db8::1\",\"reject out tcp/80-90\",\"deny forward udp/6000-6063\"]}\n");
	free(text);
}

static void test_diff(void **state)
{
	struct setup *old;
	char *text;

	(void)state;
	assert_int_equal(parsed_text("policy dynamic deny udp\npolicy registered deny udp\n"
			       "deny tcp/20-30\nallow tcp/443\n"
			       "allow out tcp/9\nallow forward any/80 from ::1 10.0.0.0/8\n"
			       "allow forward any/22 from ::1\n"), 0);
	old = parsed;
	parsed = NULL;
	assert_int_equal(parsed_text("mode observe\ntrack none\npolicy well-known deny tcp\n"
			       "policy registered reject udp\ndeny tcp/20-25\nallow tcp/26 tcp/443\ndeny out tcp/9 udp/9\n"
			       "allow forward any/22 from ::1\nallow forward tcp/80 from ::1\n"
			       "allow forward udp/80\n"), 0);
	from = old;
	to = parsed;
	text = printed((struct print){ 0 }, tell_diff);
	assert_string_equal(text,
			    "-mode enforce\n"
			    "+mode observe\n"
			    "-track conntrack\n"
			    "+track none\n"
			    "+policy in well-known deny tcp\n"
			    "-policy in registered deny udp\n"
			    "+policy in registered reject udp\n"
			    "-policy in dynamic deny udp\n"
			    "-deny in tcp/20-30\n"
			    "+deny in tcp/20-25\n"
			    "+allow in tcp/26\n"
			    "-allow out tcp/9\n"
			    "+deny out tcp/9\n"
			    "+deny out udp/9\n"
			    "-allow forward tcp/80 from 10.0.0.0/8 ::1  # http\n"
			    "+allow forward tcp/80 from ::1  # http\n"
			    "-allow forward udp/80 from 10.0.0.0/8 ::1\n"
			    "+allow forward udp/80\n");
	free(text);
	to = from;
	text = printed((struct print){ 0 }, tell_diff);
	assert_string_equal(text, "");
	free(text);
	text = printed((struct print){ .json = true }, tell_diff);
	assert_string_equal(text, "{\"changes\":[]}\n");
	free(text);
	old->mode = PORTCLASS_MODE_OBSERVE;
	to = parsed;
	old->policy[0][1][1] = PORTCLASS_ACTION_REJECT;
	old->policy[0][1][2] = PORTCLASS_ACTION_ALLOW;
	old->track = PORTCLASS_TRACK_NONE;
	memcpy(old->port, parsed->port, sizeof(old->port));
	memcpy(old->from, parsed->from, sizeof(old->from));
	old->port[0][0][22] = PORTCLASS_ACTION_UNSET;
	text = printed((struct print){ .json = true }, tell_diff);
	assert_string_equal(text,
			    "{\"changes\":[{\"change\":\"add\",\"statement\":\"policy in well-known deny tcp\"},{\"change\":\"remove\",\"statement\":\"deny in tcp/20-21\"},{\"change\":\"add\",\"statement\":\"deny in tcp/20-25\"},{\"change\":\"remove\",\"statement\":\"deny in tcp/23-25\"}]}\n");
	free(text);
	free(old);
}

/* How many more ranges with sources there may be. */
static unsigned int sourced;

/* A few different lists, so that neighbours have the same at times. */
static void set_sources(const struct sources **from, const __u8 *action, unsigned int length)
{
	struct prefix list[2] = {
		{ .family = AF_INET, .bytes = { 10 }, .length = 8 + random() % 4 },
		{ .family = AF_INET6, .bytes = { 32 }, .length = 3 + random() % 2 },
	};
	const struct sources *sources = NULL;

	if (*action == PORTCLASS_ACTION_ALLOW && sourced && random() % 2) {
		sources = sources_make(list + random() % 2, 1);
		sourced--;
	}
	for (unsigned int i = 0; i < length; i++)
		from[i] = sources;
}

static void fill(struct setup *random_setup)
{
	long paths = 1 + random() % 6;

	unsigned int scope, proto;

	random_setup->mode = random() % 2;
	random_setup->track = random() % 2;
	for (int i = 0; i < 18; i++)
		random_setup->policy[i / 6][i / 3 % 2][i % 3] =
			PORTCLASS_ACTION_ALLOW + random() % 3;
	for (; paths; paths--) {
		const struct sources **from;
		unsigned int at = 0, longest = 1 << random() % 16;
		__u8 *path;

		scope = random() % SCOPES;
		proto = random() % PROTOS;
		path = random_setup->port[scope][proto];
		from = random_setup->from[scope][proto];
		memset(from, 0, sizeof(random_setup->from[scope][proto]));
		sourced = scope == PORTCLASS_SCOPE_OUT ? 0 : SOURCES_RANGES_MAX;
		if (random() % 4 == 0)
			at = PORTS - random() % 100;
		while (at < PORTS) {
			unsigned int length = 1 + random() % longest;

			if (length > PORTS - at)
				length = PORTS - at;
			memset(path + at, random() % 4, length);
			set_sources(from + at, path + at, length);
			at += length;
		}
	}
}

/* Going by the statements themselves: the lines of the one text that the other one lacks. */
static void check_diff(const char *diff, const char *old, const char *new)
{
	size_t length, removed = 0, added = 0, lines[2] = { 0 };
	const char *const sides[] = { old, new };
	char line[128];

	for (; *diff; diff += length + 1) {
		length = strcspn(diff, "\n");
		snprintf(line, sizeof(line), "\n%.*s\n", (int)length - 1, diff + 1);
		assert_true(*diff == '-' || *diff == '+');
		assert_non_null(strstr(*diff == '-' ? old : new, line));
		assert_null(strstr(*diff == '-' ? new : old, line));
		*(*diff == '-' ? &removed : &added) += 1;
	}
	for (int i = 0; i < 2; i++)
		for (const char *at = sides[i]; *at; at++)
			lines[i] += *at == '\n';
	assert_int_equal(lines[0] - removed, lines[1] - added);
}

static void test_random(void **state)
{
	const char *given = getenv("SEED");
	unsigned int seed = given ? strtoul(given, NULL, 10) : (unsigned long)time(NULL);
	struct setup *one = setup_new(), *before = setup_new();
	char *text, *again, *diff, *old = NULL;

	(void)state;
	fprintf(stderr, "# save_test: SEED=%u\n", seed);
	srandom(seed);
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		*before = *one;
		fill(one);
		from = before;
		to = one;
		text = printed((struct print){ 0 }, tell_save);
		if (parsed_text(text))
			fail_msg("%s", parsed_faults);
		assert_memory_equal(parsed, one, sizeof(*parsed));
		to = parsed;
		again = printed((struct print){ 0 }, tell_save);
		assert_string_equal(again, text);
		/* The longest ones take too long to be searched for each line. */
		if (old && strlen(old) < 100000 && strlen(text) < 100000) {
			diff = printed((struct print){ 0 }, tell_diff);
			check_diff(diff, old, text);
			free(diff);
		}
		free(again);
		free(old);
		old = text;
	}
	free(old);
	free(one);
	free(before);
}

/* The longest rule is a line that can be read. */
static void test_longest(void **state)
{
	struct prefix list[SOURCES_MAX];
	struct setup *one = setup_new();
	char *text;

	(void)state;
	for (int i = 0; i < SOURCES_MAX; i++) {
		list[i] = (struct prefix){ .family = AF_INET6, .length = 127 };
		memset(list[i].bytes, 0xfe, sizeof(list[i].bytes));
		list[i].bytes[0] = i;
	}
	for (int i = 60000; i < PORTS; i++) {
		one->port[PORTCLASS_SCOPE_FORWARD][0][i] = PORTCLASS_ACTION_ALLOW;
		one->from[PORTCLASS_SCOPE_FORWARD][0][i] = sources_make(list, SOURCES_MAX);
	}
	to = one;
	text = printed((struct print){ 0 }, tell_save);
	assert_true(strlen(strstr(text, "allow forward")) > 4096);
	if (parsed_text(text))
		fail_msg("%s", parsed_faults);
	assert_memory_equal(parsed, one, sizeof(*one));
	free(text);
	free(one);
}

/* Each port another rule than its neighbours, of all scopes: the most that can be said. */
static void test_biggest(void **state)
{
	struct setup *most = setup_new();
	char *text;

	(void)state;
	for (int s = 0; s < SCOPES; s++)
		for (int p = 0; p < PROTOS; p++)
			for (int i = 0; i < PORTS; i++)
				most->port[s][p][i] = PORTCLASS_ACTION_ALLOW + i % 2;
	to = most;
	text = printed((struct print){ 0 }, tell_save);
	assert_in_range(strlen(text), 7 << 20, TEXT_MAX);
	assert_int_equal(parsed_text(text), 0);
	assert_memory_equal(parsed, most, sizeof(*parsed));
	free(text);
	free(most);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_biggest),
	};

	return cmocka_run_group_tests_name("save", tests, NULL, NULL);
}
