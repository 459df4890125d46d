// SPDX-License-Identifier: GPL-2.0
/* Packets made by hand, byte by byte: no struct that the code under test reads. */
#include <asm/unaligned.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "packet_build.h"
#include "quick_agree.h"

#define HEADROOM	32
#define TAILROOM	64
#define IN_ONE		TEST_PACKET_MAX

static unsigned int ip_header_len(const struct test_packet *p)
{
	return p->family == NFPROTO_IPV4 ? 20 : 40;
}

static u8 *append(struct test_packet *p, unsigned int len, u8 fill)
{
	u8 *at = p->bytes + p->len;

	WARN_ON(p->len + len > TEST_PACKET_MAX);
	memset(at, fill, len);
	p->len += len;
	return at;
}

void test_packet_v4(struct test_packet *p, unsigned int options, u16 frag)
{
	memset(p, 0, sizeof(*p));
	p->family = NFPROTO_IPV4;
	p->nexthdr = 9;
	append(p, 20, 0);
	p->bytes[0] = 0x45 + options;
	put_unaligned_be16(frag, p->bytes + 6);
	p->bytes[8] = 64;
	put_unaligned_be32(0xc0000201, p->bytes + 12);
	put_unaligned_be32(0xc6336401, p->bytes + 16);
	append(p, 4 * options, 1);
}

void test_packet_v6(struct test_packet *p)
{
	memset(p, 0, sizeof(*p));
	p->family = NFPROTO_IPV6;
	p->nexthdr = 6;
	append(p, 40, 0);
	p->bytes[0] = 0x60;
	p->bytes[7] = 64;
	put_unaligned_be32(0x20010db8, p->bytes + 8);
	put_unaligned_be32(0x20010db8, p->bytes + 24);
	p->bytes[39] = 1;
}

void test_packet_ext(struct test_packet *p, u8 type, unsigned int len, u16 frag)
{
	unsigned int at = p->len;
	u8 *ext;

	p->bytes[p->nexthdr] = type;
	p->nexthdr = at;

	/* Its contents look like TCP's and UDP's numbers, to whom misreads it. */
	ext = append(p, len, IPPROTO_TCP);
	switch (type) {
	case IPPROTO_FRAGMENT:
		ext[1] = 0;
		put_unaligned_be16(frag, ext + 2);
		break;
	case IPPROTO_AH:
		ext[1] = len / 4 - 2;
		break;
	default:
		ext[1] = len / 8 - 1;
	}
}

static void end(struct test_packet *p)
{
	p->full = p->len;
	if (p->family == NFPROTO_IPV4)
		put_unaligned_be16(p->len, p->bytes + 2);
	else
		put_unaligned_be16(p->len - 40, p->bytes + 4);
}

void test_packet_raw(struct test_packet *p, u8 proto, unsigned int len)
{
	p->bytes[p->nexthdr] = proto;
	p->transport = p->len;
	append(p, len, 0x5a);
	end(p);
}

void test_packet_tcp(struct test_packet *p, u16 sport, u16 dport, u8 flags)
{
	u8 *tcp = p->bytes + p->len;

	test_packet_raw(p, IPPROTO_TCP, 20 + 5);
	put_unaligned_be16(sport, tcp);
	put_unaligned_be16(dport, tcp + 2);
	tcp[12] = 5 << 4;
	tcp[13] = flags;
}

void test_packet_udp(struct test_packet *p, u16 sport, u16 dport)
{
	u8 *udp = p->bytes + p->len;

	test_packet_raw(p, IPPROTO_UDP, 8 + 5);
	put_unaligned_be16(sport, udp);
	put_unaligned_be16(dport, udp + 2);
	put_unaligned_be16(8 + 5, udp + 4);
}

void test_packet_plain(struct test_packet *p, u8 family, u8 proto,
		       u16 sport, u16 dport, u8 flags)
{
	if (family == NFPROTO_IPV4)
		test_packet_v4(p, 0, 0);
	else
		test_packet_v6(p);

	if (proto == IPPROTO_TCP)
		test_packet_tcp(p, sport, dport, flags);
	else
		test_packet_udp(p, sport, dport);
}

void test_packet_set_udp_len(struct test_packet *p, u16 len)
{
	put_unaligned_be16(len, p->bytes + p->transport + 4);
}

void test_packet_set_doff(struct test_packet *p, u8 doff)
{
	u8 *at = p->bytes + p->transport + 12;

	*at = doff << 4 | (*at & 0x0f);
}

