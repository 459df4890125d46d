// SPDX-License-Identifier: GPL-2.0
/* IPv6: what the chain of extension headers may do to the place of the ports. */
#include <kunit/test.h>

#include "packet_build.h"

#define HOP	IPPROTO_HOPOPTS
#define DEST	IPPROTO_DSTOPTS
#define ROUTE	IPPROTO_ROUTING
#define AH	IPPROTO_AH
#define FRAG	IPPROTO_FRAGMENT
#define MORE	1	/* a Fragment header's flag; its offset is in units of 8 */

#define CHAIN_MAX	7

struct ext {
	u8 type;
	u16 len;
	u16 frag;
};

/* In which orders they come (RFC 8200, 4.1), and in which they might. */
static const struct ext chains[][CHAIN_MAX] = {
	{ { HOP, 8 } },
	{ { HOP, 16 } },
	{ { HOP, 256 } },
	{ { DEST, 8 } },
	{ { DEST, 128 } },
	{ { ROUTE, 8 } },
	{ { ROUTE, 40 } },
	{ { HOP, 8 }, { DEST, 8 } },
	{ { DEST, 8 }, { HOP, 8 } },
	{ { HOP, 8 }, { DEST, 24 }, { ROUTE, 24 }, { DEST, 8 } },
	{ { DEST, 8 }, { ROUTE, 8 }, { HOP, 8 } },
	{ { ROUTE, 8 }, { ROUTE, 8 }, { ROUTE, 8 } },
	{ { DEST, 8 }, { DEST, 8 }, { DEST, 8 }, { DEST, 8 }, { DEST, 8 }, { DEST, 8 } },
};

static void begin(struct test_packet *p, const struct ext *chain)
{
	unsigned int i;

	test_packet_v6(p);
	for (i = 0; i < CHAIN_MAX && chain[i].len; i++)
		test_packet_ext(p, chain[i].type, chain[i].len, chain[i].frag);
}

static void tcp(struct test_packet *p, const struct ext *chain)
{
	begin(p, chain);
	test_packet_tcp(p, TEST_SPORT, TEST_DPORT, TEST_SYN);
}

static void udp(struct test_packet *p, const struct ext *chain)
{
	begin(p, chain);
	test_packet_udp(p, TEST_SPORT, TEST_DPORT);
}

static void every_chain(struct kunit *test)
{
	struct test_packet p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		tcp(&p, chains[i]);
		test_packet_expect_flow(test, &p, IPPROTO_TCP);
		test_packet_set_doff(&p, 7);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
					PORTCLASS_PROTO_TCP);

		udp(&p, chains[i]);
		test_packet_expect_flow(test, &p, IPPROTO_UDP);
		test_packet_set_udp_len(&p, 14);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
					PORTCLASS_PROTO_UDP);
		test_packet_set_udp_len(&p, 0);
		test_packet_expect_flow(test, &p, IPPROTO_UDP);
	}
}

/* Nobody knows then what is at its end, which is said to be TCP. */
static void expect_cut_off(struct kunit *test, const struct test_packet *p)
{
	test_packet_expect_kind(test, p, PORTCLASS_PACKET_MALFORMED,
				PORTCLASS_PROTO_TCP);
}

/* Though the last header names what follows, half a header isn't trusted. */
static void chain_cut_off_at_every_byte(struct kunit *test)
{
	struct test_packet p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		udp(&p, chains[i]);
		test_packet_set_udp_len(&p, 8);
		for (p.len = 40; p.len < p.transport; p.len++)
			expect_cut_off(test, &p);
		for (; p.len < p.transport + 8; p.len++)
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
						PORTCLASS_PROTO_UDP);
		for (; p.len <= p.full; p.len++)
			test_packet_expect_flow(test, &p, IPPROTO_UDP);

		tcp(&p, chains[i]);
		for (p.len = 40; p.len < p.transport + 20; p.len++)
			expect_cut_off(test, &p);

		begin(&p, chains[i]);
		test_packet_raw(&p, IPPROTO_ESP, 24);
		for (p.len = 40; p.len < p.transport; p.len++)
			expect_cut_off(test, &p);
	}
}

/* A header that claims to be longer than the packet hides what is behind. */
static void header_longer_than_packet(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6 };
	struct test_packet p;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		for (j = 0; j < ARRAY_SIZE(protos); j++) {
			begin(&p, chains[i]);
			test_packet_raw(&p, protos[j], 24);
			p.bytes[p.nexthdr + 1] = 255;
			expect_cut_off(test, &p);
		}
	}
}

