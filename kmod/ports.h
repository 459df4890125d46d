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
 * The waiting room, in 4 KiB: 170 ports always, 8,191 more once that was
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

/**
 * portclass_ports_page() - find the page of a port
 * @ports: of the namespace
 * @key: the port
 *
 * What it points to is reached through it, and so seen as it was when it was
 * published; see page_new().
 *
 * Context: any.
 * Return: the page, which stays; NULL if there is none yet.
 */
static __always_inline struct portclass_port_page __percpu *
portclass_ports_page(const struct portclass_ports *ports,
		     const struct portclass_key *key)
{
	const struct portclass_port_dir *dir;

	dir = READ_ONCE(ports->dir[key->scope][key->proto]);
	if (unlikely(!dir))
		return NULL;

	return READ_ONCE(dir->page[key->port / PORTCLASS_PAGE_PORTS]);
}

/**
 * portclass_ports_spill() - find a waiting room
 * @ports: of the namespace
 * @i: its number; the first one is always there, the next ones come later
 *
 * Context: any.
 * Return: it, which stays; NULL if there is none.
 */
static inline struct portclass_spill *
portclass_ports_spill(const struct portclass_ports *ports, unsigned int i)
{
	return i < PORTCLASS_SPILLS ? READ_ONCE(ports->spill[i]) : NULL;
}

/**
 * portclass_ports_count() - count a packet of a port that has its page
 * @ports: of the packet's namespace
 * @key: what to count it under
 * @seen: what there is to count
 *
 * Context: RCU read-side section. No lock, no allocation.
 * Return: false if the page isn't there; nothing has been counted then.
 */
static __always_inline bool
portclass_ports_count(const struct portclass_ports *ports,
		      const struct portclass_key *key,
		      const struct portclass_seen *seen)
{
	struct portclass_port_page __percpu *page =
		portclass_ports_page(ports, key);

	if (unlikely(!page))
		return false;

	portclass_stats_count(&page->port[key->port % PORTCLASS_PAGE_PORTS],
			      seen);
	return true;
}

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
void portclass_ports_sum_classes(struct portclass_ports *ports,
				 const struct portclass_key *path,
				 struct portclass_stats *class);

#endif /* _PORTCLASS_PORTS_H */
