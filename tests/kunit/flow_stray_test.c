// SPDX-License-Identifier: GPL-2.0
/* Packets that conntrack has no flow for, or wasn't to look at. */
#include <kunit/test.h>
#include <net/tcp_states.h>

#include "flow_build.h"
#include "track.h"

#define IN	PORTCLASS_SCOPE_IN
#define OUT	PORTCLASS_SCOPE_OUT
#define FWD	PORTCLASS_SCOPE_FORWARD
#define TO	PORTCLASS_WAY_TO
#define FROM	PORTCLASS_WAY_FROM

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

/* The lower port first, last, and none lower. */
static const u16 ports[][2] = { { 443, 40000 }, { 40000, 443 }, { 123, 123 } };

/* NULL, FIN, Xmas, what nobody sends, what may be in nobody's window. */
static const u8 tcp_flags[] = {
	0, TEST_FIN, TEST_FIN | TEST_PSH | TEST_URG, TEST_SYN | TEST_FIN,
	TEST_ACK, TEST_SYN, TEST_SYN | TEST_ACK, TEST_FIN | TEST_ACK,
	TEST_RST, TEST_RST | TEST_ACK, TEST_RST | TEST_PSH | TEST_ACK,
};

/* What is made of a packet that has this instead of a flow. */
static void expect_read(struct kunit *test, const struct test_at *at,
			const struct test_packet *p, struct nf_conn *ct,
			enum ip_conntrack_info ctinfo,
			const struct portclass_packet *want, const char *what,
			unsigned int which)
{
	struct sk_buff *skb = test_skb(test, p);
	enum portclass_packet_kind kind;
	struct portclass_packet got;

	nf_ct_set(skb, ct, ctinfo);
	kind = test_flow_read(test, at, skb, &got);
	nf_ct_set(skb, NULL, 0);
	test_skb_free(skb);
	KUNIT_ASSERT_EQ_MSG(test, kind, PORTCLASS_PACKET_FLOW, "%s %u", what, which);
	test_flow_expect(test, &got, want, what, which);
}

static void set_source(struct test_packet *p, enum test_host host)
{
	union nf_inet_addr from = test_net_address(p->family, host);

	if (p->family == NFPROTO_IPV4)
		memcpy(p->bytes + 12, &from, 4);
	else
		memcpy(p->bytes + 8, &from, 16);
}

/* From us. */
static struct test_packet plain(u8 family, u8 protocol, u16 sport, u16 dport, u8 flags)
{
	struct test_packet p;

	test_packet_plain(&p, family, protocol, sport, dport, flags);
	set_source(&p, TEST_US);
	return p;
}

static struct portclass_packet by_key(enum portclass_scope scope, u8 protocol,
				      u16 port, enum portclass_way way, u16 peer)
{
	struct portclass_packet want =
		test_flow_want(scope, protocol == IPPROTO_TCP ? PORTCLASS_PROTO_TCP :
								PORTCLASS_PROTO_UDP,
			       port, way, peer);

	want.tracked = false;
	return want;
}

/* The rules for those that conntrack gave up on, and knows nothing of. */
static struct portclass_packet stray_want(const struct test_at *at, u8 protocol,
					  u16 sport, u16 dport, u8 flags)
{
	bool resets = protocol == IPPROTO_TCP && flags & TEST_RST;
	struct portclass_packet want;

	if (at->hook == IN || (at->hook == FWD && !resets)) {
		want = by_key(at->hook, protocol, dport, TO, sport);
	} else if (at->hook == FWD) {
		want = by_key(FWD, protocol, sport, FROM, sport);
	} else if (resets) {
		/* Our answer to such a packet is part of the same. */
		want = by_key(IN, protocol, sport, FROM, sport);
	} else {
		want = test_header_want(at, protocol, sport, dport, flags, false);
		want.opens = false;
	}
	want.resets = resets;
	return want;
}

/*
 * What a packet has instead of a flow: a ct that is none, or nothing, and
 * whether its header is all that counts.
 */
struct instead {
	struct nf_conn *ct;
	enum ip_conntrack_info info;
	bool by_header;
};

static void expect_one(struct kunit *test, const struct test_at *at, u8 protocol,
		       const u16 *port, u8 flags, const struct instead *of)
{
	struct test_packet p = plain(at->family, protocol, port[0], port[1], flags);
	struct portclass_packet want = of->by_header ?
		test_header_want(at, protocol, port[0], port[1], flags, false) :
		stray_want(at, protocol, port[0], port[1], flags);

	expect_read(test, at, &p, of->ct, of->info, &want, "hook * 256 + flags",
		    at->hook * 256 + flags);
}

