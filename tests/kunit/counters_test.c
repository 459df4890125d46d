// SPDX-License-Identifier: GPL-2.0
/* Counters by class, and what a packet adds to which of them. */
#include <kunit/test.h>

#include "counters.h"
#include "stats_test.h"

static int counters_init(struct kunit *test)
{
	test->priv = portclass_counters_alloc(false);
	return test->priv ? 0 : -ENOMEM;
}

static void counters_exit(struct kunit *test)
{
	portclass_counters_free(test->priv);
}

static void count(struct kunit *test, unsigned int scope, unsigned int proto,
		  u16 port, const struct portclass_seen *seen)
{
	const struct portclass_key key = {
		.port = port, .scope = scope, .proto = proto,
	};

	rcu_read_lock();
	portclass_counters_add(test->priv, &key, seen);
	rcu_read_unlock();
}

static void expect_path(struct kunit *test, unsigned int scope,
			unsigned int proto,
			const struct portclass_path_stats *want)
{
	unsigned int path = scope * PORTCLASS_PROTOS + proto, c;
	struct portclass_path_stats got;

	/* It sets what it sums, and doesn't add to it. */
	memset(&got, 0xff, sizeof(got));
	portclass_counters_sum(test->priv, scope, proto, &got);
	for (c = 0; c < PORTCLASS_CLASSES; c++)
		test_stats_expect(test, &got.class[c], &want->class[c],
				  "path * 10 + class", path * 10 + c);
	KUNIT_EXPECT_EQ_MSG(test, got.malformed, want->malformed, "path %u", path);
	KUNIT_EXPECT_EQ_MSG(test, got.fragments, want->fragments, "path %u", path);
	KUNIT_EXPECT_EQ_MSG(test, got.unlisted, want->unlisted, "path %u", path);
}

/* Each packet is in one class of one scope and protocol, and nowhere else. */
static void classes_are_kept_apart(struct kunit *test)
{
	static const struct {
		u16 port;
		u8 class;
	} at[] = {
		{ 0, PORTCLASS_CLASS_WELL_KNOWN }, { 1023, PORTCLASS_CLASS_WELL_KNOWN },
		{ 1024, PORTCLASS_CLASS_REGISTERED }, { 49151, PORTCLASS_CLASS_REGISTERED },
		{ 49152, PORTCLASS_CLASS_DYNAMIC }, { 65535, PORTCLASS_CLASS_DYNAMIC },
	};
	struct portclass_path_stats want[PORTCLASS_SCOPES][PORTCLASS_PROTOS] = {};
	unsigned int s, p, i, how;

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			for (i = 0; i < ARRAY_SIZE(at); i++) {
				for (how = 0; how < 8; how++) {
					const struct portclass_seen seen =
						test_seen(1 + how + 10 * i +
							  100 * (2 * s + p),
							  how >> 2, how & 1, how & 2);

					count(test, s, p, at[i].port, &seen);
					test_stats_add(&want[s][p].class[at[i].class],
						       &seen);
				}
			}
		}
	}

	for (s = 0; s < PORTCLASS_SCOPES; s++)
		for (p = 0; p < PORTCLASS_PROTOS; p++)
			expect_path(test, s, p, &want[s][p]);
}

/* Spelled out, where the others rely on test_stats_add(). */
static void denied_opener_and_its_answer(struct kunit *test)
{
	static const struct portclass_seen seen[] = {
		{ .bytes = 60, .way = PORTCLASS_WAY_TO, .opens = true, .denied = true },
		{ .bytes = 40, .way = PORTCLASS_WAY_FROM },
		{ .bytes = 52, .way = PORTCLASS_WAY_TO, .denied = true },
		{ .bytes = 1500, .way = PORTCLASS_WAY_TO, .opens = true },
	};
	static const struct portclass_stats want = {
		.packets = { 3, 1 }, .bytes = { 1612, 40 }, .flows = 2,
		.denied_flows = 1, .denied_packets = 2, .denied_bytes = 112,
	};
	const struct portclass_key key = { .port = 23 };
	struct portclass_counters *counters = test->priv;
	struct portclass_path_stats path = {};
	struct portclass_stats port;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(seen); i++)
		count(test, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, 23, &seen[i]);
	path.class[PORTCLASS_CLASS_WELL_KNOWN] = want;
	expect_path(test, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, &path);
	portclass_ports_sum(&counters->ports, &key, &port);
	test_stats_expect(test, &port, &want, "port", 23);
	KUNIT_EXPECT_EQ(test, portclass_stats_packets(&port), 4);
	KUNIT_EXPECT_EQ(test, portclass_stats_bytes(&port), 1652);
}

