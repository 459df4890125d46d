// SPDX-License-Identifier: GPL-2.0
/*
 * Random packets, whole, cut off and damaged, against a parser that was written
 * from the RFCs alone: it has the packet's bytes in a row, and no kernel helper.
 */
#include <asm/unaligned.h>
#include <kunit/test.h>
#include <net/sock.h>

#include "packet_build.h"
#include "test_random.h"

#define PACKETS		12000

/* Where the parser is, what comes there, and what it knows by then. */
struct cursor {
	unsigned int at;
	u8 next;
	bool first;
	bool later;
};

static bool transport_is_ours(u8 proto)
{
	return proto == 6 || proto == 17;
}

/* RFC 791. */
static enum portclass_packet_kind walk_v4(const struct test_packet *p,
					  struct cursor *c)
{
	u16 fragment = get_unaligned_be16(p->bytes + 6);

	c->next = p->bytes[9];
	c->at = (p->bytes[0] & 15) * 4;
	c->first = fragment & 0x2000;
	c->later = fragment & 0x1fff;
	if (!transport_is_ours(c->next))
		return PORTCLASS_PACKET_OTHER;
	if (c->at < 20 || (c->next == 6 && (fragment & 0x1fff) == 1))
		return PORTCLASS_PACKET_MALFORMED;
	return c->later ? PORTCLASS_PACKET_FRAGMENT : PORTCLASS_PACKET_FLOW;
}

/* RFC 8200, 4. 0 if it is no extension header. */
static unsigned int ext_len(u8 type, const u8 *header)
{
	switch (type) {
	case 0:		/* Hop-by-Hop */
	case 43:	/* Routing */
	case 60:	/* Destination */
		return (header[1] + 1) * 8;
	case 44:	/* Fragment */
		return 8;
	case 51:	/* Authentication: read no further than to here */
		return 2;
	default:
		return 0;
	}
}

static enum portclass_packet_kind walk_v6(const struct test_packet *p,
					  struct cursor *c)
{
	static const u8 none[2];

	c->next = p->bytes[6];
	for (c->at = 40; ext_len(c->next, none); ) {
		const u8 *header = p->bytes + c->at;
		unsigned int left = p->len - c->at, len;

		/* A later fragment's own words come before its end. */
		if (c->next == 44 && left >= 4 && get_unaligned_be16(header + 2) >> 3) {
			c->first = true;
			c->later = true;
			c->next = header[0];
			return transport_is_ours(c->next) ?
				PORTCLASS_PACKET_FRAGMENT : PORTCLASS_PACKET_OTHER;
		}

		len = left < 2 ? 2 : ext_len(c->next, header);
		if (left < len) {
			c->next = 6;
			return PORTCLASS_PACKET_MALFORMED;
		}
		if (c->next == 51)
			return PORTCLASS_PACKET_OTHER;
		c->first |= c->next == 44;
		c->next = header[0];
		c->at += len;
	}

	return transport_is_ours(c->next) ? PORTCLASS_PACKET_FLOW :
					    PORTCLASS_PACKET_OTHER;
}

static void parse(const struct test_packet *p, enum portclass_scope hook,
		  bool connected, struct test_want *want)
{
	struct cursor c = {};
	const u8 *th;
	unsigned int left, len;
	bool ok;

	want->kind = p->family == NFPROTO_IPV4 ? walk_v4(p, &c) : walk_v6(p, &c);
	want->proto = c.next == 6 ? PORTCLASS_PROTO_TCP : PORTCLASS_PROTO_UDP;
	if (want->kind != PORTCLASS_PACKET_FLOW)
		return;

	th = p->bytes + c.at;
	left = c.at < p->len ? p->len - c.at : 0;
	if (c.next == 6) {
		len = left < 20 ? 0 : (th[12] >> 4) * 4;
		ok = len >= 20 && (c.first || len <= left);
	} else {
		len = left < 8 ? 1 : get_unaligned_be16(th + 4);
		ok = (len >= 8 && (c.first || len <= left)) ||
		     (len == 0 && p->family == NFPROTO_IPV6);
	}
	if (!ok) {
		want->kind = PORTCLASS_PACKET_MALFORMED;
		return;
	}
	test_packet_want_flow(want, hook, c.next, get_unaligned_be16(th),
			      get_unaligned_be16(th + 2),
			      c.next == 6 ? th[13] : 0, connected);
}

