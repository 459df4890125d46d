// SPDX-License-Identifier: GPL-2.0
/*
 * A class is the sum of its ports: at each stage of a port, from the first packet
 * to the last, and for what no port's counters had room for.
 */
#include <kunit/test.h>

#include "counters.h"
#include "ports_test.h"
#include "test_random.h"

#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM

/* What was counted; and what was read the last time, which has to be less. */
struct model {
	struct portclass_stats class[PATHS][PORTCLASS_CLASSES];
	struct portclass_stats last[PATHS][PORTCLASS_CLASSES];
	u64 unlisted[PATHS];
};

static struct model *model;

static void no_worker(struct work_struct *work)
{
}

/* The cases run the worker by hand, by ports_code.c, to which its ports are all. */
static int sum_init(struct kunit *test)
{
	struct portclass_counters *counters;

	model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	counters = portclass_counters_alloc(false);
	if (!model || !counters) {
		portclass_counters_free(counters);
		return -ENOMEM;
	}
	counters->ports.grow.work.func = no_worker;
	test->priv = &counters->ports;
	return 0;
}

static struct portclass_counters *counters_of(struct kunit *test)
{
	return container_of(test_ports(test), struct portclass_counters, ports);
}

static void sum_exit(struct kunit *test)
{
	if (test->priv)
		portclass_counters_free(counters_of(test));
}

static struct portclass_key key_of(enum test_path path, u16 port)
{
	return (struct portclass_key) {
		.port = port,
		.scope = path / PORTCLASS_PROTOS,
		.proto = path % PORTCLASS_PROTOS,
	};
}

/* By RFC 6335, whatever portclass_class_of() says. */
static unsigned int class_of(u16 port)
{
	if (port < 1024)
		return PORTCLASS_CLASS_WELL_KNOWN;
	return port < 49152 ? PORTCLASS_CLASS_REGISTERED : PORTCLASS_CLASS_DYNAMIC;
}

/* A packet, as the hook counts it. */
static void count(struct kunit *test, enum test_path path, u16 port,
		  const struct portclass_seen *seen)
{
	const struct portclass_key key = key_of(path, port);

	rcu_read_lock();
	portclass_counters_add(counters_of(test), &key, seen);
	rcu_read_unlock();
	test_stats_add(&model->class[path][class_of(port)], seen);
}

static void count_some(struct kunit *test, struct rnd_state *rnd, unsigned int packets)
{
	while (packets--) {
		const struct portclass_seen seen =
			test_seen(test_random_below(rnd, 65536),
				  test_random_below(rnd, PORTCLASS_WAYS),
				  test_random_below(rnd, 2), test_random_below(rnd, 2));
		u16 port = test_random_port(rnd);

		/* Some of few, so that pages are shared; some of all. */
		if (test_random_below(rnd, 4))
			port &= 0xf00f;
		count(test, test_random_below(rnd, PATHS), port, &seen);
	}
}

/* All ports, one after the other. */
static void walk(struct kunit *test, enum test_path path, struct portclass_stats *class)
{
	struct portclass_key key = key_of(path, 0);
	struct portclass_stats port;

	while (portclass_ports_next(test_ports(test), &key, &port)) {
		portclass_stats_add(&class[class_of(key.port)], &port);
		if (key.port++ == 65535)
			break;
	}
}

static void expect_no_less(struct kunit *test, const struct portclass_stats *now,
			   const struct portclass_stats *last, const char *stage)
{
	/* It is nothing but numbers of 64 bits. */
	const u64 *a = (const u64 *)last, *b = (const u64 *)now;
	unsigned int i;

	for (i = 0; i < sizeof(*now) / sizeof(*a); i++)
		KUNIT_EXPECT_LE_MSG(test, a[i], b[i], "%s, counter %u", stage, i);
}

static void expect_path(struct kunit *test, enum test_path path, const char *stage)
{
	const struct portclass_key any = key_of(path, 12345);
	struct portclass_stats ports[PORTCLASS_CLASSES] = {};
	struct portclass_stats walked[PORTCLASS_CLASSES] = {};
	struct portclass_path_stats sum;
	u64 unlisted = 0;
	unsigned int c;

	memset(&sum, 0xff, sizeof(sum));
	portclass_counters_sum(counters_of(test), any.scope, any.proto, &sum);
	portclass_ports_sum_classes(test_ports(test), &any, ports);
	walk(test, path, walked);
	for (c = 0; c < PORTCLASS_CLASSES; c++) {
		test_stats_expect(test, &sum.class[c], &model->class[path][c], stage,
				  path * 10 + c);
		test_stats_expect(test, &ports[c], &walked[c], stage, path * 10 + c);
		expect_no_less(test, &sum.class[c], &model->last[path][c], stage);
		expect_no_less(test, &sum.class[c], &ports[c], stage);
		unlisted += portclass_stats_packets(&sum.class[c]) -
			    portclass_stats_packets(&ports[c]);
		model->last[path][c] = sum.class[c];
	}
	KUNIT_EXPECT_EQ_MSG(test, sum.unlisted, unlisted, "%s, path %u", stage, path);
	KUNIT_EXPECT_LE_MSG(test, model->unlisted[path], sum.unlisted, "%s, path %u",
			    stage, path);
	model->unlisted[path] = sum.unlisted;
}

