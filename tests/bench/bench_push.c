// SPDX-License-Identifier: GPL-2.0
/*
 * Packets through hooks, and how long it took.
 */
#include <linux/ktime.h>
#include <linux/netfilter.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "bench.h"

/* A stride that scatters ports over the range; prime to any range in use. */
#define STRIDE		40503
#define SOURCE		33000	/* the lowest source port */
#define SHIFTS		11	/* places in memory; prime */
#define LIVE		64	/* flows behind a flood */
#define RECEIVED	64	/* packets that are made before they are received */

/*
 * What plugin.c looks for, to count from the one to the other: NOPs that no
 * compiler writes.
 */
static __always_inline void mark_begin(void)
{
	asm volatile("nopw 0x50434231(%%rax)" ::: "memory");
}

static void mark_start(void)
{
	asm volatile("nopw 0x50435333(%%rax)" ::: "memory");
}

static void mark_stop(void)
{
	asm volatile("nopw 0x50435334(%%rax)" ::: "memory");
}

static __always_inline void mark_end(void)
{
	asm volatile("nopw 0x50434532(%%rax)" ::: "memory");
}

struct clock {
	u64 ns;
	u64 ticks;
};

static struct clock now(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) :: "memory");
	return (struct clock){ ktime_get_ns(), (u64)high << 32 | low };
}

static void add_time(struct bench_result *result, struct clock since)
{
	struct clock until = now();

	result->ns += until.ns - since.ns;
	result->ticks += until.ticks - since.ticks;
}

static int okfn(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static int hook(const struct bench_job *job, unsigned int where,
		struct sk_buff *skb)
{
	return nf_hook(job->family, where, job->net, NULL, skb, job->dev, NULL,
		       okfn);
}

static enum bench_kind kind_of(const struct bench_job *job, unsigned int i)
{
	if (job->kind != BENCH_FLOOD)
		return job->kind;
	return i % (BENCH_FLOODED + 1) ? BENCH_SYN : BENCH_UDP;
}

static __always_inline void set_ports(const struct bench_job *job,
				      struct sk_buff *skb, unsigned int i)
{
	unsigned int port = job->low, flow = i;

	if (job->ports > 1) {
		port += i * STRIDE % job->ports;
		flow = i / job->ports;
	}
	if (job->kind == BENCH_FLOOD) {
		if (kind_of(job, i) == BENCH_SYN)
			port++;
		else
			flow %= LIVE;
	}
	bench_packet_set_ports(skb, SOURCE + flow % job->flows, port);
}

/*
 * One packet, over and over: whoever drops it gives back a reference, of which
 * there are plenty.
 */
static int push_hooks(const struct bench_job *job, struct bench_result *result)
{
	static unsigned int turn;
	unsigned long flags = 0;
	struct sk_buff *skb;
	struct clock since;
	unsigned int i;
	int verdict;

	/* Where in a page it is may matter; so it is elsewhere each time. */
	skb = bench_packet_alloc(job, job->kind, turn++ % SHIFTS * SMP_CACHE_BYTES);
	if (!skb)
		return -ENOMEM;
	refcount_set(&skb->users, job->packets + 1);

	if (job->quiet)
		local_irq_save(flags);
	since = now();
	for (i = 0; i < job->packets; i++) {
		set_ports(job, skb, i);
		mark_begin();
		verdict = 1;
		if (job->path == BENCH_TRACKED) {
			nf_reset_ct(skb);
			verdict = hook(job, NF_INET_PRE_ROUTING, skb);
		}
		if (verdict == 1)
			verdict = hook(job, NF_INET_LOCAL_IN, skb);
		mark_end();
		result->accepted += verdict == 1;
	}
	add_time(result, since);
	if (job->quiet)
		local_irq_restore(flags);

	result->dropped = job->packets - result->accepted;
	refcount_set(&skb->users, 1);
	kfree_skb(skb);
	return 0;
}

/* Each packet is another one, made beforehand, and freed by whoever ends it. */
static int push_receive(const struct bench_job *job,
			struct bench_result *result)
{
	unsigned int sunk = bench_held_sunk(), done, i, count;
	struct sk_buff *skbs[RECEIVED];
	struct clock since;

	for (done = 0; done < job->packets; done += count) {
		count = min_t(unsigned int, RECEIVED, job->packets - done);
		for (i = 0; i < count; i++) {
			skbs[i] = bench_packet_alloc(job, kind_of(job, done + i),
						     0);
			if (!skbs[i])
				goto no_memory;
			set_ports(job, skbs[i], done + i);
		}
		since = now();
		for (i = 0; i < count; i++)
			netif_receive_skb(skbs[i]);
		add_time(result, since);
	}
	result->accepted = bench_held_sunk() - sunk;
	result->dropped = job->packets - result->accepted;
	return 0;

no_memory:
	while (i--)
		kfree_skb(skbs[i]);
	return -ENOMEM;
}

/**
 * bench_push() - push packets
 * @job: which, and where
 * @result: set if all went well
 *
 * As in a softirq, where packets come from.
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int bench_push(const struct bench_job *job, struct bench_result *result)
{
	int err;

	memset(result, 0, sizeof(*result));
	local_bh_disable();
	rcu_read_lock();
	if (job->path == BENCH_RECEIVE)
		err = push_receive(job, result);
	else
		err = push_hooks(job, result);
	rcu_read_unlock();
	local_bh_enable();
	return err;
}

/**
 * bench_push_section() - tell plugin.c that a section begins, or ends
 * @start: it begins
 *
 * Context: any.
 */
void bench_push_section(bool start)
{
	if (start)
		mark_start();
	else
		mark_stop();
}

static int push_one(const struct bench_job *job, enum bench_kind kind,
		    u16 source, u16 port)
{
	struct sk_buff *skb = bench_packet_alloc(job, kind, 0);
	int verdict;

	if (!skb)
		return -ENOMEM;

	refcount_inc(&skb->users);
	/* An answer leaves by other hooks; to conntrack this makes no difference. */
	if (kind == BENCH_SYNACK) {
		bench_packet_set_ports(skb, port, source);
		verdict = hook(job, NF_INET_PRE_ROUTING, skb);
	} else {
		bench_packet_set_ports(skb, source, port);
		verdict = hook(job, NF_INET_PRE_ROUTING, skb);
		if (verdict == 1)
			verdict = hook(job, NF_INET_LOCAL_IN, skb);
	}
	if (verdict == 1)
		kfree_skb(skb);
	kfree_skb(skb);
	return verdict == 1 ? 0 : -EPERM;
}

/**
 * bench_push_open() - open the TCP connections that the packets belong to
 * @job: which, and where
 *
 * Context: process.
 * Return: 0; -EPERM if a packet is dropped; -ENOMEM.
 */
int bench_push_open(const struct bench_job *job)
{
	static const enum bench_kind kinds[] = {
		BENCH_SYN, BENCH_SYNACK, BENCH_ACK
	};
	unsigned int flow, port, k;
	int err = 0;

	local_bh_disable();
	rcu_read_lock();
	for (port = 0; port < job->ports; port++)
		for (flow = 0; flow < job->flows; flow++)
			for (k = 0; k < ARRAY_SIZE(kinds) && !err; k++)
				err = push_one(job, kinds[k], SOURCE + flow,
					       job->low + port);
	rcu_read_unlock();
	local_bh_enable();
	return err;
}
