// SPDX-License-Identifier: GPL-2.0
/* The kernel's own conntrack, and what is read of the packets that it has seen. */
#include <kunit/test.h>

#include "flow_real.h"
#include "track.h"

#define IN	PORTCLASS_SCOPE_IN
#define OUT	PORTCLASS_SCOPE_OUT
#define FWD	PORTCLASS_SCOPE_FORWARD
#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM
#define TCP	PORTCLASS_PROTO_TCP
#define UDP	PORTCLASS_PROTO_UDP
#define FLOW	PORTCLASS_PACKET_FLOW

#define CLIENT	40000

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

static int real_up(struct kunit_suite *suite)
{
	portclass_track_open();
	return test_net_up(suite);
}

static void real_down(struct kunit_suite *suite)
{
	test_net_down(suite);
	portclass_track_close();
}

/* Each packet of a flow is judged and counted under one key; one of them opens. */
static void whole_flow(struct kunit *test, const struct test_flow *flow,
		       enum portclass_scope to_hook, enum portclass_scope from_hook,
		       enum portclass_scope scope)
{
	const struct test_at to = { flow->family, to_hook };
	const struct test_at from = { flow->family, from_hook };
	struct portclass_packet want = test_flow_want(scope, TCP, flow->dialled.port, TO,
						      flow->opener.port);
	struct test_talk talk = test_talk(flow);
	unsigned int i;

	test_talk_handshake(test, &talk, &to, &from, &want);
	for (i = 0; i < 3; i++) {
		want.way = TO;
		test_talk_expect(test, &talk, &to, false, TEST_ACK | TEST_PSH, &want,
				 "question");
		want.way = FROM;
		test_talk_expect(test, &talk, &from, true, TEST_ACK | TEST_PSH, &want,
				 "answer");
	}
	test_talk_expect(test, &talk, &from, true, TEST_FIN | TEST_ACK, &want, "FIN back");
	want.way = TO;
	test_talk_expect(test, &talk, &to, false, TEST_FIN | TEST_ACK, &want, "FIN");
	want.way = FROM;
	test_talk_expect(test, &talk, &from, true, TEST_ACK, &want, "last ACK");
	want.way = TO;
	test_talk_expect(test, &talk, &to, false, TEST_RST, &want, "RST");
}

static void tcp_from_syn_to_fin(struct kunit *test)
{
	struct test_flow flow;
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		flow = test_flow(families[f], IPPROTO_TCP, TEST_PEER, CLIENT, TEST_US, 22);
		whole_flow(test, &flow, IN, OUT, IN);
		flow = test_flow(families[f], IPPROTO_TCP, TEST_US, CLIENT, TEST_PEER, 22);
		whole_flow(test, &flow, OUT, IN, OUT);
		flow = test_flow(families[f], IPPROTO_TCP, TEST_PEER, CLIENT, TEST_OTHER, 22);
		whole_flow(test, &flow, FWD, FWD, FWD);
	}
}

/* Ports of ours: redirected to another one, and to a server behind us. */
static void tcp_translated(struct kunit *test)
{
	struct test_flow flow;
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		flow = test_flow(families[f], IPPROTO_TCP, TEST_PEER, CLIENT, TEST_US, 80);
		flow.server.port = 8080;
		whole_flow(test, &flow, IN, OUT, IN);
		flow = test_flow(families[f], IPPROTO_TCP, TEST_PEER, CLIENT, TEST_US, 443);
		flow.server = (struct test_end) { TEST_INSIDE, 8443 };
		whole_flow(test, &flow, FWD, FWD, IN);
		flow = test_flow(families[f], IPPROTO_TCP, TEST_PEER, CLIENT, TEST_OTHER, 80);
		flow.server = (struct test_end) { TEST_INSIDE, 8080 };
		whole_flow(test, &flow, FWD, FWD, FWD);
		flow = test_flow(families[f], IPPROTO_TCP, TEST_US, CLIENT, TEST_OTHER, 80);
		flow.server = (struct test_end) { TEST_INSIDE, 8080 };
		whole_flow(test, &flow, OUT, IN, OUT);
		/* By our address, both ways; and from the same network, as well. */
		flow = test_flow(families[f], IPPROTO_TCP, TEST_INSIDE, CLIENT, TEST_PEER, 25);
		flow.client = (struct test_end) { TEST_US, 50123 };
		whole_flow(test, &flow, FWD, FWD, FWD);
		flow = test_flow(families[f], IPPROTO_TCP, TEST_OTHER, CLIENT, TEST_US, 993);
		flow.server = (struct test_end) { TEST_INSIDE, 9930 };
		flow.client = (struct test_end) { TEST_US, 50124 };
		whole_flow(test, &flow, FWD, FWD, IN);
	}
}