/* Packets of all sorts, at each hook. */
static void expect_all(struct kunit *test, enum portclass_track track,
		       const struct instead *of)
{
	unsigned int f, hook, n, i;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (hook = 0; hook < PORTCLASS_SCOPES; hook++) {
			const struct test_at at = { families[f], hook, track };

			for (n = 0; n < ARRAY_SIZE(ports); n++) {
				for (i = 0; i < ARRAY_SIZE(tcp_flags); i++)
					expect_one(test, &at, IPPROTO_TCP, ports[n],
						   tcp_flags[i], of);
				expect_one(test, &at, IPPROTO_UDP, ports[n], 0, of);
			}
		}
	}
}

/* Conntrack, if there is any, is asked in vain. */
static void invalid(struct kunit *test)
{
	const struct instead nothing = {};

	expect_all(test, PORTCLASS_TRACK_CONNTRACK, &nothing);
	portclass_track_open();
	KUNIT_EXPECT_TRUE(test, portclass_track_has_conntrack());
	expect_all(test, PORTCLASS_TRACK_CONNTRACK, &nothing);
	portclass_track_close();
	KUNIT_EXPECT_FALSE(test, portclass_track_has_conntrack());
}

/* A template, which says how to track, is no flow. */
static void template(struct kunit *test)
{
	struct test_flow any = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER, 1,
					 TEST_US, 2);
	struct instead of = {};

	of.ct = test_flow_ct(test, &any, IPS_TEMPLATE);
	expect_all(test, PORTCLASS_TRACK_CONNTRACK, &of);
	of.info = IP_CT_NEW;
	expect_all(test, PORTCLASS_TRACK_CONNTRACK, &of);
}

/* Spelled out, where the others rely on stray_want(). */
static void examples(struct kunit *test)
{
	static const struct {
		enum portclass_scope hook;
		u16 sport, dport;
		u8 flags;
		enum portclass_scope scope;
		u16 port;
		enum portclass_way way;
		bool judged;
	} of[] = {
		/* A scanner's FIN to a port of ours, and our answer. */
		{ IN, 40000, 22, TEST_FIN, IN, 22, TO, true },
		{ OUT, 22, 40000, TEST_RST | TEST_ACK, IN, 22, FROM, true },
		/* The same on its way through. */
		{ FWD, 40000, 22, TEST_FIN, FWD, 22, TO, true },
		{ FWD, 22, 40000, TEST_RST | TEST_ACK, FWD, 22, FROM, true },
		/* Its port may be the lower one. */
		{ IN, 20, 6000, TEST_FIN, IN, 6000, TO, true },
		{ OUT, 6000, 20, TEST_RST, IN, 6000, FROM, true },
		{ FWD, 6000, 20, TEST_RST, FWD, 6000, FROM, true },
		/* A reset to us is answered by nothing, and judged all the same. */
		{ IN, 443, 50000, TEST_RST, IN, 50000, TO, true },
		/* What we send ourselves is none of a stranger's. */
		{ OUT, 40000, 443, TEST_ACK, OUT, 443, TO, false },
		{ OUT, 443, 40000, TEST_ACK, IN, 443, FROM, false },
		{ OUT, 40000, 443, TEST_SYN, OUT, 443, TO, true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		const struct test_at at = { NFPROTO_IPV4, of[i].hook };
		struct test_packet p = plain(NFPROTO_IPV4, IPPROTO_TCP, of[i].sport,
					     of[i].dport, of[i].flags);
		struct portclass_packet want = by_key(of[i].scope, IPPROTO_TCP,
						      of[i].port, of[i].way,
						      of[i].sport);

		want.judged = of[i].judged;
		want.resets = of[i].flags & TEST_RST;
		/* What isn't judged has dialled by its header, whatever it is. */
		if (!of[i].judged)
			want.dialled = (struct portclass_key) {
				of[i].dport, of[i].hook, PORTCLASS_PROTO_TCP,
			};
		expect_read(test, &at, &p, NULL, 0, &want, "example", i);
	}
}

/* A filter that rejects what passes through answers for who was asked. */
static void in_the_name_of_another(struct kunit *test)
{
	struct portclass_packet want = by_key(FWD, IPPROTO_TCP, 443, FROM, 443);
	struct test_packet p;
	unsigned int f;

	want.resets = true;
	for (f = 0; f < ARRAY_SIZE(families); f++) {
		const struct test_at at = { families[f], OUT };

		p = plain(families[f], IPPROTO_TCP, 443, 40000, TEST_RST);
		set_source(&p, TEST_PEER);
		expect_read(test, &at, &p, NULL, 0, &want, "another's reset", f);
	}
}

/* Somebody has told conntrack to leave them alone: their headers decide. */
static void untracked(struct kunit *test)
{
	const struct instead of = { NULL, IP_CT_UNTRACKED, true };

	expect_all(test, PORTCLASS_TRACK_CONNTRACK, &of);
	expect_all(test, PORTCLASS_TRACK_NONE, &of);
}

/* There is no conntrack at all, and nobody asks for it. */
static void track_none(struct kunit *test)
{
	const struct instead of = { .by_header = true };

	expect_all(test, PORTCLASS_TRACK_NONE, &of);
}

/* What the socket says that early demultiplexing has found, if it has a peer. */
static void untracked_for_a_socket(struct kunit *test)
{
	struct sock *sk = kunit_kzalloc(test, sizeof(*sk), GFP_KERNEL);
	struct portclass_packet want;
	struct test_packet p;
	unsigned int f, hook;

	KUNIT_ASSERT_NOT_NULL(test, sk);
	sk->sk_protocol = IPPROTO_UDP;
	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (hook = 0; hook < PORTCLASS_SCOPES; hook++) {
			const struct test_at at = { families[f], hook, .sk = sk };

			p = plain(families[f], IPPROTO_UDP, 53, 40000, 0);
			sk->sk_state = TCP_CLOSE;
			want = test_header_want(&at, IPPROTO_UDP, 53, 40000, 0, false);
			expect_read(test, &at, &p, NULL, IP_CT_UNTRACKED, &want,
				    "for a server, hook", hook);

			/* Who sends has a peer, too, but isn't asked. */
			sk->sk_state = TCP_ESTABLISHED;
			want.judged = hook != IN;
			expect_read(test, &at, &p, NULL, IP_CT_UNTRACKED, &want,
				    "for a client, hook", hook);
		}
	}
}

