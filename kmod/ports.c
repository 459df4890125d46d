// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of every port that has seen traffic, with no memory for the others.
 *
 * They are per CPU, in pages of 128 ports that come on first use. The packet
 * path must not allocate, so it counts a port whose page is missing in a
 * waiting room (spill.c) and asks for the page. A worker brings it at once;
 * another one moves the count when every packet that missed the page is done.
 *
 * Bound: 6 * 512 pages of 4 KiB (12 MiB) a CPU and 352 KiB more, when all
 * 65,536 ports of each scope and protocol have seen traffic. What strangers
 * send reaches two thirds of that, as their source ports may look like services
 * that we dialled; on a router all of it. Idle: the 8 KiB of the waiting room.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "ports.h"

/* How long to wait after the system had no memory for a page. */
#define GROW_RETRY	HZ

/*
 * Peers cause these allocations: to fail is no news for the log, and no reason
 * to kill a process (__GFP_NORETRY keeps the OOM killer out).
 */
#define PAGE_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NORETRY | __GFP_NOWARN)

/* A word that is one increment for the CPU can't be read half-way. */
static_assert(BITS_PER_LONG == 64, "portclass needs a 64-bit kernel");

static const unsigned int spill_pages[] = PORTCLASS_SPILL_PAGES;

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

static bool spill_add(struct portclass_ports *ports,
		      const struct portclass_key *key, unsigned int bytes,
		      bool opens, bool denied)
{
	unsigned int i;
	bool taken;

	for (i = 0; i < PORTCLASS_SPILLS; i++) {
		struct portclass_spill *spill = READ_ONCE(ports->spill[i]);

		if (spill && portclass_spill_add(spill, key, bytes, opens,
						 denied, &taken)) {
			if (taken)
				irq_work_queue(&ports->kick);
			return true;
		}
	}

	return false;
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

/* More room, for the next time or the rest of this one. */
static void spill_grow(struct portclass_ports *ports, int used)
{
	struct portclass_spill *spill;

	if (ports->spill[1] || used < (int)ports->spill[0]->count / 4)
		return;

	spill = portclass_spill_alloc(spill_pages[1], PAGE_GFP);
	/* Zeroes before the pointer: pairs with spill_add(). */
	smp_store_release(&ports->spill[1], spill);
}

/* Give a page to each port that waits for one. Return: how many have waited. */
static int grow_pages(struct portclass_ports *ports)
{
	struct portclass_key key;
	struct portclass_slot *slot;
	unsigned int i;
	int used = 0;

	for (i = 0; i < PORTCLASS_SPILLS && ports->spill[i]; i++) {
		struct portclass_slot *end = portclass_spill_end(ports->spill[i]);

		for (slot = ports->spill[i]->slots; slot < end; slot++) {
			if (!portclass_slot_key(slot, &key))
				continue;
			if (!page_of(ports, &key) && !page_new(ports, &key))
				return -ENOMEM;
			used++;
		}
	}

	return used;
}

static void grow(struct work_struct *work)
{
	struct portclass_ports *ports =
		container_of(work, struct portclass_ports, grow.work);
	struct mem_cgroup *old_memcg;
	int used;

	old_memcg = set_active_memcg(ports->memcg);
	used = grow_pages(ports);
	spill_grow(ports, used);
	set_active_memcg(old_memcg);

	queue_work(system_unbound_wq, &ports->fold);
	if (used < 0)
		queue_delayed_work(system_unbound_wq, &ports->grow, GROW_RETRY);
}

static void kick(struct irq_work *work)
{
	struct portclass_ports *ports =
		container_of(work, struct portclass_ports, kick);

	mod_delayed_work(system_unbound_wq, &ports->grow, 0);
}

static void fold_slot(struct portclass_ports *ports,
		      struct portclass_spill *spill, struct portclass_slot *slot)
{
	struct portclass_port_stats __percpu *to;
	struct portclass_port_stats from;
	struct portclass_key key;

	portclass_slot_key(slot, &key);
	to = &page_of(ports, &key)->port[key.port % PORTCLASS_PAGE_PORTS];

	from = portclass_slot_take(spill, slot);
	this_cpu_add(to->flows, from.flows);
	this_cpu_add(to->packets, from.packets);
	this_cpu_add(to->bytes, from.bytes);
	this_cpu_add(to->denied_packets, from.denied_packets);
}

/* Mark who has a page by now. */
static void fold_mark(struct portclass_ports *ports,
		      struct portclass_spill *spill)
{
	struct portclass_slot *slot;
	struct portclass_key key;

	for (slot = spill->slots; slot < portclass_spill_end(spill); slot++)
		slot->ready = portclass_slot_key(slot, &key) &&
			      page_of(ports, &key);
}

static void fold_marked(struct portclass_ports *ports,
			struct portclass_spill *spill)
{
	struct portclass_slot *slot;

	lockdep_assert_held(&ports->lock);

	for (slot = spill->slots; slot < portclass_spill_end(spill); slot++)
		if (slot->ready)
			fold_slot(ports, spill, slot);
}

static void fold(struct work_struct *work)
{
	struct portclass_ports *ports =
		container_of(work, struct portclass_ports, fold);
	struct portclass_spill *more = READ_ONCE(ports->spill[1]);

	fold_mark(ports, ports->spill[0]);
	if (more)
		fold_mark(ports, more);

	/* Who missed such a page before has added to its slot after this. */
	synchronize_rcu();

	mutex_lock(&ports->lock);
	fold_marked(ports, ports->spill[0]);
	if (more)
		fold_marked(ports, more);
	mutex_unlock(&ports->lock);
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

/* First port from @from on that waits for its page; PORTCLASS_PORTS if none. */
static u32 spilled_first(const struct portclass_ports *ports,
			 const struct portclass_key *from)
{
	u32 first = PORTCLASS_PORTS;
	unsigned int i;

	for (i = 0; i < PORTCLASS_SPILLS; i++) {
		struct portclass_spill *spill = READ_ONCE(ports->spill[i]);

		if (spill)
			first = min(first, portclass_spill_first(spill, from));
	}

	return first;
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
	unsigned int i;

	memset(sum, 0, sizeof(*sum));
	if (page)
		stats_sum_page(sum, page, key->port % PORTCLASS_PAGE_PORTS);

	for (i = 0; i < PORTCLASS_SPILLS; i++) {
		struct portclass_spill *spill = READ_ONCE(ports->spill[i]);

		if (spill)
			portclass_spill_sum(spill, key, sum);
	}
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
	ports->spill[0] = portclass_spill_alloc(spill_pages[0],
						GFP_KERNEL_ACCOUNT);
	if (!ports->spill[0])
		return -ENOMEM;

	if (account)
		ports->memcg = get_mem_cgroup_from_mm(current->mm);
	init_irq_work(&ports->kick, kick);
	INIT_DELAYED_WORK(&ports->grow, grow);
	INIT_WORK(&ports->fold, fold);
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
	cancel_delayed_work_sync(&ports->grow);
	cancel_work_sync(&ports->fold);

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			struct portclass_port_dir *dir = ports->dir[s][p];

			for (i = 0; dir && i < PORTCLASS_DIR_PAGES; i++)
				free_percpu(dir->page[i]);
			kfree(dir);
		}
	}
	mem_cgroup_put(ports->memcg);
	for (i = 0; i < PORTCLASS_SPILLS; i++)
		portclass_spill_free(ports->spill[i]);
}
