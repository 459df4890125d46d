/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_COUNTERS_H
#define _PORTCLASS_COUNTERS_H

#include <linux/percpu.h>

#include "ports.h"
#include "recent.h"
#include "stats.h"
#include "table.h"

/**
 * struct portclass_path_stats - counters of one (scope, protocol), added up
 * @class: by class
 * @malformed: packets whose header is cut off or impossible
 * @fragments: later fragments that nobody reassembled, which have no port
 * @unlisted: packets in @class that no port's counters have
 */
struct portclass_path_stats {
	struct portclass_stats class[PORTCLASS_CLASSES];
	u64 malformed;
	u64 fragments;
	u64 unlisted;
};

/**
 * struct portclass_cpu_path - what isn't counted by port, of one (scope, protocol)
 * @unlisted: packets that no port's counters had room for, by class
 * @malformed: see struct portclass_path_stats
 * @fragments: see there
 */
struct portclass_cpu_path {
	struct portclass_stats unlisted[PORTCLASS_CLASSES];
	u64 malformed;
	u64 fragments;
};

struct portclass_cpu_stats {
	struct portclass_cpu_path path[PORTCLASS_SCOPES][PORTCLASS_PROTOS];
};

/**
 * struct portclass_counters - all counters of one namespace
 * @cpu: by CPU; only ever added to
 * @recent: by CPU, who was denied lately, so that his next try is no new flow
 * @ports: by port
 */
struct portclass_counters {
	struct portclass_cpu_stats __percpu *cpu;
	struct portclass_recent __percpu *recent;
	struct portclass_ports ports;
};

struct portclass_counters *portclass_counters_alloc(bool account);
void portclass_counters_free(struct portclass_counters *counters);

void portclass_counters_add(struct portclass_counters *counters,
			    const struct portclass_key *key,
			    const struct portclass_seen *seen);
void portclass_counters_add_malformed(struct portclass_counters *counters,
				      u8 scope, u8 proto);
void portclass_counters_add_fragment(struct portclass_counters *counters,
				     u8 scope, u8 proto);
void portclass_counters_sum(struct portclass_counters *counters, u8 scope,
			    u8 proto, struct portclass_path_stats *sum);

#endif /* _PORTCLASS_COUNTERS_H */