static void udp_both_ways(struct kunit *test)
{
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		const struct test_at in = { families[f], IN };
		const struct test_at out = { families[f], OUT };
		struct test_flow flow = test_flow(families[f], IPPROTO_UDP, TEST_US, 123,
						  TEST_PEER, 123);
		struct portclass_packet want = test_flow_want(OUT, UDP, 123, TO, 123);
		struct test_talk talk = test_talk(&flow);

		want.opens = true;
		test_talk_expect(test, &talk, &out, false, 0, &want, "question");
		want.opens = false;
		test_talk_expect(test, &talk, &out, false, 0, &want, "again");
		want.way = FROM;
		test_talk_expect(test, &talk, &in, true, 0, &want, "answer");
	}
}

/* Conntrack forgets what is dropped: each try looks like the first one. */
static void denied_opener_opens_again(struct kunit *test)
{
	const struct test_at in = { NFPROTO_IPV4, IN };
	struct test_flow flow = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER, CLIENT,
					  TEST_US, 23);
	struct portclass_packet want = test_flow_want(IN, TCP, 23, TO, CLIENT);
	struct portclass_packet got;
	unsigned int i;

	want.opens = true;
	for (i = 0; i < 3; i++) {
		struct test_talk talk = test_talk(&flow);

		KUNIT_EXPECT_EQ(test, test_talk_read(test, &talk, &in, false, TEST_SYN,
						     TEST_SOUND, false, &got), FLOW);
		test_flow_expect(test, &got, &want, "try", i);
		test_talks_end(test);
	}
}

/* Passive and active FTP, with us as the server, as the client, between them. */
static void expected(struct kunit *test, u8 family, enum test_host client,
		     enum test_host server, enum portclass_scope to_hook,
		     enum portclass_scope from_hook, enum portclass_scope scope)
{
	const struct test_at to = { family, to_hook }, from = { family, from_hook };
	struct test_flow flow = test_flow(family, IPPROTO_TCP, client, CLIENT, server, 21);
	struct test_flow passive = test_flow(family, IPPROTO_TCP, client, CLIENT + 1,
					     server, 50000);
	struct test_flow active = test_flow(family, IPPROTO_TCP, server, 20, client,
					    50001);
	struct portclass_packet want = test_flow_want(scope, TCP, 21, TO, CLIENT);
	struct test_talk control = test_talk(&flow), data;

	test_talk_handshake(test, &control, &to, &from, &want);
	test_talk_announce(test, &control, &passive);
	test_talk_announce(test, &control, &active);

	data = test_talk(&passive);
	want = test_flow_want(scope, TCP, 21, TO, CLIENT + 1);
	test_talk_handshake(test, &data, &to, &from, &want);
	KUNIT_EXPECT_PTR_EQ(test, data.ct->master, control.ct);

	data = test_talk(&active);
	want = test_flow_want(scope, TCP, 21, FROM, 20);
	want.opens = true;
	test_talk_expect(test, &data, &from, false, TEST_SYN, &want, "SYN");
	want.opens = false;
	want.way = TO;
	test_talk_expect(test, &data, &to, true, TEST_SYN | TEST_ACK, &want, "SYN ACK");
	KUNIT_EXPECT_PTR_EQ(test, data.ct->master, control.ct);
}

static void ftp(struct kunit *test)
{
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		expected(test, families[f], TEST_PEER, TEST_US, IN, OUT, IN);
		expected(test, families[f], TEST_US, TEST_PEER, OUT, IN, OUT);
		expected(test, families[f], TEST_PEER, TEST_OTHER, FWD, FWD, FWD);
		test_talks_end(test);
	}
}

