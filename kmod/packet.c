// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet says of itself. Knows no table, no counter and no conntrack.
 *
 * Where there is nothing better, its header also decides what flow it is part
 * of: only a packet that may open a flow is judged, by the port it dials; and
 * what is no opener is taken to belong to the service on the lower one of its
 * two ports.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "packet.h"
#include "socket.h"

/* Where the transport header is, and what may be said of its length. */
struct transport {
	unsigned int offset;	/* from skb->data, bytes */
	int protocol;		/* IPPROTO_* */
	bool fragment;		/* a first fragment: the rest is elsewhere */
};

static enum portclass_packet_kind find_v4(const struct sk_buff *skb,
					  struct transport *th)
{
	const struct iphdr *iph = ip_hdr(skb);
	u16 frag = ntohs(iph->frag_off);

	th->protocol = iph->protocol;
	if (th->protocol != IPPROTO_TCP && th->protocol != IPPROTO_UDP)
		return PORTCLASS_PACKET_OTHER;

	/* A raw socket's own header; not every kernel looks at its length. */
	if (unlikely(iph->ihl < 5))
		return PORTCLASS_PACKET_MALFORMED;

	th->offset = skb_network_offset(skb) + iph->ihl * 4;
	th->fragment = frag & IP_MF;
	if (likely(!(frag & IP_OFFSET)))
		return PORTCLASS_PACKET_FLOW;

	/* It would overwrite the flags or ports of the first one (RFC 3128). */
	if (th->protocol == IPPROTO_TCP && (frag & IP_OFFSET) == 1)
		return PORTCLASS_PACKET_MALFORMED;

	return PORTCLASS_PACKET_FRAGMENT;
}

static enum portclass_packet_kind find_v6(const struct sk_buff *skb,
					  struct transport *th)
{
	u8 nexthdr = ipv6_hdr(skb)->nexthdr;
	/* As in IPv4: what AH protects is looked at when AH has been checked. */
	int flags = IP6_FH_F_AUTH;
	unsigned short frag = 0;

	th->fragment = false;
	if (likely(nexthdr == IPPROTO_TCP || nexthdr == IPPROTO_UDP)) {
		th->offset = skb_network_offset(skb) + sizeof(struct ipv6hdr);
		th->protocol = nexthdr;
		return PORTCLASS_PACKET_FLOW;
	}
	if (likely(!ipv6_ext_hdr(nexthdr)))
		return PORTCLASS_PACKET_OTHER;

	th->offset = 0;
	th->protocol = ipv6_find_hdr(skb, &th->offset, -1, &frag, &flags);

	/* A later fragment that begins with one more extension header. */
	if (th->protocol == -ENOENT)
		return PORTCLASS_PACKET_OTHER;
	/*
	 * The chain is cut off: what is behind it may be anything, in the next
	 * fragment, and a first fragment has to hold it (RFC 8200, 4.5). Said
	 * to be TCP, as something has to be said.
	 */
	if (th->protocol < 0) {
		th->protocol = IPPROTO_TCP;
		return PORTCLASS_PACKET_MALFORMED;
	}
	if (th->protocol != IPPROTO_TCP && th->protocol != IPPROTO_UDP)
		return PORTCLASS_PACKET_OTHER;

	th->fragment = flags & IP6_FH_F_FRAG;
	return frag ? PORTCLASS_PACKET_FRAGMENT : PORTCLASS_PACKET_FLOW;
}

/* RFC 9293, 3.1; the kernel's own receive path drops what fails here. */
static bool read_tcp(const struct sk_buff *skb, const struct transport *th,
		     struct portclass_packet *pkt)
{
	const struct tcphdr *tcp;
	struct tcphdr buf;

	tcp = skb_header_pointer(skb, th->offset, sizeof(buf), &buf);
	if (unlikely(!tcp || tcp->doff < 5))
		return false;
	if (unlikely(!th->fragment && th->offset + tcp->doff * 4 > skb->len))
		return false;

	portclass_packet_take_tcp(pkt, tcp);
	return true;
}

/*
 * RFC 768; a length of 0 is an IPv6 jumbogram's (RFC 2675, 4), and that of a GSO
 * skb is then as long as the skb (udp_get_len() of Linux 7.3).
 */
static bool udp_length_ok(const struct sk_buff *skb, u8 family,
			  const struct transport *th, unsigned int len)
{
	if (len == 0 && (family == NFPROTO_IPV6 || skb_is_gso(skb)))
		return true;
	if (len < sizeof(struct udphdr))
		return false;

	return th->fragment || skb_is_gso(skb) || len <= skb->len - th->offset;
}

static bool read_udp(const struct sk_buff *skb, u8 family,
		     const struct transport *th, const struct sock *sk,
		     struct portclass_packet *pkt)
{
	const struct udphdr *udp;
	struct udphdr buf;

	udp = skb_header_pointer(skb, th->offset, sizeof(buf), &buf);
	if (unlikely(!udp || !udp_length_ok(skb, family, th, ntohs(udp->len))))
		return false;

	pkt->dialled.port = ntohs(udp->dest);
	pkt->peer_port = ntohs(udp->source);
	pkt->opens = false;
	pkt->resets = false;
	pkt->judged = !portclass_socket_has_peer(sk);
	return true;
}

/**
 * portclass_packet_read() - find out what flow a packet is part of
 * @skb: an IP packet at one of the hooks; may be paged, cloned or shared, and
 *	is not changed
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: the scope of the hook: IN at LOCAL_IN, OUT at LOCAL_OUT, or FORWARD
 * @sk: the socket that is known to receive the packet, or NULL
 * @pkt: filled for PORTCLASS_PACKET_FLOW; of it @proto for fragments and
 *	malformed packets as well
 *
 * Context: any, in an RCU read-side section if @sk is given.
 * Return: what kind of packet it is.
 */
enum portclass_packet_kind
portclass_packet_read(const struct sk_buff *skb, u8 family,
		      enum portclass_scope hook, const struct sock *sk,
		      struct portclass_packet *pkt)
{
	enum portclass_packet_kind kind;
	struct transport th;
	bool ok;

	kind = family == NFPROTO_IPV4 ? find_v4(skb, &th) : find_v6(skb, &th);
	if (kind == PORTCLASS_PACKET_OTHER)
		return kind;

	pkt->proto = th.protocol == IPPROTO_TCP ? PORTCLASS_PROTO_TCP :
						  PORTCLASS_PROTO_UDP;
	if (unlikely(kind != PORTCLASS_PACKET_FLOW))
		return kind;

	pkt->dialled.scope = hook;
	pkt->dialled.proto = pkt->proto;
	ok = pkt->proto == PORTCLASS_PROTO_TCP ?
		read_tcp(skb, &th, pkt) : read_udp(skb, family, &th, sk, pkt);
	if (unlikely(!ok))
		return PORTCLASS_PACKET_MALFORMED;

	pkt->tracked = false;
	portclass_packet_orient(pkt, hook);
	return PORTCLASS_PACKET_FLOW;
}

/**
 * portclass_packet_has_ports() - is it TCP or UDP?
 * @skb: an IP packet at one of the hooks
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Context: any.
 * Return: false for what portclass_packet_read() would call other.
 */
bool portclass_packet_has_ports(const struct sk_buff *skb, u8 family)
{
	struct transport th;

	return (family == NFPROTO_IPV4 ? find_v4(skb, &th) :
					 find_v6(skb, &th)) !=
	       PORTCLASS_PACKET_OTHER;
}
