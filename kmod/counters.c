// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU counters by class; by port they are in ports.c. They only ever grow,
 * for as long as the namespace or the module lives.
 */
#include <linux/slab.h>

#include "counters.h"

/**
 * portclass_counters_add() - count a packet
 * @counters: of the packet's namespace
 * @key: what to count it under
 * @bytes: its length from the IP header on
 * @opens: it opens a flow
 * @denied: it is denied, or would be if the mode were enforce
 *
 * Each addition is one instruction to the CPU it is done on, so that softirqs
 * and preemption between them do no harm (this_cpu_ops.rst).
 *
 * Context: RCU read-side section. No lock, no allocation.
 */
void portclass_counters_add(struct portclass_counters *counters,
			    const struct portclass_key *key, unsigned int bytes,
			    bool opens, bool denied)
{
	struct portclass_path_stats __percpu *path =
		&counters->cpu->path[key->scope][key->proto];
	struct portclass_class_stats __percpu *class =
		&path->class[portclass_class_of(key->port)];

	this_cpu_inc(class->packets);
	this_cpu_add(class->bytes, bytes);
	if (opens)
		this_cpu_inc(class->flows);
	if (unlikely(denied)) {
		this_cpu_inc(class->denied_packets);
		this_cpu_add(class->denied_bytes, bytes);
		if (opens)
			this_cpu_inc(class->denied_flows);
	}

	if (unlikely(!portclass_ports_add(&counters->ports, key, bytes, opens,
					  denied)))
		this_cpu_inc(path->unlisted);
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
 * Context: any.
 */
void portclass_counters_sum(const struct portclass_counters *counters,
			    u8 scope, u8 proto,
			    struct portclass_path_stats *sum)
{
	int cpu, c;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct portclass_path_stats *path =
			&per_cpu_ptr(counters->cpu, cpu)->path[scope][proto];

		for (c = 0; c < PORTCLASS_CLASSES; c++) {
			const struct portclass_class_stats *from = &path->class[c];
			struct portclass_class_stats *to = &sum->class[c];

			to->flows += READ_ONCE(from->flows);
			to->packets += READ_ONCE(from->packets);
			to->bytes += READ_ONCE(from->bytes);
			to->denied_flows += READ_ONCE(from->denied_flows);
			to->denied_packets += READ_ONCE(from->denied_packets);
			to->denied_bytes += READ_ONCE(from->denied_bytes);
		}
		sum->malformed += READ_ONCE(path->malformed);
		sum->fragments += READ_ONCE(path->fragments);
		sum->unlisted += READ_ONCE(path->unlisted);
	}
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
					 GFP_KERNEL_ACCOUNT);
	if (!counters->cpu)
		goto free;
	if (portclass_ports_init(&counters->ports, account))
		goto free_cpu;

	return counters;

free_cpu:
	free_percpu(counters->cpu);
free:
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
	free_percpu(counters->cpu);
	kfree(counters);
}
