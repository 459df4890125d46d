// SPDX-License-Identifier: GPL-2.0
/*
 * Whether an UDP packet is an answer to a socket of ours: with true sockets,
 * told by hand whom they are connected to, since that takes no route.
 */
#include <kunit/test.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "packet_build.h"

#define OURS	40053
#define PEER	53

/* The socket of a case; its packets come from PEER to OURS. */
static struct socket *sock;

static void owner_exit(struct kunit *test)
{
	if (sock)
		sock_release(sock);
	sock = NULL;
}

static void bind_any(struct kunit *test, u8 family)
{
	struct sockaddr_storage any = {};
	struct sockaddr_in *in = (struct sockaddr_in *)&any;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&any;
	int err;

	any.ss_family = family == NFPROTO_IPV4 ? AF_INET : AF_INET6;
	if (family == NFPROTO_IPV4)
		in->sin_port = htons(OURS);
	else
		in6->sin6_port = htons(OURS);

	err = sock_create_kern(&init_net, any.ss_family, SOCK_DGRAM, IPPROTO_UDP,
			       &sock);
	KUNIT_ASSERT_EQ(test, err, 0);
	err = kernel_bind(sock, (struct sockaddr *)&any,
			  family == NFPROTO_IPV4 ? sizeof(*in) : sizeof(*in6));
	KUNIT_ASSERT_EQ(test, err, 0);
}

/* To whom @p comes from. */
static void connect_to(const struct test_packet *p)
{
	struct sock *sk = sock->sk;

	if (p->family == NFPROTO_IPV4)
		memcpy(&inet_sk(sk)->inet_daddr, p->bytes + 12, 4);
	else
		memcpy(&sk->sk_v6_daddr, p->bytes + 8, 16);
	inet_sk(sk)->inet_dport = htons(PEER);
	sk->sk_state = TCP_ESTABLISHED;
}

static bool is_owned(struct kunit *test, const struct test_packet *p)
{
	struct portclass_packet pkt;
	struct sk_buff *skb;
	bool owned = false;

	skb = alloc_skb(p->len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	skb_put_data(skb, p->bytes, p->len);

	rcu_read_lock();
	if (portclass_packet_read(skb, p->family, PORTCLASS_SCOPE_IN, NULL, &pkt) ==
	    PORTCLASS_PACKET_FLOW)
		owned = portclass_packet_is_owned(&init_net, skb, p->family, &pkt);
	rcu_read_unlock();
	kfree_skb(skb);
	return owned;
}

static bool plain_is_owned(struct kunit *test, u8 family, u16 sport, u16 dport)
{
	struct test_packet p;

	test_packet_plain(&p, family, IPPROTO_UDP, sport, dport, 0);
	return is_owned(test, &p);
}

static void owner(struct kunit *test, u8 family)
{
	struct test_packet p;

	KUNIT_EXPECT_FALSE(test, plain_is_owned(test, family, PEER, OURS));

	/* A server's socket takes packets from anybody, so it asked nobody. */
	bind_any(test, family);
	KUNIT_EXPECT_FALSE(test, plain_is_owned(test, family, PEER, OURS));

	test_packet_plain(&p, family, IPPROTO_UDP, PEER, OURS, 0);
	connect_to(&p);
	KUNIT_EXPECT_TRUE(test, is_owned(test, &p));
	KUNIT_EXPECT_FALSE(test, plain_is_owned(test, family, PEER + 1, OURS));
	KUNIT_EXPECT_FALSE(test, plain_is_owned(test, family, PEER, OURS + 1));
	KUNIT_EXPECT_FALSE(test, plain_is_owned(test, family, OURS, PEER));

	/* From another host: the last byte of the source address. */
	p.bytes[family == NFPROTO_IPV4 ? 15 : 23] ^= 1;
	KUNIT_EXPECT_FALSE(test, is_owned(test, &p));
}

static void owner_in_ipv4(struct kunit *test)
{
	owner(test, NFPROTO_IPV4);
}

static void owner_in_ipv6(struct kunit *test)
{
	owner(test, NFPROTO_IPV6);
}

static struct kunit_case owner_cases[] = {
	KUNIT_CASE(owner_in_ipv4),
	KUNIT_CASE(owner_in_ipv6),
	{}
};

static struct kunit_suite owner_suite = {
	.name = "portclass_packet_owner",
	.exit = owner_exit,
	.test_cases = owner_cases,
};

kunit_test_suite(owner_suite);
