// SPDX-License-Identifier: GPL-2.0
/* The grammar besides ports; words that are read; pointing at a word. */

#include "grammar.h"
#include "memory.h"
#include "test.h"

static void test_scopes(void **state)
{
	static const char *const out[] = { "out", "tcp/1" }, *const none[] = { "tcp/1" };
	static const char *const forward[] = { "forward" }, *const odd[] = { "forwards" };
	enum portclass_scope scope;

	(void)state;
	assert_int_equal(grammar_scope(out, 2, &scope), 1);
	assert_int_equal(scope, PORTCLASS_SCOPE_OUT);
	assert_int_equal(grammar_scope(forward, 1, &scope), 1);
	assert_int_equal(scope, PORTCLASS_SCOPE_FORWARD);
	assert_int_equal(grammar_scope(none, 1, &scope), 0);
	assert_int_equal(scope, PORTCLASS_SCOPE_IN);
	assert_int_equal(grammar_scope(odd, 1, &scope), 0);
	assert_int_equal(grammar_scope(NULL, 0, &scope), 0);
	assert_int_equal(scope, PORTCLASS_SCOPE_IN);
}

/* Split a line at blanks, and parse it as a policy. */
static int policy(const char *line, struct policy policies[GRAMMAR_POLICIES_MAX], size_t *made,
		  struct fault *fault)
{
	static char copy[128];
	const char *words[8];
	size_t count = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	return grammar_policy(words, count, policies, made, fault);
}

static void test_policies(void **state)
{
	struct policy policies[GRAMMAR_POLICIES_MAX];
	struct fault fault;
	size_t made;

	(void)state;
	assert_int_equal(policy("well-known deny", policies, &made, &fault), 0);
	assert_int_equal(made, 2);
	for (size_t i = 0; i < made; i++) {
		assert_int_equal(policies[i].scope, PORTCLASS_SCOPE_IN);
		assert_int_equal(policies[i].proto, i);
		assert_int_equal(policies[i].class, PORTCLASS_CLASS_WELL_KNOWN);
		assert_int_equal(policies[i].action, PORTCLASS_ACTION_DENY);
		assert_string_equal(policies[i].word, "well-known");
	}
	assert_int_equal(policy("out dynamic allow udp", policies, &made, &fault), 0);
	assert_int_equal(made, 1);
	assert_int_equal(policies[0].scope, PORTCLASS_SCOPE_OUT);
	assert_int_equal(policies[0].proto, PORTCLASS_PROTO_UDP);
	assert_int_equal(policies[0].class, PORTCLASS_CLASS_DYNAMIC);
	assert_int_equal(policies[0].action, PORTCLASS_ACTION_ALLOW);
	assert_int_equal(policy("forward all deny any", policies, &made, &fault), 0);
	assert_int_equal(made, 6);
	assert_int_equal(policy("registered allow tcp", policies, &made, &fault), 0);
	assert_int_equal(made, 1);
	assert_int_equal(policy("registered reject", policies, &made, &fault), 0);
	assert_int_equal(policies[1].action, PORTCLASS_ACTION_REJECT);
}

static void test_policy_faults(void **state)
{
	static const struct {
		const char *line;
		const char *at;
	} wrong[] = {
		{ "", NULL },
		{ "in", NULL },
		{ "in all", NULL },
		{ "wellknown deny", "wellknown" },
		{ "well_known deny", "well_known" },
		{ "any deny", "any" },
		{ "all unset", "unset" },
		{ "all drop", "drop" },
		{ "all deny sctp", "sctp" },
		{ "all deny all", "all" },
		{ "all deny tcp udp", "udp" },
		{ "in out all deny", "out" },
		{ "deny all", "deny" },
	};
	struct policy policies[GRAMMAR_POLICIES_MAX];
	struct fault fault;
	size_t made;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (!policy(wrong[i].line, policies, &made, &fault))
			fail_msg("'%s' was taken", wrong[i].line);
		if (wrong[i].at)
			assert_string_equal(fault.at, wrong[i].at);
		else
			assert_null(fault.at);
	}
}

static void test_modes(void **state)
{
	static const char *const enforce[] = { "enforce" }, *const observe[] = { "observe", "x" };
	static const char *const odd[] = { "Observe" };
	enum portclass_mode mode;
	struct fault fault;

	(void)state;
	assert_int_equal(grammar_mode(enforce, 1, &mode, &fault), 0);
	assert_int_equal(mode, PORTCLASS_MODE_ENFORCE);
	assert_int_equal(grammar_mode(observe, 1, &mode, &fault), 0);
	assert_int_equal(mode, PORTCLASS_MODE_OBSERVE);
	assert_int_equal(grammar_mode(observe, 2, &mode, &fault), -1);
	assert_ptr_equal(fault.at, observe[1]);
	assert_int_equal(grammar_mode(odd, 1, &mode, &fault), -1);
	assert_non_null(strstr(fault.why, "did you mean observe?"));
	assert_int_equal(grammar_mode(NULL, 0, &mode, &fault), -1);
	assert_null(fault.at);
}

