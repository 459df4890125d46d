// SPDX-License-Identifier: GPL-2.0
/*
 * Which flow a packet is part of: who started it, and what port he dialled.
 *
 * Conntrack's original tuple says so, before any NAT, for both directions; the
 * packet's own header is asked where conntrack knows nothing of it.
 */
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/addrconf.h>
#include <net/netfilter/nf_conntrack.h>

#include "end.h"
#include "flow.h"
#include "track.h"

/* Expectations of expectations: H.323 needs two. */
#define MASTERS_MAX	4

static bool has_ports(const struct nf_conn *ct)
{
	u8 protocol = nf_ct_protonum(ct);

	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

/*
 * A flow that a helper expects, as FTP's for data, is part of the one that
 * announced it.
 */
static const struct nf_conn *announcer_of(const struct nf_conn *ct)
{
	unsigned int i;

	for (i = 0; unlikely(ct->master) && i < MASTERS_MAX; i++)
		if (has_ports(ct->master))
			ct = ct->master;
	return ct;
}

static bool is_ours(struct net *net, u8 family, const union nf_inet_addr *addr)
{
	if (family == NFPROTO_IPV4)
		return __ip_dev_find(net, addr->ip, false);
#if IS_ENABLED(CONFIG_IPV6)
	return ipv6_chk_addr(net, &addr->in6, NULL, 0);
#else
	return false;
#endif
}

/* A filter that rejects what passes through answers in another one's name. */
static bool comes_from_us(const struct sk_buff *skb,
			  const struct portclass_where *at)
{
	union nf_inet_addr from = {};

	if (at->hook != PORTCLASS_SCOPE_OUT)
		return false;
	if (at->family == NFPROTO_IPV4)
		from.ip = ip_hdr(skb)->saddr;
	else
		from.in6 = ipv6_hdr(skb)->saddr;
	return is_ours(at->state->net, at->family, &from);
}

/* Who started it, as seen from here; @back: this packet goes to the initiator. */
static enum portclass_scope scope_of(const struct nf_conn *ct,
				     const struct portclass_where *at, bool back)
{
	if (at->hook != PORTCLASS_SCOPE_FORWARD)
		return portclass_scope_of(at->hook, back);

	/* A port of ours that is published: somebody dialled an address of ours. */
	if (test_bit(IPS_DST_NAT_BIT, &ct->status) &&
	    is_ours(at->state->net, at->family,
		    &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3))
		return PORTCLASS_SCOPE_IN;
	return PORTCLASS_SCOPE_FORWARD;
}

/*
 * Conntrack takes up TCP in the middle, too (nf_conntrack_tcp_loose), and is
 * generous with such a flow, by which it is known here. It is with one that a
 * flowtable has had, too; but of that it has seen the window scaling, which only
 * a SYN tells.
 */
static bool is_taken_up(const struct nf_conn *ct)
{
	u8 one = ct->proto.tcp.seen[0].flags, other = ct->proto.tcp.seen[1].flags;

	return nf_ct_protonum(ct) == IPPROTO_TCP &&
	       one & other & IP_CT_TCP_FLAG_BE_LIBERAL &&
	       !((one | other) & IP_CT_TCP_FLAG_WINDOW_SCALE);
}

/*
 * Who spoke first in a flow that was taken up in the middle says nothing of who
 * dialled. Our own sockets know; in what passes through, the service is taken to
 * be on the lower port once both ends have been heard, so that no stranger's
 * word is taken for it.
 */
static void orient_anew(const struct nf_conn *ct, struct sk_buff *skb,
			const struct portclass_where *at,
			struct portclass_packet *pkt)
{
	if (at->hook != PORTCLASS_SCOPE_FORWARD) {
		portclass_end_orient(skb, at, PORTCLASS_PROTO_TCP, pkt);
		return;
	}

	if (test_bit(IPS_ASSURED_BIT, &ct->status) &&
	    pkt->flow.scope == PORTCLASS_SCOPE_FORWARD &&
	    pkt->peer_port < pkt->flow.port) {
		pkt->flow.port = pkt->peer_port;
		pkt->way = !pkt->way;
		pkt->dialled = pkt->flow;
	}
}

/*
 * A filter has made it, as a reset for a flow that it rejects: nf_ct_attach()
 * says that of it by a ctinfo that no packet of a flow gets otherwise.
 */
static bool is_attached(const struct nf_conn *ct, enum ip_conntrack_info ctinfo,
			const struct portclass_where *at)
{
	if (at->hook != PORTCLASS_SCOPE_OUT)
		return false;
	return ctinfo == IP_CT_RELATED_REPLY ||
	       (ctinfo == IP_CT_RELATED &&
		!test_bit(IPS_EXPECTED_BIT, &ct->status));
}

/* It leaves from here whatever the scope of its flow, and opens nothing. */
static void orient_attached(const struct nf_conn *ct, const struct portclass_where *at,
			    struct portclass_packet *pkt)
{
	const struct nf_conntrack_tuple *tuple;

	tuple = &announcer_of(ct)->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	if (is_ours(at->state->net, at->family, &tuple->src.u3))
		pkt->flow.scope = PORTCLASS_SCOPE_OUT;
	else if (is_ours(at->state->net, at->family, &tuple->dst.u3))
		pkt->flow.scope = PORTCLASS_SCOPE_IN;
	else
		pkt->flow.scope = PORTCLASS_SCOPE_FORWARD;
	pkt->opens = false;
	pkt->judged = false;
}

/* Whatever conntrack knows of flow @ct, for a packet of direction @dir. */
static void read_tuple(const struct nf_conn *ct, unsigned int dir,
		       const struct portclass_where *at, struct portclass_packet *pkt)
{
	const struct nf_conntrack_tuple *tuple, *own;
	const struct nf_conn *root = announcer_of(ct);
	bool back = dir == IP_CT_DIR_REPLY;

	own = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	tuple = &root->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	/* The announced flow may have been dialled from the other end. */
	if (unlikely(root != ct) &&
	    !nf_inet_addr_cmp(&own->src.u3, &tuple->src.u3))
		back = !back;

	pkt->proto = tuple->dst.protonum == IPPROTO_TCP ? PORTCLASS_PROTO_TCP :
							  PORTCLASS_PROTO_UDP;
	pkt->flow.port = ntohs(tuple->dst.u.all);
	pkt->flow.proto = pkt->proto;
	pkt->flow.scope = scope_of(root, at, back);
	pkt->dialled = pkt->flow;
	pkt->peer_port = ntohs(own->src.u.all);
	pkt->way = back ? PORTCLASS_WAY_FROM : PORTCLASS_WAY_TO;
	pkt->judged = true;
	pkt->tracked = true;
}

static enum portclass_packet_kind
read_tracked(struct sk_buff *skb, const struct nf_conn *ct,
	     enum ip_conntrack_info ctinfo, const struct portclass_where *at,
	     struct portclass_packet *pkt)
{
	if (!has_ports(ct))
		return PORTCLASS_PACKET_OTHER;
	/* An ICMP error is related to the flow that it tells of. */
	if (unlikely(ctinfo == IP_CT_RELATED || ctinfo == IP_CT_RELATED_REPLY) &&
	    !portclass_packet_has_ports(skb, at->family))
		return PORTCLASS_PACKET_OTHER;

	read_tuple(ct, CTINFO2DIR(ctinfo), at, pkt);
	/* Confirmed when its first packet has passed all hooks. */
	pkt->opens = !nf_ct_is_confirmed(ct);
	pkt->resets = false;
	if (unlikely(is_attached(ct, ctinfo, at)))
		orient_attached(ct, at, pkt);
	else if (unlikely(is_taken_up(ct)))
		orient_anew(ct, skb, at, pkt);
	return PORTCLASS_PACKET_FLOW;
}

/*
 * Conntrack looked at it and wants nothing of it: its checksum is wrong, its
 * flags make no sense, or it is outside the window of its flow. That flow may
 * be known still, to conntrack or to a socket. If not, it opens nothing that our
 * peers or we could use; but a stranger who sends such a thing to a denied port
 * has to hear nothing, so it is judged by that. A reset is how
 * such a thing is answered, and is never answered itself: so one that leaves
 * goes by the port that it comes from.
 */
static void read_stray(struct sk_buff *skb, const struct portclass_where *at,
		       struct portclass_packet *pkt)
{
	struct nf_conn *ct;
	unsigned int dir;

	ct = portclass_track_find(at->state->net, skb, at->family, &dir);
	if (ct) {
		read_tuple(ct, dir, at, pkt);
		portclass_track_release(ct);
	} else if (portclass_end_orient(skb, at, pkt->proto, pkt)) {
		pkt->judged = true;
	} else if (pkt->resets && at->hook != PORTCLASS_SCOPE_IN) {
		pkt->flow.scope = comes_from_us(skb, at) ? PORTCLASS_SCOPE_IN :
							   PORTCLASS_SCOPE_FORWARD;
		pkt->flow.port = pkt->peer_port;
		pkt->way = PORTCLASS_WAY_FROM;
		pkt->dialled = pkt->flow;
		pkt->judged = true;
	} else if (at->hook != PORTCLASS_SCOPE_OUT) {
		pkt->flow = pkt->dialled;
		pkt->way = PORTCLASS_WAY_TO;
		pkt->judged = true;
	}
	pkt->opens = false;
}

/**
 * portclass_flow_read() - find out what flow a packet is part of
 * @skb: an IP packet at one of the hooks; may be paged, cloned or shared, and
 *	is not changed
 * @state: of the hook
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: the scope of the hook: IN at LOCAL_IN, OUT at LOCAL_OUT, or FORWARD
 * @track: whether to ask conntrack
 * @pkt: filled for PORTCLASS_PACKET_FLOW; of it @proto for fragments and
 *	malformed packets as well
 *
 * Context: RCU read-side section. No lock, no allocation; a reference only for
 * packets that conntrack gave up on, or took up in the middle.
 * Return: what kind of packet it is.
 */
enum portclass_packet_kind
portclass_flow_read(struct sk_buff *skb, const struct nf_hook_state *state,
		    u8 family, enum portclass_scope hook,
		    enum portclass_track track, struct portclass_packet *pkt)
{
	const struct portclass_where at = { state, family, hook };
	enum portclass_packet_kind kind;
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	if (ct && track == PORTCLASS_TRACK_CONNTRACK && !nf_ct_is_template(ct))
		return read_tracked(skb, ct, ctinfo, &at, pkt);

	/* Known here already if early demultiplexing has found it. */
	kind = portclass_packet_read(skb, family, hook,
				     hook == PORTCLASS_SCOPE_IN ? skb->sk : NULL,
				     pkt);
	if (kind == PORTCLASS_PACKET_FLOW &&
	    track == PORTCLASS_TRACK_CONNTRACK && ctinfo != IP_CT_UNTRACKED)
		read_stray(skb, &at, pkt);
	return kind;
}

/* Who has dialled: the sender of what goes to the service, else the receiver. */
static const void *initiator_of(const struct sk_buff *skb, u8 family,
				const struct portclass_packet *pkt)
{
	bool to = pkt->way == PORTCLASS_WAY_TO ||
		  portclass_packet_is_guessed(pkt);

	if (family == NFPROTO_IPV4)
		return to ? &ip_hdr(skb)->saddr : &ip_hdr(skb)->daddr;
	return to ? &ipv6_hdr(skb)->saddr : &ipv6_hdr(skb)->daddr;
}

/**
 * portclass_flow_stays_denied() - is there no excuse for a packet?
 * @table: that denies it by its bitmap
 * @skb: the packet
 * @state: of the hook
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: the scope of the hook
 * @pkt: what portclass_flow_read() said of it; may be told anew
 *
 * NAT of the source is done behind our hooks, and undone before them.
 *
 * Context: RCU read-side section.
 * Return: false if the port is open to its source, or the packet was asked for.
 */
bool portclass_flow_stays_denied(const struct portclass_table *table,
				 struct sk_buff *skb,
				 const struct nf_hook_state *state, u8 family,
				 enum portclass_scope hook,
				 struct portclass_packet *pkt)
{
	const struct portclass_where at = { state, family, hook };

	/* The answer to what is rejected, where conntrack has no flow for it. */
	if (pkt->resets && hook == PORTCLASS_SCOPE_OUT &&
	    portclass_table_rejects(table, &pkt->dialled))
		return false;
	if (portclass_table_admits(table, &pkt->dialled, family,
				   initiator_of(skb, family, pkt)))
		return false;
	if (!portclass_end_reconsider(skb, &at, pkt))
		return true;
	return portclass_flow_is_denied(table, pkt) &&
	       !portclass_table_admits(table, &pkt->dialled, family,
				       initiator_of(skb, family, pkt));
}
