// SPDX-License-Identifier: GPL-2.0
/*
 * Resets that a filter makes for what it rejects. They leave by LOCAL_OUT, in the
 * name of somebody else, as part of the flow that they end.
 */
#include <kunit/test.h>

#include "flow_real.h"

#define IN	PORTCLASS_SCOPE_IN
#define OUT	PORTCLASS_SCOPE_OUT
#define FWD	PORTCLASS_SCOPE_FORWARD
#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM
#define TCP	PORTCLASS_PROTO_TCP

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

/* Counted under its flow's key, judged by nobody; it opens nothing. */
static struct portclass_packet reset_want(enum portclass_scope scope, u16 port,
					  enum portclass_way way, u16 peer)
{
	struct portclass_packet want = test_flow_want(scope, TCP, port, way, peer);

	want.judged = false;
	return want;
}

/* The reset for a packet of direction @back, seen at @hook. */
static void expect_reset(struct kunit *test, struct test_talk *talk,
			 enum portclass_scope hook, bool back, u8 flags,
			 const struct portclass_packet *want, const char *what)
{
	const struct test_at at = { talk->flow.family, hook };
	const struct test_at out = { talk->flow.family, OUT };
	struct sk_buff *reset = test_talk_reject(test, talk, &at, back, flags);
	struct portclass_packet got;
	enum portclass_packet_kind kind;

	kind = test_flow_read(test, &out, reset, &got);
	test_skb_free(reset);
	KUNIT_ASSERT_EQ(test, kind, PORTCLASS_PACKET_FLOW);
	/* What nobody judges by. */
	got.dialled = want->dialled;
	test_flow_expect(test, &got, want, what, hook);
}

/* The first packet of a flow is rejected, at the hook where it is seen. */
static void opener_rejected(struct kunit *test)
{
	static const struct {
		enum test_host opener, dialled, server;
		enum portclass_scope hook, scope;
	} of[] = {
		{ TEST_PEER, TEST_US, TEST_US, IN, IN },
		{ TEST_US, TEST_PEER, TEST_PEER, OUT, OUT },
		{ TEST_PEER, TEST_OTHER, TEST_OTHER, FWD, FWD },
		/* Published, and somebody else's address translated. */
		{ TEST_PEER, TEST_US, TEST_INSIDE, FWD, IN },
		{ TEST_PEER, TEST_OTHER, TEST_INSIDE, FWD, FWD },
	};
	unsigned int f, i;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (i = 0; i < ARRAY_SIZE(of); i++) {
			struct test_flow flow = test_flow(families[f], IPPROTO_TCP,
							  of[i].opener, 40000,
							  of[i].dialled, 7002);
			struct portclass_packet want = reset_want(of[i].scope, 7002,
								  FROM, 40000);
			struct test_talk talk;

			flow.server.host = of[i].server;
			talk = test_talk(&flow);
			expect_reset(test, &talk, of[i].hook, false, TEST_SYN, &want,
				     "opener at hook");
		}
	}
}

/* A flow that runs already is, in either direction. */
static void flow_rejected(struct kunit *test)
{
	static const struct {
		enum test_host opener, dialled;
		enum portclass_scope to, from, scope;
	} of[] = {
		{ TEST_PEER, TEST_US, IN, OUT, IN },
		{ TEST_US, TEST_PEER, OUT, IN, OUT },
		{ TEST_PEER, TEST_OTHER, FWD, FWD, FWD },
	};
	unsigned int f, i;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (i = 0; i < ARRAY_SIZE(of); i++) {
			const struct test_at to = { families[f], of[i].to };
			const struct test_at from = { families[f], of[i].from };
			struct test_flow flow = test_flow(families[f], IPPROTO_TCP,
							  of[i].opener, 40000,
							  of[i].dialled, 7002);
			struct test_talk talk = test_talk(&flow);
			struct portclass_packet want =
				test_flow_want(of[i].scope, TCP, 7002, TO, 40000);

			test_talk_handshake(test, &talk, &to, &from, &want);
			want = reset_want(of[i].scope, 7002, FROM, 40000);
			expect_reset(test, &talk, of[i].to, false, TEST_ACK, &want,
				     "question at hook");
			/* To the server, in the client's name. */
			want = reset_want(of[i].scope, 7002, TO, 40000);
			expect_reset(test, &talk, of[i].from, true, TEST_ACK, &want,
				     "answer at hook");
		}
	}
}

