// SPDX-License-Identifier: GPL-2.0
/*
 * The packet path: packet -> flow -> bit -> counters -> verdict.
 *
 * A usual packet that is allowed touches, beside its own headers or conntrack's
 * entry, a line each of: the device, the namespace's struct, the table, the
 * bitmap if its scope and protocol deny anything, the struct of the counters, the
 * directory of port pages, its port's counters. It writes to the last one only,
 * which is its CPU's own.
 */
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/dst.h>

#include "counters.h"
#include "flow.h"
#include "hook.h"
#include "netns.h"
#include "quick.h"
#include "recent.h"
#include "reject.h"
#include "shadow.h"
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

/* A packet of any sort. */
static noinline unsigned int judge_any(struct portclass_net *pn,
				       const struct portclass_table *table,
				       struct sk_buff *skb,
				       const struct nf_hook_state *state,
				       u8 family, enum portclass_scope hook)
{
	const struct portclass_shadow *shadow;
	struct portclass_seen seen;
	struct portclass_packet pkt;
	bool drop;

	switch (portclass_flow_read(skb, state, family, hook, table->track,
				    &pkt)) {
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

	seen.denied = portclass_flow_is_denied(table, &pkt);
	if (unlikely(seen.denied))
		seen.denied = portclass_flow_stays_denied(table, skb, state,
							  family, hook, &pkt);
	drop = seen.denied && table->mode == PORTCLASS_MODE_ENFORCE;

	seen.bytes = skb->len;
	seen.way = pkt.way;
	if (unlikely(seen.denied) && portclass_packet_is_guessed(&pkt))
		seen.way = PORTCLASS_WAY_TO;
	seen.opens = pkt.opens;
	/* What is dropped is forgotten by conntrack: its next try looks new. */
	if (unlikely(drop) && pkt.opens)
		seen.opens = portclass_recent_add(pn->counters->recent, skb,
						  family, &pkt);

	portclass_counters_add(pn->counters,
			       seen.denied ? &pkt.dialled : &pkt.flow, &seen);
	shadow = rcu_dereference(pn->shadow);
	if (unlikely(shadow))
		portclass_shadow_count(shadow, skb, state, family, hook, &pkt,
				       &seen);
	if (likely(!drop))
		return NF_ACCEPT;
	if (!portclass_table_rejects(table, &pkt.dialled))
		return NF_DROP;
	return portclass_reject_send(&pn->resets, skb, state, family, hook,
				     &pkt);
}

/* A usual one that is allowed, counted under a port that has its page. */
static __always_inline bool pass(struct portclass_net *pn,
				 const struct portclass_table *table,
				 const struct sk_buff *skb, u8 family,
				 enum portclass_scope hook)
{
	struct portclass_packet pkt;
	struct portclass_seen seen;

	if (unlikely(rcu_access_pointer(pn->shadow)) ||
	    !portclass_quick_read(skb, family, hook, table->track, &pkt) ||
	    unlikely(portclass_flow_is_denied(table, &pkt)))
		return false;

	seen.bytes = skb->len;
	seen.way = pkt.way;
	seen.opens = pkt.opens;
	seen.denied = false;
	return portclass_ports_count(&pn->counters->ports, &pkt.flow, &seen);
}

static __always_inline unsigned int judge(struct portclass_net *pn,
					  struct sk_buff *skb,
					  const struct nf_hook_state *state,
					  u8 family, enum portclass_scope hook)
{
	const struct portclass_table *table;
	const struct net_device *dev;

	/* NAT may have sent it elsewhere since the hook was entered. */
	dev = hook == PORTCLASS_SCOPE_OUT ? skb_dst(skb)->dev : state->in;
	if (dev->flags & IFF_LOOPBACK)
		return NF_ACCEPT;

	table = rcu_dereference(pn->table);
	if (likely(pass(pn, table, skb, family, hook)))
		return NF_ACCEPT;
	return judge_any(pn, table, skb, state, family, hook);
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
