/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_PORTS_H
#define _PORTCLASS_PORTS_H

#include <linux/irq_work.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "spill.h"
#include "table.h"

/* 4 KiB of counters a CPU: few enough for a host with a handful of services. */
#define PORTCLASS_PAGE_PORTS	64
#define PORTCLASS_DIR_PAGES	(PORTCLASS_PORTS / PORTCLASS_PAGE_PORTS)

/*
 * The waiting room, in memory pages: 170 ports always, 8,191 more once that was
 * a quarter full, as it is by a scan.
 */
#define PORTCLASS_SPILLS	2
#define PORTCLASS_SPILL_PAGES	{ 3, 144 }

struct portclass_port_page {
	struct portclass_stats port[PORTCLASS_PAGE_PORTS];
};

struct portclass_port_dir {
	struct portclass_port_page __percpu *page[PORTCLASS_DIR_PAGES];
};

/**
 * struct portclass_ports - the counters of each port that has seen traffic
 * @dir: by (scope, protocol); what is set is never changed or removed
 * @spill: where ports are counted until their page has come; likewise, and the
 *	first one is always there
 * @kick: asks for @grow from the packet path, without a lock
 * @grow: allocates pages
 * @fold: moves counts from @spill to pages
 * @memcg: whom to charge for pages, or NULL
 * @lock: protects the move from @spill to a page against readers, who would
 *	see it twice or not at all
 */
struct portclass_ports {
	struct portclass_port_dir *dir[PORTCLASS_SCOPES][PORTCLASS_PROTOS];
	struct portclass_spill *spill[PORTCLASS_SPILLS];
	struct irq_work kick;
	struct delayed_work grow;
	struct work_struct fold;
	struct mem_cgroup *memcg;
	struct mutex lock; /* protects the move from spill to page */
};

int portclass_ports_init(struct portclass_ports *ports, bool account);
void portclass_ports_exit(struct portclass_ports *ports);
bool portclass_ports_add(struct portclass_ports *ports,
			 const struct portclass_key *key,
			 const struct portclass_seen *seen);
void portclass_ports_sum(struct portclass_ports *ports,
			 const struct portclass_key *key,
			 struct portclass_stats *sum);
bool portclass_ports_next(struct portclass_ports *ports,
			  struct portclass_key *key,
			  struct portclass_stats *stats);

#endif /* _PORTCLASS_PORTS_H */
