// SPDX-License-Identifier: GPL-2.0
/*
 * Random packets, in random pieces, to the module's own code for reading them.
 * What isn't the packet's, the sanitizer doesn't let anybody read.
 */
#include <stdlib.h>

#include "packet.c"
#include "quick.h"

/* Built with the name that the fuzzer knows. */
int fuzz_one_input(const unsigned char *data, size_t size);

enum {
	HEAD_BYTES = 2,		/* of the input, before the packet */
	ETHERNET_BYTES = 14,
};

/**
 * struct fuzz_case - what the first bytes of the input say
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: where the packet is seen
 * @peer: the socket that receives it has one
 * @gso: it is yet to be cut
 * @before: bytes before the IP header
 * @linear: bytes of it that are in one piece at least
 */
struct fuzz_case {
	u8 family;
	enum portclass_scope hook;
	bool peer;
	bool gso;
	unsigned int before;
	unsigned int linear;
};

static bool peer;

bool portclass_socket_has_peer(const struct sock *sk)
{
	return peer;
}

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* Every part in memory of its own that is no longer. */
static void make(struct sk_buff *skb, const struct fuzz_case *c,
		 const unsigned char *bytes, unsigned int size, unsigned int linear)
{
	unsigned char *page;

	skb->network = c->before;
	skb->len = c->before + size;
	skb->headlen = c->before + linear;
	skb->gso = c->gso;
	skb->data = malloc(skb->headlen);
	page = malloc(size - linear);
	check(skb->data && page);
	memset(skb->data, 0xee, c->before);
	memcpy(skb->data + c->before, bytes, linear);
	memcpy(page, bytes + linear, size - linear);
	skb->page = page;
}

static void check_unchanged(const struct sk_buff *skb, const unsigned char *bytes)
{
	unsigned int linear = skb->headlen - skb->network;

	check(!memcmp(skb->data + skb->network, bytes, linear) &&
	      !memcmp(skb->page, bytes + linear, skb->len - skb->headlen));
}

static bool same_key(const struct portclass_key *a, const struct portclass_key *b)
{
	return a->port == b->port && a->scope == b->scope && a->proto == b->proto;
}

/* What holds for any packet of a flow, by whatever header. */
static void check_flow(const struct portclass_packet *pkt, const struct fuzz_case *c)
{
	bool tcp = pkt->proto == PORTCLASS_PROTO_TCP;
	u16 lower = pkt->peer_port < pkt->dialled.port ? pkt->peer_port :
							  pkt->dialled.port;

	check(pkt->proto < PORTCLASS_PROTOS && pkt->dialled.proto == pkt->proto &&
	      pkt->flow.proto == pkt->proto);
	check(pkt->dialled.scope == c->hook && pkt->flow.scope < PORTCLASS_SCOPES);
	check(pkt->flow.port == (pkt->opens ? pkt->dialled.port : lower));
	check(pkt->way == (pkt->flow.port == pkt->dialled.port ? PORTCLASS_WAY_TO :
								 PORTCLASS_WAY_FROM));
	check((pkt->flow.scope == c->hook) ==
	      (pkt->way == PORTCLASS_WAY_TO || c->hook == PORTCLASS_SCOPE_FORWARD));
	check(pkt->judged == (tcp ? pkt->opens : !c->peer));
	check(!pkt->tracked && (tcp || (!pkt->opens && !pkt->resets)));
}

/* Whether the header is there, and possible (RFC 9293, RFC 768, RFC 2675; and udp_get_len()). */
static bool is_whole(const struct fuzz_case *c, bool tcp, bool fragment,
		     const unsigned char *header, unsigned int left)
{
	unsigned int len;

	if (left < (tcp ? 20 : 8))
		return false;
	len = tcp ? header[12] >> 4 << 2 : header[4] << 8 | header[5];
	if (!tcp && !len)
		return c->family == NFPROTO_IPV6 || c->gso;
	return len >= (tcp ? 20 : 8) &&
	       (fragment || (!tcp && c->gso) || len <= left);
}

