// SPDX-License-Identifier: GPL-2.0
/*
 * TCP flows that conntrack took up in the middle: who spoke first then says
 * nothing of who dialled. At our own end, with sockets that are truly connected.
 */
#include <kunit/test.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "flow_build.h"

#define IN	PORTCLASS_SCOPE_IN
#define OUT	PORTCLASS_SCOPE_OUT
#define FWD	PORTCLASS_SCOPE_FORWARD
#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM
#define TCP	PORTCLASS_PROTO_TCP

#define SERVICE	7777
#define CLIENT	41234

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

/* In what passes through, the lower port is the service's; if both ends speak. */
static const struct passing {
	u16 sport, dport;	/* of the first packet that was seen */
	bool assured;
	u16 port;
	bool turned;		/* it came from the service */
} passing[] = {
	{ 40000, 443, true, 443, false },
	{ 443, 40000, true, 443, true },
	{ 40000, 443, false, 443, false },
	/* A stranger may say what he likes, as long as nobody answers. */
	{ 443, 40000, false, 40000, false },
	{ 0, 65535, true, 0, true },
	{ 65535, 0, true, 0, false },
	{ 65534, 65535, true, 65534, true },
	{ 65535, 65534, true, 65534, false },
	{ 5000, 5000, true, 5000, false },
	{ 1023, 1024, true, 1023, true },
};

static void expect_passing(struct kunit *test, u8 family, const struct passing *of,
			   bool back)
{
	const struct test_at at = { family, FWD };
	struct test_flow flow = test_flow(family, IPPROTO_TCP, TEST_PEER, of->sport,
					  TEST_OTHER, of->dport);
	struct nf_conn *ct = test_flow_ct(test, &flow, of->assured ?
					  IPS_SEEN_REPLY | IPS_ASSURED : IPS_SEEN_REPLY);
	struct portclass_packet want =
		test_flow_want(FWD, TCP, of->port, back != of->turned ? FROM : TO,
			       of->sport);
	struct portclass_packet got;

	test_flow_take_up(ct);
	got = test_flow_read_one(test, &at, &flow, ct, back);
	test_flow_expect(test, &got, &want, back ? "back" : "first", of - passing);
}

static void forward_by_lower_port(struct kunit *test)
{
	unsigned int f, i;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (i = 0; i < ARRAY_SIZE(passing); i++) {
			expect_passing(test, families[f], &passing[i], false);
			expect_passing(test, families[f], &passing[i], true);
		}
	}
}

/* Nothing that conntrack has of this flow says that it was taken up. */
static void expect_not_taken_up(struct kunit *test, const struct test_flow *flow,
				struct nf_conn *ct, unsigned int which)
{
	const struct test_at at = { NFPROTO_IPV4, FWD };
	unsigned int back;

	for (back = 0; back < 2; back++) {
		struct portclass_packet want =
			test_flow_want(FWD, flow->protocol == IPPROTO_TCP ?
						TCP : PORTCLASS_PROTO_UDP,
				       40000, back, 443);
		struct portclass_packet got =
			test_flow_read_one(test, &at, flow, ct, back);

		test_flow_expect(test, &got, &want, back ? "back" : "first", which);
	}
}

static void not_taken_up(struct kunit *test)
{
	static const u8 others = ~(IP_CT_TCP_FLAG_BE_LIBERAL |
				   IP_CT_TCP_FLAG_WINDOW_SCALE);
	struct test_flow flow = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER, 443,
					  TEST_OTHER, 40000);
	struct nf_conn *ct = test_flow_ct(test, &flow, IPS_SEEN_REPLY | IPS_ASSURED);

	/* One end is treated liberally; the other one; both otherwise specially. */
	test_flow_take_up(ct);
	ct->proto.tcp.seen[0].flags = others;
	expect_not_taken_up(test, &flow, ct, 0);
	test_flow_take_up(ct);
	ct->proto.tcp.seen[1].flags = others;
	expect_not_taken_up(test, &flow, ct, 1);
	ct->proto.tcp.seen[0].flags = others;
	expect_not_taken_up(test, &flow, ct, 2);

	/* What lies there is something else, if it is UDP. */
	flow.protocol = IPPROTO_UDP;
	ct = test_flow_ct(test, &flow, IPS_SEEN_REPLY | IPS_ASSURED);
	memset(&ct->proto, 0xff, sizeof(ct->proto));
	expect_not_taken_up(test, &flow, ct, 3);
}

