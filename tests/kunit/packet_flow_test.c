// SPDX-License-Identifier: GPL-2.0
/* Who opens a flow, who is judged, and whose service it is. */
#include <kunit/test.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "packet_build.h"

/* Build, and expect what test_packet_want_flow() says. */
static void expect_plain(struct kunit *test, u8 family, u8 proto, u16 sport,
			 u16 dport, u8 flags, enum portclass_scope hook,
			 const struct sock *sk, bool connected)
{
	struct test_packet p;
	struct test_want want;

	test_packet_plain(&p, family, proto, sport, dport, flags);
	test_packet_want_flow(&want, hook, proto, sport, dport, flags, connected);
	test_packet_expect(test, &p, hook, sk, &want);
}

/* Spelled out, where the others rely on test_packet_want_flow(). */
static void examples(struct kunit *test)
{
	static const struct {
		enum portclass_scope hook;
		u8 proto, flags;
		u16 sport, dport;
		struct test_want want;
	} of[] = {
#define WANT(proto, scope, ...)						\
	{ PORTCLASS_PACKET_FLOW, PORTCLASS_PROTO_##proto,		\
	  PORTCLASS_SCOPE_##scope, __VA_ARGS__ }
#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM
		/* A client knocks, and is answered. */
		{ PORTCLASS_SCOPE_IN, IPPROTO_TCP, TEST_SYN, 50000, 443,
		  WANT(TCP, IN, 443, 443, 50000, true, true, TO, false) },
		{ PORTCLASS_SCOPE_OUT, IPPROTO_TCP, TEST_SYN | TEST_ACK, 443, 50000,
		  WANT(TCP, IN, 443, 50000, 443, false, false, FROM, false) },
		{ PORTCLASS_SCOPE_IN, IPPROTO_TCP, TEST_ACK, 50000, 443,
		  WANT(TCP, IN, 443, 443, 50000, false, false, TO, false) },
		/* It ends it, and so do we; or we don't have anything to do with it. */
		{ PORTCLASS_SCOPE_IN, IPPROTO_TCP, TEST_RST, 50000, 443,
		  WANT(TCP, IN, 443, 443, 50000, false, false, TO, true) },
		{ PORTCLASS_SCOPE_OUT, IPPROTO_TCP, TEST_RST | TEST_ACK, 443, 50000,
		  WANT(TCP, IN, 443, 50000, 443, false, false, FROM, true) },
		/* A flow is opened from a port below the one it dials. */
		{ PORTCLASS_SCOPE_IN, IPPROTO_TCP, TEST_SYN, 20, 6000,
		  WANT(TCP, IN, 6000, 6000, 20, true, true, TO, false) },
		/* We ask a name server, which answers. */
		{ PORTCLASS_SCOPE_OUT, IPPROTO_UDP, 0, 40000, 53,
		  WANT(UDP, OUT, 53, 53, 40000, true, false, TO, false) },
		{ PORTCLASS_SCOPE_IN, IPPROTO_UDP, 0, 53, 40000,
		  WANT(UDP, OUT, 53, 40000, 53, true, false, FROM, false) },
		/* Forwarded, both ways are forwarded. */
		{ PORTCLASS_SCOPE_FORWARD, IPPROTO_UDP, 0, 40000, 53,
		  WANT(UDP, FORWARD, 53, 53, 40000, true, false, TO, false) },
		{ PORTCLASS_SCOPE_FORWARD, IPPROTO_UDP, 0, 53, 40000,
		  WANT(UDP, FORWARD, 53, 40000, 53, true, false, FROM, false) },
		/* NTP: both ports are the same, the hook says who. */
		{ PORTCLASS_SCOPE_IN, IPPROTO_UDP, 0, 123, 123,
		  WANT(UDP, IN, 123, 123, 123, true, false, TO, false) },
		{ PORTCLASS_SCOPE_OUT, IPPROTO_UDP, 0, 123, 123,
		  WANT(UDP, OUT, 123, 123, 123, true, false, TO, false) },
#undef WANT
#undef TO
#undef FROM
	};
	struct test_packet p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		test_packet_plain(&p, NFPROTO_IPV4, of[i].proto, of[i].sport,
				  of[i].dport, of[i].flags);
		test_packet_expect(test, &p, of[i].hook, NULL, &of[i].want);
	}
}

/* SYN without ACK opens and is judged; nothing else of TCP is: RFC 9293, 3.10. */
static void every_tcp_flag(struct kunit *test)
{
	unsigned int flags, hook;

	for (flags = 0; flags < 256; flags++) {
		for (hook = 0; hook < PORTCLASS_SCOPES; hook++) {
			expect_plain(test, NFPROTO_IPV4, IPPROTO_TCP, 40000, 22,
				     flags, hook, NULL, false);
			expect_plain(test, NFPROTO_IPV6, IPPROTO_TCP, 22, 40000,
				     flags, hook, NULL, false);
		}
	}
}

