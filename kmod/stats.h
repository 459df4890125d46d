/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_STATS_H
#define _PORTCLASS_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

/**
 * enum portclass_way - which way a packet of a flow goes
 * @PORTCLASS_WAY_TO: towards the service
 * @PORTCLASS_WAY_FROM: from the service
 */
enum portclass_way {
	PORTCLASS_WAY_TO,
	PORTCLASS_WAY_FROM,
};

#define PORTCLASS_WAYS	(PORTCLASS_WAY_FROM + 1)

/**
 * struct portclass_stats - the counters of a port or a class
 * @packets: all packets that were seen, denied ones included, by way
 * @bytes: their lengths from the IP header on, by way
 * @flows: flows, as far as they can be told apart
 * @denied_flows: those of @flows that were denied
 * @denied_packets: those of @packets
 * @denied_bytes: those of @bytes
 *
 * One cache line: that of its port, or of its class where that has none, is all that
 * a packet writes to.
 */
struct portclass_stats {
	u64 packets[PORTCLASS_WAYS];
	u64 bytes[PORTCLASS_WAYS];
	u64 flows;
	u64 denied_flows;
	u64 denied_packets;
	u64 denied_bytes;
} __aligned(64);

/**
 * struct portclass_seen - what is to be counted of a packet
 * @bytes: its length from the IP header on
 * @way: enum portclass_way
 * @opens: it opens a flow
 * @denied: it is denied, or would be if the mode were enforce
 */
struct portclass_seen {
	unsigned int bytes;
	u8 way;
	bool opens;
	bool denied;
};

/**
 * portclass_stats_count() - count a packet
 * @stats: where
 * @seen: what
 *
 * Each addition is one instruction to the CPU it is done on, so that softirqs
 * and preemption between them do no harm (this_cpu_ops.rst).
 *
 * Context: any; the caller holds what keeps @stats alive.
 */
static __always_inline void
portclass_stats_count(struct portclass_stats __percpu *stats,
		      const struct portclass_seen *seen)
{
	this_cpu_inc(stats->packets[seen->way]);
	this_cpu_add(stats->bytes[seen->way], seen->bytes);
	if (seen->opens)
		this_cpu_inc(stats->flows);
	if (unlikely(seen->denied)) {
		this_cpu_inc(stats->denied_packets);
		this_cpu_add(stats->denied_bytes, seen->bytes);
		if (seen->opens)
			this_cpu_inc(stats->denied_flows);
	}
}

/**
 * portclass_stats_add() - add the counters of one CPU to a sum
 * @sum: what to add to
 * @from: what to add; may be counted in meanwhile
 *
 * Context: any.
 */
static inline void portclass_stats_add(struct portclass_stats *sum,
				       const struct portclass_stats *from)
{
	unsigned int way;

	for (way = 0; way < PORTCLASS_WAYS; way++) {
		sum->packets[way] += READ_ONCE(from->packets[way]);
		sum->bytes[way] += READ_ONCE(from->bytes[way]);
	}
	sum->flows += READ_ONCE(from->flows);
	sum->denied_flows += READ_ONCE(from->denied_flows);
	sum->denied_packets += READ_ONCE(from->denied_packets);
	sum->denied_bytes += READ_ONCE(from->denied_bytes);
}

/**
 * portclass_stats_packets() - how many packets were seen, both ways
 * @stats: a sum
 *
 * Context: any.
 * Return: their number.
 */
static inline u64 portclass_stats_packets(const struct portclass_stats *stats)
{
	return stats->packets[PORTCLASS_WAY_TO] +
	       stats->packets[PORTCLASS_WAY_FROM];
}

/**
 * portclass_stats_bytes() - how many bytes were seen, both ways
 * @stats: a sum
 *
 * Context: any.
 * Return: their number.
 */
static inline u64 portclass_stats_bytes(const struct portclass_stats *stats)
{
	return stats->bytes[PORTCLASS_WAY_TO] + stats->bytes[PORTCLASS_WAY_FROM];
}

#endif /* _PORTCLASS_STATS_H */
