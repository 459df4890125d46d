// SPDX-License-Identifier: GPL-2.0
/*
 * All counters of a namespace. They only ever grow, for as long as it or the
 * module lives. By port they are in ports.c; those of a class are the sum of its
 * ports' and of the few packets that no port's counters had room for.
 */
#include <linux/slab.h>

#include "counters.h"

/**
 * portclass_counters_add() - count a packet
 * @counters: of the packet's namespace
 * @key: what to count it under
 * @seen: what there is to count
 *
 * Context: RCU read-side section. No lock, no allocation.
 */
void portclass_counters_add(struct portclass_counters *counters,
			    const struct portclass_key *key,
			    const struct portclass_seen *seen)
{
	struct portclass_cpu_path __percpu *path;

	if (likely(portclass_ports_add(&counters->ports, key, seen)))
		return;

	path = &counters->cpu->path[key->scope][key->proto];
	portclass_stats_count(&path->unlisted[portclass_class_of(key->port)],
			      seen);
}

/**
 * portclass_counters_add_malformed() - count a packet without a usable header
 * @counters: of the packet's namespace
 * @scope: of the hook
 * @proto: of the packet
 *
 * Context: any.
 */
void portclass_counters_add_malformed(struct portclass_counters *counters,
				      u8 scope, u8 proto)
{
	this_cpu_inc(counters->cpu->path[scope][proto].malformed);
}

/**
 * portclass_counters_add_fragment() - count a fragment without ports
 * @counters: of the packet's namespace
 * @scope: of the hook
 * @proto: of the packet
 *
 * Context: any.
 */
void portclass_counters_add_fragment(struct portclass_counters *counters,
				     u8 scope, u8 proto)
{
	this_cpu_inc(counters->cpu->path[scope][proto].fragments);
}

/**
 * portclass_counters_sum() - read the counters of one scope and protocol
 * @counters: of the namespace
 * @scope: of what
 * @proto: of what
 * @sum: where to put the sums over all CPUs
 *
 * Each counter is exact; packets that are counted meanwhile may be in some of
 * them and not yet in others.
 *
 * Context: process, may sleep.
 */
void portclass_counters_sum(struct portclass_counters *counters, u8 scope,
			    u8 proto, struct portclass_path_stats *sum)
{
	const struct portclass_key path = { .scope = scope, .proto = proto };
	int cpu, c;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct portclass_cpu_path *one =
			&per_cpu_ptr(counters->cpu, cpu)->path[scope][proto];

		for (c = 0; c < PORTCLASS_CLASSES; c++)
			portclass_stats_add(&sum->class[c], &one->unlisted[c]);
		sum->malformed += READ_ONCE(one->malformed);
		sum->fragments += READ_ONCE(one->fragments);
	}

	for (c = 0; c < PORTCLASS_CLASSES; c++)
		sum->unlisted += portclass_stats_packets(&sum->class[c]);
	portclass_ports_sum_classes(&counters->ports, &path, sum->class);
}

/**
 * portclass_counters_alloc() - make the counters of a namespace
 * @account: charge the caller's memory cgroup for the pages of ports to come
 *
 * Context: process, may sleep.
 * Return: counters that the caller owns, all 0; NULL if there is no memory.
 */
struct portclass_counters *portclass_counters_alloc(bool account)
{
	struct portclass_counters *counters;

	counters = kzalloc(sizeof(*counters), GFP_KERNEL_ACCOUNT);
	if (!counters)
		return NULL;

	counters->cpu = alloc_percpu_gfp(struct portclass_cpu_stats,
					 GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	counters->recent = alloc_percpu_gfp(struct portclass_recent,
					    GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!counters->cpu || !counters->recent ||
	    portclass_ports_init(&counters->ports, account))
		goto free;

	return counters;

free:
	free_percpu(counters->recent);
	free_percpu(counters->cpu);
	kfree(counters);
	return NULL;
}

/**
 * portclass_counters_free() - free the counters of a namespace
 * @counters: no packet sees them any more; may be NULL
 *
 * Context: process, may sleep.
 */
void portclass_counters_free(struct portclass_counters *counters)
{
	if (!counters)
		return;

	portclass_ports_exit(&counters->ports);
	free_percpu(counters->recent);
	free_percpu(counters->cpu);
	kfree(counters);
}