static void random_chain(struct rnd_state *rnd, struct test_packet *p)
{
	static const u8 types[] = {
		IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING, IPPROTO_AH,
		IPPROTO_FRAGMENT,
	};
	unsigned int n = test_random_below(rnd, 5);

	while (n--) {
		u8 type = types[test_random_below(rnd, ARRAY_SIZE(types))];
		unsigned int len = 8 * (1 + test_random_below(rnd, 6));
		/* Most are first ones, or nothing would come behind. */
		u16 frag = test_random_below(rnd, 4) ? 0 : prandom_u32_state(rnd);

		if (type == IPPROTO_FRAGMENT)
			len = 8;
		else if (type == IPPROTO_AH)
			len += 4;
		test_packet_ext(p, type, len, frag | test_random_below(rnd, 2));
	}
}

static void random_transport(struct rnd_state *rnd, struct test_packet *p)
{
	static const u8 others[] = { 1, 4, 41, 47, 50, 58, 59, 132, 135, 136, 255 };
	u16 sport = test_random_port(rnd), dport = test_random_port(rnd);

	switch (test_random_below(rnd, 10)) {
	case 0 ... 3:
		test_packet_tcp(p, sport, dport, prandom_u32_state(rnd));
		if (!test_random_below(rnd, 3))
			test_packet_set_doff(p, test_random_below(rnd, 16));
		break;
	case 4 ... 8:
		test_packet_udp(p, sport, dport);
		if (!test_random_below(rnd, 3))
			test_packet_set_udp_len(p, test_random_below(rnd, 20));
		break;
	default:
		test_packet_raw(p, others[test_random_below(rnd, ARRAY_SIZE(others))],
				test_random_below(rnd, 40));
	}
}

static void random_packet(struct rnd_state *rnd, struct test_packet *p)
{
	unsigned int header;

	if (test_random_below(rnd, 5) < 2) {
		test_packet_v4(p, test_random_below(rnd, 11),
			       test_random_below(rnd, 3) ? 0 : prandom_u32_state(rnd));
		header = 20;
	} else {
		test_packet_v6(p);
		random_chain(rnd, p);
		header = 40;
	}
	random_transport(rnd, p);

	if (!test_random_below(rnd, 3))
		p->len = header + test_random_below(rnd, p->full - header + 1);
	if (!test_random_below(rnd, 3)) {
		unsigned int n = 1 + test_random_below(rnd, 4);

		while (n--)
			p->bytes[test_random_below(rnd, p->full)] =
				prandom_u32_state(rnd);
	}
}

static void packets_are_read_as_the_rfcs_say(struct kunit *test)
{
	struct sock *sk = kunit_kzalloc(test, sizeof(*sk), GFP_KERNEL);
	unsigned int seen[PORTCLASS_PACKET_MALFORMED + 1] = {};
	struct rnd_state rnd;
	struct test_packet p;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, sk);
	test_random_init(test, &rnd);
	for (i = 0; i < PACKETS; i++) {
		enum portclass_scope hook = test_random_below(&rnd, PORTCLASS_SCOPES);
		bool connected = test_random_below(&rnd, 2);
		struct test_want want = {};

		/* Only who receives a packet has asked for it. */
		connected &= hook == PORTCLASS_SCOPE_IN;
		sk->sk_state = connected ? TCP_ESTABLISHED : TCP_CLOSE;
		random_packet(&rnd, &p);
		parse(&p, hook, connected, &want);
		test_packet_expect(test, &p, hook,
				   hook == PORTCLASS_SCOPE_IN ? sk : NULL, &want);
		seen[want.kind]++;
	}

	/* Or the packets weren't what they should be. */
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		KUNIT_EXPECT_GT_MSG(test, seen[i], PACKETS / 20, "kind %u", i);
}

static struct kunit_case packet_oracle_cases[] = {
	KUNIT_CASE(packets_are_read_as_the_rfcs_say),
	{}
};

static struct kunit_suite packet_oracle_suite = {
	.name = "portclass_packet_oracle",
	.init = test_packet_init,
	.test_cases = packet_oracle_cases,
};

kunit_test_suite(packet_oracle_suite);
