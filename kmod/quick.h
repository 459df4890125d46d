/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The usual packet, read in registers: one of a flow that conntrack knows well,
 * or one whose header is in one piece and without options. What is unusual in
 * any way is left to portclass_flow_read(), which reads these no differently.
 */
#ifndef _PORTCLASS_QUICK_H
#define _PORTCLASS_QUICK_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "packet.h"

/* Neither expected by another flow, nor taken up in the middle, nor translated. */
static __always_inline bool
portclass_quick_tracked(const struct nf_conn *ct, enum ip_conntrack_info ctinfo,
			enum portclass_scope hook, struct portclass_packet *pkt)
{
	const struct nf_conntrack_tuple *tuple;
	unsigned long status;
	bool back;

	tuple = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	status = READ_ONCE(ct->status);
	back = ctinfo == IP_CT_ESTABLISHED_REPLY;

	if (unlikely(ct->master || status & IPS_TEMPLATE ||
		     (ctinfo != IP_CT_ESTABLISHED && ctinfo != IP_CT_NEW && !back)))
		return false;
	if (hook == PORTCLASS_SCOPE_FORWARD && unlikely(status & IPS_DST_NAT))
		return false;

	if (likely(tuple->dst.protonum == IPPROTO_TCP)) {
		if (unlikely(ct->proto.tcp.seen[0].flags &
			     IP_CT_TCP_FLAG_BE_LIBERAL))
			return false;
		pkt->dialled.proto = PORTCLASS_PROTO_TCP;
	} else if (likely(tuple->dst.protonum == IPPROTO_UDP)) {
		pkt->dialled.proto = PORTCLASS_PROTO_UDP;
	} else {
		return false;
	}

	pkt->dialled.port = ntohs(tuple->dst.u.all);
	pkt->dialled.scope = portclass_scope_of(hook, back);
	pkt->flow = pkt->dialled;
	pkt->way = back ? PORTCLASS_WAY_FROM : PORTCLASS_WAY_TO;
	pkt->judged = true;
	pkt->opens = !(status & IPS_CONFIRMED);
	return true;
}

/* The transport header of a packet without options and in one piece, or NULL. */
static __always_inline const void *
portclass_quick_header(const struct sk_buff *skb, u8 family, u8 *protocol,
		       unsigned int *offset)
{
	unsigned int needs;

	if (family == NFPROTO_IPV4) {
		const struct iphdr *iph = ip_hdr(skb);

		if (unlikely(iph->ihl != 5 ||
			     iph->frag_off & htons(IP_MF | IP_OFFSET)))
			return NULL;
		*protocol = iph->protocol;
		*offset = skb_network_offset(skb) + sizeof(*iph);
	} else {
		*protocol = ipv6_hdr(skb)->nexthdr;
		*offset = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	}

	needs = *protocol == IPPROTO_TCP ? sizeof(struct tcphdr) :
					   sizeof(struct udphdr);
	if (unlikely(skb_headlen(skb) < *offset + needs))
		return NULL;
	return skb->data + *offset;
}

static __always_inline bool portclass_quick_tcp(const struct sk_buff *skb,
						const struct tcphdr *tcp,
						unsigned int offset,
						struct portclass_packet *pkt)
{
	if (unlikely(tcp->doff < 5 || offset + tcp->doff * 4 > skb->len))
		return false;

	pkt->dialled.proto = PORTCLASS_PROTO_TCP;
	portclass_packet_take_tcp(pkt, tcp);
	return true;
}

static __always_inline bool portclass_quick_udp(const struct sk_buff *skb,
						const struct udphdr *udp,
						unsigned int offset,
						struct portclass_packet *pkt)
{
	unsigned int len = ntohs(udp->len);

	if (unlikely(len < sizeof(*udp) || offset + len > skb->len))
		return false;

	pkt->dialled.proto = PORTCLASS_PROTO_UDP;
	pkt->dialled.port = ntohs(udp->dest);
	pkt->peer_port = ntohs(udp->source);
	pkt->opens = false;
	/* Unless a socket has asked for it, which matters if it is denied. */
	pkt->judged = true;
	return true;
}

static __always_inline bool portclass_quick_untracked(const struct sk_buff *skb,
						      u8 family,
						      enum portclass_scope hook,
						      struct portclass_packet *pkt)
{
	unsigned int offset;
	const void *header;
	u8 protocol;

	header = portclass_quick_header(skb, family, &protocol, &offset);
	if (unlikely(!header))
		return false;
	if (likely(protocol == IPPROTO_TCP)) {
		if (!portclass_quick_tcp(skb, header, offset, pkt))
			return false;
	} else if (likely(protocol == IPPROTO_UDP)) {
		if (!portclass_quick_udp(skb, header, offset, pkt))
			return false;
	} else {
		return false;
	}

	pkt->dialled.scope = hook;
	portclass_packet_orient(pkt, hook);
	return true;
}

/**
 * portclass_quick_read() - find out what flow a usual packet is part of
 * @skb: an IP packet at one of the hooks
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: the scope of the hook
 * @track: whether to ask conntrack
 * @pkt: filled as by portclass_flow_read(), as far as an allowed packet needs;
 *	its address must not go anywhere else, so that it needs no memory
 *
 * Context: RCU read-side section. No lock, no allocation, no reference.
 * Return: false if it may be unusual; then @pkt says nothing.
 */
static __always_inline bool portclass_quick_read(const struct sk_buff *skb,
						 u8 family,
						 enum portclass_scope hook,
						 enum portclass_track track,
						 struct portclass_packet *pkt)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;

	if (track == PORTCLASS_TRACK_NONE)
		return portclass_quick_untracked(skb, family, hook, pkt);

	ct = nf_ct_get(skb, &ctinfo);
	return likely(ct) && portclass_quick_tracked(ct, ctinfo, hook, pkt);
}

#endif /* _PORTCLASS_QUICK_H */
