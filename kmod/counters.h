/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_COUNTERS_H
#define _PORTCLASS_COUNTERS_H

#include <linux/cache.h>
#include <linux/percpu.h>

#include "ports.h"
#include "table.h"

/**
 * struct portclass_class_stats - counters of one (scope, protocol, class)
 * @flows: flows, as far as they can be told apart
 * @packets: all packets that were seen, denied ones included
 * @bytes: their lengths from the IP header on
 * @denied_flows: those of @flows that were denied
 * @denied_packets: those of @packets
 * @denied_bytes: those of @bytes
 */
struct portclass_class_stats {
	u64 flows;
	u64 packets;
	u64 bytes;
	u64 denied_flows;
	u64 denied_packets;
	u64 denied_bytes;
} ____cacheline_aligned;

/**
 * struct portclass_path_stats - counters of one (scope, protocol)
 * @class: by class
 * @malformed: packets whose header is cut off or impossible
 * @fragments: later fragments, which have no port
 * @unlisted: packets in @class that no port's counters have
 */
struct portclass_path_stats {
	struct portclass_class_stats class[PORTCLASS_CLASSES];
	u64 malformed;
	u64 fragments;
	u64 unlisted;
};

struct portclass_cpu_stats {
	struct portclass_path_stats path[PORTCLASS_SCOPES][PORTCLASS_PROTOS];
};

/**
 * struct portclass_counters - all counters of one namespace
 * @cpu: by CPU; only ever added to
 * @ports: by port
 */
struct portclass_counters {
	struct portclass_cpu_stats __percpu *cpu;
	struct portclass_ports ports;
};

struct portclass_counters *portclass_counters_alloc(bool account);
void portclass_counters_free(struct portclass_counters *counters);

void portclass_counters_add(struct portclass_counters *counters,
			    const struct portclass_key *key, unsigned int bytes,
			    bool opens, bool denied);
void portclass_counters_add_malformed(struct portclass_counters *counters,
				      u8 scope, u8 proto);
void portclass_counters_add_fragment(struct portclass_counters *counters,
				     u8 scope, u8 proto);
void portclass_counters_sum(const struct portclass_counters *counters,
			    u8 scope, u8 proto,
			    struct portclass_path_stats *sum);

#endif /* _PORTCLASS_COUNTERS_H */
