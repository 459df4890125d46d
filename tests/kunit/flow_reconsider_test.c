// SPDX-License-Identifier: GPL-2.0
/* UDP that is about to be denied, yet a socket of ours has asked for it. */
#include <kunit/test.h>
#include <net/sock.h>

#include "flow_build.h"

#define IN	PORTCLASS_SCOPE_IN
#define OUT	PORTCLASS_SCOPE_OUT
#define FWD	PORTCLASS_SCOPE_FORWARD
#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM
#define UDP	PORTCLASS_PROTO_UDP

#define OURS	40053
#define SERVICE	53

/* How the packet has come to be judged as if a peer dialled us. */
enum how {
	TRACKED,	/* conntrack has seen the peer's packet first */
	OPENS,		/* this is that packet */
	INVALID,	/* conntrack gave up on it */
	UNTRACKED,
	HOWS,
};

static const char * const how_names[] = { "tracked", "opens", "invalid", "untracked" };

/* Read a packet from the peer; it's for OURS, by its header and its flow. */
static struct sk_buff *read_in(struct kunit *test, const struct test_at *at,
			       const struct test_flow *flow, enum how how,
			       struct portclass_packet *pkt)
{
	struct nf_conn *ct = test_flow_ct(test, flow, IPS_ASSURED);
	struct test_packet p;
	struct sk_buff *skb;

	if (how == OPENS)
		ct->status = 0;
	test_flow_packet(&p, flow, false, 0);
	skb = test_skb(test, &p);
	if (how == TRACKED || how == OPENS)
		nf_ct_set(skb, ct, IP_CT_NEW);
	else
		nf_ct_set(skb, NULL, how == UNTRACKED ? IP_CT_UNTRACKED : 0);
	KUNIT_EXPECT_EQ(test, test_flow_read(test, at, skb, pkt), PORTCLASS_PACKET_FLOW);
	nf_ct_set(skb, NULL, 0);
	return skb;
}

/* A packet at LOCAL_IN stays what it is. */
static void expect_same(struct kunit *test, const struct test_flow *flow,
			const char *what)
{
	const struct test_at at = { flow->family, IN };
	struct portclass_packet pkt;
	struct sk_buff *skb;
	enum how how;

	for (how = 0; how < HOWS; how++) {
		skb = read_in(test, &at, flow, how, &pkt);
		KUNIT_EXPECT_FALSE_MSG(test, test_flow_reconsider(test, &at, skb, &pkt),
				       "%s, %s", what, how_names[how]);
		test_skb_free(skb);
	}
}

/*
 * It doesn't: if conntrack knows a flow, it's ours under the remote port, unless
 * somebody else waits for peers on our port; else nobody judges it.
 */
static void expect_asked_for(struct kunit *test, const struct test_flow *flow,
			     bool served, const char *what)
{
	const struct test_at at = { flow->family, IN };
	struct portclass_packet pkt, want;
	struct sk_buff *skb;
	bool known, changed;
	enum how how;

	for (how = 0; how < HOWS; how++) {
		skb = read_in(test, &at, flow, how, &pkt);
		known = how == TRACKED || how == OPENS;
		want = pkt;
		if (!known)
			want.judged = false;
		else if (!served)
			want = test_flow_want(OUT, UDP, SERVICE, FROM, SERVICE);
		want.opens = how == OPENS;

		changed = test_flow_reconsider(test, &at, skb, &pkt);
		test_skb_free(skb);
		KUNIT_EXPECT_EQ_MSG(test, changed, !known || !served, "%s, %s", what,
				    how_names[how]);
		test_flow_expect(test, &pkt, &want, what, how);
	}
}

/* From SERVICE of the peer to OURS, of which he isn't supposed to know. */
static struct test_flow from_peer(u8 family)
{
	return test_flow(family, IPPROTO_UDP, TEST_PEER, SERVICE, TEST_US, OURS);
}

