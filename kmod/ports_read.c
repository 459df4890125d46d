// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the counters of ports: one, one after the other, or all of a class.
 */
#include <linux/sched.h>

#include "ports.h"

/* What is in all ports of a page. */
static void page_sum(struct portclass_stats *sum,
		     struct portclass_port_page __percpu *page)
{
	unsigned int port;
	int cpu;

	for_each_possible_cpu(cpu)
		for (port = 0; port < PORTCLASS_PAGE_PORTS; port++)
			portclass_stats_add(sum,
					    &per_cpu_ptr(page, cpu)->port[port]);
}

/* What is in a port's page; not what waits for one. */
static void paged_sum(struct portclass_stats *sum,
		      const struct portclass_ports *ports,
		      const struct portclass_key *key)
{
	struct portclass_port_page __percpu *page = portclass_ports_page(ports, key);
	int cpu;

	memset(sum, 0, sizeof(*sum));
	if (!page)
		return;

	for_each_possible_cpu(cpu)
		portclass_stats_add(sum, &per_cpu_ptr(page, cpu)->port
					 [key->port % PORTCLASS_PAGE_PORTS]);
}

/* What waits for its page, in addition. */
static void spilled_sum(struct portclass_stats *sum,
			const struct portclass_ports *ports,
			const struct portclass_key *key)
{
	struct portclass_spill *spill;
	unsigned int i;

	lockdep_assert_held(&ports->lock);

	for (i = 0; (spill = portclass_ports_spill(ports, i)); i++)
		portclass_spill_sum(spill, key, sum);
}

/* First port from @port on that waits for its page; PORTCLASS_PORTS if none. */
static u32 spilled_first(const struct portclass_ports *ports,
			 const struct portclass_key *path, u32 port)
{
	u32 first = PORTCLASS_PORTS;
	struct portclass_spill *spill;
	unsigned int i;

	for (i = 0; (spill = portclass_ports_spill(ports, i)); i++)
		first = min(first, portclass_spill_first(spill, path, port));

	return first;
}

/* First port from @port on that has a page, likewise. */
static u32 paged_first(const struct portclass_ports *ports,
		       const struct portclass_key *path, u32 port)
{
	struct portclass_key at = *path;

	while (port < PORTCLASS_PORTS) {
		at.port = port;
		if (portclass_ports_page(ports, &at))
			break;
		port = round_down(port, PORTCLASS_PAGE_PORTS) +
		       PORTCLASS_PAGE_PORTS;
	}

	return port;
}

/**
 * portclass_ports_sum() - read the counters of one port
 * @ports: of the namespace
 * @key: the port
 * @sum: set to what has been counted there
 *
 * Context: process, may sleep; takes @ports->lock.
 */
void portclass_ports_sum(struct portclass_ports *ports,
			 const struct portclass_key *key,
			 struct portclass_stats *sum)
{
	mutex_lock(&ports->lock);
	paged_sum(sum, ports, key);
	spilled_sum(sum, ports, key);
	mutex_unlock(&ports->lock);
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
			  struct portclass_stats *stats)
{
	struct portclass_key at = *key;
	u32 port, waiting;

	mutex_lock(&ports->lock);
	waiting = spilled_first(ports, &at, at.port);
	for (port = at.port; ; port++) {
		port = min(paged_first(ports, &at, port), waiting);
		if (port == PORTCLASS_PORTS)
			break;

		at.port = port;
		paged_sum(stats, ports, &at);
		if (port == waiting) {
			spilled_sum(stats, ports, &at);
			waiting = spilled_first(ports, &at, port + 1);
		}
		if (portclass_stats_packets(stats)) {
			*key = at;
			break;
		}
		cond_resched();
	}
	mutex_unlock(&ports->lock);

	return port < PORTCLASS_PORTS;
}

/**
 * portclass_ports_sum_classes() - read the counters of all ports, by class
 * @ports: of the namespace
 * @path: the scope and the protocol; its port says nothing
 * @class: by enum portclass_class, what to add to
 *
 * The packet path counts by port alone, so that it has less to do; here every
 * page is read.
 *
 * Context: process, may sleep; takes @ports->lock.
 */
void portclass_ports_sum_classes(struct portclass_ports *ports,
				 const struct portclass_key *path,
				 struct portclass_stats *class)
{
	struct portclass_port_page __percpu *page;
	struct portclass_key at = *path;
	struct portclass_spill *spill;
	unsigned int i;
	u32 port;

	mutex_lock(&ports->lock);
	/* Classes begin where pages do. */
	for (port = 0; port < PORTCLASS_PORTS; port += PORTCLASS_PAGE_PORTS) {
		at.port = port;
		page = portclass_ports_page(ports, &at);
		if (!page)
			continue;
		page_sum(&class[portclass_class_of(port)], page);
		cond_resched();
	}
	for (i = 0; (spill = portclass_ports_spill(ports, i)); i++)
		portclass_spill_sum_classes(spill, path, class);
	mutex_unlock(&ports->lock);
}