void test_packet_want_flow(struct test_want *want, enum portclass_scope hook,
			   u8 proto, u16 sport, u16 dport, u8 flags,
			   bool connected)
{
	bool answer;

	*want = test_packet_want(PORTCLASS_PACKET_FLOW,
				 proto == IPPROTO_TCP ? PORTCLASS_PROTO_TCP :
							PORTCLASS_PROTO_UDP);
	want->dialled = dport;
	want->peer = sport;
	if (proto == IPPROTO_TCP) {
		want->opens = (flags & (TEST_SYN | TEST_ACK)) == TEST_SYN;
		want->judged = want->opens;
		want->resets = flags & TEST_RST;
	} else {
		want->judged = !connected;
	}

	/* From the lower port, and no opener: from the server to the client. */
	answer = !want->opens && sport < dport;
	want->port = answer ? sport : dport;
	want->way = answer ? PORTCLASS_WAY_FROM : PORTCLASS_WAY_TO;
	want->scope = hook;
	if (answer && hook != PORTCLASS_SCOPE_FORWARD)
		want->scope = hook == PORTCLASS_SCOPE_IN ? PORTCLASS_SCOPE_OUT :
							   PORTCLASS_SCOPE_IN;
}

/*
 * struct layout - a way for an skb to hold a packet
 * @name: for messages
 * @before: bytes in front of the IP header, skb->data being there
 * @linear: bytes behind the 20 or 40 of the IP header that are linear, too;
 *	at the hooks, the IP header itself always is
 * @frag: bytes in each page
 * @clone: the skb is a clone
 * @share: somebody else holds the skb
 */
static const struct layout {
	const char *name;
	unsigned int before;
	unsigned int linear;
	unsigned int frag;
	bool clone;
	bool share;
} layouts[] = {
	{ "linear",		0,	IN_ONE,	IN_ONE },
	{ "in a page",		0,	0,	IN_ONE },
	{ "split at 1",		0,	1,	IN_ONE },
	{ "split at 3",		0,	3,	IN_ONE },
	{ "split at 4",		0,	4,	5 },
	{ "split at 7",		0,	7,	IN_ONE },
	{ "split at 8",		0,	8,	3 },
	{ "split at 13",	0,	13,	IN_ONE },
	{ "split at 19",	0,	19,	IN_ONE },
	{ "split at 20",	0,	20,	IN_ONE },
	{ "in pages of 1",	0,	0,	1 },
	{ "in pages of 6",	0,	0,	6 },
	{ "at the MAC header",	14,	IN_ONE,	IN_ONE },
	{ "at the MAC, paged",	14,	2,	7 },
	{ "far behind",		200,	5,	9 },
	{ "cloned",		0,	IN_ONE,	IN_ONE,	true },
	{ "cloned, paged",	0,	2,	11,	true },
	{ "shared",		0,	IN_ONE,	IN_ONE,	false,	true },
	{ "shared, paged",	14,	10,	2,	true,	true },
};

/*
 * What lies behind a piece of the packet that ends at @at, for who reads on. If
 * the packet goes on elsewhere, nothing of use; if it was cut off there, what
 * would make it whole.
 */
static void behind(void *to, const struct test_packet *p, unsigned int at)
{
	if (at < p->len)
		memset(to, 0xee, TAILROOM);
	else
		memcpy(to, p->bytes + at, min_t(unsigned int, p->full - at, TAILROOM));
}

/* Page after page; the last one takes what is left. */
static int add_pages(struct sk_buff *skb, const struct test_packet *p,
		     unsigned int at, unsigned int size)
{
	unsigned int i;

	for (i = 0; at < p->len; i++) {
		unsigned int len = min(size, p->len - at);
		/* Not at a page's beginning, and not all at the same place. */
		unsigned int offset = 1 + 37 * i;
		struct page *page;

		if (i == MAX_SKB_FRAGS - 1)
			len = p->len - at;
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;

		memset(page_address(page), 0, PAGE_SIZE);
		memcpy(page_address(page) + offset, p->bytes + at, len);
		behind(page_address(page) + offset + len, p, at + len);
		skb_add_rx_frag(skb, i, page, offset, len, PAGE_SIZE);
		at += len;
	}

	return 0;
}

/* An skb, and the one that it is a clone of. */
struct made {
	struct sk_buff *skb;
	struct sk_buff *original;
};

static void unmake(const struct made *made, const struct layout *how)
{
	if (how->share && made->skb)
		kfree_skb(made->skb);
	kfree_skb(made->skb);
	kfree_skb(made->original);
}

