// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of every port that has seen traffic, with no memory for the others.
 *
 * They are per CPU, in pages of 128 ports that come on first use. The packet
 * path must not allocate, so it counts a port whose page is missing in a small
 * hash table of shared atomics, and asks a worker for the page. When the page
 * is there and every packet that missed it is done, the worker moves the count.
 *
 * Bound: 6 * 512 pages of 4 KiB (12 MiB) a CPU and 24 KiB of directories, when
 * all 65,536 ports of each scope and protocol have seen traffic. What strangers
 * send reaches two thirds of that, as their source ports may look like services
 * that we dialled; on a router all of it. Idle: the 20 KiB of the hash table.
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "ports.h"

/* Slots that one packet may look at. */
#define SPILL_PROBES	8

/* How long to wait after the system had no memory for a page. */
#define SETTLE_RETRY	HZ

/* Peers cause these allocations, and to fail is no news for the log. */
#define PAGE_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/* A word that is one increment for the CPU can't be read half-way. */
static_assert(BITS_PER_LONG == 64, "portclass needs a 64-bit kernel");

static int spill_tag(unsigned int scope, unsigned int proto, unsigned int port)
{
	return BIT(30) | scope << 17 | proto << 16 | port;
}

static struct portclass_key spill_key(int tag)
{
	return (struct portclass_key) {
		.port = tag & 0xffff,
		.proto = tag >> 16 & 1,
		.scope = tag >> 17 & 3,
	};
}

/*
 * The page of a port, or NULL. What it points to is reached through it, and so
 * seen as it was when it was published; see page_new().
 */
static struct portclass_port_page __percpu *
page_of(const struct portclass_ports *ports, const struct portclass_key *key)
{
	const struct portclass_port_dir *dir;

	dir = READ_ONCE(ports->dir[key->scope][key->proto]);
	if (unlikely(!dir))
		return NULL;

	return READ_ONCE(dir->page[key->port / PORTCLASS_PAGE_PORTS]);
}

/* A packet's own slot for its port, taken if there is none; NULL if full. */
static struct portclass_spill *spill_slot(struct portclass_ports *ports,
					  int tag, bool *taken)
{
	u32 slot = hash_32(tag, PORTCLASS_SPILL_BITS);
	unsigned int i;

	for (i = 0; i < SPILL_PROBES; i++) {
		struct portclass_spill *spill;
		int old;

		spill = &ports->spill[(slot + i) % PORTCLASS_SPILL_SLOTS];
		old = atomic_read(&spill->tag);
		if (!old) {
			old = atomic_cmpxchg(&spill->tag, 0, tag);
			*taken = !old;
		}
		if (!old || old == tag)
			return spill;
	}

	return NULL;
}

static bool spill_add(struct portclass_ports *ports,
		      const struct portclass_key *key, unsigned int bytes,
		      bool opens, bool denied)
{
	struct portclass_spill *spill;
	bool taken = false;

	spill = spill_slot(ports, spill_tag(key->scope, key->proto, key->port),
			   &taken);
	if (!spill)
		return false;

	atomic64_inc(&spill->packets);
	atomic64_add(bytes, &spill->bytes);
	if (opens)
		atomic64_inc(&spill->flows);
	if (denied)
		atomic64_inc(&spill->denied_packets);

	if (taken)
		irq_work_queue(&ports->kick);
	return true;
}

/**
 * portclass_ports_add() - count a packet under its port
 * @ports: of the packet's namespace
 * @key: what to count it under
 * @bytes: its length from the IP header on
 * @opens: it opens a flow
 * @denied: it is denied, or would be if the mode were enforce
 *
 * Context: RCU read-side section. No lock, no allocation.
 * Return: false if there was no room for a port that is new; nothing has been
 * counted then.
 */
bool portclass_ports_add(struct portclass_ports *ports,
			 const struct portclass_key *key, unsigned int bytes,
			 bool opens, bool denied)
{
	struct portclass_port_page __percpu *page = page_of(ports, key);
	struct portclass_port_stats __percpu *stats;

	if (unlikely(!page))
		return spill_add(ports, key, bytes, opens, denied);

	stats = &page->port[key->port % PORTCLASS_PAGE_PORTS];
	this_cpu_inc(stats->packets);
	this_cpu_add(stats->bytes, bytes);
	if (opens)
		this_cpu_inc(stats->flows);
	if (denied)
		this_cpu_inc(stats->denied_packets);
	return true;
}