static void answer(struct kunit *test, int socket, u8 family)
{
	struct test_flow flow = from_peer(family);
	struct socket *client, *server;

	expect_same(test, &flow, "nobody");

	/* A server's socket takes packets from anybody, so it asked nobody. */
	client = test_socket(test, socket, TEST_UDP, 0, OURS);
	expect_same(test, &flow, "server");

	test_socket_connect(test, client, family, TEST_PEER, SERVICE);
	expect_asked_for(test, &flow, false, "client");

	flow.opener.port = SERVICE + 1;
	expect_same(test, &flow, "from another port");
	flow = from_peer(family);
	flow.opener.host = TEST_OTHER;
	expect_same(test, &flow, "from another host");
	flow = test_flow(family, IPPROTO_UDP, TEST_PEER, SERVICE, TEST_US, OURS + 1);
	expect_same(test, &flow, "to another port");
	flow = test_flow(family, IPPROTO_UDP, TEST_PEER, OURS, TEST_US, SERVICE);
	expect_same(test, &flow, "ports changed");

	/* Who serves one peer by a socket of his own, waits for others beside. */
	flow = from_peer(family);
	server = test_socket(test, socket, TEST_UDP, 0, OURS);
	expect_asked_for(test, &flow, true, "served");
	KUNIT_ASSERT_EQ(test, sock_bindtoindex(server->sk, init_net.loopback_dev->ifindex,
					       true), 0);
	expect_asked_for(test, &flow, false, "served elsewhere");
	KUNIT_ASSERT_EQ(test, sock_bindtoindex(server->sk, test_net_device()->ifindex,
					       true), 0);
	expect_asked_for(test, &flow, true, "served here");
	test_socket_close(test, server);
	/* By who knows only one of the two families that its socket has. */
	server = test_socket(test, family == NFPROTO_IPV4 ? AF_INET : AF_INET6, TEST_UDP,
			     0, OURS);
	expect_asked_for(test, &flow, true, "served by another family");
	test_socket_close(test, server);
	expect_asked_for(test, &flow, false, "client again");

	/* A client may keep to the device that it is told. */
	KUNIT_ASSERT_EQ(test, sock_bindtoindex(client->sk, test_net_device()->ifindex,
					       true), 0);
	expect_asked_for(test, &flow, false, "client of this device");
	KUNIT_ASSERT_EQ(test, sock_bindtoindex(client->sk, init_net.loopback_dev->ifindex,
					       true), 0);
	expect_same(test, &flow, "client of another device");
	KUNIT_ASSERT_EQ(test, sock_bindtoindex(client->sk, 0, true), 0);

	/* Another client of the same port is no server. */
	client = test_socket(test, socket, TEST_UDP, 0, OURS);
	test_socket_connect(test, client, family, TEST_OTHER, SERVICE);
	expect_asked_for(test, &flow, false, "two clients");
	/* Nor is one of another protocol. */
	test_socket(test, socket, TEST_TCP_LISTENS, 0, OURS);
	expect_asked_for(test, &flow, false, "client and TCP");
}

static void answer_of_ipv4(struct kunit *test)
{
	answer(test, AF_INET, NFPROTO_IPV4);
}

static void answer_of_ipv6(struct kunit *test)
{
	answer(test, AF_INET6, NFPROTO_IPV6);
}

/* Most programs have one socket for both. */
static void answer_of_both(struct kunit *test)
{
	answer(test, AF_INET6, NFPROTO_IPV4);
}

/* What we send ourselves in a flow that the peer is thought to have opened. */
static void expect_sent(struct kunit *test, u8 family, struct sock *sk, bool changes,
			const char *what)
{
	const struct test_at at = { family, OUT, .sk = sk };
	struct test_flow flow = from_peer(family);
	struct nf_conn *ct = test_flow_ct(test, &flow, IPS_ASSURED);
	struct portclass_packet want = changes ?
		test_flow_want(OUT, UDP, SERVICE, TO, SERVICE) :
		test_flow_want(IN, UDP, OURS, FROM, SERVICE);
	struct portclass_packet pkt;
	struct test_packet p;
	struct sk_buff *skb;

	pkt = test_flow_read_one(test, &at, &flow, ct, true);
	test_flow_packet(&p, &flow, true, 0);
	skb = test_skb(test, &p);
	KUNIT_EXPECT_EQ_MSG(test, test_flow_reconsider(test, &at, skb, &pkt), changes,
			    "%s", what);
	test_skb_free(skb);
	test_flow_expect(test, &pkt, &want, what, family);
}