/* A connection older than we are passes through; the service is heard first. */
static void taken_up_in_passing(struct kunit *test)
{
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		const struct test_at at = { families[f], FWD };
		struct test_flow flow = test_flow(families[f], IPPROTO_TCP, TEST_PEER, 22,
						  TEST_OTHER, CLIENT);
		struct portclass_packet want = test_flow_want(FWD, TCP, CLIENT, TO, 22);
		struct test_talk talk = test_talk(&flow);

		want.opens = true;
		test_talk_expect(test, &talk, &at, false, TEST_ACK, &want, "first");
		want.opens = false;
		test_talk_expect(test, &talk, &at, false, TEST_ACK, &want, "second");

		/* For conntrack, one answer alone is nothing to rely on. */
		want.way = FROM;
		test_talk_expect(test, &talk, &at, true, TEST_ACK, &want, "client");

		want = test_flow_want(FWD, TCP, 22, FROM, 22);
		test_talk_expect(test, &talk, &at, false, TEST_ACK, &want, "service");
		want.way = TO;
		test_talk_expect(test, &talk, &at, true, TEST_ACK, &want, "client again");
	}
}

/* Conntrack doesn't want it; whose it is, is known all the same. */
static void expect_fault(struct kunit *test, struct test_talk *talk,
			 const struct test_at *at, bool back, u8 flags,
			 enum test_fault fault, const struct portclass_packet *want)
{
	unsigned int users = refcount_read(&talk->ct->ct_general.use);
	struct portclass_packet got;

	KUNIT_EXPECT_EQ(test, test_talk_read(test, talk, at, back, flags, fault, true,
					     &got), FLOW);
	test_flow_expect(test, &got, want, back ? "back, fault" : "fault", fault);
	KUNIT_EXPECT_EQ(test, refcount_read(&talk->ct->ct_general.use), users);
}

/* Checksums are looked at on the way in only. */
static void faults(struct kunit *test, const struct test_flow *flow,
		   enum portclass_scope to_hook, enum portclass_scope from_hook,
		   enum portclass_scope scope)
{
	const struct test_at to = { flow->family, to_hook };
	const struct test_at from = { flow->family, from_hook };
	struct portclass_packet want = test_flow_want(scope, TCP, flow->dialled.port, TO,
						      flow->opener.port);
	struct test_talk talk = test_talk(flow);

	test_talk_handshake(test, &talk, &to, &from, &want);
	expect_fault(test, &talk, &to, false, TEST_ACK, TEST_OUT_OF_WINDOW, &want);
	if (to_hook != OUT)
		expect_fault(test, &talk, &to, false, TEST_SYN, TEST_BAD_CHECKSUM, &want);
	want.way = FROM;
	expect_fault(test, &talk, &from, true, TEST_ACK, TEST_OUT_OF_WINDOW, &want);
	if (from_hook != OUT)
		expect_fault(test, &talk, &from, true, TEST_ACK, TEST_BAD_CHECKSUM, &want);
	want.resets = true;
	expect_fault(test, &talk, &from, true, TEST_RST, TEST_OUT_OF_WINDOW, &want);
	want.way = TO;
	expect_fault(test, &talk, &to, false, TEST_RST, TEST_OUT_OF_WINDOW, &want);
}

static void stray_of_a_known_flow(struct kunit *test)
{
	struct test_flow flow;
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		flow = test_flow(families[f], IPPROTO_TCP, TEST_PEER, CLIENT, TEST_US, 22);
		faults(test, &flow, IN, OUT, IN);
		flow = test_flow(families[f], IPPROTO_TCP, TEST_US, CLIENT, TEST_PEER, 22);
		faults(test, &flow, OUT, IN, OUT);
		flow = test_flow(families[f], IPPROTO_TCP, TEST_PEER, 22, TEST_OTHER, CLIENT);
		faults(test, &flow, FWD, FWD, FWD);
		flow = test_flow(families[f], IPPROTO_TCP, TEST_PEER, CLIENT, TEST_US, 443);
		flow.server = (struct test_end) { TEST_INSIDE, 8443 };
		faults(test, &flow, FWD, FWD, IN);
	}
}