/* At @at, of a flow of a socket of ours, in which we spoke @first or not. */
static void expect_own(struct kunit *test, const struct test_at *at, bool first,
		       enum portclass_scope scope, u16 port, const char *what)
{
	u16 ours = at->sk->sk_num, theirs = ntohs(at->sk->sk_dport);
	struct test_flow flow = first ?
		test_flow(at->family, IPPROTO_TCP, TEST_US, ours, TEST_PEER, theirs) :
		test_flow(at->family, IPPROTO_TCP, TEST_PEER, theirs, TEST_US, ours);
	struct nf_conn *ct = test_flow_ct(test, &flow, IPS_ASSURED);
	struct portclass_packet want =
		test_flow_want(scope, TCP, port, scope == at->hook ? TO : FROM,
			       flow.opener.port);
	struct portclass_packet got;

	test_flow_take_up(ct);
	got = test_flow_read_one(test, at, &flow, ct, (at->hook == IN) == first);
	test_flow_expect(test, &got, &want, what, at->hook * 2 + first);
}

/* Both of our hooks say so, whoever spoke first when it was taken up. */
static void expect_at_our_end(struct kunit *test, u8 family, struct sock *sk,
			      enum portclass_scope scope, u16 port, const char *what)
{
	const struct test_at in = { family, IN, .sk = sk };
	const struct test_at out = { family, OUT, .sk = sk };

	expect_own(test, &in, false, scope, port, what);
	expect_own(test, &in, true, scope, port, what);
	expect_own(test, &out, false, scope, port, what);
	expect_own(test, &out, true, scope, port, what);
}

/* Without a socket that can tell, the first packet that was seen has to do. */
static void expect_by_tuple(struct kunit *test, u8 family, struct sock *sk,
			    const char *what)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		const struct test_at at = { family, i & 2 ? OUT : IN, .sk = sk };
		bool back = i & 1, ours = (at.hook == OUT) != back;
		struct test_flow flow = ours ?
			test_flow(family, IPPROTO_TCP, TEST_US, 22, TEST_PEER, 40000) :
			test_flow(family, IPPROTO_TCP, TEST_PEER, 22, TEST_US, 40000);
		struct nf_conn *ct = test_flow_ct(test, &flow, IPS_ASSURED);
		struct portclass_packet want =
			test_flow_want(ours ? OUT : IN, TCP, 40000, back ? FROM : TO, 22);
		struct portclass_packet got;

		test_flow_take_up(ct);
		got = test_flow_read_one(test, &at, &flow, ct, back);
		test_flow_expect(test, &got, &want, what, i);
	}
}

static void without_a_socket(struct kunit *test)
{
	static const u8 states[] = {
		TCP_CLOSE, TCP_LISTEN, TCP_NEW_SYN_RECV, TCP_TIME_WAIT,
	};
	struct sock *sk = kunit_kzalloc(test, sizeof(*sk), GFP_KERNEL);
	unsigned int f, i;

	KUNIT_ASSERT_NOT_NULL(test, sk);
	sk->sk_protocol = IPPROTO_TCP;
	for (f = 0; f < ARRAY_SIZE(families); f++) {
		expect_by_tuple(test, families[f], NULL, "no socket");
		for (i = 0; i < ARRAY_SIZE(states); i++) {
			sk->sk_state = states[i];
			expect_by_tuple(test, families[f], sk, "idle socket");
		}
	}

	/* One that is connected, but of another protocol: TCP in a tunnel. */
	sk->sk_state = TCP_ESTABLISHED;
	sk->sk_protocol = IPPROTO_UDP;
	for (f = 0; f < ARRAY_SIZE(families); f++)
		expect_by_tuple(test, families[f], sk, "tunnel");
}

