// SPDX-License-Identifier: GPL-2.0
/* Configuration files: ports that are open to some sources only. */

#include "conf.h"
#include "memory.h"
#include "parsed.h"
#include "sources.h"
#include "test.h"

static const struct sources *from(unsigned int scope, unsigned int proto, unsigned int number)
{
	return parsed->from[scope][proto][number];
}

static void test_sources(void **state)
{
	char source[SOURCES_TEXT];

	(void)state;
	if (parsed_text("allow tcp/22-30 udp/53 from 192.0.2.0/24 2001:db8::1  # some\n"
			"allow tcp/25 from 2001:db8::1/128 192.0.2.0/24 192.0.2.9\n"
			"allow tcp/80\n"
			"allow forward any/22 from 10.0.0.0/8\n"))
		fail_msg("%s", parsed_faults);
	assert_int_equal(parsed->port[PORTCLASS_SCOPE_IN][PORTCLASS_PROTO_TCP][30],
			 PORTCLASS_ACTION_ALLOW);
	assert_int_equal(from(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 30)->count, 2);
	assert_ptr_equal(from(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 25),
			 from(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, 53));
	assert_null(from(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 31));
	assert_null(from(PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 80));
	assert_string_equal(sources_text(from(PORTCLASS_SCOPE_FORWARD, 1, 22)->list, source),
			    "10.0.0.0/8");
}

/* Of a scope and protocol: a statement for each second port. */
static char *many_sources(const char *scope, unsigned int count, char *end)
{
	for (unsigned int i = 0; i < count; i++)
		end += sprintf(end, "allow %s tcp/%u from 10.%u.0.0/16\n", scope, 2 * i, i % 100);
	return end;
}

/* What the kernel would refuse is known before. */
static void test_too_many_sources(void **state)
{
	char *text = memory_get(2000, 64), *end;

	(void)state;
	end = many_sources("in", SOURCES_RANGES_MAX, text);
	many_sources("forward", SOURCES_RANGES_MAX, end);
	assert_int_equal(parsed_text(text), 0);
	end = many_sources("in", 1, text);
	end = many_sources("forward", SOURCES_RANGES_MAX + 2, end);
	assert_int_equal(parsed_text(text), 1);
	assert_string_equal(parsed_faults,
			    "portclassctl: a test, line 130: more than 128 ranges of forward tcp have sources\n");
	/* Neighbours with the same sources are one. */
	end = many_sources("in", SOURCES_RANGES_MAX, text);
	stpcpy(end, "allow tcp/1 tcp/255 from 10.0.0.0/16\n");
	assert_int_equal(parsed_text(text), 1);
	stpcpy(end, "allow tcp/1 from 10.0.0.0/16\n");
	assert_int_equal(parsed_text(text), 0);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_too_many_sources),
	};

	return cmocka_run_group_tests_name("conf_sources", tests, NULL, NULL);
}