/* Data of a flow that a helper expects is rejected: part of what announced it. */
static void data_rejected(struct kunit *test)
{
	const struct test_at in = { NFPROTO_IPV4, IN }, out = { NFPROTO_IPV4, OUT };
	struct test_flow flow = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER, 40000,
					  TEST_US, 21);
	struct test_flow passive = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER, 40001,
					     TEST_US, 50000);
	struct portclass_packet want = test_flow_want(IN, TCP, 21, TO, 40000);
	struct test_talk control = test_talk(&flow), data = test_talk(&passive);

	test_talk_handshake(test, &control, &in, &out, &want);
	test_talk_announce(test, &control, &passive);
	want = reset_want(IN, 21, FROM, 40001);
	expect_reset(test, &data, IN, false, TEST_SYN, &want, "data at hook");
}

/* By nobody but a filter of ours, and then it leaves from here. */
static void only_where_we_send(struct kunit *test)
{
	static const enum portclass_scope hooks[] = { IN, FWD };
	struct test_flow flow = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER, 40000,
					  TEST_OTHER, 7002);
	struct nf_conn *ct = test_flow_ct(test, &flow, IPS_ASSURED);
	struct portclass_packet want, got;
	struct test_packet p;
	struct sk_buff *skb;
	unsigned int i;

	test_flow_packet(&p, &flow, true, TEST_RST);
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		const struct test_at at = { NFPROTO_IPV4, hooks[i] };

		skb = test_skb(test, &p);
		nf_ct_set(skb, ct, IP_CT_RELATED_REPLY);
		KUNIT_EXPECT_EQ(test, test_flow_read(test, &at, skb, &got),
				PORTCLASS_PACKET_FLOW);
		nf_ct_set(skb, NULL, 0);
		test_skb_free(skb);
		want = test_flow_want(hooks[i] == IN ? OUT : FWD, TCP, 7002, FROM, 40000);
		test_flow_expect(test, &got, &want, "hook", hooks[i]);
	}
}

/* We dial what a helper expects: this is related too, and no reset of a filter. */
static void expected_opener_is_judged(struct kunit *test)
{
	struct test_flow control = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_US, 40000,
					     TEST_PEER, 21);
	struct test_flow data = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_US, 40001,
					  TEST_PEER, 50000);
	struct nf_conn *ct = test_flow_ct(test, &data, IPS_EXPECTED);
	struct portclass_packet want = test_flow_want(OUT, TCP, 21, TO, 40001), got;
	const struct test_at out = { NFPROTO_IPV4, OUT };

	ct->master = test_flow_ct(test, &control, IPS_ASSURED);
	ct->status &= ~IPS_CONFIRMED;
	want.opens = true;
	got = test_flow_read_one(test, &out, &data, ct, false);
	test_flow_expect(test, &got, &want, "SYN", 0);
}

static struct kunit_case attached_cases[] = {
	KUNIT_CASE(opener_rejected),
	KUNIT_CASE(flow_rejected),
	KUNIT_CASE(data_rejected),
	KUNIT_CASE(only_where_we_send),
	KUNIT_CASE(expected_opener_is_judged),
	{}
};

static struct kunit_suite attached_suite = {
	.name = "portclass_flow_attached",
	.suite_init = test_net_up,
	.suite_exit = test_net_down,
	.exit = test_talks_end,
	.test_cases = attached_cases,
};

kunit_test_suite(attached_suite);
