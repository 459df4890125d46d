// SPDX-License-Identifier: GPL-2.0
/* Flows that a helper expects: part of the one that announced them. */
#include <kunit/test.h>

#include "flow_build.h"

#define IN	PORTCLASS_SCOPE_IN
#define OUT	PORTCLASS_SCOPE_OUT
#define FWD	PORTCLASS_SCOPE_FORWARD
#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM

#define CONTROL	21
#define PEER_PORT	40001

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

/* Part of a conversation between a client and a server. */
enum role { CLIENT, SERVER, NEITHER };

/*
 * The rules, spelled out: who we are, who dials for the data (FTP's server does
 * it if the client is active), who sends this packet.
 */
static const struct {
	enum role us, dials, sends;
	enum portclass_scope hook, scope;
	enum portclass_way way;
} views[] = {
	{ CLIENT,  CLIENT, CLIENT, OUT, OUT, TO },
	{ CLIENT,  CLIENT, SERVER, IN,  OUT, FROM },
	{ CLIENT,  SERVER, CLIENT, OUT, OUT, TO },
	{ CLIENT,  SERVER, SERVER, IN,  OUT, FROM },
	{ SERVER,  CLIENT, CLIENT, IN,  IN,  TO },
	{ SERVER,  CLIENT, SERVER, OUT, IN,  FROM },
	{ SERVER,  SERVER, CLIENT, IN,  IN,  TO },
	{ SERVER,  SERVER, SERVER, OUT, IN,  FROM },
	{ NEITHER, CLIENT, CLIENT, FWD, FWD, TO },
	{ NEITHER, CLIENT, SERVER, FWD, FWD, FROM },
	{ NEITHER, SERVER, CLIENT, FWD, FWD, TO },
	{ NEITHER, SERVER, SERVER, FWD, FWD, FROM },
};

/* A flow for data between the two, from port 40001 to 50000. */
static struct test_flow data_flow(u8 family, u8 protocol, enum role dials,
				  enum test_host client, enum test_host server)
{
	return dials == CLIENT ?
		test_flow(family, protocol, client, PEER_PORT, server, 50000) :
		test_flow(family, protocol, server, PEER_PORT, client, 50000);
}

static void expect_views(struct kunit *test, u8 family, u8 control_protocol,
			 u8 data_protocol)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(views); i++) {
		enum test_host client = views[i].us == CLIENT ? TEST_US : TEST_PEER;
		enum test_host server = views[i].us == SERVER ? TEST_US : TEST_OTHER;
		struct test_flow control = test_flow(family, control_protocol, client,
						     40000, server, CONTROL);
		struct test_flow data = data_flow(family, data_protocol,
						  views[i].dials, client, server);
		struct nf_conn *ct = test_flow_ct(test, &data, IPS_EXPECTED);
		const struct test_at at = { family, views[i].hook };
		bool back = views[i].sends != views[i].dials;
		struct portclass_packet want =
			test_flow_want(views[i].scope,
				       control_protocol == IPPROTO_TCP ?
						PORTCLASS_PROTO_TCP :
						PORTCLASS_PROTO_UDP,
				       CONTROL, views[i].way, PEER_PORT);
		struct portclass_packet got;

		ct->master = test_flow_ct(test, &control, IPS_ASSURED);
		got = test_flow_read_one(test, &at, &data, ct, back);
		test_flow_expect(test, &got, &want, "view", i);
		if (back)
			continue;

		/* It opens a flow of its own, under that key. */
		ct->status &= ~IPS_CONFIRMED;
		want.opens = true;
		got = test_flow_read_one(test, &at, &data, ct, back);
		test_flow_expect(test, &got, &want, "first packet, view", i);
	}
}

/* Passive FTP and active FTP, from all three places. */
static void data_is_part_of_control(struct kunit *test)
{
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++)
		expect_views(test, families[f], IPPROTO_TCP, IPPROTO_TCP);
}

/* H.323 announces UDP by TCP, SIP may do the reverse. */
static void data_of_the_other_protocol(struct kunit *test)
{
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		expect_views(test, families[f], IPPROTO_TCP, IPPROTO_UDP);
		expect_views(test, families[f], IPPROTO_UDP, IPPROTO_UDP);
		expect_views(test, families[f], IPPROTO_UDP, IPPROTO_TCP);
	}
}

/*
 * Data of a control flow to a server behind us, which is published if @translated.
 * What decides is the announcing flow's NAT, not the data's own.
 */
static void expect_published(struct kunit *test, u8 family, enum role dials,
			     bool back, bool translated)
{
	const struct test_at at = { family, FWD };
	struct test_flow control = test_flow(family, IPPROTO_TCP, TEST_PEER, 40000,
					     TEST_US, CONTROL);
	/* To us and on if the client dials; from the server itself if not. */
	struct test_flow data = data_flow(family, IPPROTO_TCP, dials, TEST_PEER,
					  dials == CLIENT ? TEST_US : TEST_INSIDE);
	bool from_client = (dials == CLIENT) != back;
	struct portclass_packet want =
		test_flow_want(translated ? IN : FWD, PORTCLASS_PROTO_TCP, CONTROL,
			       from_client ? TO : FROM, PEER_PORT);
	struct portclass_packet got;
	struct nf_conn *ct;

	control.server = (struct test_end) { TEST_INSIDE, CONTROL };
	if (dials == CLIENT)
		data.server = (struct test_end) { TEST_INSIDE, 50000 };
	ct = test_flow_ct(test, &data, translated ? IPS_EXPECTED :
						    IPS_EXPECTED | IPS_DST_NAT);
	ct->master = test_flow_ct(test, &control, translated ? IPS_DST_NAT : 0);
	got = test_flow_read_one(test, &at, &data, ct, back);
	test_flow_expect(test, &got, &want, "dials * 2 + back", dials * 2 + back);
}

