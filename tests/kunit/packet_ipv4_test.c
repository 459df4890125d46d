// SPDX-License-Identifier: GPL-2.0
/* IPv4, and what TCP and UDP have in common under IPv4 and IPv6. */
#include <kunit/test.h>

#include "packet_build.h"

#define FAMILIES	2
static const u8 families[FAMILIES] = { NFPROTO_IPV4, NFPROTO_IPV6 };

static void tcp(struct test_packet *p, u8 family)
{
	test_packet_plain(p, family, IPPROTO_TCP, TEST_SPORT, TEST_DPORT, TEST_SYN);
}

static void udp(struct test_packet *p, u8 family)
{
	test_packet_plain(p, family, IPPROTO_UDP, TEST_SPORT, TEST_DPORT, 0);
}

/* What lies behind the end is the rest of the header, and must not be read. */
static void header_cut_off_at_every_byte(struct kunit *test)
{
	struct test_packet p;
	unsigned int f, cut;

	for (f = 0; f < FAMILIES; f++) {
		tcp(&p, families[f]);
		for (cut = 0; cut < 20; cut++) {
			p.len = p.transport + cut;
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
						PORTCLASS_PROTO_TCP);
		}
		for (; cut <= 25; cut++) {
			p.len = p.transport + cut;
			test_packet_expect_flow(test, &p, IPPROTO_TCP);
		}

		udp(&p, families[f]);
		test_packet_set_udp_len(&p, 8);
		for (cut = 0; cut < 8; cut++) {
			p.len = p.transport + cut;
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
						PORTCLASS_PROTO_UDP);
		}
		for (; cut <= 13; cut++) {
			p.len = p.transport + cut;
			test_packet_expect_flow(test, &p, IPPROTO_UDP);
		}
	}
}

/* TCP's data offset: not below 5 words, not beyond the end of the packet. */
static void tcp_data_offset(struct kunit *test)
{
	struct test_packet p;
	unsigned int f, doff, len;

	for (f = 0; f < FAMILIES; f++) {
		tcp(&p, families[f]);
		p.full = p.transport + 64;
		for (doff = 0; doff < 16; doff++) {
			test_packet_set_doff(&p, doff);
			for (len = 20; len <= 61; len++) {
				p.len = p.transport + len;
				if (doff >= 5 && 4 * doff <= len)
					test_packet_expect_flow(test, &p, IPPROTO_TCP);
				else
					test_packet_expect_kind(test, &p,
								PORTCLASS_PACKET_MALFORMED,
								PORTCLASS_PROTO_TCP);
			}
		}
	}
}

static void udp_length(struct kunit *test)
{
	static const u16 lens[] = { 0, 1, 7, 8, 9, 12, 13, 14, 255, 256, 65535 };
	struct test_packet p;
	unsigned int f, i;

	for (f = 0; f < FAMILIES; f++) {
		udp(&p, families[f]);
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			bool ok = lens[i] >= 8 && lens[i] <= 13;

			/* A jumbogram's, which only IPv6 has. */
			if (lens[i] == 0 && families[f] == NFPROTO_IPV6)
				ok = true;
			test_packet_set_udp_len(&p, lens[i]);
			if (ok)
				test_packet_expect_flow(test, &p, IPPROTO_UDP);
			else
				test_packet_expect_kind(test, &p,
							PORTCLASS_PACKET_MALFORMED,
							PORTCLASS_PROTO_UDP);
		}
	}
}

/* A packet that stands for several may have a length that is none of its own. */
static void udp_length_with_gso(struct kunit *test)
{
	struct test_packet p;

	udp(&p, NFPROTO_IPV4);
	p.gso_size = 5;
	test_packet_set_udp_len(&p, 1000);
	test_packet_expect_flow(test, &p, IPPROTO_UDP);
	test_packet_set_udp_len(&p, 7);
	test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
				PORTCLASS_PROTO_UDP);
	/* The skb's own, as udp_get_len() takes it. */
	test_packet_set_udp_len(&p, 0);
	test_packet_expect_flow(test, &p, IPPROTO_UDP);
}

static void every_length_of_options(struct kunit *test)
{
	struct test_packet p;
	unsigned int options;

	for (options = 0; options <= 10; options++) {
		test_packet_v4(&p, options, 0);
		test_packet_tcp(&p, TEST_SPORT, TEST_DPORT, TEST_SYN);
		test_packet_expect_flow(test, &p, IPPROTO_TCP);
		/* The options are there, and nothing else. */
		p.len = p.transport;
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
					PORTCLASS_PROTO_TCP);

		test_packet_v4(&p, options, 0);
		test_packet_udp(&p, TEST_SPORT, TEST_DPORT);
		test_packet_expect_flow(test, &p, IPPROTO_UDP);
		p.len = 20;
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
					PORTCLASS_PROTO_UDP);
	}
}

