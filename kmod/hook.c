// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path: packet -> key -> bit -> counters -> verdict.
 *
 * An allowed packet touches, beside its own headers, a line each of: the
 * namespace's struct, the table, the bitmap if its scope and protocol deny
 * anything, the struct of the counters, its class's counters, the directory of
 * port pages, its port's counters.
 */
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/sock.h>

#include "counters.h"
#include "hook.h"
#include "netns.h"
#include "packet.h"
#include "table.h"

static unsigned int judge_malformed(const struct portclass_net *pn,
				    const struct portclass_table *table,
				    enum portclass_scope hook, u8 proto)
{
	portclass_counters_add_malformed(pn->counters, hook, proto);

	/* Its port can't be told, so it is let in where all ports are. */
	if (table->mode == PORTCLASS_MODE_ENFORCE &&
	    portclass_table_denies_any(table, hook))
		return NF_DROP;
	return NF_ACCEPT;
}

/* The bitmap says no. An answer to a connected UDP socket is no opener. */
static bool stays_denied(struct sk_buff *skb, const struct nf_hook_state *state,
			 u8 family, const struct portclass_packet *pkt)
{
	return pkt->proto == PORTCLASS_PROTO_TCP ||
	       pkt->dialled.scope != PORTCLASS_SCOPE_IN ||
	       !portclass_packet_is_owned(state->net, skb, family, pkt);
}

static __always_inline unsigned int judge(const struct portclass_net *pn,
					  struct sk_buff *skb,
					  const struct nf_hook_state *state,
					  u8 family, enum portclass_scope hook)
{
	const struct portclass_table *table;
	const struct net_device *dev;
	const struct sock *receiver;
	struct portclass_packet pkt;

	dev = hook == PORTCLASS_SCOPE_OUT ? state->out : state->in;
	if (dev->flags & IFF_LOOPBACK)
		return NF_ACCEPT;

	table = rcu_dereference(pn->table);
	/* Known here already if early demultiplexing has found it. */
	receiver = hook == PORTCLASS_SCOPE_IN ? skb->sk : NULL;

	switch (portclass_packet_read(skb, family, hook, receiver, &pkt)) {
	case PORTCLASS_PACKET_OTHER:
		return NF_ACCEPT;
	case PORTCLASS_PACKET_FRAGMENT:
		portclass_counters_add_fragment(pn->counters, hook, pkt.proto);
		return NF_ACCEPT;
	case PORTCLASS_PACKET_MALFORMED:
		return judge_malformed(pn, table, hook, pkt.proto);
	case PORTCLASS_PACKET_FLOW:
		break;
	}

	if (pkt.judged && portclass_table_denies(table, &pkt.dialled) &&
	    stays_denied(skb, state, family, &pkt)) {
		portclass_counters_add(pn->counters, &pkt.dialled, skb->len,
				       pkt.opens, true);
		return table->mode == PORTCLASS_MODE_ENFORCE ? NF_DROP :
							       NF_ACCEPT;
	}

	portclass_counters_add(pn->counters, &pkt.flow, skb->len, pkt.opens,
			       false);
	return NF_ACCEPT;
}

static unsigned int in_v4(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	return judge(priv, skb, state, NFPROTO_IPV4, PORTCLASS_SCOPE_IN);
}

static unsigned int out_v4(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	return judge(priv, skb, state, NFPROTO_IPV4, PORTCLASS_SCOPE_OUT);
}

static unsigned int forward_v4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return judge(priv, skb, state, NFPROTO_IPV4, PORTCLASS_SCOPE_FORWARD);
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int in_v6(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	return judge(priv, skb, state, NFPROTO_IPV6, PORTCLASS_SCOPE_IN);
}

static unsigned int out_v6(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	return judge(priv, skb, state, NFPROTO_IPV6, PORTCLASS_SCOPE_OUT);
}

static unsigned int forward_v6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return judge(priv, skb, state, NFPROTO_IPV6, PORTCLASS_SCOPE_FORWARD);
}
#endif

/* Behind conntrack and NAT, just before the filter chains of others. */
#define HOOK(fn, family, where, prio)	\
	{ .hook = (fn), .pf = (family), .hooknum = (where), .priority = (prio) - 1 }

/* One copy of these a namespace, with its struct portclass_net as priv. */
const struct nf_hook_ops portclass_hook_ops[PORTCLASS_HOOKS] = {
	HOOK(in_v4, NFPROTO_IPV4, NF_INET_LOCAL_IN, NF_IP_PRI_FILTER),
	HOOK(out_v4, NFPROTO_IPV4, NF_INET_LOCAL_OUT, NF_IP_PRI_FILTER),
	HOOK(forward_v4, NFPROTO_IPV4, NF_INET_FORWARD, NF_IP_PRI_FILTER),
#if IS_ENABLED(CONFIG_IPV6)
	HOOK(in_v6, NFPROTO_IPV6, NF_INET_LOCAL_IN, NF_IP6_PRI_FILTER),
	HOOK(out_v6, NFPROTO_IPV6, NF_INET_LOCAL_OUT, NF_IP6_PRI_FILTER),
	HOOK(forward_v6, NFPROTO_IPV6, NF_INET_FORWARD, NF_IP6_PRI_FILTER),
#endif
};
