// SPDX-License-Identifier: GPL-2.0
/*
 * Random flows, at random places, against the rules as a person would tell them:
 * a client dials a port of a server, and whoever of them we are knows the rest.
 */
#include <kunit/test.h>

#include "flow_build.h"
#include "test_random.h"

#define FLOWS	20000

enum role { CLIENT, SERVER, NEITHER };

/* One conversation, one packet of it, and where we are. */
struct scene {
	u8 family;
	u8 protocol;		/* of the flow by which the client dials */
	u16 service;		/* the port that he dials */
	enum role us;
	enum role sends;
	bool published;		/* the server is behind us, under our address */
	bool translated;	/* somewhere else, its port is */
	bool data;		/* the packet is of a flow that was announced */
	u8 data_protocol;
	enum role dials;	/* for it */
	bool confirmed;
	bool taken_up;
	bool assured;
	u16 ports[4];
};

/* The rules. */
static struct portclass_packet want_of(const struct scene *s, u16 peer, u16 dialled)
{
	static const enum portclass_scope scopes[] = {
		[CLIENT] = PORTCLASS_SCOPE_OUT,
		[SERVER] = PORTCLASS_SCOPE_IN,
		[NEITHER] = PORTCLASS_SCOPE_FORWARD,
	};
	static const enum portclass_way ways[] = {
		[CLIENT] = PORTCLASS_WAY_TO,
		[SERVER] = PORTCLASS_WAY_FROM,
	};
	struct portclass_packet want =
		test_flow_want(s->published ? PORTCLASS_SCOPE_IN : scopes[s->us],
			       s->protocol == IPPROTO_TCP ? PORTCLASS_PROTO_TCP :
							    PORTCLASS_PROTO_UDP,
			       s->service, ways[s->sends], peer);

	want.opens = !s->confirmed;
	/*
	 * Who spoke first isn't who dialled: the lower port is the service's, but NAT knows better.
	 */
	if (s->taken_up && s->assured && !s->published && peer < dialled) {
		want.flow.port = peer;
		want.dialled.port = peer;
		want.way = s->sends == CLIENT ? PORTCLASS_WAY_FROM : PORTCLASS_WAY_TO;
	}
	return want;
}

static void random_scene(struct rnd_state *rnd, struct scene *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->family = test_random_below(rnd, 2) ? NFPROTO_IPV4 : NFPROTO_IPV6;
	s->protocol = test_random_below(rnd, 2) ? IPPROTO_TCP : IPPROTO_UDP;
	s->data_protocol = test_random_below(rnd, 2) ? IPPROTO_TCP : IPPROTO_UDP;
	s->service = test_random_port(rnd);
	s->us = test_random_below(rnd, 3);
	s->sends = test_random_below(rnd, 2);
	s->published = s->us == NEITHER && test_random_below(rnd, 2);
	s->translated = test_random_below(rnd, 2);
	s->data = !test_random_below(rnd, 3);
	s->dials = s->data ? test_random_below(rnd, 2) : CLIENT;
	/* What is answered has passed. */
	s->confirmed = s->sends != s->dials || test_random_below(rnd, 4);
	s->assured = test_random_below(rnd, 2);
	/* At our own end it takes a socket, which is another suite's. */
	s->taken_up = s->us == NEITHER && !s->data && s->protocol == IPPROTO_TCP &&
		      test_random_below(rnd, 2);
	for (i = 0; i < ARRAY_SIZE(s->ports); i++)
		s->ports[i] = test_random_port(rnd);
}

/* The client's flow to the server, as it sees it and we do. */
static struct test_flow control_of(const struct scene *s)
{
	enum test_host client = s->us == CLIENT ? TEST_US : TEST_PEER;
	enum test_host server = s->us == SERVER || s->published ? TEST_US : TEST_OTHER;
	struct test_flow flow = test_flow(s->family, s->protocol, client, s->ports[0],
					  server, s->service);

	if (s->published)
		flow.server.host = TEST_INSIDE;
	if (s->translated)
		flow.server.port = s->ports[1];
	return flow;
}

static unsigned long nat_of(const struct scene *s)
{
	return s->published || s->translated ? IPS_DST_NAT : 0;
}

static void expect_scene(struct kunit *test, const struct scene *s, unsigned int i)
{
	static const enum portclass_scope sender_hooks[] = {
		[CLIENT] = PORTCLASS_SCOPE_OUT, [SERVER] = PORTCLASS_SCOPE_OUT,
		[NEITHER] = PORTCLASS_SCOPE_FORWARD,
	};
	struct test_flow control = control_of(s), flow = control;
	struct portclass_packet got, want;
	struct nf_conn *ct, *master = NULL;
	struct test_at at = { s->family };

	at.hook = s->us == NEITHER || s->us == s->sends ? sender_hooks[s->us] :
							  PORTCLASS_SCOPE_IN;
	if (s->data) {
		/* A client dials what he knows, a server knows where it is. */
		flow = s->dials == CLIENT ?
			test_flow(s->family, s->data_protocol, control.opener.host,
				  s->ports[2], control.dialled.host, s->ports[3]) :
			test_flow(s->family, s->data_protocol, control.server.host,
				  s->ports[2], control.opener.host, s->ports[3]);
		if (s->dials == CLIENT)
			flow.server.host = control.server.host;
		master = test_flow_ct(test, &control, nat_of(s));
	}
	ct = test_flow_ct(test, &flow, s->data ? IPS_EXPECTED : nat_of(s));
	ct->master = master;
	if (s->assured)
		ct->status |= IPS_SEEN_REPLY | IPS_ASSURED;
	if (!s->confirmed)
		ct->status &= ~IPS_CONFIRMED;
	if (s->taken_up)
		test_flow_take_up(ct);

	want = want_of(s, flow.opener.port, s->service);
	got = test_flow_read_one(test, &at, &flow, ct, s->sends != s->dials);
	test_flow_expect(test, &got, &want, "flow", i);
	kunit_kfree(test, ct);
	if (master)
		kunit_kfree(test, master);
}

static void flows_are_read_as_told(struct kunit *test)
{
	struct rnd_state rnd;
	struct scene scene;
	unsigned int i;

	test_random_init(test, &rnd);
	for (i = 0; i < FLOWS; i++) {
		random_scene(&rnd, &scene);
		expect_scene(test, &scene, i);
		cond_resched();
	}
}

static struct kunit_case flow_oracle_cases[] = {
	KUNIT_CASE(flows_are_read_as_told),
	{}
};

static struct kunit_suite flow_oracle_suite = {
	.name = "portclass_flow_oracle",
	.suite_init = test_net_up,
	.suite_exit = test_net_down,
	.test_cases = flow_oracle_cases,
};

kunit_test_suite(flow_oracle_suite);
