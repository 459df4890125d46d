/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_PACKET_H
#define _PORTCLASS_PACKET_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>

#include "stats.h"
#include "table.h"

/**
 * enum portclass_packet_kind - what can be said of a packet
 * @PORTCLASS_PACKET_OTHER: neither TCP nor UDP: not ours to look at
 * @PORTCLASS_PACKET_FLOW: part of a flow, struct portclass_packet is filled
 * @PORTCLASS_PACKET_FRAGMENT: no first fragment, so it has no ports
 * @PORTCLASS_PACKET_MALFORMED: TCP or UDP whose header is cut off or impossible
 */
enum portclass_packet_kind {
	PORTCLASS_PACKET_OTHER,
	PORTCLASS_PACKET_FLOW,
	PORTCLASS_PACKET_FRAGMENT,
	PORTCLASS_PACKET_MALFORMED,
};

/**
 * struct portclass_packet - a packet's place in its flow
 * @flow: what it is counted under
 * @dialled: what it is judged under, if it is; and counted, if denied
 * @peer_port: the port it came from, host byte order
 * @way: enum portclass_way, within @flow
 * @proto: enum portclass_proto; set for fragments and malformed packets too
 * @judged: the bitmap has a say: conntrack knows its flow, or it may open one
 * @opens: it is the first packet of a flow
 * @tracked: conntrack knows its flow
 * @resets: it is a TCP reset
 */
struct portclass_packet {
	struct portclass_key flow;
	struct portclass_key dialled;
	u16 peer_port;
	u8 way;
	u8 proto;
	bool judged;
	bool opens;
	bool tracked;
	bool resets;
};

/**
 * portclass_packet_is_guessed() - is it counted elsewhere than it is judged?
 * @pkt: what was read of a packet
 *
 * Context: any.
 * Return: true if it is taken for an answer, but may be an opener.
 */
static inline bool
portclass_packet_is_guessed(const struct portclass_packet *pkt)
{
	return pkt->flow.port != pkt->dialled.port;
}

/**
 * portclass_scope_of() - who started the flow of a packet
 * @hook: the scope of the hook that sees it
 * @back: it goes to the initiator
 *
 * Context: any.
 * Return: the scope of the flow.
 */
static __always_inline enum portclass_scope
portclass_scope_of(enum portclass_scope hook, bool back)
{
	if (!back || hook == PORTCLASS_SCOPE_FORWARD)
		return hook;
	return hook == PORTCLASS_SCOPE_IN ? PORTCLASS_SCOPE_OUT :
					    PORTCLASS_SCOPE_IN;
}

/**
 * portclass_packet_take_tcp() - what a TCP header says
 * @pkt: whose ports and flags are to be set
 * @tcp: the header
 *
 * Context: any.
 */
static __always_inline void
portclass_packet_take_tcp(struct portclass_packet *pkt, const struct tcphdr *tcp)
{
	pkt->dialled.port = ntohs(tcp->dest);
	pkt->peer_port = ntohs(tcp->source);
	pkt->opens = tcp->syn && !tcp->ack;
	pkt->judged = pkt->opens;
	pkt->resets = tcp->rst;
}

/**
 * portclass_packet_orient() - tell under what to count a packet by its ports
 * @pkt: whose @flow and @way are to be set; the rest is
 * @hook: the scope of the hook
 *
 * The port that an opener dials is its service port; of any other packet, the
 * lower one is. Where that is the one it came from, the packet is an answer, and
 * its flow was started at the other end.
 *
 * Context: any.
 */
static __always_inline void
portclass_packet_orient(struct portclass_packet *pkt, enum portclass_scope hook)
{
	pkt->flow = pkt->dialled;
	pkt->way = PORTCLASS_WAY_TO;
	if (pkt->opens || pkt->peer_port >= pkt->dialled.port)
		return;

	pkt->flow.port = pkt->peer_port;
	pkt->way = PORTCLASS_WAY_FROM;
	pkt->flow.scope = portclass_scope_of(hook, true);
}

enum portclass_packet_kind
portclass_packet_read(const struct sk_buff *skb, u8 family,
		      enum portclass_scope hook, const struct sock *sk,
		      struct portclass_packet *pkt);
bool portclass_packet_has_ports(const struct sk_buff *skb, u8 family);

#endif /* _PORTCLASS_PACKET_H */
