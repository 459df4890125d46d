// SPDX-License-Identifier: GPL-2.0
/* Flows that conntrack knows: whose they are, at each hook, with NAT or without. */
#include <kunit/test.h>

#include "flow_build.h"

#define IN	PORTCLASS_SCOPE_IN
#define OUT	PORTCLASS_SCOPE_OUT
#define FWD	PORTCLASS_SCOPE_FORWARD
#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM

/* How the address or port is translated that somebody dials, or dials from. */
enum nat {
	PLAIN,		/* not at all */
	REDIRECTED,	/* another port of ours */
	PUBLISHED,	/* an address of ours, a server behind us */
	HAIRPINNED,	/* the same, for a client who is behind us, too */
	DIVERTED,	/* somebody else's address, a server behind us */
	MASQUERADED,	/* a client behind us has our address */
	NATS,
};

static const char * const nat_names[] = {
	"plain", "redirected", "published", "hairpinned", "diverted", "masqueraded",
};

/* A flow from port 40000 to 443, at the server 8443 if its port is translated. */
static struct test_flow translated(u8 family, u8 protocol, enum nat nat,
				   enum test_host opener, enum test_host dialled,
				   unsigned long *status)
{
	struct test_flow flow = test_flow(family, protocol, opener, 40000, dialled, 443);

	*status = 0;
	switch (nat) {
	case REDIRECTED:
		flow.server = (struct test_end) { TEST_US, 8443 };
		*status = IPS_DST_NAT;
		break;
	case PUBLISHED:
	case DIVERTED:
		flow.server = (struct test_end) { TEST_INSIDE, 8443 };
		*status = IPS_DST_NAT;
		break;
	case HAIRPINNED:
		flow.server = (struct test_end) { TEST_INSIDE, 8443 };
		flow.client = (struct test_end) { TEST_US, 50123 };
		*status = IPS_DST_NAT | IPS_SRC_NAT;
		break;
	case MASQUERADED:
		flow.client = (struct test_end) { TEST_US, 50123 };
		*status = IPS_SRC_NAT;
		break;
	default:
		break;
	}
	return flow;
}

/* The whole of it, spelled out. */
static const struct {
	enum nat nat;
	enum test_host opener, dialled;
	enum portclass_scope hook;
	bool back;
	enum portclass_scope scope;
	enum portclass_way way;
} views[] = {
	/* Somebody dials us. */
	{ PLAIN, TEST_PEER, TEST_US, IN, false, IN, TO },
	{ PLAIN, TEST_PEER, TEST_US, OUT, true, IN, FROM },
	/* We dial somebody. */
	{ PLAIN, TEST_US, TEST_PEER, OUT, false, OUT, TO },
	{ PLAIN, TEST_US, TEST_PEER, IN, true, OUT, FROM },
	/* Others dial one another. */
	{ PLAIN, TEST_PEER, TEST_OTHER, FWD, false, FWD, TO },
	{ PLAIN, TEST_PEER, TEST_OTHER, FWD, true, FWD, FROM },
	/* To one of ours it isn't a published port, if nobody has translated it. */
	{ PLAIN, TEST_PEER, TEST_US, FWD, false, FWD, TO },
	{ PLAIN, TEST_PEER, TEST_US, FWD, true, FWD, FROM },

	{ REDIRECTED, TEST_PEER, TEST_US, IN, false, IN, TO },
	{ REDIRECTED, TEST_PEER, TEST_US, OUT, true, IN, FROM },
	/* By a proxy of ours, for whom somebody else was meant. */
	{ REDIRECTED, TEST_PEER, TEST_OTHER, IN, false, IN, TO },
	{ REDIRECTED, TEST_PEER, TEST_OTHER, OUT, true, IN, FROM },

	{ PUBLISHED, TEST_PEER, TEST_US, FWD, false, IN, TO },
	{ PUBLISHED, TEST_PEER, TEST_US, FWD, true, IN, FROM },
	{ HAIRPINNED, TEST_OTHER, TEST_US, FWD, false, IN, TO },
	{ HAIRPINNED, TEST_OTHER, TEST_US, FWD, true, IN, FROM },
	{ DIVERTED, TEST_PEER, TEST_OTHER, FWD, false, FWD, TO },
	{ DIVERTED, TEST_PEER, TEST_OTHER, FWD, true, FWD, FROM },
	/* What we dial ourselves may be translated, too. */
	{ DIVERTED, TEST_US, TEST_OTHER, OUT, false, OUT, TO },
	{ DIVERTED, TEST_US, TEST_OTHER, IN, true, OUT, FROM },

	{ MASQUERADED, TEST_INSIDE, TEST_PEER, FWD, false, FWD, TO },
	{ MASQUERADED, TEST_INSIDE, TEST_PEER, FWD, true, FWD, FROM },
	{ MASQUERADED, TEST_US, TEST_PEER, OUT, false, OUT, TO },
	{ MASQUERADED, TEST_US, TEST_PEER, IN, true, OUT, FROM },
};

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

