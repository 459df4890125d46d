// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of every port that has seen traffic, with no memory for the others;
 * how they are read is in ports_read.c.
 *
 * They are per CPU, in pages of 64 ports that come on first use. The packet
 * path must not allocate, so it counts a port whose page is missing in a
 * waiting room (spill.c) and asks for the page. A worker brings it at once;
 * another one moves the count when every packet that missed the page is done.
 *
 * Bound: 6 * 1024 pages of 4 KiB (24 MiB) a CPU and 636 KiB more, when all
 * 65,536 ports of each scope and protocol have seen traffic; and 8 KiB a page
 * for the owners that mm/percpu.c keeps of each 4 bytes. What strangers
 * send reaches a third of that; without connection tracking two thirds, as
 * their source ports may look like services that we dialled; on a router all of
 * it. Idle: the 12 KiB of the waiting room.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "compat.h"
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

static bool spill_add(struct portclass_ports *ports,
		      const struct portclass_key *key,
		      const struct portclass_seen *seen)
{
	struct portclass_spill *spill;
	unsigned int i;
	bool taken;

	for (i = 0; (spill = portclass_ports_spill(ports, i)); i++) {
		if (portclass_spill_add(spill, key, seen, &taken)) {
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
 * @seen: what there is to count
 *
 * Context: RCU read-side section. No lock, no allocation.
 * Return: false if there was no room for a port that is new; nothing has been
 * counted then.
 */
bool portclass_ports_add(struct portclass_ports *ports,
			 const struct portclass_key *key,
			 const struct portclass_seen *seen)
{
	return portclass_ports_count(ports, key, seen) ||
	       spill_add(ports, key, seen);
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
		/* Zeroes before the pointer: pairs with portclass_ports_page(). */
		smp_store_release(&ports->dir[key->scope][key->proto], dir);
	}

	page = alloc_percpu_gfp(struct portclass_port_page, PAGE_GFP);
	if (!page)
		return NULL;

	/* Zeroes before the pointer: pairs with portclass_ports_page(). */
	smp_store_release(&dir->page[key->port / PORTCLASS_PAGE_PORTS], page);
	return page;
}

/* More room, for the next time or the rest of this one. */
static void spill_grow(struct portclass_ports *ports, unsigned int used)
{
	struct portclass_spill *spill;

	if (ports->spill[1] || used < ports->spill[0]->count / 4)
		return;

	spill = portclass_spill_alloc(spill_pages[1], PAGE_GFP);
	/* Zeroes before the pointer: pairs with portclass_ports_spill(). */
	smp_store_release(&ports->spill[1], spill);
}

/*
 * Give a page to each port that waits for one. Return: 0, or -ENOMEM if one had
 * to be left waiting; and how many have waited. Once there was no memory, none
 * is asked for: thousands may wait, and each would have it reclaimed in vain.
 */
static int grow_pages(struct portclass_ports *ports, unsigned int *used)
{
	struct portclass_slot *slot, *end;
	struct portclass_spill *spill;
	struct portclass_key key;
	unsigned int i;
	int err = 0;

	for (i = 0; (spill = portclass_ports_spill(ports, i)); i++) {
		end = portclass_spill_end(spill);
		for (slot = spill->slots; slot < end; slot++) {
			if (!portclass_slot_key(slot, &key))
				continue;
			(*used)++;
			if (!err && !portclass_ports_page(ports, &key) &&
			    !page_new(ports, &key))
				err = -ENOMEM;
		}
	}

	return err;
}

static void grow(struct work_struct *work)
{
	struct portclass_ports *ports =
		container_of(work, struct portclass_ports, grow.work);
	struct mem_cgroup *old_memcg;
	unsigned int used = 0;
	int err;

	old_memcg = set_active_memcg(ports->memcg);
	err = grow_pages(ports, &used);
	spill_grow(ports, used);
	set_active_memcg(old_memcg);

	queue_work(portclass_compat_wq, &ports->fold);
	if (err)
		queue_delayed_work(portclass_compat_wq, &ports->grow, GROW_RETRY);
}

static void kick(struct irq_work *work)
{
	struct portclass_ports *ports =
		container_of(work, struct portclass_ports, kick);

	mod_delayed_work(portclass_compat_wq, &ports->grow, 0);
}

static void fold_slot(struct portclass_ports *ports,
		      struct portclass_spill *spill, struct portclass_slot *slot)
{
	struct portclass_stats __percpu *to;
	struct portclass_stats from;
	struct portclass_key key;
	unsigned int way;

	portclass_slot_key(slot, &key);
	to = &portclass_ports_page(ports, &key)->port[key.port % PORTCLASS_PAGE_PORTS];

	portclass_slot_take(spill, slot, &from);
	for (way = 0; way < PORTCLASS_WAYS; way++) {
		this_cpu_add(to->packets[way], from.packets[way]);
		this_cpu_add(to->bytes[way], from.bytes[way]);
	}
	this_cpu_add(to->flows, from.flows);
	this_cpu_add(to->denied_flows, from.denied_flows);
	this_cpu_add(to->denied_packets, from.denied_packets);
	this_cpu_add(to->denied_bytes, from.denied_bytes);
}

/* Mark who has a page by now. */
static void fold_mark(struct portclass_ports *ports)
{
	struct portclass_slot *slot, *end;
	struct portclass_spill *spill;
	struct portclass_key key;
	unsigned int i;

	for (i = 0; (spill = portclass_ports_spill(ports, i)); i++) {
		end = portclass_spill_end(spill);
		for (slot = spill->slots; slot < end; slot++)
			slot->ready = portclass_slot_key(slot, &key) &&
				      portclass_ports_page(ports, &key);
	}
}

/* What came after the mark isn't ready. */
static void fold_marked(struct portclass_ports *ports)
{
	struct portclass_slot *slot, *end;
	struct portclass_spill *spill;
	unsigned int i;

	lockdep_assert_held(&ports->lock);

	for (i = 0; (spill = portclass_ports_spill(ports, i)); i++) {
		end = portclass_spill_end(spill);
		for (slot = spill->slots; slot < end; slot++)
			if (slot->ready)
				fold_slot(ports, spill, slot);
	}
}

static void fold(struct work_struct *work)
{
	struct portclass_ports *ports =
		container_of(work, struct portclass_ports, fold);

	fold_mark(ports);

	/* Who missed such a page before has added to its slot after this. */
	synchronize_rcu();

	mutex_lock(&ports->lock);
	fold_marked(ports);
	mutex_unlock(&ports->lock);
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
	/* Who asks is told: a container at its limit has no say in the log. */
	ports->spill[0] = portclass_spill_alloc(spill_pages[0],
						GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
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
