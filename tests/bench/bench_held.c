// SPDX-License-Identifier: GPL-2.0
/*
 * What the benchmark itself has in a namespace: an empty hook, conntrack that
 * nobody else has asked for, a socket that swallows what it is sent.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/netfilter_ipv4.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/udp.h>

#include "bench.h"

struct held {
	struct list_head list;
	struct net *net;
	bool hooked;
	bool tracked;
	struct socket *sink;
};

static LIST_HEAD(all);
static unsigned int sunk;

static unsigned int empty(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static const struct nf_hook_ops ops[] = {
	{
		.hook = empty,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_FILTER,
	}, {
		.hook = empty,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_FILTER,
	},
};

static struct held *hold(struct net *net)
{
	struct held *held = kzalloc(sizeof(*held), GFP_KERNEL);

	if (!held)
		return NULL;
	held->net = get_net(net);
	list_add(&held->list, &all);
	return held;
}

static void release(struct held *held)
{
	if (held->hooked)
		nf_unregister_net_hooks(held->net, ops, ARRAY_SIZE(ops));
	if (held->tracked)
		nf_ct_netns_put(held->net, NFPROTO_INET);
	if (held->sink)
		sock_release(held->sink);
	list_del(&held->list);
	put_net(held->net);
	kfree(held);
}

/**
 * bench_held_hook() - register a hook that does nothing
 * @net: the namespace
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM.
 */
int bench_held_hook(struct net *net)
{
	struct held *held = hold(net);
	int err;

	if (!held)
		return -ENOMEM;
	err = nf_register_net_hooks(net, ops, ARRAY_SIZE(ops));
	held->hooked = !err;
	if (err)
		release(held);
	return err;
}

/**
 * bench_held_track() - ask for conntrack, which nobody may need here
 * @net: the namespace
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM.
 */
int bench_held_track(struct net *net)
{
	struct held *held = hold(net);
	int err;

	if (!held)
		return -ENOMEM;
	err = nf_ct_netns_get(net, NFPROTO_INET);
	held->tracked = !err;
	if (err)
		release(held);
	return err;
}

static int swallow(struct sock *sk, struct sk_buff *skb)
{
	sunk++;
	consume_skb(skb);
	return 0;
}

/**
 * bench_held_sink() - open a UDP port
 * @net: the namespace
 * @port: host byte order
 *
 * Context: process, may sleep.
 * Return: 0; what sock_create_kern() and kernel_bind() return; -ENOMEM.
 */
int bench_held_sink(struct net *net, u16 port)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};
	struct held *held = hold(net);
	int err;

	if (!held)
		return -ENOMEM;
	err = sock_create_kern(net, AF_INET6, SOCK_DGRAM, IPPROTO_UDP,
			       &held->sink);
	if (!err)
		err = kernel_bind(held->sink, (struct sockaddr *)&addr,
				  sizeof(addr));
	if (err) {
		release(held);
		return err;
	}

	udp_sk(held->sink->sk)->encap_type = 1;
	WRITE_ONCE(udp_sk(held->sink->sk)->encap_rcv, swallow);
	udp_encap_enable();
	return 0;
}

/**
 * bench_held_sunk() - how much was swallowed?
 *
 * Context: any.
 * Return: a number of packets, of all sockets.
 */
unsigned int bench_held_sunk(void)
{
	return sunk;
}

/**
 * bench_held_release() - undo all of it
 *
 * Context: process, may sleep.
 */
void bench_held_release(void)
{
	struct held *held, *next;

	list_for_each_entry_safe(held, next, &all, list)
		release(held);
}