static void expect_sums(struct kunit *test, const char *stage)
{
	unsigned int path;

	for (path = 0; path < PATHS; path++)
		expect_path(test, path, stage);
}

static u64 unlisted(void)
{
	unsigned int path;
	u64 sum = 0;

	for (path = 0; path < PATHS; path++)
		sum += model->unlisted[path];
	return sum;
}

/* Each stage of one port at either end of each class, with nothing around it. */
static void stages_of_a_port(struct kunit *test)
{
	static const u16 ports[] = { 0, 1023, 1024, 49151, 49152, 65535 };
	const struct portclass_seen seen = test_seen(100, TO, true, false);
	const struct portclass_seen denied = test_seen(7, FROM, true, true);
	unsigned int path, i;

	expect_sums(test, "nothing");
	for (path = 0; path < PATHS; path++)
		for (i = 0; i < ARRAY_SIZE(ports); i++)
			count(test, path, ports[i], &seen);
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 36);
	expect_sums(test, "waiting");

	test_ports_grow(test);
	expect_sums(test, "grown");
	for (path = 0; path < PATHS; path++)
		for (i = 0; i < ARRAY_SIZE(ports); i++)
			count(test, path, ports[i], &denied);
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 36);
	expect_sums(test, "waiting and in a page");

	test_ports_fold(test);
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 0);
	expect_sums(test, "folded");
	for (path = 0; path < PATHS; path++)
		for (i = 0; i < ARRAY_SIZE(ports); i++)
			count(test, path, ports[i], &seen);
	expect_sums(test, "in a page");
	KUNIT_EXPECT_EQ(test, unlisted(), 0);
}

/* More ports than there is room for: no packet is missing in its class. */
static void unlisted_are_of_their_class(struct kunit *test)
{
	const struct portclass_seen seen = test_seen(60, TO, true, true);
	unsigned int i;
	u64 before;

	for (i = 0; i < 65536; i += 64)
		count(test, IN_TCP, i, &seen);
	expect_sums(test, "full");
	before = unlisted();
	KUNIT_EXPECT_GE(test, before, 1024 - FEW_SLOTS);

	/* What was not listed stays so; what comes is. */
	test_ports_spill_grow(test, test_ports_grow(test));
	KUNIT_ASSERT_NOT_NULL(test, test_ports(test)->spill[1]);
	expect_sums(test, "grown");
	for (i = 0; i < 65536; i += 64)
		count(test, IN_TCP, i, &seen);
	expect_sums(test, "in both rooms");
	test_ports_settle(test);
	expect_sums(test, "folded");
	test_ports_settle(test);
	for (i = 0; i < 65536; i += 64)
		count(test, IN_TCP, i, &seen);
	expect_sums(test, "listed");
	KUNIT_EXPECT_EQ(test, unlisted(), before);
}

/* Random packets, and any half of the worker between any two of them. */
static void sums_are_their_model(struct kunit *test)
{
	static const char * const stages[] = { "counted", "grown", "folded", "more room" };
	struct rnd_state rnd;
	unsigned int i;

	test_random_init(test, &rnd);
	for (i = 0; i < 60; i++) {
		unsigned int stage = test_random_below(&rnd, i < 30 ? 3 : 4);

		count_some(test, &rnd, test_random_below(&rnd, 60));
		switch (stage) {
		case 1:
			test_ports_grow(test);
			break;
		case 2:
			test_ports_fold(test);
			break;
		case 3:
			test_ports_spill_grow(test, FEW_SLOTS);
			break;
		}
		expect_sums(test, stages[stage]);
		cond_resched();
	}
	test_ports_settle(test);
	expect_sums(test, "settled");
	KUNIT_EXPECT_EQ(test, test_ports_slots_in_use(test), 0);
}

/* The worker comes when it likes, and who reads never sees a packet twice. */
static void worker_is_not_seen(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i;

	test_random_init(test, &rnd);
	test_ports_let_worker_come(test);
	for (i = 0; i < 60; i++) {
		count_some(test, &rnd, 20);
		expect_sums(test, "any");
		schedule_timeout_uninterruptible(i % 4 == 0);
	}
}

static struct kunit_case sum_cases[] = {
	KUNIT_CASE(stages_of_a_port),
	KUNIT_CASE(unlisted_are_of_their_class),
	KUNIT_CASE(sums_are_their_model),
	KUNIT_CASE(worker_is_not_seen),
	{}
};

static struct kunit_suite sum_suite = {
	.name = "portclass_counters_sum",
	.init = sum_init,
	.exit = sum_exit,
	.test_cases = sum_cases,
};

kunit_test_suite(sum_suite);
