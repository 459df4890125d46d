// SPDX-License-Identifier: GPL-2.0
/* Which ports come first. */

#include <stdlib.h>

#include "memory.h"
#include "sample.h"

static const enum counter sorted_by[] = {
	[SAMPLE_SORT_FLOWS] = COUNTER_FLOWS,
	[SAMPLE_SORT_PACKETS] = COUNTER_PACKETS,
	[SAMPLE_SORT_BYTES] = COUNTER_BYTES,
	[SAMPLE_SORT_DENIED] = COUNTER_DENIED_PACKETS,
};

static unsigned int number(const struct port_stats *port)
{
	return (port->scope * PROTOS + port->proto) * PORTS + port->port;
}

static int compare_ports(const void *a, const void *b)
{
	unsigned int first = number(a), second = number(b);

	return first < second ? -1 : first > second;
}

static int compare_places(const void *a, const void *b)
{
	const struct sample_port *first = a, *second = b;

	if (first->weight != second->weight)
		return first->weight > second->weight ? -1 : 1;
	return compare_ports(first->now, second->now);
}

/* The kernel tells ports in order. A port that was not listed had nothing. */
static const struct counters *find_before(const struct sample *before,
					  const struct port_stats *port)
{
	static const struct counters none;
	const struct port_stats *found = NULL;

	if (before->ports.count)
		found = bsearch(port, before->ports.list, before->ports.count, sizeof(*port),
				compare_ports);
	return found ? &found->counters : &none;
}

static __u64 weigh(const struct sample_port *place, enum sample_sort sort)
{
	const struct counters *now = &place->now->counters;

	if (sort == SAMPLE_SORT_PORT)
		return 0;
	return place->before ? sample_growth(now, place->before, sorted_by[sort]) :
	       now->count[sorted_by[sort]];
}

/**
 * sample_sort_ports() - Put the ports of a sample in order
 * @view: what is printed of it
 *
 * Return: all of them, to be freed by free().
 */
struct sample_port *sample_sort_ports(const struct sample_view *view)
{
	const struct ports *ports = &view->now->ports;
	struct sample_port *places = memory_get(ports->count, sizeof(*places));

	for (size_t i = 0; i < ports->count; i++) {
		places[i].now = &ports->list[i];
		if (view->before)
			places[i].before = find_before(view->before, places[i].now);
		places[i].weight = weigh(&places[i], view->sort);
	}
	qsort(places, ports->count, sizeof(*places), compare_places);
	return places;
}