/*
 * A connection between two sockets of ours, for lack of another host: of family
 * @socket, and through IPv4 or IPv6. One of them is served by who listens.
 */
static void connection(struct kunit *test, int socket, u8 family)
{
	struct socket *listener, *client, *served;

	listener = test_socket(test, socket, TEST_TCP_LISTENS, 0, SERVICE);
	client = test_socket(test, socket, TEST_TCP, 0, CLIENT);
	test_socket_connect(test, client, family, TEST_US, SERVICE);
	served = test_socket_accept(test, listener);

	expect_at_our_end(test, family, served->sk, IN, SERVICE, "served");
	expect_at_our_end(test, family, client->sk, OUT, SERVICE, "client");

	/* The service is gone, what it was doing goes on: nobody can tell. */
	test_socket_close(test, listener);
	expect_at_our_end(test, family, served->sk, OUT, CLIENT, "orphan");

	/* Another port, another address, a UDP server: none of these will do. */
	test_socket(test, socket, TEST_TCP_LISTENS, 0, SERVICE + 1);
	test_socket(test, socket, TEST_UDP, 0, SERVICE);
	expect_at_our_end(test, family, served->sk, OUT, CLIENT, "others listen");

	/* It has come back, on one address only. */
	test_socket(test, socket, TEST_TCP_LISTENS,
		    family == NFPROTO_IPV4 && socket == AF_INET6 ? 0 : TEST_US, SERVICE);
	expect_at_our_end(test, family, served->sk, IN, SERVICE, "back");
}

static void connection_of_ipv4(struct kunit *test)
{
	connection(test, AF_INET, NFPROTO_IPV4);
}

static void connection_of_ipv6(struct kunit *test)
{
	connection(test, AF_INET6, NFPROTO_IPV6);
}

/* Most servers have one socket for both. */
static void connection_of_both(struct kunit *test)
{
	connection(test, AF_INET6, NFPROTO_IPV4);
}

/* A server that listens on one device serves who comes by that one. */
static void server_of_one_device(struct kunit *test)
{
	struct socket *listener, *client, *served;
	int lo = init_net.loopback_dev->ifindex;

	listener = test_socket(test, AF_INET, TEST_TCP_LISTENS, 0, SERVICE);
	client = test_socket(test, AF_INET, TEST_TCP, 0, CLIENT);
	test_socket_connect(test, client, NFPROTO_IPV4, TEST_US, SERVICE);
	served = test_socket_accept(test, listener);

	KUNIT_ASSERT_EQ(test, sock_bindtoindex(listener->sk, lo, true), 0);
	expect_at_our_end(test, NFPROTO_IPV4, served->sk, OUT, CLIENT, "elsewhere");
	KUNIT_ASSERT_EQ(test, sock_bindtoindex(listener->sk,
					       test_net_device()->ifindex, true), 0);
	expect_at_our_end(test, NFPROTO_IPV4, served->sk, IN, SERVICE, "here");
}

/* On its way to a socket that nobody has looked for yet. */
static void expect_found(struct kunit *test, u8 family, const struct sock *sk,
			 enum portclass_scope scope, const char *what)
{
	const struct test_at at = { family, IN };
	u16 ours = sk->sk_num, theirs = ntohs(sk->sk_dport);
	unsigned int first;

	for (first = 0; first < 2; first++) {
		struct test_flow flow = first ?
			test_flow(family, IPPROTO_TCP, TEST_US, ours, TEST_US, theirs) :
			test_flow(family, IPPROTO_TCP, TEST_US, theirs, TEST_US, ours);
		struct nf_conn *ct = test_flow_ct(test, &flow, IPS_ASSURED);
		struct portclass_packet want =
			test_flow_want(scope, TCP, SERVICE, scope == IN ? TO : FROM,
				       flow.opener.port);
		struct portclass_packet got;

		test_flow_take_up(ct);
		got = test_flow_read_one(test, &at, &flow, ct, first);
		test_flow_expect(test, &got, &want, what, first);
	}
}