/* What the bytes say, in a row and without a helper; of extensions nothing. */
static void check_bytes(enum portclass_packet_kind kind,
			const struct portclass_packet *pkt, const struct fuzz_case *c,
			const unsigned char *bytes, unsigned int size)
{
	bool v4 = c->family == NFPROTO_IPV4;
	u8 protocol = v4 ? bytes[9] : bytes[6];
	bool tcp = protocol == IPPROTO_TCP;
	unsigned int at = v4 ? (bytes[0] & 15) * 4 : 40;
	unsigned int fragment = v4 ? bytes[6] << 8 | bytes[7] : 0;

	if (!tcp && protocol != IPPROTO_UDP) {
		check(!v4 || kind == PORTCLASS_PACKET_OTHER);
		return;
	}
	check(pkt->proto == (tcp ? PORTCLASS_PROTO_TCP : PORTCLASS_PROTO_UDP));
	if (at < 20 || (tcp && (fragment & IP_OFFSET) == 1)) {
		check(kind == PORTCLASS_PACKET_MALFORMED);
	} else if (fragment & IP_OFFSET) {
		check(kind == PORTCLASS_PACKET_FRAGMENT);
	} else if (!is_whole(c, tcp, fragment & IP_MF, bytes + at, size > at ? size - at : 0)) {
		check(kind == PORTCLASS_PACKET_MALFORMED);
	} else {
		check(kind == PORTCLASS_PACKET_FLOW);
		check(pkt->peer_port == (bytes[at] << 8 | bytes[at + 1]));
		check(pkt->dialled.port == (bytes[at + 2] << 8 | bytes[at + 3]));
		check(!tcp || pkt->opens == ((bytes[at + 13] & 0x12) == 2));
		check(!tcp || pkt->resets == !!(bytes[at + 13] & 4));
	}
}

/* The quick way leaves it alone, or reads it no differently. */
static void check_quick(const struct sk_buff *skb, const struct fuzz_case *c,
			enum portclass_packet_kind kind,
			const struct portclass_packet *pkt)
{
	struct portclass_packet quick;

	memset(&quick, 0x5a, sizeof(quick));
	check(!portclass_quick_read(skb, c->family, c->hook,
				    PORTCLASS_TRACK_CONNTRACK, &quick));
	if (!portclass_quick_read(skb, c->family, c->hook, PORTCLASS_TRACK_NONE,
				  &quick))
		return;
	check(kind == PORTCLASS_PACKET_FLOW && same_key(&quick.flow, &pkt->flow) &&
	      same_key(&quick.dialled, &pkt->dialled) &&
	      quick.peer_port == pkt->peer_port && quick.way == pkt->way &&
	      quick.opens == pkt->opens);
	/* Only the slow way asks the socket. */
	check(quick.judged == pkt->judged ||
	      (quick.judged && pkt->proto == PORTCLASS_PROTO_UDP));
}

static enum portclass_packet_kind read_one(const struct fuzz_case *c,
					   const unsigned char *bytes,
					   unsigned int size, unsigned int linear,
					   struct portclass_packet *pkt)
{
	enum portclass_packet_kind kind;
	struct sk_buff skb;

	make(&skb, c, bytes, size, linear);
	memset(pkt, 0xa5, sizeof(*pkt));
	kind = portclass_packet_read(&skb, c->family, c->hook, NULL, pkt);
	check(kind <= PORTCLASS_PACKET_MALFORMED);
	check((kind == PORTCLASS_PACKET_OTHER) !=
	      portclass_packet_has_ports(&skb, c->family));
	if (kind != PORTCLASS_PACKET_OTHER)
		check(pkt->proto < PORTCLASS_PROTOS);
	if (kind == PORTCLASS_PACKET_FLOW)
		check_flow(pkt, c);
	check_bytes(kind, pkt, c, bytes, size);
	check_quick(&skb, c, kind, pkt);
	check_unchanged(&skb, bytes);
	free(skb.data);
	free((void *)skb.page);
	return kind;
}

int fuzz_one_input(const unsigned char *data, size_t size)
{
	struct portclass_packet pkt, whole;
	enum portclass_packet_kind kind;
	const unsigned char *bytes = data + HEAD_BYTES;
	struct fuzz_case c;

	if (size < HEAD_BYTES)
		return 0;
	size -= HEAD_BYTES;
	c.family = data[0] & 1 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	c.hook = (data[0] >> 1 & 3) % PORTCLASS_SCOPES;
	c.peer = data[0] & 8;
	c.gso = data[0] & 16;
	c.before = data[0] & 32 ? ETHERNET_BYTES : 0;
	/* No hook sees a packet whose IP header is not in one piece. */
	c.linear = c.family == NFPROTO_IPV6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	if (size < c.linear)
		return 0;
	peer = c.peer;

	kind = read_one(&c, bytes, size, size, &whole);
	/* However it is cut into pieces, it says the same. */
	c.linear += data[1] % (size - c.linear + 1);
	check(read_one(&c, bytes, size, c.linear, &pkt) == kind);
	if (kind == PORTCLASS_PACKET_FLOW)
		check(!memcmp(&pkt, &whole, sizeof(pkt)));
	return 0;
}