static void test_tracks(void **state)
{
	static const char *const conntrack[] = { "conntrack" }, *const none[] = { "none", "in" };
	static const char *const odd[] = { "contrack" };
	enum portclass_track track;
	struct fault fault;

	(void)state;
	assert_int_equal(grammar_track(conntrack, 1, &track, &fault), 0);
	assert_int_equal(track, PORTCLASS_TRACK_CONNTRACK);
	assert_int_equal(grammar_track(none, 1, &track, &fault), 0);
	assert_int_equal(track, PORTCLASS_TRACK_NONE);
	assert_int_equal(grammar_track(none, 2, &track, &fault), -1);
	assert_ptr_equal(fault.at, none[1]);
	assert_int_equal(grammar_track(odd, 1, &track, &fault), -1);
	assert_non_null(strstr(fault.why, "did you mean conntrack?"));
	assert_string_equal(fault.valid, "TRACKING is conntrack or none");
	assert_int_equal(grammar_track(NULL, 0, &track, &fault), -1);
	assert_null(fault.at);
}

static void test_seconds(void **state)
{
	static const struct {
		const char *word;
		unsigned int milliseconds;
	} right[] = {
		{ "1", 1000 }, { "2", 2000 }, { "0.1", 100 }, { "0.25", 250 }, { "1.005", 1005 },
		{ "86400", 86400000 },
	};
	static const char *const wrong[] = {
		"", "0", "0.05", ".5", "5.", "-1", "1s", "1e3", "0x1", " 1", "1.0001", "86401",
		"99999999999", "inf",
	};
	struct fault fault;
	unsigned int value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		assert_int_equal(grammar_seconds(right[i].word, &value, &fault), 0);
		assert_int_equal(value, right[i].milliseconds);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (!grammar_seconds(wrong[i], &value, &fault))
			fail_msg("'%s' was taken", wrong[i]);
	assert_int_equal(grammar_count("3", "things", &value, &fault), 0);
	assert_int_equal(value, 3);
	assert_int_equal(grammar_count("0", "things", &value, &fault), -1);
	assert_int_equal(grammar_count("4294967297", "things", &value, &fault), -1);
	assert_int_equal(grammar_count("3x", "things", &value, &fault), -1);
	assert_string_equal(fault.why, "'3x' is no number of things");
}

static int read_text(const char *text, size_t length, struct words *words, char *why)
{
	FILE *in = fmemopen((char *)text, length, "r");
	int err;

	assert_non_null(in);
	err = words_read(words, in, "a test", why, 160);
	fclose(in);
	return err;
}

static void test_reading(void **state)
{
	static const char text[] = "tcp/1 tcp/2\r\n\n  # nothing\n\ttcp/3#x\nlast";
	struct words words;
	char why[160];

	(void)state;
	assert_int_equal(read_text(text, sizeof(text) - 1, &words, why), 0);
	assert_int_equal(words.count, 4);
	assert_string_equal(words.list[1].text, "tcp/2");
	assert_int_equal(words.list[1].line, 1);
	assert_string_equal(words.list[2].text, "tcp/3");
	assert_int_equal(words.list[2].line, 4);
	assert_string_equal(words.list[3].text, "last");
	assert_int_equal(words.list[3].line, 5);
	assert_int_equal(words_find(&words, words.list[3].text + 4), 3);
	words_free(&words);
	assert_int_equal(read_text(text, sizeof(text), &words, why), 1);
	assert_non_null(strstr(why, "NUL"));
	words_free(&words);
	assert_int_equal(read_text("#", 1, &words, why), 0);
	assert_int_equal(words.count, 0);
	words_free(&words);
}

static void assert_shown(const struct words *words, const char *at, size_t length,
			 const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	words_show(words, at, length, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_pointing(void **state)
{
	static const char *const argv[] = {
		"portclassctl", "allow", "tcp/65536", "a b", "", "e\033",
	};
	struct words words;

	(void)state;
	words_take(&words, argv, 6);
	assert_shown(&words, argv[2] + 4, 5,
		     "  portclassctl allow tcp/65536 'a b' '' e?\n"
		     "                         ^~~~~\n");
	assert_shown(&words, argv[3], 3,
		     "  portclassctl allow tcp/65536 'a b' '' e?\n"
		     "                                ^~~\n");
	assert_shown(&words, argv[5], 2,
		     "  portclassctl allow tcp/65536 'a b' '' e?\n"
		     "                                        ^~\n");
	words_free(&words);
	words_take(&words, argv, 2);
	assert_shown(&words, NULL, 0,
		     "  portclassctl allow\n"
		     "                     ^\n");
	words_free(&words);
}

static void test_pointing_far(void **state)
{
	static const char far[] =
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg";
	const char *argv[201];
	struct words words;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(argv); i++)
		argv[i] = "tcp/100";
	argv[100] = far;
	words_take(&words, argv, ARRAY_SIZE(argv));
	assert_shown(&words, far + 60, 4,
		     "  ... tcp/100 aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeee... tcp/100 tcp/100 ...\n"
		     "                                                              ^~~\n");
	words_free(&words);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_policy_faults),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_tracks),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_pointing),
		cmocka_unit_test(test_pointing_far),
	};

	return cmocka_run_group_tests_name("grammar", tests, NULL, NULL);
}