/* The reserved bits beside the data offset, as accurate ECN uses one. */
static void tcp_reserved_bits(struct kunit *test)
{
	struct test_packet p;
	unsigned int bits;

	for (bits = 0; bits < 16; bits++) {
		test_packet_plain(&p, NFPROTO_IPV4, IPPROTO_TCP, TEST_SPORT,
				  TEST_DPORT, TEST_SYN | 0xc0);
		p.bytes[p.transport + 12] |= bits;
		test_packet_expect_flow(test, &p, IPPROTO_TCP);
	}
}

static const u16 edges[] = {
	0, 1, 255, 256, 1022, 1023, 1024, 1025, 32767, 32768, 49151, 49152,
	65534, 65535,
};

static void orientation(struct kunit *test, u8 proto, u8 flags)
{
	unsigned int i, j, hook;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		for (j = 0; j < ARRAY_SIZE(edges); j++)
			for (hook = 0; hook < PORTCLASS_SCOPES; hook++)
				expect_plain(test, NFPROTO_IPV4, proto, edges[i],
					     edges[j], flags, hook, NULL, false);
}

static void orientation_of_openers(struct kunit *test)
{
	orientation(test, IPPROTO_TCP, TEST_SYN);
}

static void orientation_of_other_tcp(struct kunit *test)
{
	orientation(test, IPPROTO_TCP, TEST_SYN | TEST_ACK);
	orientation(test, IPPROTO_TCP, TEST_ACK | TEST_PSH);
}

static void orientation_of_udp(struct kunit *test)
{
	orientation(test, IPPROTO_UDP, 0);
}

/* The IPv6 path hands the hook on as the IPv4 path does. */
static void orientation_in_ipv6(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP };
	unsigned int i, j, hook;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		for (j = 0; j < ARRAY_SIZE(protos); j++)
			for (hook = 0; hook < PORTCLASS_SCOPES; hook++)
				expect_plain(test, NFPROTO_IPV6, protos[j], edges[i],
					     1024, TEST_ACK, hook, NULL, false);
}

/*
 * Nobody judges what a connected socket has asked for; TCP doesn't mind one. The
 * states of UDP are two, but a socket with a peer may be in any of TCP's others.
 */
static void socket_of_every_state(struct kunit *test)
{
	/* A listener and an unused one have no peer; the others are no sockets. */
	static const unsigned long without_peer =
		TCPF_LISTEN | TCPF_CLOSE | TCPF_NEW_SYN_RECV | TCPF_TIME_WAIT;
	struct sock *sk = kunit_kzalloc(test, sizeof(*sk), GFP_KERNEL);
	unsigned int state;

	KUNIT_ASSERT_NOT_NULL(test, sk);
	for (state = TCP_ESTABLISHED; state < TCP_MAX_STATES; state++) {
		bool connected = !(without_peer & BIT(state));

		sk->sk_state = state;
		expect_plain(test, NFPROTO_IPV4, IPPROTO_UDP, 53, 40000, 0,
			     PORTCLASS_SCOPE_IN, sk, connected);
		expect_plain(test, NFPROTO_IPV6, IPPROTO_UDP, 40000, 53, 0,
			     PORTCLASS_SCOPE_IN, sk, connected);
		expect_plain(test, NFPROTO_IPV4, IPPROTO_TCP, 40000, 22, TEST_SYN,
			     PORTCLASS_SCOPE_IN, sk, connected);
		expect_plain(test, NFPROTO_IPV6, IPPROTO_TCP, 40000, 22, TEST_ACK,
			     PORTCLASS_SCOPE_IN, sk, connected);
	}
}

/* A request or a time-wait socket is no whole struct sock: KASAN watches. */
static void small_socket(struct kunit *test)
{
	static const u8 states[] = { TCP_NEW_SYN_RECV, TCP_TIME_WAIT };
	struct sock_common *sk;
	unsigned int i;

	sk = kunit_kzalloc(test, sizeof(*sk), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sk);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		sk->skc_state = states[i];
		expect_plain(test, NFPROTO_IPV4, IPPROTO_TCP, 40000, 22, TEST_SYN,
			     PORTCLASS_SCOPE_IN, (struct sock *)sk, false);
		expect_plain(test, NFPROTO_IPV4, IPPROTO_UDP, 40000, 53, 0,
			     PORTCLASS_SCOPE_IN, (struct sock *)sk, false);
	}
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(examples),
	KUNIT_CASE(every_tcp_flag),
	KUNIT_CASE(tcp_reserved_bits),
	KUNIT_CASE(orientation_of_openers),
	KUNIT_CASE(orientation_of_other_tcp),
	KUNIT_CASE(orientation_of_udp),
	KUNIT_CASE(orientation_in_ipv6),
	KUNIT_CASE(socket_of_every_state),
	KUNIT_CASE(small_socket),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "portclass_packet_flow",
	.init = test_packet_init,
	.test_cases = flow_cases,
};

kunit_test_suite(flow_suite);