static struct portclass_port_page __percpu *
page_new(struct portclass_ports *ports, const struct portclass_key *key)
{
	struct portclass_port_dir *dir = ports->dir[key->scope][key->proto];
	struct portclass_port_page __percpu *page;

	if (!dir) {
		dir = kzalloc(sizeof(*dir), PAGE_GFP);
		if (!dir)
			return NULL;
		/* Zeroes before the pointer: pairs with page_of(). */
		smp_store_release(&ports->dir[key->scope][key->proto], dir);
	}

	page = alloc_percpu_gfp(struct portclass_port_page, PAGE_GFP);
	if (!page)
		return NULL;

	/* Zeroes before the pointer: pairs with page_of(). */
	smp_store_release(&dir->page[key->port / PORTCLASS_PAGE_PORTS], page);
	return page;
}

/* Give each port that waits a page, and mark the slots that have one. */
static int grow(struct portclass_ports *ports)
{
	struct mem_cgroup *old_memcg;
	unsigned int i;
	int err = 0;

	lockdep_assert_held(&ports->lock);
	old_memcg = set_active_memcg(ports->memcg);

	for (i = 0; i < PORTCLASS_SPILL_SLOTS; i++) {
		int tag = atomic_read(&ports->spill[i].tag);
		struct portclass_key key = spill_key(tag);

		if (!tag)
			continue;
		if (page_of(ports, &key) || page_new(ports, &key))
			__set_bit(i, ports->ready);
		else
			err = -ENOMEM;
	}

	set_active_memcg(old_memcg);
	return err;
}

/* Move what the ready slots have counted, and free them. */
static void fold(struct portclass_ports *ports)
{
	unsigned int i;

	lockdep_assert_held(&ports->lock);

	for_each_set_bit(i, ports->ready, PORTCLASS_SPILL_SLOTS) {
		struct portclass_spill *spill = &ports->spill[i];
		struct portclass_key key = spill_key(atomic_read(&spill->tag));
		struct portclass_port_stats __percpu *stats;

		stats = &page_of(ports, &key)->port[key.port % PORTCLASS_PAGE_PORTS];
		this_cpu_add(stats->flows, atomic64_xchg(&spill->flows, 0));
		this_cpu_add(stats->packets, atomic64_xchg(&spill->packets, 0));
		this_cpu_add(stats->bytes, atomic64_xchg(&spill->bytes, 0));
		this_cpu_add(stats->denied_packets,
			     atomic64_xchg(&spill->denied_packets, 0));

		/* Zeroes before the slot is free for another port. */
		atomic_set_release(&spill->tag, 0);
	}
	bitmap_zero(ports->ready, PORTCLASS_SPILL_SLOTS);
}

static void settle(struct work_struct *work)
{
	struct portclass_ports *ports =
		container_of(work, struct portclass_ports, settle.work);
	int err;

	mutex_lock(&ports->lock);
	err = grow(ports);
	mutex_unlock(&ports->lock);

	/* Who missed a page before has added to its slot after this. */
	synchronize_rcu();

	mutex_lock(&ports->lock);
	fold(ports);
	mutex_unlock(&ports->lock);

	if (err)
		queue_delayed_work(system_unbound_wq, &ports->settle,
				   SETTLE_RETRY);
}

static void kick(struct irq_work *work)
{
	struct portclass_ports *ports =
		container_of(work, struct portclass_ports, kick);

	mod_delayed_work(system_unbound_wq, &ports->settle, 0);
}

static void stats_sum_page(struct portclass_port_stats *sum,
			   struct portclass_port_page __percpu *page,
			   unsigned int i)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct portclass_port_stats *stats =
			&per_cpu_ptr(page, cpu)->port[i];

		sum->flows += READ_ONCE(stats->flows);
		sum->packets += READ_ONCE(stats->packets);
		sum->bytes += READ_ONCE(stats->bytes);
		sum->denied_packets += READ_ONCE(stats->denied_packets);
	}
}

static void stats_sum_spill(struct portclass_port_stats *sum,
			    const struct portclass_ports *ports, int tag)
{
	unsigned int i;

	for (i = 0; i < PORTCLASS_SPILL_SLOTS; i++) {
		const struct portclass_spill *spill = &ports->spill[i];

		if (atomic_read(&spill->tag) != tag)
			continue;
		sum->flows += atomic64_read(&spill->flows);
		sum->packets += atomic64_read(&spill->packets);
		sum->bytes += atomic64_read(&spill->bytes);
		sum->denied_packets += atomic64_read(&spill->denied_packets);
	}
}

