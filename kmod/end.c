// SPDX-License-Identifier: GPL-2.0
/*
 * What a socket of ours that is one end of a flow tells of it, where conntrack
 * can't: it came too late, or has forgotten.
 */
#include <net/sock.h>

#include "end.h"
#include "socket.h"

/*
 * The socket if it is known yet: on the way in by early demultiplexing. That of
 * another protocol is inside a tunnel.
 */
static const struct sock *known_socket(const struct sk_buff *skb,
				       const struct portclass_where *at,
				       u8 proto)
{
	const struct sock *sk = at->hook == PORTCLASS_SCOPE_IN ? skb->sk :
								 at->state->sk;
	bool tcp = proto == PORTCLASS_PROTO_TCP;

	/* A raw socket may be of that protocol, too. */
	if (!portclass_socket_has_peer(sk) ||
	    sk->sk_type != (tcp ? SOCK_STREAM : SOCK_DGRAM) ||
	    sk->sk_protocol != (tcp ? IPPROTO_TCP : IPPROTO_UDP))
		return NULL;
	return sk;
}

/* Did the peer of a socket of ours dial it? */
static bool was_dialled(const struct sock *sk, const struct portclass_where *at)
{
	const struct net_device *dev;

	dev = at->hook == PORTCLASS_SCOPE_IN ? at->state->in : at->state->out;
	return portclass_socket_is_served(at->state->net, at->family, sk,
					  dev->ifindex);
}

/* By the ports in the packet, which NAT may have changed. */
static bool read_wire(struct sk_buff *skb, const struct portclass_where *at,
		      struct portclass_packet *wire)
{
	return portclass_packet_read(skb, at->family, at->hook, NULL, wire) ==
	       PORTCLASS_PACKET_FLOW;
}

static void orient(const struct sock *sk, bool dialled,
		   const struct portclass_where *at,
		   struct portclass_packet *pkt)
{
	pkt->flow.scope = dialled ? PORTCLASS_SCOPE_IN : PORTCLASS_SCOPE_OUT;
	pkt->flow.port = dialled ? sk->sk_num : ntohs(sk->sk_dport);
	pkt->way = pkt->flow.scope == at->hook ? PORTCLASS_WAY_TO :
						 PORTCLASS_WAY_FROM;
	pkt->dialled = pkt->flow;
}

/**
 * portclass_end_orient() - tell a packet's flow by the socket at its end
 * @skb: the packet
 * @at: where it is
 * @proto: its enum portclass_proto
 * @pkt: to be oriented; changed only if there is such a socket
 *
 * Early demultiplexing may be off (net.ipv4.tcp_early_demux), and is left out
 * for what has its route already: then TCP's sockets are searched.
 *
 * Context: RCU read-side section; holds a reference on a TCP socket meanwhile.
 * Return: true if there is such a socket.
 */
bool portclass_end_orient(struct sk_buff *skb, const struct portclass_where *at,
			  u8 proto, struct portclass_packet *pkt)
{
	const struct sock *sk = known_socket(skb, at, proto);
	struct portclass_packet wire;
	struct sock *found = NULL;

	if (!sk && at->hook == PORTCLASS_SCOPE_IN &&
	    proto == PORTCLASS_PROTO_TCP && read_wire(skb, at, &wire)) {
		found = portclass_socket_of_tcp(at->state->net, skb, at->family,
						htons(wire.peer_port),
						wire.dialled.port);
		if (portclass_socket_has_peer(found))
			sk = found;
	}

	if (sk)
		orient(sk, was_dialled(sk, at), at, pkt);
	if (found)
		sock_gen_put(found);
	return sk;
}

/**
 * portclass_end_reconsider() - was a packet asked for, although it's denied?
 * @skb: the packet
 * @at: where it is
 * @pkt: what portclass_flow_read() said of it
 *
 * For a packet that is about to be denied. A UDP socket of ours that has a peer
 * has asked for what it sends; conntrack can't know if it came too late, or has
 * forgotten.
 *
 * Context: RCU read-side section; takes no reference.
 * Return: true if @pkt has been changed, and is to be judged again.
 */
bool portclass_end_reconsider(struct sk_buff *skb,
			      const struct portclass_where *at,
			      struct portclass_packet *pkt)
{
	const struct sock *sk = known_socket(skb, at, pkt->proto);
	struct portclass_packet wire;

	if (pkt->proto != PORTCLASS_PROTO_UDP ||
	    pkt->dialled.scope != PORTCLASS_SCOPE_IN ||
	    at->hook == PORTCLASS_SCOPE_FORWARD)
		return false;

	if (at->hook == PORTCLASS_SCOPE_IN) {
		if (!read_wire(skb, at, &wire))
			return false;
		sk = portclass_socket_of_udp(at->state->net, skb, at->family,
					     htons(wire.peer_port),
					     htons(wire.dialled.port));
	}
	if (!portclass_socket_has_peer(sk))
		return false;
	if (!pkt->tracked) {
		pkt->judged = false;
		return true;
	}
	if (was_dialled(sk, at))
		return false;

	orient(sk, false, at, pkt);
	return true;
}