static void malformed_and_fragments(struct kunit *test)
{
	struct portclass_path_stats want = {};
	unsigned int s, p, i;

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			for (i = 0; i < 1 + 2 * s + p; i++)
				portclass_counters_add_malformed(test->priv, s, p);
			for (i = 0; i < 20 + 2 * s + p; i++)
				portclass_counters_add_fragment(test->priv, s, p);
		}
	}

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			want.malformed = 1 + 2 * s + p;
			want.fragments = 20 + 2 * s + p;
			expect_path(test, s, p, &want);
		}
	}
}

/* Counters of 64 bits: a flood doesn't turn them over. */
static void bytes_go_beyond_32_bits(struct kunit *test)
{
	const struct portclass_seen seen =
		test_seen(U32_MAX, PORTCLASS_WAY_FROM, false, true);
	struct portclass_path_stats want = {};
	struct portclass_stats *class = &want.class[PORTCLASS_CLASS_WELL_KNOWN];
	unsigned int i;

	for (i = 0; i < 3; i++)
		count(test, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, 53, &seen);
	class->packets[PORTCLASS_WAY_FROM] = 3;
	class->bytes[PORTCLASS_WAY_FROM] = 3ull * U32_MAX;
	class->denied_packets = 3;
	class->denied_bytes = 3ull * U32_MAX;
	expect_path(test, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_UDP, &want);
}

/* All packets of a class are those of its ports, and those of none. */
static void ports_and_unlisted_make_up_class(struct kunit *test)
{
	struct portclass_counters *counters = test->priv;
	struct portclass_key key = {
		.scope = PORTCLASS_SCOPE_IN, .proto = PORTCLASS_PROTO_TCP,
	};
	const struct portclass_seen seen =
		test_seen(40, PORTCLASS_WAY_FROM, true, false);
	const struct portclass_stats *class;
	struct portclass_path_stats sum;
	struct portclass_stats stats;
	unsigned long flags;
	u64 listed = 0;
	u32 port;

	/* What calls the worker is an interrupt of this processor: it makes no room meanwhile. */
	local_irq_save(flags);
	for (port = 0; port < 1024; port++)
		count(test, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP, port, &seen);
	local_irq_restore(flags);

	while (portclass_ports_next(&counters->ports, &key, &stats)) {
		listed += portclass_stats_packets(&stats);
		key.port++;
	}
	portclass_counters_sum(counters, PORTCLASS_SCOPE_IN, PORTCLASS_PROTO_TCP,
			       &sum);
	class = &sum.class[PORTCLASS_CLASS_WELL_KNOWN];
	KUNIT_EXPECT_EQ(test, portclass_stats_packets(class), 1024);
	KUNIT_EXPECT_EQ(test, listed + sum.unlisted, 1024);
	KUNIT_EXPECT_GT(test, sum.unlisted, 0);
}

static void free_takes_null(struct kunit *test)
{
	portclass_counters_free(NULL);
	KUNIT_SUCCEED(test);
}

static struct kunit_case counters_cases[] = {
	KUNIT_CASE(classes_are_kept_apart),
	KUNIT_CASE(denied_opener_and_its_answer),
	KUNIT_CASE(malformed_and_fragments),
	KUNIT_CASE(bytes_go_beyond_32_bits),
	KUNIT_CASE(ports_and_unlisted_make_up_class),
	KUNIT_CASE(free_takes_null),
	{}
};

static struct kunit_suite counters_suite = {
	.name = "portclass_counters",
	.init = counters_init,
	.exit = counters_exit,
	.test_cases = counters_cases,
};

kunit_test_suite(counters_suite);