/* First port from @from on that waits for its page; PORTCLASS_PORTS if none. */
static u32 spilled_first(const struct portclass_ports *ports,
			 const struct portclass_key *from)
{
	int low = spill_tag(from->scope, from->proto, from->port);
	int end = spill_tag(from->scope, from->proto, U16_MAX) + 1;
	int first = end;
	unsigned int i;

	for (i = 0; i < PORTCLASS_SPILL_SLOTS; i++) {
		int tag = atomic_read(&ports->spill[i].tag);

		if (tag >= low && tag < first)
			first = tag;
	}

	return first == end ? PORTCLASS_PORTS : spill_key(first).port;
}

/* First port from @from on that has a count in its page, likewise. */
static u32 paged_first(const struct portclass_ports *ports,
		       const struct portclass_key *from)
{
	struct portclass_key at = *from;
	u32 port = from->port;

	while (port < PORTCLASS_PORTS) {
		struct portclass_port_page __percpu *page;
		struct portclass_port_stats sum = {};

		at.port = port;
		page = page_of(ports, &at);
		if (!page) {
			port = round_down(port, PORTCLASS_PAGE_PORTS) +
			       PORTCLASS_PAGE_PORTS;
			continue;
		}

		stats_sum_page(&sum, page, port % PORTCLASS_PAGE_PORTS);
		if (sum.packets)
			break;
		port++;
	}

	return port;
}

static void stats_sum(struct portclass_port_stats *sum,
		      const struct portclass_ports *ports,
		      const struct portclass_key *key)
{
	struct portclass_port_page __percpu *page = page_of(ports, key);

	memset(sum, 0, sizeof(*sum));
	if (page)
		stats_sum_page(sum, page, key->port % PORTCLASS_PAGE_PORTS);
	stats_sum_spill(sum, ports,
			spill_tag(key->scope, key->proto, key->port));
}

/**
 * portclass_ports_next() - find the next port that has seen traffic
 * @ports: of the namespace
 * @key: where to begin, @key->port included; moved to the port that was found
 * @stats: what has been counted there
 *
 * Stays within @key's scope and protocol. Each counter is exact; packets that
 * are counted meanwhile may be in some of them and not yet in others.
 *
 * Context: process, may sleep; takes @ports->lock.
 * Return: true if there was one.
 */
bool portclass_ports_next(struct portclass_ports *ports,
			  struct portclass_key *key,
			  struct portclass_port_stats *stats)
{
	struct portclass_key at = *key;
	bool found = false;
	u32 port;

	mutex_lock(&ports->lock);
	for (;;) {
		port = min(spilled_first(ports, &at), paged_first(ports, &at));
		if (port == PORTCLASS_PORTS)
			break;

		at.port = port;
		stats_sum(stats, ports, &at);
		found = stats->packets;
		if (found || port == U16_MAX)
			break;
		at.port++;
		cond_resched();
	}
	mutex_unlock(&ports->lock);

	if (found)
		*key = at;
	return found;
}

/**
 * portclass_ports_init() - set up the counters of a namespace
 * @ports: to be set up
 * @account: charge the caller's memory cgroup for all that is to come, too
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM.
 */
int portclass_ports_init(struct portclass_ports *ports, bool account)
{
	/* Whole pages: a kmalloc() of five would take eight. */
	ports->spill = __vmalloc(PORTCLASS_SPILL_SLOTS * sizeof(*ports->spill),
				 GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!ports->spill)
		return -ENOMEM;

	if (account)
		ports->memcg = get_mem_cgroup_from_mm(current->mm);
	init_irq_work(&ports->kick, kick);
	INIT_DELAYED_WORK(&ports->settle, settle);
	mutex_init(&ports->lock);
	return 0;
}

/**
 * portclass_ports_exit() - free the counters of a namespace
 * @ports: no packet sees them any more
 *
 * Context: process, may sleep.
 */
void portclass_ports_exit(struct portclass_ports *ports)
{
	unsigned int s, p, i;

	irq_work_sync(&ports->kick);
	cancel_delayed_work_sync(&ports->settle);

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			struct portclass_port_dir *dir = ports->dir[s][p];

			for (i = 0; dir && i < PORTCLASS_DIR_PAGES; i++)
				free_percpu(dir->page[i]);
			kfree(dir);
		}
	}
	mem_cgroup_put(ports->memcg);
	vfree(ports->spill);
}