/* Header lengths that can't be, which a raw socket may send all the same. */
static void impossible_header_length(struct kunit *test)
{
	struct test_packet p;
	unsigned int ihl;

	for (ihl = 0; ihl < 5; ihl++) {
		tcp(&p, NFPROTO_IPV4);
		p.bytes[0] = 0x40 + ihl;
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
					PORTCLASS_PROTO_TCP);
		udp(&p, NFPROTO_IPV4);
		p.bytes[0] = 0x40 + ihl;
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
					PORTCLASS_PROTO_UDP);
		p.bytes[9] = IPPROTO_ICMP;
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);
	}

	tcp(&p, NFPROTO_IPV4);
	p.bytes[0] = 0x4f;
	test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
				PORTCLASS_PROTO_TCP);
}

#define MF	0x2000
#define DF	0x4000
#define EVIL	0x8000

static void first_fragment(struct kunit *test)
{
	struct test_packet p;
	unsigned int cut;

	/* The rest of header and data is elsewhere, the ports are here. */
	test_packet_v4(&p, 2, MF);
	test_packet_tcp(&p, TEST_SPORT, TEST_DPORT, TEST_SYN);
	test_packet_expect_flow(test, &p, IPPROTO_TCP);
	test_packet_set_doff(&p, 15);
	test_packet_expect_flow(test, &p, IPPROTO_TCP);
	test_packet_set_doff(&p, 4);
	test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
				PORTCLASS_PROTO_TCP);

	/* RFC 1858's tiny fragment: ports, but no flags. */
	for (cut = 0; cut < 20; cut++) {
		p.len = p.transport + cut;
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
					PORTCLASS_PROTO_TCP);
	}

	test_packet_v4(&p, 0, MF | EVIL);
	test_packet_udp(&p, TEST_SPORT, TEST_DPORT);
	test_packet_set_udp_len(&p, 4000);
	test_packet_expect_flow(test, &p, IPPROTO_UDP);
	p.len = p.transport + 8;
	test_packet_expect_flow(test, &p, IPPROTO_UDP);
	p.len = p.transport + 7;
	test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
				PORTCLASS_PROTO_UDP);
}

static void later_fragment(struct kunit *test)
{
	static const u16 flags[] = { 0, MF, DF, EVIL };
	unsigned int i, offset;
	struct test_packet p;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		for (offset = 1; offset < 0x2000; offset = 2 * offset + (i & 1)) {
			test_packet_v4(&p, i, flags[i] | offset);
			test_packet_tcp(&p, TEST_SPORT, TEST_DPORT, TEST_SYN);
			/* One of 8 bytes in would overwrite the flags (RFC 3128). */
			test_packet_expect_kind(test, &p, offset == 1 ?
						PORTCLASS_PACKET_MALFORMED :
						PORTCLASS_PACKET_FRAGMENT,
						PORTCLASS_PROTO_TCP);

			test_packet_v4(&p, i, flags[i] | offset);
			test_packet_udp(&p, TEST_SPORT, TEST_DPORT);
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_FRAGMENT,
						PORTCLASS_PROTO_UDP);
			p.len = p.transport;
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_FRAGMENT,
						PORTCLASS_PROTO_UDP);
		}
	}
}

/* No fragments at all, whatever the other two flags say. */
static void other_flags_are_ignored(struct kunit *test)
{
	static const u16 flags[] = { DF, EVIL, DF | EVIL };
	struct test_packet p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		test_packet_v4(&p, 0, flags[i]);
		test_packet_tcp(&p, TEST_SPORT, TEST_DPORT, TEST_SYN);
		test_packet_expect_flow(test, &p, IPPROTO_TCP);
		test_packet_set_doff(&p, 15);
		test_packet_expect_kind(test, &p, PORTCLASS_PACKET_MALFORMED,
					PORTCLASS_PROTO_TCP);
	}
}

/* ICMP, IGMP, ESP, AH, GRE, SCTP, DCCP, UDP-Lite and all the others. */
static void every_other_protocol(struct kunit *test)
{
	static const u16 frags[] = { 0, MF, 1, MF | 5 };
	struct test_packet p;
	unsigned int proto, i;

	for (proto = 0; proto < 256; proto++) {
		if (proto == IPPROTO_TCP || proto == IPPROTO_UDP)
			continue;
		for (i = 0; i < ARRAY_SIZE(frags); i++) {
			test_packet_v4(&p, i, frags[i]);
			test_packet_raw(&p, proto, 24);
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);
			p.len = 20;
			test_packet_expect_kind(test, &p, PORTCLASS_PACKET_OTHER, 0);
		}
	}
}

static struct kunit_case ipv4_cases[] = {
	KUNIT_CASE(header_cut_off_at_every_byte),
	KUNIT_CASE(tcp_data_offset),
	KUNIT_CASE(udp_length),
	KUNIT_CASE(udp_length_with_gso),
	KUNIT_CASE(every_length_of_options),
	KUNIT_CASE(impossible_header_length),
	KUNIT_CASE(first_fragment),
	KUNIT_CASE(later_fragment),
	KUNIT_CASE(other_flags_are_ignored),
	KUNIT_CASE(every_other_protocol),
	{}
};

static struct kunit_suite ipv4_suite = {
	.name = "portclass_packet_ipv4",
	.init = test_packet_init,
	.test_cases = ipv4_cases,
};

kunit_test_suite(ipv4_suite);
