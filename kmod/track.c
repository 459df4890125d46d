// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace takes of others to see flows: connection tracking, or only
 * the reassembly of fragments, which conntrack brings along.
 *
 * Both are modules in the usual kernel, and may be missing. So they are looked
 * up by name when we are loaded, and portclass.ko can be loaded by insmod before
 * them, or without them.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#if IS_ENABLED(CONFIG_NF_CONNTRACK) /* else these can't be included */
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_expect.h>
#include <net/netfilter/nf_conntrack_zones.h>
#endif

#include "track.h"

/* NULL if there is no such thing; else a reference on its module is held. */
static typeof(nf_ct_netns_get) *ct_get;
static typeof(nf_ct_netns_put) *ct_put;
static typeof(nf_defrag_ipv4_enable) *defrag4_get;
static typeof(nf_defrag_ipv4_disable) *defrag4_put;
static typeof(nf_defrag_ipv6_enable) *defrag6_get;
static typeof(nf_defrag_ipv6_disable) *defrag6_put;

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
static typeof(nf_ct_get_tuplepr) *ct_tuple;
static typeof(nf_conntrack_find_get) *ct_find;
static typeof(__nf_ct_expect_find) *ct_expected;

static void close_conntrack(void)
{
	if (ct_get)
		symbol_put(nf_ct_netns_get);
	if (ct_put)
		symbol_put(nf_ct_netns_put);
	if (ct_tuple)
		symbol_put(nf_ct_get_tuplepr);
	if (ct_find)
		symbol_put(nf_conntrack_find_get);
	if (ct_expected)
		symbol_put(__nf_ct_expect_find);
	ct_get = NULL;
	ct_put = NULL;
	ct_tuple = NULL;
	ct_find = NULL;
	ct_expected = NULL;
}

static void open_conntrack(void)
{
	request_module("nf_conntrack");
	ct_get = symbol_get(nf_ct_netns_get);
	ct_put = symbol_get(nf_ct_netns_put);
	ct_tuple = symbol_get(nf_ct_get_tuplepr);
	ct_find = symbol_get(nf_conntrack_find_get);
	ct_expected = symbol_get(__nf_ct_expect_find);
	if (!ct_get || !ct_put || !ct_tuple || !ct_find || !ct_expected)
		close_conntrack();
}

/**
 * portclass_track_find() - find the flow of a packet that conntrack gave up on
 * @net: the namespace
 * @skb: an IP packet without a flow
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @dir: set to enum ip_conntrack_dir if there is one
 *
 * For packets that no decent peer sends; takes a reference if it finds one.
 *
 * Context: RCU read-side section.
 * Return: the flow, to be given back by portclass_track_release(); NULL if none
 * is known.
 */
struct nf_conn *portclass_track_find(struct net *net, const struct sk_buff *skb,
				     u8 family, unsigned int *dir)
{
	const struct nf_conntrack_tuple_hash *found;
	struct nf_conntrack_tuple tuple;

	if (!ct_find ||
	    !ct_tuple(skb, skb_network_offset(skb), family, net, &tuple))
		return NULL;

	found = ct_find(net, &nf_ct_zone_dflt, &tuple);
	if (!found)
		return NULL;

	*dir = NF_CT_DIRECTION(found);
	return nf_ct_tuplehash_to_ctrack(found);
}

/**
 * portclass_track_release() - give back what portclass_track_find() has found
 * @ct: the flow
 *
 * Context: any.
 */
void portclass_track_release(struct nf_conn *ct)
{
	/* Unlike nf_ct_put(), this needs nothing of conntrack's module. */
	nf_conntrack_put(&ct->ct_general);
}

static struct nf_conntrack_tuple tuple_of(const struct sk_buff *skb, u8 family,
					  const struct portclass_packet *pkt)
{
	struct nf_conntrack_tuple tuple = {
		.src.u.all = htons(pkt->peer_port),
		.src.l3num = family,
		.dst.u.all = htons(pkt->dialled.port),
		.dst.protonum = pkt->proto == PORTCLASS_PROTO_TCP ? IPPROTO_TCP :
								    IPPROTO_UDP,
	};

	if (family == NFPROTO_IPV4) {
		tuple.src.u3.ip = ip_hdr(skb)->saddr;
		tuple.dst.u3.ip = ip_hdr(skb)->daddr;
	} else {
		tuple.src.u3.in6 = ipv6_hdr(skb)->saddr;
		tuple.dst.u3.in6 = ipv6_hdr(skb)->daddr;
	}
	return tuple;
}

/**
 * portclass_track_opens() - would conntrack take a packet for a flow of its own?
 * @net: the namespace
 * @skb: a TCP or UDP packet without options at PRE_ROUTING, that conntrack hasn't
 *	seen yet, and that may open a flow by its header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @pkt: of which @dialled, @proto and @peer_port are read
 * @ask: it may be part of a flow that is known; false if the caller knows better
 *
 * Takes a reference for a moment if there is such a flow.
 *
 * Context: RCU read-side section.
 * Return: false if it is part of a flow that is known or expected, or if its
 * checksum is wrong.
 */
