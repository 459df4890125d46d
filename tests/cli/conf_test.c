// SPDX-License-Identifier: GPL-2.0
/* Configuration files: what statements come to, and what is wrong where. */

#include "conf.h"
#include "memory.h"
#include "parsed.h"
#include "test.h"

static int port(unsigned int scope, unsigned int proto, unsigned int number)
{
	return parsed->port[scope][proto][number];
}

static void test_statements(void **state)
{
	(void)state;
	assert_int_equal(parsed_text("# a comment, f\xc3\xbcr alle\r\n"
			       "on-error closed\n"
			       "\n"
			       "  mode observe # why not\n"
			       "track\tnone\n"
			       "allow tcp/22 any/https  forward#no\n"
			       "deny out udp/5000-6000 domain\n"
			       "reject out tcp/5000\n"
			       "policy in well-known deny tcp\n"
			       "policy out dynamic reject\n"
			       "policy forward all deny"), 1);
	assert_non_null(strstr(parsed_faults, "line 6, column 25: SCOPE comes once"));
	assert_int_equal(parsed->mode, PORTCLASS_MODE_OBSERVE);
	assert_int_equal(parsed->track, PORTCLASS_TRACK_NONE);
	for (int p = 0; p < PROTOS; p++) {
		assert_int_equal(port(PORTCLASS_SCOPE_IN, p, 443), PORTCLASS_ACTION_ALLOW);
		assert_int_equal(port(PORTCLASS_SCOPE_OUT, p, 53), PORTCLASS_ACTION_DENY);
		for (int c = 0; c < CLASSES; c++) {
			assert_int_equal(parsed->policy[PORTCLASS_SCOPE_FORWARD][p][c],
					 PORTCLASS_ACTION_DENY);
			assert_int_equal(parsed->policy[PORTCLASS_SCOPE_IN][p][c] ==
					 PORTCLASS_ACTION_DENY, !p && !c);
		}
	}
	assert_int_equal(parsed->policy[PORTCLASS_SCOPE_OUT][1][PORTCLASS_CLASS_DYNAMIC],
			 PORTCLASS_ACTION_REJECT);
	assert_int_equal(port(PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_TCP, 5000),
			 PORTCLASS_ACTION_REJECT);
	assert_int_equal(port(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 22),
			 PORTCLASS_ACTION_ALLOW);
	assert_int_equal(port(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, 22),
			 PORTCLASS_ACTION_UNSET);
	assert_int_equal(port(PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP, 4999),
			 PORTCLASS_ACTION_UNSET);
	assert_int_equal(port(PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP, 5000),
			 PORTCLASS_ACTION_DENY);
	assert_int_equal(port(PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP, 6000),
			 PORTCLASS_ACTION_DENY);
	assert_int_equal(port(PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP, 6001),
			 PORTCLASS_ACTION_UNSET);
}

static void test_defaults(void **state)
{
	struct setup *fresh = setup_new();

	(void)state;
	assert_int_equal(parsed_text("mode enforce\n"), 0);
	assert_memory_equal(parsed, fresh, sizeof(*parsed));
	assert_int_equal(parsed->track, PORTCLASS_TRACK_CONNTRACK);
	free(fresh);
	assert_int_equal(parsed_text(""), 1);
	assert_int_equal(parsed_text("# mode observe\n \t\n"), 1);
	assert_non_null(strstr(parsed_faults, "there is no statement in it"));
}