static void question(struct kunit *test, int socket, u8 family)
{
	struct socket *client;

	expect_sent(test, family, NULL, false, "the kernel");
	client = test_socket(test, socket, TEST_UDP, 0, OURS);
	expect_sent(test, family, client->sk, false, "server");
	test_socket_connect(test, client, family, TEST_PEER, SERVICE);
	expect_sent(test, family, client->sk, true, "client");
	/* That somebody is connected, too, is not enough: who has sent it counts. */
	expect_sent(test, family, NULL, false, "the kernel, beside a client");
	test_socket(test, socket, TEST_UDP, 0, OURS);
	expect_sent(test, family, client->sk, false, "served");
}

static void question_of_ipv4(struct kunit *test)
{
	question(test, AF_INET, NFPROTO_IPV4);
}

static void question_of_ipv6(struct kunit *test)
{
	question(test, AF_INET6, NFPROTO_IPV6);
}

/* The socket is found by what is in the packet, not by what was dialled. */
static void translated(struct kunit *test)
{
	struct socket *client = test_socket(test, AF_INET, TEST_UDP, 0, OURS);
	struct test_flow flow = from_peer(NFPROTO_IPV4);

	test_socket_connect(test, client, NFPROTO_IPV4, TEST_PEER, SERVICE);
	flow.dialled.port = 9999;
	expect_asked_for(test, &flow, false, "redirected to it");
	flow = from_peer(NFPROTO_IPV4);
	flow.server.port = 9999;
	expect_same(test, &flow, "redirected from it");
}

/* However well a socket fits, this is about answers by UDP, at our own end. */
static void nothing_else(struct kunit *test)
{
	struct socket *client = test_socket(test, AF_INET, TEST_UDP, 0, OURS);
	struct test_flow flow = from_peer(NFPROTO_IPV4);
	struct test_at at = { NFPROTO_IPV4, IN };
	struct portclass_packet pkt, was;
	struct test_packet p;
	struct sk_buff *skb;

	test_socket_connect(test, client, NFPROTO_IPV4, TEST_PEER, SERVICE);
	skb = read_in(test, &at, &flow, TRACKED, &was);

	pkt = was;
	pkt.proto = PORTCLASS_PROTO_TCP;
	pkt.flow.proto = PORTCLASS_PROTO_TCP;
	pkt.dialled.proto = PORTCLASS_PROTO_TCP;
	KUNIT_EXPECT_FALSE(test, test_flow_reconsider(test, &at, skb, &pkt));
	pkt = was;
	pkt.flow.scope = OUT;
	pkt.dialled.scope = OUT;
	KUNIT_EXPECT_FALSE(test, test_flow_reconsider(test, &at, skb, &pkt));
	pkt = was;
	at.hook = FWD;
	at.sk = client->sk;
	KUNIT_EXPECT_FALSE(test, test_flow_reconsider(test, &at, skb, &pkt));
	test_skb_free(skb);

	/* Its header can't be read, nor its ports. */
	at.hook = IN;
	at.sk = NULL;
	test_flow_packet(&p, &flow, false, 0);
	p.len = p.transport + 7;
	skb = test_skb(test, &p);
	pkt = was;
	KUNIT_EXPECT_FALSE(test, test_flow_reconsider(test, &at, skb, &pkt));
	test_skb_free(skb);

	/* It is as it was, or nothing would have come of the above. */
	expect_asked_for(test, &flow, false, "client");
}

static struct kunit_case reconsider_cases[] = {
	KUNIT_CASE(answer_of_ipv4),
	KUNIT_CASE(answer_of_ipv6),
	KUNIT_CASE(answer_of_both),
	KUNIT_CASE(question_of_ipv4),
	KUNIT_CASE(question_of_ipv6),
	KUNIT_CASE(translated),
	KUNIT_CASE(nothing_else),
	{}
};

static struct kunit_suite reconsider_suite = {
	.name = "portclass_flow_reconsider",
	.suite_init = test_net_up,
	.suite_exit = test_net_down,
	.exit = test_sockets_close,
	.test_cases = reconsider_cases,
};

kunit_test_suite(reconsider_suite);