static void every_view(struct kunit *test, u8 family, u8 protocol,
		       enum portclass_proto proto)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(views); i++) {
		const struct test_at at = { family, views[i].hook };
		unsigned long status;
		struct test_flow flow = translated(family, protocol, views[i].nat,
						   views[i].opener,
						   views[i].dialled, &status);
		struct nf_conn *ct = test_flow_ct(test, &flow, status);
		struct portclass_packet want =
			test_flow_want(views[i].scope, proto, 443, views[i].way, 40000);
		struct portclass_packet got;

		got = test_flow_read_one(test, &at, &flow, ct, views[i].back);
		test_flow_expect(test, &got, &want, nat_names[views[i].nat], i);

		/* Both ends have been heard, more than once. */
		ct->status |= IPS_SEEN_REPLY | IPS_ASSURED;
		got = test_flow_read_one(test, &at, &flow, ct, views[i].back);
		test_flow_expect(test, &got, &want, "assured", i);

		/* Nobody has answered its first packet yet. */
		if (views[i].back)
			continue;
		ct->status = status;
		want.opens = true;
		got = test_flow_read_one(test, &at, &flow, ct, views[i].back);
		test_flow_expect(test, &got, &want, "unconfirmed", i);
	}
}

static void every_hook_way_and_nat(struct kunit *test)
{
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		every_view(test, families[f], IPPROTO_TCP, PORTCLASS_PROTO_TCP);
		every_view(test, families[f], IPPROTO_UDP, PORTCLASS_PROTO_UDP);
	}
}

/* No port decides on anything: neither the lower one, nor a class. */
static void every_kind_of_ports(struct kunit *test)
{
	static const u16 ports[] = { 0, 1, 20, 1023, 1024, 49151, 49152, 65535 };
	unsigned int i, j, back;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		for (j = 0; j < ARRAY_SIZE(ports); j++) {
			struct test_flow flow =
				test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER,
					  ports[i], TEST_OTHER, ports[j]);
			struct nf_conn *ct = test_flow_ct(test, &flow, IPS_ASSURED);
			const struct test_at at = { NFPROTO_IPV4, FWD };

			for (back = 0; back < 2; back++) {
				struct portclass_packet want =
					test_flow_want(FWD, PORTCLASS_PROTO_TCP,
						       ports[j], back, ports[i]);
				struct portclass_packet got =
					test_flow_read_one(test, &at, &flow, ct, back);

				test_flow_expect(test, &got, &want, "port", ports[j]);
			}
		}
	}
}