/* Each of these is one fault, and this is all that is said about it. */
static void test_faults(void **state)
{
	static const struct {
		const char *text;
		const char *said;
	} wrong[] = {
		{ "mode enforce\n  deny tcp/1\ttcp/2x # why\n",
		  "portclassctl: a test, line 2, column 18: '2x' is no port number\n"
		  "    deny tcp/1 tcp/2x # why\n"
		  "                   ^~\n"
		  "  a port is a decimal number from 0 to 65535\n" },
		{ "alllow tcp/1",
		  "portclassctl: a test, line 1, column 1: 'alllow' is no statement; did you mean allow?\n"
		  "  alllow tcp/1\n"
		  "  ^~~~~~\n"
		  "  statement is allow, deny, reject, policy, mode, track or on-error\n" },
		{ "\n\nmode  # nothing\n",
		  "portclassctl: a test, line 3, column 5: a MODE is missing\n"
		  "  mode  # nothing\n"
		  "      ^\n"
		  "  MODE is enforce or observe\n" },
		{ "allow tcp/1\ndeny in tcp/2 any/0-9\n",
		  "portclassctl: a test, line 2, column 15: in tcp/1 is denied here, but allowed in line 1\n"
		  "  deny in tcp/2 any/0-9\n"
		  "                ^~~~~~~\n" },
		{ "deny out udp/65535\nallow out udp/65535\n",
		  "portclassctl: a test, line 2, column 11: out udp/65535 is allowed here, but denied in line 1\n"
		  "  allow out udp/65535\n"
		  "            ^~~~~~~~~\n" },
		{ "deny tcp/5\nallow tcp/9\nreject tcp/1\nreject tcp/1-9\n",
		  "portclassctl: a test, line 4, column 8: in tcp/5 is rejected here, but denied in line 1\n"
		  "  reject tcp/1-9\n"
		  "         ^~~~~~~\n" },
		{ "reject any/7\nallow udp/9 tcp/9\ndeny tcp/7-9",
		  "portclassctl: a test, line 3, column 6: in tcp/7 is denied here, but rejected in line 1\n"
		  "  deny tcp/7-9\n"
		  "       ^~~~~~~\n" },
		{ "policy all reject tcp\npolicy dynamic deny",
		  "portclassctl: a test, line 2, column 8: the policy in dynamic tcp is deny here, but reject in line 1\n"
		  "  policy dynamic deny\n"
		  "         ^~~~~~~\n" },
		{ "policy well-known deny\npolicy out all allow\npolicy all allow udp\n",
		  "portclassctl: a test, line 3, column 8: the policy in well-known udp is allow here, but deny in line 1\n"
		  "  policy all allow udp\n"
		  "         ^~~\n" },
		{ "allow tcp/22 from\n",
		  "portclassctl: a test, line 1, column 18: a SOURCE is missing\n"
		  "  allow tcp/22 from\n"
		  "                   ^\n"
		  "  SOURCE is an address or a network, as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32\n"
		},
		{ "allow tcp/22\nallow udp/22 from 192.0.2.0/33 # no\nallow udp/22 from ::1",
		  "portclassctl: a test, line 2, column 29: '33' is no length of an IPv4 network\n"
		  "  allow udp/22 from 192.0.2.0/33 # no\n"
		  "                              ^~\n"
		  "  ADDRESS/LENGTH, LENGTH is a decimal number from 0 to 32\n" },
		{ "allow forward from ::1",
		  "portclassctl: a test, line 1, column 15: a port comes before 'from'\n"
		  "  allow forward from ::1\n"
		  "                ^~~~\n"
		  "  [SCOPE] PORT... from SOURCE..., as tcp/22 from 192.0.2.0/24\n" },
		{ "deny tcp/22 from ::1",
		  "portclassctl: a test, line 1, column 13: only allow has sources\n"
		  "  deny tcp/22 from ::1\n"
		  "              ^~~~\n"
		  "  allow [SCOPE] PORT... from SOURCE... denies all others\n" },
		{ "allow tcp/9\nallow tcp/1-9 from ::1\n",
		  "portclassctl: a test, line 2, column 7: in tcp/9 is allowed from some here, but allowed in line 1\n"
		  "  allow tcp/1-9 from ::1\n"
		  "        ^~~~~~~\n" },
		{ "allow tcp/9 from ::1\nallow tcp/9-10\nallow tcp/10",
		  "portclassctl: a test, line 2, column 7: in tcp/9 is allowed here, but allowed from some in line 1\n"
		  "  allow tcp/9-10\n"
		  "        ^~~~~~~~\n" },
		{ "allow tcp/9 from ::1\nreject any/9",
		  "portclassctl: a test, line 2, column 8: in tcp/9 is rejected here, but allowed from some in line 1\n"
		  "  reject any/9\n"
		  "         ^~~~~\n" },
		{ "deny tcp/9\nallow tcp/1\nallow tcp/2-9 from ::1",
		  "portclassctl: a test, line 3, column 7: in tcp/9 is allowed from some here, but denied in line 1\n"
		  "  allow tcp/2-9 from ::1\n"
		  "        ^~~~~~~\n" },
		{ "allow tcp/9 from ::1\nallow tcp/9 from ::2\n",
		  "portclassctl: a test, line 2, column 7: in tcp/9 is allowed from some here, but from others in line 1\n"
		  "  allow tcp/9 from ::2\n"
		  "        ^~~~~\n"
		  "  all sources of a port go into one statement\n" },
		{ "mode observe\nmode enforce\n",
		  "portclassctl: a test, line 2, column 6: the mode is enforce here, but observe in line 1\n"
		  "  mode enforce\n"
		  "       ^~~~~~~\n" },
		{ "track none\ntrack none\ntrack conntrack\n",
		  "portclassctl: a test, line 3, column 7: the tracking is conntrack here, but none in line 1\n"
		  "  track conntrack\n"
		  "        ^~~~~~~~~\n" },
		{ "mode enforce\non-error open\n",
		  "portclassctl: a test, line 2, column 1: on-error is to be the first statement, and the only one of its kind\n"
		  "  on-error open\n"
		  "  ^~~~~~~~\n" },
		{ "on-error close",
		  "portclassctl: a test, line 1, column 10: 'close' is no STATE; did you mean closed?\n"
		  "  on-error close\n"
		  "           ^~~~~\n"
		  "  STATE is open or closed\n" },
		{ "allow -\n",
		  "portclassctl: a test, line 1, column 7: '-' is no port in a file\n"
		  "  allow -\n"
		  "        ^\n" },
		{ "mode enforce # \033[2J\n",
		  "portclassctl: a test, line 1, column 16: the control character U+001B\n"
		  "  mode enforce # ?[2J\n"
		  "                 ^\n" },
		{ "mode enforce # \xc2\x9b[\n",
		  "portclassctl: a test, line 1, column 16: the control character U+009B\n"
		  "  mode enforce # ??[\n"
		  "                 ^~\n" },
		{ "mode\xc2\xa0observe\n",
		  "portclassctl: a test, line 1, column 5: the character U+00A0 outside a comment\n"
		  "  mode??observe\n"
		  "      ^~\n"
		  "  statements are ASCII, blanks included\n" },
		{ "mode enforce # \xc3(\n",
		  "portclassctl: a test, line 1, column 16: the byte 0xc3 is no UTF-8 here\n"
		  "  mode enforce # ?(\n"
		  "                 ^\n" },
		{ "mode enforce\rmode observe\n",
		  "portclassctl: a test, line 1, column 13: the control character U+000D\n"
		  "  mode enforce?mode observe\n"
		  "              ^\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (parsed_text(wrong[i].text) != 1)
			fail_msg("not one fault in '%s'", wrong[i].text);
		assert_string_equal(parsed_faults, wrong[i].said);
	}
}

/* No form of a character but the shortest, and no half of a pair, is UTF-8. */
static void test_utf8(void **state)
{
	static const char *const right[] = { "\xc2\xa0", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf" };
	static const char *const wrong[] = {
		"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82",
		"\xff",
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		snprintf(text, sizeof(text), "mode enforce # %s\n", right[i]);
		assert_int_equal(parsed_text(text), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(text, sizeof(text), "mode enforce # %s\n", wrong[i]);
		assert_int_equal(parsed_text(text), 1);
		snprintf(text, sizeof(text), "mode enforce # %s", wrong[i]);
		assert_int_equal(parsed_text(text), 1);
	}
	assert_int_equal(parsed_bytes("mode enforce\nmo\0de\n", 19), 1);
	assert_non_null(strstr(parsed_faults, "line 2, column 3: a NUL byte\n  mo?de\n    ^\n"));
}

static unsigned int occurrences(const char *text, const char *of)
{
	unsigned int n = 0;

	for (; (text = strstr(text, of)); text++)
		n++;
	return n;
}

static void test_all_at_once(void **state)
{
	char *text = memory_get(2000, 16), *end = text;

	(void)state;
	assert_int_equal(parsed_text("allow tcp/x tcp/y from 1.2.3.4/8\nallow from ::1\n"
				     "allow tcp/1 from ::1 ::x ::y"), 5);
	assert_int_equal(parsed_text("mod enforce\nallow tcp/x sctp/1 tcp/1 tcp/65536\ntrack on\n"
			       "allow tcp/2\ndeny tcp/1-1000 tcp/2"), 7);
	assert_int_equal(occurrences(parsed_faults, "portclassctl: a test, line "), 7);
	for (int i = 0; i < 150; i++)
		end = stpcpy(end, "deny tcp/x\n");
	assert_int_equal(parsed_text(text), 150);
	assert_int_equal(occurrences(parsed_faults, ", line "), CONF_TOLD_MAX);
	assert_non_null(strstr(parsed_faults, "\nportclassctl: a test: and 50 more\n"));
	for (int i = 0; i < 1500; i++)
		end = stpcpy(end, "deny tcp/x\n");
	assert_int_equal(parsed_text(text), CONF_FAULTS_MAX);
	assert_non_null(strstr(parsed_faults, "\nportclassctl: a test: and more than 899 more\n"));
	free(text);
}

/* Twice the same is no fault, in whatever words. */
static void test_repeats(void **state)
{
	(void)state;
	assert_int_equal(parsed_text("mode observe\nmode observe\ntrack none\ntrack none\n"
			       "allow any/400-500 https tcp/443\nallow in https udp/0-65535\n"
			       "policy all deny\npolicy in dynamic deny udp\n"
			       "deny out tcp/443\ndeny forward any/443\n"
			       "reject out udp/443\nreject out udp/400-500\n"), 0);
}

static void test_long_lines(void **state)
{
	char text[TEXT_LINE_MAX + 32];
	const char *caret, *shown;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "mode enforce", 12);
	memcpy(text + TEXT_LINE_MAX, "\ntrack none\n", 13);
	assert_int_equal(parsed_text(text), 0);
	memcpy(text + TEXT_LINE_MAX, "#\ntrack on\n", 12);
	assert_int_equal(parsed_text(text), 2);
	assert_non_null(strstr(parsed_faults,
			       "line 1, column 8193: the line is longer than 8192 bytes\n"));
	assert_non_null(strstr(parsed_faults, "line 2, column 7: 'on' is no"));
	/* What stands far to the right is shown, and what is pointed at is above the caret. */
	memcpy(text + TEXT_LINE_MAX - 5, "now\n", 5);
	assert_int_equal(parsed_text(text), 1);
	caret = strrchr(parsed_faults, '^');
	shown = strstr(parsed_faults, "\n  ... ") + 1;
	assert_memory_equal(caret - (strchr(shown, '\n') + 1 - shown), "now\n", 4);
	assert_string_equal(caret, "^~~\n");
}

static void test_safe(void **state)
{
	static const struct {
		const char *text;
		enum conf_safe safe;
	} files[] = {
		{ "", CONF_SAFE_OPEN },
		{ "on-error closed", CONF_SAFE_CLOSED },
		{ "# \xff\n\n on-error\tclosed # yes\r\nallow tcp/x\n", CONF_SAFE_CLOSED },
		{ "<<<<<<< HEAD\non-error closed\n", CONF_SAFE_CLOSED },
		{ "on-error open\non-error closed\n", CONF_SAFE_OPEN },
		{ "on-error close\n", CONF_SAFE_OPEN },
		{ "on-error closed now\n", CONF_SAFE_OPEN },
		{ "# on-error closed\n", CONF_SAFE_OPEN },
		{ "on-error closed # \xff\n", CONF_SAFE_OPEN },
		{ "on-error closed # \x01\n", CONF_SAFE_OPEN },
		{ "allow on-error closed\n", CONF_SAFE_OPEN },
		{ "on-error\nclosed\n", CONF_SAFE_OPEN },
	};
	char long_line[2 * TEXT_LINE_MAX];
	struct text text;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		text = (struct text){ "", (char *)files[i].text, strlen(files[i].text) };
		if (conf_find_safe(&text) != files[i].safe)
			fail_msg("'%s'", files[i].text);
	}
	memset(long_line, 'x', sizeof(long_line));
	long_line[0] = '\0';
	memcpy(long_line + sizeof(long_line) - 17, "\non-error closed", 17);
	text = (struct text){ "", long_line, sizeof(long_line) - 1 };
	assert_int_equal(conf_find_safe(&text), CONF_SAFE_CLOSED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_safe),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
