// SPDX-License-Identifier: GPL-2.0
/* What is printed of the counters: by class, by port, as rates, sorted. */

#include "memory.h"
#include "printed.h"
#include "sample.h"
#include "test.h"

static struct sample samples[2];
static struct sample_view view;

static void tell_classes(struct print *print)
{
	sample_print_classes(print, &view);
}

static void tell_ports(struct print *print)
{
	sample_print_ports(print, &view);
}

static void set_samples(void)
{
	struct path_stats *path;

	memset(samples, 0, sizeof(samples));
	for (int i = 0; i < 2; i++) {
		path = &samples[i].stats.path[PORTCLASS_SCOPE_IN][PORTCLASS_PROTO_TCP];
		path->present = true;
		path->class[PORTCLASS_CLASS_DYNAMIC].count[COUNTER_PACKETS] = 10 + 90 * i;
		path->class[PORTCLASS_CLASS_DYNAMIC].count[COUNTER_BYTES] = 2048 + 1024 * i;
		path->class[PORTCLASS_CLASS_DYNAMIC].count[COUNTER_BYTES_TO] = 2000 + 600 * i;
		path->class[PORTCLASS_CLASS_DYNAMIC].count[COUNTER_BYTES_FROM] = 48 + 424 * i;
		path->class[PORTCLASS_CLASS_WELL_KNOWN].count[COUNTER_PACKETS] = 100 - 90 * i;
		samples[i].when = 1000 + 2000 * i;
	}
	view = (struct sample_view){ .now = &samples[1] };
}

static void test_classes(void **state)
{
	char *text;

	(void)state;
	set_samples();
	samples[1].stats.path[PORTCLASS_SCOPE_IN][PORTCLASS_PROTO_TCP].malformed = 3;
	text = printed((struct print){ 0 }, tell_classes);
	assert_string_equal(text,
			    "SCOPE  PROTO  CLASS       FLOWS  PACKETS  BYTES  BYTES-TO  BYTES-FROM  DENIED-FLOWS  DENIED-PACKETS  DENIED-BYTES\n"
			    "in     tcp    well-known      0       10      0         0           0             0               0             0\n"
			    "in     tcp    dynamic         0      100  3.0Ki     2.5Ki         472             0               0             0\n"
			    "in tcp malformed: 3\n");
	free(text);
}

/* A counter that went back started anew, with the module. */
static void test_class_rates(void **state)
{
	char *text;

	(void)state;
	set_samples();
	view.rates = true;
	view.before = &samples[0];
	text = printed((struct print){ 0 }, tell_classes);
	assert_string_equal(text,
			    "SCOPE  PROTO  CLASS       FLOWS  PACKETS  BYTES  DENIED  FLOWS/S  PACKETS/S  BYTES/S  TO/S  FROM/S  DENIED/S\n"
			    "in     tcp    well-known      0       10      0       0        0          5        0     0       0         0\n"
			    "in     tcp    dynamic         0      100  3.0Ki       0        0         45      512   300     212         0\n");
	free(text);
}

static void test_no_traffic(void **state)
{
	char *text;

	(void)state;
	set_samples();
	samples[1].stats.path[PORTCLASS_SCOPE_IN][PORTCLASS_PROTO_TCP] = (struct path_stats){
		.present = true,
	};
	text = printed((struct print){ 0 }, tell_classes);
	assert_string_equal(text, "no traffic yet\n");
	free(text);
	text = printed((struct print){ 0 }, tell_ports);
	assert_string_equal(text, "no traffic yet\n");
	free(text);
	text = printed((struct print){ .json = true }, tell_ports);
	assert_string_equal(text, "{\"total\":0,\"ports\":[]}\n");
	free(text);
	text = printed((struct print){ .json = true }, tell_classes);
	assert_non_null(strstr(text, "\"class\":\"registered\""));
	free(text);
}

