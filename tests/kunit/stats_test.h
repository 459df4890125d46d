/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_STATS_TEST_H
#define _PORTCLASS_STATS_TEST_H

#include <kunit/test.h>

#include "stats.h"

/* Shorter, for lists of examples. */
static inline struct portclass_seen
test_seen(unsigned int bytes, enum portclass_way way, bool opens, bool denied)
{
	return (struct portclass_seen) {
		.bytes = bytes, .way = way, .opens = opens, .denied = denied,
	};
}

/* What a packet adds to the counters of its class and its port. */
static inline void test_stats_add(struct portclass_stats *model,
				  const struct portclass_seen *seen)
{
	model->packets[seen->way] += 1;
	model->bytes[seen->way] += seen->bytes;
	model->flows += seen->opens ? 1 : 0;
	model->denied_flows += seen->opens && seen->denied ? 1 : 0;
	model->denied_packets += seen->denied ? 1 : 0;
	model->denied_bytes += seen->denied ? seen->bytes : 0;
}

/* The counters after @n packets that are all the same. */
static inline struct portclass_stats
test_stats_of(const struct portclass_seen *seen, unsigned int n)
{
	struct portclass_stats model = {};

	while (n--)
		test_stats_add(&model, seen);
	return model;
}

/* Each counter is as it should be; @what and @which are for the message. */
static inline void test_stats_expect(struct kunit *test,
				     const struct portclass_stats *got,
				     const struct portclass_stats *want,
				     const char *what, unsigned int which)
{
#define SAME(seen, wanted)						\
	KUNIT_EXPECT_EQ_MSG(test, (u64)(seen), (u64)(wanted), "%s %u",	\
			    what, which)
	SAME(got->packets[PORTCLASS_WAY_TO], want->packets[PORTCLASS_WAY_TO]);
	SAME(got->packets[PORTCLASS_WAY_FROM], want->packets[PORTCLASS_WAY_FROM]);
	SAME(got->bytes[PORTCLASS_WAY_TO], want->bytes[PORTCLASS_WAY_TO]);
	SAME(got->bytes[PORTCLASS_WAY_FROM], want->bytes[PORTCLASS_WAY_FROM]);
	SAME(got->flows, want->flows);
	SAME(got->denied_flows, want->denied_flows);
	SAME(got->denied_packets, want->denied_packets);
	SAME(got->denied_bytes, want->denied_bytes);
	SAME(portclass_stats_packets(got), want->packets[0] + want->packets[1]);
	SAME(portclass_stats_bytes(got), want->bytes[0] + want->bytes[1]);
#undef SAME
}

#endif /* _PORTCLASS_STATS_TEST_H */