bool portclass_track_opens(struct net *net, struct sk_buff *skb, u8 family,
			   const struct portclass_packet *pkt, bool ask)
{
	const struct nf_conntrack_tuple tuple = tuple_of(skb, family, pkt);
	const struct nf_conntrack_tuple_hash *found;
	unsigned int offset;

	if (!ct_find)
		return false;

	if (ask) {
		found = ct_find(net, &nf_ct_zone_dflt, &tuple);
		if (found) {
			portclass_track_release(nf_ct_tuplehash_to_ctrack(found));
			return false;
		}
	}
	if (ct_expected(net, &nf_ct_zone_dflt, &tuple))
		return false;

	offset = family == NFPROTO_IPV4 ? sizeof(struct iphdr) :
					  sizeof(struct ipv6hdr);
	return !net->ct.sysctl_checksum || skb_csum_unnecessary(skb) ||
	       !nf_checksum(skb, NF_INET_PRE_ROUTING,
			    skb_network_offset(skb) + offset,
			    tuple.dst.protonum, family);
}
#else
static void close_conntrack(void)
{
}

static void open_conntrack(void)
{
}

struct nf_conn *portclass_track_find(struct net *net, const struct sk_buff *skb,
				     u8 family, unsigned int *dir)
{
	return NULL;
}

void portclass_track_release(struct nf_conn *ct)
{
}

bool portclass_track_opens(struct net *net, struct sk_buff *skb, u8 family,
			   const struct portclass_packet *pkt, bool ask)
{
	return false;
}
#endif

static void close_defrag4(void)
{
	if (defrag4_get)
		symbol_put(nf_defrag_ipv4_enable);
	if (defrag4_put)
		symbol_put(nf_defrag_ipv4_disable);
	defrag4_get = NULL;
	defrag4_put = NULL;
}

static void close_defrag6(void)
{
	if (defrag6_get)
		symbol_put(nf_defrag_ipv6_enable);
	if (defrag6_put)
		symbol_put(nf_defrag_ipv6_disable);
	defrag6_get = NULL;
	defrag6_put = NULL;
}

/**
 * portclass_track_open() - look up what there is, and have it loaded
 *
 * Of each module all that is needed, or none.
 *
 * Context: process, may sleep; module load.
 */
void portclass_track_open(void)
{
	open_conntrack();

	request_module("nf_defrag_ipv4");
	defrag4_get = symbol_get(nf_defrag_ipv4_enable);
	defrag4_put = symbol_get(nf_defrag_ipv4_disable);
	if (!defrag4_get || !defrag4_put)
		close_defrag4();

	request_module("nf_defrag_ipv6");
	defrag6_get = symbol_get(nf_defrag_ipv6_enable);
	defrag6_put = symbol_get(nf_defrag_ipv6_disable);
	if (!defrag6_get || !defrag6_put)
		close_defrag6();
}

/**
 * portclass_track_close() - give back what portclass_track_open() has taken
 *
 * Context: process, may sleep; no namespace uses any of it.
 */
void portclass_track_close(void)
{
	close_defrag6();
	close_defrag4();
	close_conntrack();
}

/**
 * portclass_track_has_conntrack() - was there connection tracking at load time?
 *
 * Context: any.
 * Return: true if portclass_track_get() can get it.
 */
bool portclass_track_has_conntrack(void)
{
	return ct_get;
}

/* Where there is no reassembly, there are no fragments to wait for. */
static int defrag_get(struct net *net)
{
	int err = 0;

	if (defrag4_get)
		err = defrag4_get(net);
	if (err)
		return err;

	if (defrag6_get)
		err = defrag6_get(net);
	if (err && defrag4_put)
		defrag4_put(net);
	return err;
}

/**
 * portclass_track_get() - take for a namespace what a way of tracking needs
 * @net: the namespace
 * @track: the way
 *
 * When it returns, all packets that had passed the places where conntrack and
 * reassembly look at them are gone, so that none is taken for one that conntrack
 * doesn't want.
 *
 * Context: process, may sleep.
 * Return: 0, to be given back by portclass_track_put(); -EOPNOTSUPP if this
 * kernel has no connection tracking; what the registration of hooks returns.
 */
int portclass_track_get(struct net *net, enum portclass_track track)
{
	int err;

	if (track == PORTCLASS_TRACK_NONE)
		err = defrag_get(net);
	else
		err = ct_get ? ct_get(net, NFPROTO_INET) : -EOPNOTSUPP;
	if (!err)
		synchronize_net();
	return err;
}

/**
 * portclass_track_put() - give back what portclass_track_get() has taken
 * @net: the namespace
 * @track: the way
 *
 * Context: process, may sleep; no packet relies on it any more.
 */
void portclass_track_put(struct net *net, enum portclass_track track)
{
	if (track == PORTCLASS_TRACK_CONNTRACK) {
		ct_put(net, NFPROTO_INET);
		return;
	}

	if (defrag6_put)
		defrag6_put(net);
	if (defrag4_put)
		defrag4_put(net);
}