/* Of in tcp/443 and two others, as they were, and as they are. */
static struct port_stats ports_before[] = {
	{ PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 443, {
		{ 1, 10, 1000, 0, 0, 0, 4, 400, 6, 600 } } },
	{ PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, 53, {
		{ 0, 90, 9000, 0, 9, 900, 90, 9000, 0, 0 } } },
};

static struct port_stats ports_now[] = {
	{ PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 443, {
		{ 3, 30, 3048, 0, 0, 0, 12, 424, 18, 2624 } } },
	{ PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, 53, {
		{ 0, 95, 9500, 0, 9, 900, 95, 9500, 0, 0 } } },
	{ PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP, 60000, {
		{ 2, 20, 2000, 1, 6, 600, 20, 2000, 0, 0 } } },
};

static void set_ports(enum sample_sort sort, size_t limit)
{
	set_samples();
	samples[0].ports = (struct ports){ ports_before, 2, 2 };
	samples[1].ports = (struct ports){ ports_now, 3, 3 };
	view.sort = sort;
	view.limit = limit;
}

static void set_rates(void)
{
	view.rates = true;
	view.before = &samples[0];
}

static void test_ports(void **state)
{
	char *text;

	(void)state;
	set_ports(SAMPLE_SORT_PORT, 0);
	text = printed((struct print){ 0 }, tell_ports);
	assert_string_equal(text,
			    "SCOPE  PORT       SERVICE  FLOWS  PACKETS  BYTES  BYTES-TO  BYTES-FROM  DENIED-FLOWS  DENIED-PACKETS\n"
			    "in     tcp/443    https        3       30  3.0Ki       424       2.6Ki             0               0\n"
			    "in     udp/53     domain       0       95  9.3Ki     9.3Ki           0             0               9\n"
			    "out    udp/60000               2       20  2.0Ki     2.0Ki           0             1               6\n");
	free(text);
	set_rates();
	text = printed((struct print){ 0 }, tell_ports);
	assert_string_equal(text,
			    "SCOPE  PORT       SERVICE  FLOWS  PACKETS  BYTES  DENIED  FLOWS/S  PACKETS/S  BYTES/S  TO/S  FROM/S  DENIED/S\n"
			    "in     tcp/443    https        3       30  3.0Ki       0        1         10    1.0Ki    12    1012         0\n"
			    "in     udp/53     domain       0       95  9.3Ki       9        0        2.5      250   250       0         0\n"
			    "out    udp/60000               2       20  2.0Ki       6        1         10     1000  1000       0         3\n");
	free(text);
	/* Of the first round, rates aren't known yet. */
	view.before = NULL;
	text = printed((struct print){ 0 }, tell_ports);
	assert_non_null(strstr(text, "  DENIED/S\n"));
	assert_non_null(strstr(text, "        -          -        -     -       -         -\n"));
	free(text);
}

static void test_json_ports(void **state)
{
	char *text;

	(void)state;
	set_ports(SAMPLE_SORT_PORT, 1);
	text = printed((struct print){ .json = true }, tell_ports);
	assert_string_equal(text,
			    "{\"total\":3,\"ports\":[{\"scope\":\"in\",\"proto\":\"tcp\",\"port\":443,\"flows\":3,\"packets\":30,\"bytes\":3048,\"denied_flows\":0,\"denied_packets\":0,\"denied_bytes\":0,\"packets_to\":12,\"bytes_to\":424,\"packets_from\":18,\"bytes_from\":2624}]}\n");
	free(text);
}

static void assert_order(const char *a, const char *b, const char *c)
{
	const char *text = printed((struct print){ 0 }, tell_ports);
	const char *first = strstr(text, a), *second = strstr(text, b), *third = strstr(text, c);

	if (!first || !second || !third || first > second || second > third)
		fail_msg("not %s, %s, %s: %s", a, b, c, text);
	free((char *)text);
}