/* Read under @at, the packet is nothing of ours. */
static void expect_other(struct kunit *test, const struct test_at *at,
			 const struct test_packet *p, struct nf_conn *ct,
			 enum ip_conntrack_info ctinfo, const char *what,
			 unsigned int which)
{
	struct sk_buff *skb = test_skb(test, p);
	struct portclass_packet pkt;

	nf_ct_set(skb, ct, ctinfo);
	KUNIT_EXPECT_EQ_MSG(test, test_flow_read(test, at, skb, &pkt),
			    PORTCLASS_PACKET_OTHER, "%s %u at hook %u", what, which,
			    at->hook);
	nf_ct_set(skb, NULL, 0);
	test_skb_free(skb);
}

/* Conntrack knows flows of other protocols, and some of these have ports. */
static void other_protocols(struct kunit *test)
{
	static const u8 others[] = {
		IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_GRE, IPPROTO_ESP, IPPROTO_DCCP,
		IPPROTO_SCTP, IPPROTO_UDPLITE, IPPROTO_IPIP, 0, 255,
	};
	struct test_packet p;
	unsigned int i, f, hook;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		for (f = 0; f < ARRAY_SIZE(families); f++) {
			struct test_flow flow = test_flow(families[f], others[i],
							  TEST_PEER, 40000,
							  TEST_US, 443);
			struct nf_conn *ct = test_flow_ct(test, &flow, 0);

			if (families[f] == NFPROTO_IPV4)
				test_packet_v4(&p, 0, 0);
			else
				test_packet_v6(&p);
			test_packet_raw(&p, others[i] ?: 59, 24);
			for (hook = 0; hook < PORTCLASS_SCOPES; hook++) {
				const struct test_at at = { families[f], hook };

				expect_other(test, &at, &p, ct, IP_CT_NEW,
					     "new of protocol", others[i]);
				expect_other(test, &at, &p, ct, IP_CT_ESTABLISHED_REPLY,
					     "answer of protocol", others[i]);
			}
		}
	}
}

/* In IPv6 an error may be behind extension headers. */
static void error_packet(struct test_packet *p, u8 family, unsigned int chain)
{
	if (family == NFPROTO_IPV4) {
		test_packet_v4(p, chain, 0);
		test_packet_raw(p, IPPROTO_ICMP, 36);
		return;
	}

	test_packet_v6(p);
	if (chain > 0)
		test_packet_ext(p, IPPROTO_HOPOPTS, 8, 0);
	if (chain > 1)
		test_packet_ext(p, IPPROTO_DSTOPTS, 16, 0);
	if (chain > 2)
		test_packet_ext(p, IPPROTO_ROUTING, 24, 0);
	test_packet_raw(p, IPPROTO_ICMPV6, 56);
}

/* An error about a flow is part of none, wherever it comes from. */
static void icmp_errors(struct kunit *test)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	unsigned int f, i, hook, chain;
	struct test_packet p;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (i = 0; i < ARRAY_SIZE(protocols); i++) {
			struct test_flow flow = test_flow(families[f], protocols[i],
							  TEST_PEER, 40000,
							  TEST_US, 443);
			struct nf_conn *ct = test_flow_ct(test, &flow, 0);

			for (chain = 0; chain < 4; chain++) {
				error_packet(&p, families[f], chain);
				for (hook = 0; hook < PORTCLASS_SCOPES; hook++) {
					const struct test_at at = { families[f], hook };

					expect_other(test, &at, &p, ct, IP_CT_RELATED,
						     "error, chain", chain);
					expect_other(test, &at, &p, ct,
						     IP_CT_RELATED_REPLY,
						     "error back, chain", chain);
				}
			}
		}
	}
}