/* Of no flow that is known: by its header, and it opens none. */
static void stray_of_no_flow(struct kunit *test)
{
	static const u8 scans[] = { 0, TEST_FIN, TEST_FIN | TEST_PSH | TEST_URG };
	struct test_flow flow = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER, 20,
					  TEST_US, 22);
	const struct test_at in = { NFPROTO_IPV4, IN };
	struct portclass_packet want = test_flow_want(IN, TCP, 22, TO, 20), got;
	struct test_talk talk = test_talk(&flow);
	unsigned int i;

	want.tracked = false;
	for (i = 0; i < ARRAY_SIZE(scans); i++) {
		KUNIT_EXPECT_EQ(test, test_talk_read(test, &talk, &in, false, scans[i],
						     TEST_BAD_CHECKSUM, true, &got), FLOW);
		test_flow_expect(test, &got, &want, "scan", scans[i]);
	}
}

/* Left alone on purpose, a packet is judged by its header, whatever is known. */
static void untracked_of_a_known_flow(struct kunit *test)
{
	const struct test_at in = { NFPROTO_IPV4, IN }, out = { NFPROTO_IPV4, OUT };
	struct test_flow flow = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER, 22,
					  TEST_US, CLIENT);
	struct portclass_packet want = test_flow_want(IN, TCP, CLIENT, TO, 22), got;
	struct test_talk talk = test_talk(&flow);

	test_talk_handshake(test, &talk, &in, &out, &want);
	want = test_header_want(&in, IPPROTO_TCP, 22, CLIENT, TEST_ACK, false);
	KUNIT_EXPECT_EQ(test, test_talk_read(test, &talk, &in, false, TEST_ACK,
					     TEST_NO_TRACK, true, &got), FLOW);
	test_flow_expect(test, &got, &want, "flags", TEST_ACK);
}

/* An error about a flow, by somebody on its way. */
static void icmp_error(struct kunit *test)
{
	const struct test_at in = { NFPROTO_IPV4, IN }, out = { NFPROTO_IPV4, OUT };
	struct test_flow flow = test_flow(NFPROTO_IPV4, IPPROTO_UDP, TEST_US, CLIENT,
					  TEST_PEER, 53);
	struct portclass_packet want = test_flow_want(OUT, UDP, 53, TO, CLIENT), got;
	struct test_talk talk = test_talk(&flow);
	struct test_packet sent, error;
	enum ip_conntrack_info ctinfo;
	struct sk_buff *skb;

	want.opens = true;
	test_talk_expect(test, &talk, &out, false, 0, &want, "question");

	test_flow_packet(&sent, &flow, false, 0);
	test_packet_v4(&error, 0, 0);
	test_packet_raw(&error, IPPROTO_ICMP, 8 + 28);
	/* From the peer to us: port unreachable, and what it is about. */
	memcpy(error.bytes + 12, sent.bytes + 16, 4);
	memcpy(error.bytes + 16, sent.bytes + 12, 4);
	memset(error.bytes + 20, 0, 8);
	error.bytes[20] = 3;
	error.bytes[21] = 3;
	memcpy(error.bytes + 28, sent.bytes, 28);

	skb = test_skb(test, &error);
	test_conntrack_in(test, skb, &in);
	KUNIT_EXPECT_PTR_EQ(test, nf_ct_get(skb, &ctinfo), talk.ct);
	KUNIT_EXPECT_EQ(test, ctinfo, IP_CT_RELATED_REPLY);
	KUNIT_EXPECT_EQ(test, test_flow_read(test, &in, skb, &got),
			PORTCLASS_PACKET_OTHER);
	test_skb_free(skb);
}

static struct kunit_case real_cases[] = {
	KUNIT_CASE(tcp_from_syn_to_fin),
	KUNIT_CASE(tcp_translated),
	KUNIT_CASE(udp_both_ways),
	KUNIT_CASE(denied_opener_opens_again),
	KUNIT_CASE(ftp),
	KUNIT_CASE(taken_up_in_passing),
	KUNIT_CASE(stray_of_a_known_flow),
	KUNIT_CASE(stray_of_no_flow),
	KUNIT_CASE(untracked_of_a_known_flow),
	KUNIT_CASE(icmp_error),
	{}
};

static struct kunit_suite real_suite = {
	.name = "portclass_flow_real",
	.suite_init = real_up,
	.suite_exit = real_down,
	.exit = test_talks_end,
	.test_cases = real_cases,
};

kunit_test_suite(real_suite);