static void test_sorted(void **state)
{
	(void)state;
	set_ports(SAMPLE_SORT_PORT, 0);
	assert_order("tcp/443", "udp/53", "udp/60000");
	set_ports(SAMPLE_SORT_FLOWS, 0);
	assert_order("tcp/443", "udp/60000", "udp/53");
	set_ports(SAMPLE_SORT_PACKETS, 0);
	assert_order("udp/53", "tcp/443", "udp/60000");
	set_ports(SAMPLE_SORT_BYTES, 0);
	assert_order("udp/53", "tcp/443", "udp/60000");
	set_ports(SAMPLE_SORT_DENIED, 0);
	assert_order("udp/53", "udp/60000", "tcp/443");
	/* The same by what grew since: flows and packets are even. */
	set_ports(SAMPLE_SORT_FLOWS, 0);
	set_rates();
	assert_order("tcp/443", "udp/60000", "udp/53");
	view.sort = SAMPLE_SORT_PACKETS;
	assert_order("tcp/443", "udp/60000", "udp/53");
	view.sort = SAMPLE_SORT_BYTES;
	assert_order("tcp/443", "udp/60000", "udp/53");
	view.sort = SAMPLE_SORT_DENIED;
	assert_order("udp/60000", "tcp/443", "udp/53");
}

/* What is denied is red, and nothing else. */
static void test_red(void **state)
{
	size_t red = 0;
	char *text;

	(void)state;
	set_ports(SAMPLE_SORT_PORT, 0);
	text = printed((struct print){ .coloured = true }, tell_ports);
	assert_non_null(strstr(text, "\033[31m9\033[0m"));
	assert_non_null(strstr(text, "\033[31m1\033[0m"));
	assert_non_null(strstr(text, "\033[31m6\033[0m"));
	for (const char *at = text; (at = strstr(at, "\033[31m")); at++)
		red++;
	assert_int_equal(red, 3);
	free(text);
}

static void test_limit(void **state)
{
	char *text;

	(void)state;
	set_ports(SAMPLE_SORT_DENIED, 1);
	text = printed((struct print){ 0 }, tell_ports);
	assert_string_equal(text,
			    "SCOPE  PORT    SERVICE  FLOWS  PACKETS  BYTES  BYTES-TO  BYTES-FROM  DENIED-FLOWS  DENIED-PACKETS\n"
			    "in     udp/53  domain       0       95  9.3Ki     9.3Ki           0             0               9\n"
			    "and 2 more\n");
	free(text);
	for (size_t limit = 3; limit <= 4; limit++) {
		set_ports(SAMPLE_SORT_DENIED, limit);
		text = printed((struct print){ 0 }, tell_ports);
		assert_null(strstr(text, "more"));
		free(text);
	}
}

/* What is denied is all there is of a shadow table. */
static void test_shadow(void **state)
{
	char *text;

	(void)state;
	set_samples();
	view.shadow = true;
	samples[1].stats.path[PORTCLASS_SCOPE_IN][PORTCLASS_PROTO_TCP].class[1] = (struct counters){
		{ 2, 3, 4096, 2, 3, 4096, 3, 4096, 0, 0 },
	};
	text = printed((struct print){ 0 }, tell_classes);
	assert_non_null(strstr(text, "SCOPE  PROTO  CLASS       FLOWS  PACKETS  BYTES\n"));
	assert_non_null(strstr(text, "in     tcp    registered      2        3  4.0Ki\n"));
	free(text);
	set_ports(SAMPLE_SORT_DENIED, 2);
	view.shadow = true;
	text = printed((struct print){ 0 }, tell_ports);
	assert_string_equal(text,
			    "SCOPE  PORT       SERVICE  FLOWS  PACKETS  BYTES\n"
			    "in     udp/53     domain       0        9    900\n"
			    "out    udp/60000               1        6    600\n"
			    "and 1 more\n");
	free(text);
	set_samples();
	assert_true(sample_has_traffic(&samples[1]));
	memset(&samples[1].stats, 0, sizeof(samples[1].stats));
	assert_false(sample_has_traffic(&samples[1]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_class_rates),
		cmocka_unit_test(test_no_traffic),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_json_ports),
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_red),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_shadow),
	};

	return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