/* The first packet of a flow that is expected is related, too: it is no error. */
static void related_but_no_error(struct kunit *test)
{
	struct test_flow control = test_flow(NFPROTO_IPV6, IPPROTO_TCP, TEST_PEER,
					     40000, TEST_US, 21);
	struct test_flow data = test_flow(NFPROTO_IPV6, IPPROTO_TCP, TEST_PEER,
					  40001, TEST_US, 50000);
	struct nf_conn *master = test_flow_ct(test, &control, 0);
	struct nf_conn *ct = test_flow_ct(test, &data, IPS_EXPECTED);
	const struct test_at at = { NFPROTO_IPV6, IN };
	struct portclass_packet want =
		test_flow_want(IN, PORTCLASS_PROTO_TCP, 21, TO, 40001);
	struct portclass_packet got;
	struct test_packet p;
	struct sk_buff *skb;
	unsigned int chain;

	ct->master = master;
	for (chain = 0; chain < 3; chain++) {
		test_packet_v6(&p);
		if (chain > 0)
			test_packet_ext(&p, IPPROTO_DSTOPTS, 8, 0);
		if (chain > 1)
			test_packet_ext(&p, IPPROTO_ROUTING, 8, 0);
		test_packet_tcp(&p, 40001, 50000, TEST_SYN);
		skb = test_skb(test, &p);
		nf_ct_set(skb, ct, IP_CT_RELATED);
		KUNIT_EXPECT_EQ(test, test_flow_read(test, &at, skb, &got),
				PORTCLASS_PACKET_FLOW);
		nf_ct_set(skb, NULL, 0);
		test_skb_free(skb);
		test_flow_expect(test, &got, &want, "chain", chain);
	}
}

/* A packet of which conntrack says what is wrong in every regard. */
static void expect_header(struct kunit *test, const struct test_at *at, u8 protocol,
			  const u16 *ports, u8 flags, enum ip_conntrack_info info)
{
	struct test_flow lie = test_flow(at->family, protocol == IPPROTO_TCP ?
						IPPROTO_UDP : IPPROTO_TCP,
					 TEST_INSIDE, 1, TEST_US, 2);
	struct test_flow flow = test_flow(at->family, protocol, TEST_PEER, ports[0],
					  TEST_OTHER, ports[1]);
	struct nf_conn *ct = test_flow_ct(test, &lie, IPS_DST_NAT);
	struct portclass_packet want =
		test_header_want(at, protocol, ports[0], ports[1], flags, false);
	struct portclass_packet got;
	struct test_packet p;
	struct sk_buff *skb;

	test_flow_packet(&p, &flow, false, flags);
	skb = test_skb(test, &p);
	nf_ct_set(skb, info == IP_CT_UNTRACKED ? NULL : ct, info);
	KUNIT_EXPECT_EQ(test, test_flow_read(test, at, skb, &got),
			PORTCLASS_PACKET_FLOW);
	nf_ct_set(skb, NULL, 0);
	test_skb_free(skb);
	test_flow_expect(test, &got, &want, "ctinfo", info);
}

/* Where we don't track, what others do is not looked at. */
static void track_none_asks_nobody(struct kunit *test)
{
	static const u16 ports[][2] = { { 40000, 443 }, { 443, 40000 }, { 7, 7 } };
	unsigned int f, n, hook, info;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (hook = 0; hook < PORTCLASS_SCOPES; hook++) {
			const struct test_at at = {
				families[f], hook, PORTCLASS_TRACK_NONE,
			};

			for (n = 0; n < ARRAY_SIZE(ports); n++) {
				for (info = 0; info <= IP_CT_UNTRACKED; info++) {
					expect_header(test, &at, IPPROTO_TCP, ports[n],
						      TEST_SYN, info);
					expect_header(test, &at, IPPROTO_TCP, ports[n],
						      TEST_ACK | TEST_RST, info);
					expect_header(test, &at, IPPROTO_UDP, ports[n],
						      0, info);
				}
			}
		}
	}
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(every_hook_way_and_nat),
	KUNIT_CASE(every_kind_of_ports),
	KUNIT_CASE(other_protocols),
	KUNIT_CASE(icmp_errors),
	KUNIT_CASE(related_but_no_error),
	KUNIT_CASE(track_none_asks_nobody),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "portclass_flow",
	.suite_init = test_net_up,
	.suite_exit = test_net_down,
	.test_cases = flow_cases,
};

kunit_test_suite(flow_suite);
