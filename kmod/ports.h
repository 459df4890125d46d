/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_PORTS_H
#define _PORTCLASS_PORTS_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/irq_work.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "table.h"

/* 4 KiB of counters a CPU: few enough for a host with a handful of services. */
#define PORTCLASS_PAGE_PORTS	128
#define PORTCLASS_DIR_PAGES	(PORTCLASS_PORTS / PORTCLASS_PAGE_PORTS)

#define PORTCLASS_SPILL_BITS	9
#define PORTCLASS_SPILL_SLOTS	BIT(PORTCLASS_SPILL_BITS)

/* Half a cache line, so that none straddles two. */
struct portclass_port_stats {
	u64 flows;
	u64 packets;
	u64 bytes;
	u64 denied_packets;
} __aligned(32);

struct portclass_port_page {
	struct portclass_port_stats port[PORTCLASS_PAGE_PORTS];
};

struct portclass_port_dir {
	struct portclass_port_page __percpu *page[PORTCLASS_DIR_PAGES];
};

/*
 * A port that was seen before its memory came. @tag is 0 if the slot is free,
 * else the port's key; see spill_tag().
 */
struct portclass_spill {
	atomic_t tag;
	atomic64_t flows;
	atomic64_t packets;
	atomic64_t bytes;
	atomic64_t denied_packets;
};

/**
 * struct portclass_ports - the counters of each port that has seen traffic
 * @dir: by (scope, protocol); what is set is never changed or removed
 * @spill: where ports are counted until their page has come
 * @kick: asks for @settle from the packet path, without a lock
 * @settle: allocates pages and empties @spill into them
 * @memcg: whom to charge for them, or NULL
 * @lock: protects the move from @spill to a page against readers, who would
 *	see it twice or not at all
 * @ready: slots of @spill that have a page; only @settle's, under @lock
 */
struct portclass_ports {
	struct portclass_port_dir *dir[PORTCLASS_SCOPES][PORTCLASS_PROTOS];
	struct portclass_spill *spill;
	struct irq_work kick;
	struct delayed_work settle;
	struct mem_cgroup *memcg;
	struct mutex lock; /* protects the move from spill to page */
	DECLARE_BITMAP(ready, PORTCLASS_SPILL_SLOTS);
};

int portclass_ports_init(struct portclass_ports *ports, bool account);
void portclass_ports_exit(struct portclass_ports *ports);
bool portclass_ports_add(struct portclass_ports *ports,
			 const struct portclass_key *key, unsigned int bytes,
			 bool opens, bool denied);
bool portclass_ports_next(struct portclass_ports *ports,
			  struct portclass_key *key,
			  struct portclass_port_stats *stats);

#endif /* _PORTCLASS_PORTS_H */