static bool make(struct made *made, const struct test_packet *p,
		 const struct layout *how)
{
	unsigned int linear = min(ip_header_len(p) + how->linear, p->len);
	struct sk_buff *skb;

	memset(made, 0, sizeof(*made));
	skb = alloc_skb(HEADROOM + how->before + linear + TAILROOM, GFP_KERNEL);
	if (!skb)
		return false;

	skb_reserve(skb, HEADROOM);
	memset(skb_put(skb, how->before), 0xff, how->before);
	skb_set_network_header(skb, how->before);
	skb_put_data(skb, p->bytes, linear);
	behind(skb_tail_pointer(skb), p, linear);
	skb_shinfo(skb)->gso_size = p->gso_size;

	made->skb = skb;
	if (add_pages(skb, p, linear, how->frag))
		goto free;
	if (how->clone) {
		made->original = skb;
		made->skb = skb_clone(skb, GFP_KERNEL);
		if (!made->skb)
			goto free;
	}
	if (how->share)
		skb_get(made->skb);
	return true;

free:
	kfree_skb(made->skb);
	kfree_skb(made->original);
	return false;
}

/* What of an skb could be changed by reading it carelessly. */
struct snapshot {
	struct sk_buff skb;
	struct skb_shared_info shinfo;
	u8 bytes[TEST_PACKET_MAX + 256];
};

static void snapshot(struct snapshot *to, const struct sk_buff *skb)
{
	memset(to, 0, sizeof(*to));
	memcpy(&to->skb, skb, sizeof(to->skb));
	memcpy(&to->shinfo, skb_shinfo(skb), sizeof(to->shinfo));
	WARN_ON(skb_copy_bits(skb, 0, to->bytes, skb->len));
}

static void expect_in(struct kunit *test, const struct test_packet *p,
		      enum portclass_scope hook, const struct sock *sk,
		      const struct test_want *want, const struct layout *how,
		      struct snapshot *shots)
{
	enum portclass_packet_kind kind;
	struct portclass_packet pkt;
	bool has_ports;
	struct made made;

	KUNIT_ASSERT_TRUE(test, make(&made, p, how));
	snapshot(&shots[0], made.skb);
	/* What is left as it was, is neither false nor true. */
	memset(&pkt, 0x5a, sizeof(pkt));
	rcu_read_lock();
	kind = portclass_packet_read(made.skb, p->family, hook, sk, &pkt);
	rcu_read_unlock();
	has_ports = portclass_packet_has_ports(made.skb, p->family);
	test_quick_agrees(test, made.skb, p->family, hook, PORTCLASS_TRACK_NONE, kind,
			  &pkt);
	snapshot(&shots[1], made.skb);
	/* Not after what may end the case. */
	unmake(&made, how);

#define SAME(got, wanted)						\
	KUNIT_ASSERT_EQ_MSG(test, (unsigned int)(got),			\
			    (unsigned int)(wanted),			\
			    "%s, %u of %u bytes: %*ph\n", how->name,	\
			    p->len, p->full, (int)min(p->full, 64u), p->bytes)
	SAME(memcmp(&shots[0], &shots[1], sizeof(shots[0])), 0);
	SAME(kind, want->kind);
	SAME(has_ports, want->kind != PORTCLASS_PACKET_OTHER);
	if (kind == PORTCLASS_PACKET_OTHER)
		return;
	SAME(pkt.proto, want->proto);
	if (kind != PORTCLASS_PACKET_FLOW)
		return;
	SAME(pkt.judged, want->judged);
	SAME(pkt.opens, want->opens);
	SAME(pkt.way, want->way);
	SAME(pkt.resets, want->resets);
	SAME(pkt.tracked, false);
	SAME(pkt.peer_port, want->peer);
	SAME(pkt.dialled.port, want->dialled);
	SAME(pkt.dialled.scope, hook);
	SAME(pkt.dialled.proto, want->proto);
	SAME(pkt.flow.port, want->port);
	SAME(pkt.flow.scope, want->scope);
	SAME(pkt.flow.proto, want->proto);
#undef SAME
}

void test_packet_expect(struct kunit *test, const struct test_packet *p,
			enum portclass_scope hook, const struct sock *sk,
			const struct test_want *want)
{
	struct snapshot *shots = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(layouts); i++)
		expect_in(test, p, hook, sk, want, &layouts[i], shots);
	cond_resched();
}

void test_packet_expect_kind(struct kunit *test, const struct test_packet *p,
			     enum portclass_packet_kind kind,
			     enum portclass_proto proto)
{
	const struct test_want want = test_packet_want(kind, proto);

	test_packet_expect(test, p, PORTCLASS_SCOPE_IN, NULL, &want);
}

void test_packet_expect_flow(struct kunit *test, const struct test_packet *p,
			     u8 proto)
{
	struct test_want want;

	test_packet_want_flow(&want, PORTCLASS_SCOPE_IN, proto, TEST_SPORT,
			      TEST_DPORT, TEST_SYN, false);
	test_packet_expect(test, p, PORTCLASS_SCOPE_IN, NULL, &want);
}

int test_packet_init(struct kunit *test)
{
	test->priv = kunit_kcalloc(test, 2, sizeof(struct snapshot), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}