static void first_fragment(struct kunit *test)
{
	static const struct ext firsts[][CHAIN_MAX] = {
		{ { FRAG, 8, MORE } },
		{ { FRAG, 8, MORE | 6 } },	/* reserved bits */
		{ { HOP, 8 }, { FRAG, 8, MORE } },
		{ { FRAG, 8, MORE }, { DEST, 16 } },
		{ { HOP, 8 }, { ROUTE, 24 }, { FRAG, 8, MORE }, { DEST, 8 } },
		{ { FRAG, 8, 0 } },		/* RFC 6946: the only one, too */
		{ { FRAG, 8, 0 }, { FRAG, 8, MORE } },
	};
	struct test_packet p;
	unsigned int i, cut;

	for (i = 0; i < ARRAY_SIZE(firsts); i++) {
		tcp(&p, firsts[i]);
		test_packet_expect_flow(test, &p, IPPROTO_TCP);
		test_packet_set_doff(&p, 15);
		test_packet_expect_flow(test, &p, IPPROTO_TCP);
		for (cut = 0; cut < 20; cut++) {
			p.len = p.transport + cut;
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
						PORTCLASS_PROTO_TCP);
		}
		/* RFC 8200, 4.5: the first one holds the whole chain. */
		for (p.len = 40; p.len < p.transport; p.len++)
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
						PORTCLASS_PROTO_TCP);

		udp(&p, firsts[i]);
		test_packet_set_udp_len(&p, 4000);
		test_packet_expect_flow(test, &p, IPPROTO_UDP);
		test_packet_set_udp_len(&p, 7);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
					PORTCLASS_PROTO_UDP);
	}
}

static void later_fragment(struct kunit *test)
{
	static const struct ext laters[][CHAIN_MAX] = {
		{ { FRAG, 8, 8 } },	/* overlaps are dropped: RFC 5722 */
		{ { FRAG, 8, 8 | MORE } },
		{ { FRAG, 8, 0xfff8 } },
		{ { HOP, 8 }, { DEST, 8 }, { ROUTE, 8 }, { FRAG, 8, 1480 | MORE } },
		{ { FRAG, 8, MORE }, { FRAG, 8, 16 } },
	};
	struct test_packet p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(laters); i++) {
		tcp(&p, laters[i]);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_FRAGMENT,
					PORTCLASS_PROTO_TCP);
		p.len = p.transport;
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_FRAGMENT,
					PORTCLASS_PROTO_TCP);
		/* Cut off before its offset, it may be a first one. */
		for (p.len = p.nexthdr; p.len < p.nexthdr + 4; p.len++)
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
						PORTCLASS_PROTO_TCP);

		udp(&p, laters[i]);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_FRAGMENT,
					PORTCLASS_PROTO_UDP);

		begin(&p, laters[i]);
		test_packet_raw(&p, IPPROTO_ICMPV6, 24);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);

		/* What the last header in it is, only the first one knows. */
		begin(&p, laters[i]);
		test_packet_ext(&p, DEST, 16, 0);
		test_packet_tcp(&p, TEST_SPORT, TEST_DPORT, TEST_SYN);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);
	}
}

/* What AH protects comes by again when AH has been checked; as in IPv4. */
static void behind_authentication(struct kunit *test)
{
	static const struct ext protected[][CHAIN_MAX] = {
		{ { AH, 12 } },
		{ { AH, 24 } },
		{ { HOP, 8 }, { ROUTE, 24 }, { AH, 28 } },
		{ { FRAG, 8, MORE }, { AH, 24 } },
	};
	struct test_packet p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(protected); i++) {
		tcp(&p, protected[i]);
		for (p.len = 40; p.len < p.nexthdr + 2; p.len++)
			expect_cut_off(test, &p);
		for (; p.len <= p.full; p.len++)
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);

		udp(&p, protected[i]);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);
		begin(&p, protected[i]);
		test_packet_ext(&p, DEST, 16, 0);
		test_packet_tcp(&p, TEST_SPORT, TEST_DPORT, TEST_SYN);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);
	}
}

static bool is_ext(u8 type)
{
	return type == HOP || type == DEST || type == ROUTE || type == AH ||
	       type == FRAG;
}

/* ICMPv6, ESP, SCTP, GRE, UDP-Lite, "no next header" and all the others. */
static void every_other_protocol(struct kunit *test)
{
	static const struct ext none[CHAIN_MAX];
	static const struct ext dest[CHAIN_MAX] = { { DEST, 16 } };
	static const struct ext all[CHAIN_MAX] = {
		{ HOP, 8 }, { ROUTE, 8 }, { FRAG, 8, MORE }, { DEST, 8 },
	};
	static const struct ext *const before[] = { none, dest, all };
	struct test_packet p;
	unsigned int proto, i;

	for (proto = 0; proto < 256; proto++) {
		if (proto == IPPROTO_TCP || proto == IPPROTO_UDP || is_ext(proto))
			continue;
		for (i = 0; i < ARRAY_SIZE(before); i++) {
			begin(&p, before[i]);
			test_packet_raw(&p, proto, 24);
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);
			p.len = p.transport;
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);
		}
	}
}

static struct kunit_case ipv6_cases[] = {
	KUNIT_CASE(every_chain),
	KUNIT_CASE(chain_cut_off_at_every_byte),
	KUNIT_CASE(header_longer_than_packet),
	KUNIT_CASE(first_fragment),
	KUNIT_CASE(later_fragment),
	KUNIT_CASE(behind_authentication),
	KUNIT_CASE(every_other_protocol),
	{}
};

static struct kunit_suite ipv6_suite = {
	.name = "portclass_packet_ipv6",
	.init = test_packet_init,
	.test_cases = ipv6_cases,
};

kunit_test_suite(ipv6_suite);