/* Early demultiplexing may be off. */
static void not_demultiplexed(struct kunit *test)
{
	struct socket *listener, *client, *served;
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		int socket = families[f] == NFPROTO_IPV4 ? AF_INET : AF_INET6;

		listener = test_socket(test, socket, TEST_TCP_LISTENS, 0, SERVICE);
		client = test_socket(test, socket, TEST_TCP, 0, CLIENT);
		test_socket_connect(test, client, families[f], TEST_US, SERVICE);
		served = test_socket_accept(test, listener);

		expect_found(test, families[f], served->sk, IN, "served");
		expect_found(test, families[f], client->sk, OUT, "client");
		test_sockets_close(test);
	}
}

/* A reset to or from a socket, which conntrack gave up on. */
static void expect_stray(struct kunit *test, struct sock *sk, bool known,
			 enum portclass_scope hook, enum portclass_scope scope)
{
	const struct test_at at = { NFPROTO_IPV4, hook, .sk = known ? sk : NULL };
	struct in_addr us = test_net_address(NFPROTO_IPV4, TEST_US).in;
	u16 ours = sk->sk_num, theirs = ntohs(sk->sk_dport);
	u16 sport = hook == IN ? theirs : ours, dport = hook == IN ? ours : theirs;
	struct portclass_packet want =
		test_flow_want(scope, TCP, SERVICE, scope == hook ? TO : FROM, sport);
	struct portclass_packet got;
	struct test_packet p;
	struct sk_buff *skb;

	want.tracked = false;
	want.resets = true;
	test_packet_plain(&p, NFPROTO_IPV4, IPPROTO_TCP, sport, dport, TEST_RST);
	memcpy(p.bytes + 12, &us, sizeof(us));
	memcpy(p.bytes + 16, &us, sizeof(us));
	skb = test_skb(test, &p);
	KUNIT_EXPECT_EQ(test, test_flow_read(test, &at, skb, &got),
			PORTCLASS_PACKET_FLOW);
	test_skb_free(skb);
	test_flow_expect(test, &got, &want, "scope * 2 + hook", scope * 2 + hook);
}

/* The socket is known, if early demultiplexing has found it; or is searched. */
static void stray_of_a_connection(struct kunit *test)
{
	struct socket *listener, *client, *served;

	listener = test_socket(test, AF_INET, TEST_TCP_LISTENS, 0, SERVICE);
	client = test_socket(test, AF_INET, TEST_TCP, 0, CLIENT);
	test_socket_connect(test, client, NFPROTO_IPV4, TEST_US, SERVICE);
	served = test_socket_accept(test, listener);

	expect_stray(test, client->sk, true, IN, OUT);
	expect_stray(test, client->sk, false, IN, OUT);
	expect_stray(test, client->sk, true, OUT, OUT);
	expect_stray(test, served->sk, true, IN, IN);
	expect_stray(test, served->sk, false, IN, IN);
	expect_stray(test, served->sk, true, OUT, IN);
}

static struct kunit_case taken_up_cases[] = {
	KUNIT_CASE(forward_by_lower_port),
	KUNIT_CASE(not_taken_up),
	KUNIT_CASE(without_a_socket),
	KUNIT_CASE(connection_of_ipv4),
	KUNIT_CASE(connection_of_ipv6),
	KUNIT_CASE(connection_of_both),
	KUNIT_CASE(server_of_one_device),
	KUNIT_CASE(not_demultiplexed),
	KUNIT_CASE(stray_of_a_connection),
	{}
};

static struct kunit_suite taken_up_suite = {
	.name = "portclass_flow_taken_up",
	.suite_init = test_net_up,
	.suite_exit = test_net_down,
	.exit = test_sockets_close,
	.test_cases = taken_up_cases,
};

kunit_test_suite(taken_up_suite);