/* A server behind us is published by its control port; so is its data. */
static void published_server(struct kunit *test)
{
	unsigned int f, back;
	enum role dials;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (dials = CLIENT; dials <= SERVER; dials++) {
			for (back = 0; back < 2; back++) {
				expect_published(test, families[f], dials, back, true);
				expect_published(test, families[f], dials, back, false);
			}
		}
	}
}

/* A client behind us who is masqueraded: the server dials our address. */
static void masqueraded_client(struct kunit *test)
{
	struct test_flow control = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_INSIDE,
					     40000, TEST_PEER, CONTROL);
	struct test_flow data = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER,
					  PEER_PORT, TEST_US, 50000);
	const struct test_at at = { NFPROTO_IPV4, FWD };
	unsigned int back;

	control.client = (struct test_end) { TEST_US, 40000 };
	data.server = (struct test_end) { TEST_INSIDE, 50000 };
	for (back = 0; back < 2; back++) {
		struct nf_conn *ct = test_flow_ct(test, &data,
						  IPS_EXPECTED | IPS_DST_NAT);
		struct portclass_packet want =
			test_flow_want(FWD, PORTCLASS_PROTO_TCP, CONTROL,
				       back ? TO : FROM, PEER_PORT);
		struct portclass_packet got;

		ct->master = test_flow_ct(test, &control, IPS_SRC_NAT);
		got = test_flow_read_one(test, &at, &data, ct, back);
		test_flow_expect(test, &got, &want, "back", back);
	}
}

/* An expected flow may announce one: H.323 does it twice. */
static void announcer_of_an_announcer(struct kunit *test)
{
	struct test_flow first = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER,
					   40000, TEST_US, 1720);
	struct test_flow then = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_US,
					  40100, TEST_PEER, 50100);
	struct test_flow data = test_flow(NFPROTO_IPV4, IPPROTO_UDP, TEST_PEER,
					  PEER_PORT, TEST_US, 50000);
	struct nf_conn *ct = test_flow_ct(test, &data, IPS_EXPECTED);
	struct nf_conn *middle = ct;
	unsigned int depth;

	for (depth = 1; depth <= 4; depth++) {
		struct test_at at = { NFPROTO_IPV4, IN };
		struct portclass_packet want =
			test_flow_want(IN, PORTCLASS_PROTO_TCP, 1720, TO, PEER_PORT);
		struct portclass_packet got;

		middle->master = test_flow_ct(test, &first, 0);
		got = test_flow_read_one(test, &at, &data, ct, false);
		test_flow_expect(test, &got, &want, "depth", depth);
		at.hook = OUT;
		want.way = FROM;
		got = test_flow_read_one(test, &at, &data, ct, true);
		test_flow_expect(test, &got, &want, "back, depth", depth);

		middle->master = test_flow_ct(test, &then, IPS_EXPECTED);
		middle = middle->master;
	}
}

/* What was announced by something that has no port is a flow of its own. */
static void announcer_without_ports(struct kunit *test)
{
	static const u8 others[] = { IPPROTO_GRE, IPPROTO_SCTP, IPPROTO_UDPLITE };
	struct test_flow data = test_flow(NFPROTO_IPV4, IPPROTO_UDP, TEST_PEER,
					  PEER_PORT, TEST_US, 50000);
	const struct test_at at = { NFPROTO_IPV4, IN };
	struct portclass_packet want =
		test_flow_want(IN, PORTCLASS_PROTO_UDP, 50000, TO, PEER_PORT);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		struct test_flow master = test_flow(NFPROTO_IPV4, others[i], TEST_US,
						    1, TEST_PEER, 2);
		struct nf_conn *ct = test_flow_ct(test, &data, IPS_EXPECTED);
		struct portclass_packet got;

		ct->master = test_flow_ct(test, &master, 0);
		got = test_flow_read_one(test, &at, &data, ct, false);
		test_flow_expect(test, &got, &want, "protocol", others[i]);
	}
}

/* PPTP: a flow with no ports that TCP has announced is still none of ours. */
static void data_without_ports(struct kunit *test)
{
	struct test_flow control = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER,
					     40000, TEST_US, 1723);
	struct test_flow data = test_flow(NFPROTO_IPV4, IPPROTO_GRE, TEST_PEER, 5,
					  TEST_US, 6);
	struct nf_conn *ct = test_flow_ct(test, &data, IPS_EXPECTED);
	const struct test_at at = { NFPROTO_IPV4, IN };
	struct portclass_packet got;
	struct test_packet p;
	struct sk_buff *skb;

	ct->master = test_flow_ct(test, &control, 0);
	test_packet_v4(&p, 0, 0);
	test_packet_raw(&p, IPPROTO_GRE, 24);
	skb = test_skb(test, &p);
	nf_ct_set(skb, ct, IP_CT_RELATED);
	KUNIT_EXPECT_EQ(test, test_flow_read(test, &at, skb, &got),
			PORTCLASS_PACKET_OTHER);
	nf_ct_set(skb, NULL, 0);
	test_skb_free(skb);
}

static struct kunit_case expected_cases[] = {
	KUNIT_CASE(data_is_part_of_control),
	KUNIT_CASE(data_of_the_other_protocol),
	KUNIT_CASE(published_server),
	KUNIT_CASE(masqueraded_client),
	KUNIT_CASE(announcer_of_an_announcer),
	KUNIT_CASE(announcer_without_ports),
	KUNIT_CASE(data_without_ports),
	{}
};

static struct kunit_suite expected_suite = {
	.name = "portclass_flow_expected",
	.suite_init = test_net_up,
	.suite_exit = test_net_down,
	.test_cases = expected_cases,
};

kunit_test_suite(expected_suite);
