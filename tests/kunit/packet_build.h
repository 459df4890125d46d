/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_PACKET_BUILD_H
#define _PORTCLASS_PACKET_BUILD_H

#include <kunit/test.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/netfilter.h>

#include "packet.h"

#define TEST_PACKET_MAX	512

#define TEST_FIN	0x01
#define TEST_SYN	0x02
#define TEST_RST	0x04
#define TEST_PSH	0x08
#define TEST_ACK	0x10
#define TEST_URG	0x20

/**
 * struct test_packet - a packet as it is on the wire
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @len: bytes that the packet has; may be set lower, to cut it off: what is
 *	behind then lies behind the skb's data, so that who reads on is fooled
 * @full: bytes that it had, in @bytes
 * @transport: where the transport header is, from the IP header on
 * @nexthdr: where the last header says what comes next
 * @gso_size: to go into the skb
 * @bytes: from the IP header on
 */
struct test_packet {
	u8 family;
	unsigned int len;
	unsigned int full;
	unsigned int transport;
	unsigned int nexthdr;
	unsigned int gso_size;
	u8 bytes[TEST_PACKET_MAX];
};

/* What portclass_packet_read() has to say; all but @kind only as far as due. */
struct test_want {
	enum portclass_packet_kind kind;
	u8 proto;
	u8 scope;
	u16 port;
	u16 dialled;
	u16 peer;
	bool judged;
	bool opens;
	enum portclass_way way;
	bool resets;
};

/* Every packet suite's init: room to compare an skb in. */
int test_packet_init(struct kunit *test);

/* Begin an IPv4 packet with 4 * @options bytes of options; @frag as in it. */
void test_packet_v4(struct test_packet *p, unsigned int options, u16 frag);

/* Begin an IPv6 packet. */
void test_packet_v6(struct test_packet *p);

/*
 * Append an IPv6 extension header of @len bytes. @frag is a Fragment header's
 * third and fourth byte.
 */
void test_packet_ext(struct test_packet *p, u8 type, unsigned int len, u16 frag);

/* Append @len bytes of anything as protocol @proto, and end the packet. */
void test_packet_raw(struct test_packet *p, u8 proto, unsigned int len);

/* Append TCP or UDP with a few bytes of data, and end the packet. */
void test_packet_tcp(struct test_packet *p, u16 sport, u16 dport, u8 flags);
void test_packet_udp(struct test_packet *p, u16 sport, u16 dport);

/* A whole one at once: IPv4 or IPv6, nothing special. */
void test_packet_plain(struct test_packet *p, u8 family, u8 proto,
		       u16 sport, u16 dport, u8 flags);

/* What the transport header says of its length, right or wrong. */
void test_packet_set_udp_len(struct test_packet *p, u16 len);
void test_packet_set_doff(struct test_packet *p, u8 doff);

/**
 * test_packet_want_flow() - what to expect of a whole TCP or UDP packet
 * @want: to be filled
 * @hook: where it is read
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @sport: its source port
 * @dport: its destination port
 * @flags: TCP's flags
 * @connected: it belongs to a connected socket
 */
void test_packet_want_flow(struct test_want *want, enum portclass_scope hook,
			   u8 proto, u16 sport, u16 dport, u8 flags,
			   bool connected);

static inline struct test_want
test_packet_want(enum portclass_packet_kind kind, u8 proto)
{
	return (struct test_want) { .kind = kind, .proto = proto };
}

/*
 * Make an skb of the packet in every way that an skb can hold it; each has to
 * be read as @want, and to be as it was afterwards. The case ends if not.
 */
void test_packet_expect(struct kunit *test, const struct test_packet *p,
			enum portclass_scope hook, const struct sock *sk,
			const struct test_want *want);

/* The same for a kind that carries no ports. */
void test_packet_expect_kind(struct kunit *test, const struct test_packet *p,
			     enum portclass_packet_kind kind,
			     enum portclass_proto proto);

/* The same for a flow between ports 40000 and 80, opened if it is TCP. */
#define TEST_SPORT	40000
#define TEST_DPORT	80
void test_packet_expect_flow(struct kunit *test, const struct test_packet *p,
			     u8 proto);

#endif /* _PORTCLASS_PACKET_BUILD_H */