static void expect_kind(struct kunit *test, const struct test_at *at,
			const struct test_packet *p, enum portclass_packet_kind want,
			enum portclass_proto proto)
{
	static const u8 infos[] = { 0, IP_CT_UNTRACKED };
	struct portclass_packet pkt;
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(infos); i++) {
		skb = test_skb(test, p);
		nf_ct_set(skb, NULL, infos[i]);
		KUNIT_EXPECT_EQ(test, test_flow_read(test, at, skb, &pkt), want);
		nf_ct_set(skb, NULL, 0);
		test_skb_free(skb);
		if (want != PORTCLASS_PACKET_OTHER)
			KUNIT_EXPECT_EQ(test, pkt.proto, proto);
	}
}

/* With so few bytes of TCP or UDP; as a later fragment. */
static struct test_packet scrap(u8 family, u8 protocol, bool fragment)
{
	struct test_packet p;

	if (family == NFPROTO_IPV4) {
		test_packet_v4(&p, 0, fragment ? 5 : 0);
	} else {
		test_packet_v6(&p);
		if (fragment)
			test_packet_ext(&p, IPPROTO_FRAGMENT, 8, 5 << 3);
	}
	test_packet_raw(&p, protocol, 7);
	return p;
}

/* Other things than flows are what they are, tracked by nobody. */
static void other_kinds(struct kunit *test)
{
	struct test_packet p;
	unsigned int f, hook;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (hook = 0; hook < PORTCLASS_SCOPES; hook++) {
			const struct test_at at = { families[f], hook };

			p = scrap(families[f], IPPROTO_SCTP, false);
			expect_kind(test, &at, &p, PORTCLASS_PACKET_OTHER, 0);
			p = scrap(families[f], IPPROTO_TCP, false);
			expect_kind(test, &at, &p, PORTCLASS_PACKET_MALFORMED,
				    PORTCLASS_PROTO_TCP);
			p = scrap(families[f], IPPROTO_UDP, false);
			expect_kind(test, &at, &p, PORTCLASS_PACKET_MALFORMED,
				    PORTCLASS_PROTO_UDP);
			p = scrap(families[f], IPPROTO_TCP, true);
			expect_kind(test, &at, &p, PORTCLASS_PACKET_FRAGMENT,
				    PORTCLASS_PROTO_TCP);
			p = scrap(families[f], IPPROTO_UDP, true);
			expect_kind(test, &at, &p, PORTCLASS_PACKET_FRAGMENT,
				    PORTCLASS_PROTO_UDP);
		}
	}
}

static struct kunit_case stray_cases[] = {
	KUNIT_CASE(invalid),
	KUNIT_CASE(template),
	KUNIT_CASE(examples),
	KUNIT_CASE(in_the_name_of_another),
	KUNIT_CASE(untracked),
	KUNIT_CASE(track_none),
	KUNIT_CASE(untracked_for_a_socket),
	KUNIT_CASE(other_kinds),
	{}
};

static struct kunit_suite stray_suite = {
	.name = "portclass_flow_stray",
	.suite_init = test_net_up,
	.suite_exit = test_net_down,
	.test_cases = stray_cases,
};

kunit_test_suite(stray_suite);
