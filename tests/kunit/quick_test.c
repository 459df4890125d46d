// SPDX-License-Identifier: GPL-2.0
/*
 * What is usual is read the quick way; that it is read rightly, the other suites
 * see to (quick_agree.h).
 */
#include <kunit/test.h>

#include "flow_build.h"
#include "quick_agree.h"

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };
static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP };

static bool is_quick(struct kunit *test, const struct test_at *at,
		     const struct test_packet *p, struct nf_conn *ct,
		     enum ip_conntrack_info ctinfo)
{
	struct sk_buff *skb = test_skb(test, p);
	struct portclass_packet pkt;
	enum portclass_packet_kind kind;
	bool quick;

	nf_ct_set(skb, ct, ctinfo);
	kind = test_flow_read(test, at, skb, &pkt);
	quick = test_quick_agrees(test, skb, at->family, at->hook, at->track, kind,
				  &pkt);
	nf_ct_set(skb, NULL, 0);
	test_skb_free(skb);
	return quick;
}

/* Without options and in one piece. */
static void plain_headers(struct kunit *test)
{
	static const u8 flags[] = { TEST_SYN, TEST_SYN | TEST_ACK, TEST_ACK, TEST_RST };
	unsigned int f, i, hook, n;
	struct test_packet p;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (hook = 0; hook < PORTCLASS_SCOPES; hook++) {
			const struct test_at at = { families[f], hook,
						    PORTCLASS_TRACK_NONE };

			for (i = 0; i < ARRAY_SIZE(protocols); i++) {
				for (n = 0; n < ARRAY_SIZE(flags); n++) {
					test_packet_plain(&p, families[f], protocols[i],
							  40000, 443, flags[n]);
					KUNIT_EXPECT_TRUE(test, is_quick(test, &at, &p,
									 NULL, 0));
				}
			}
		}
	}
}

/* New, established, and back again. */
static void well_known_flows(struct kunit *test)
{
	static const enum ip_conntrack_info infos[] = {
		IP_CT_NEW, IP_CT_ESTABLISHED, IP_CT_ESTABLISHED_REPLY,
	};
	unsigned int f, i, hook, n;
	struct test_packet p;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (i = 0; i < ARRAY_SIZE(protocols); i++) {
			struct test_flow flow = test_flow(families[f], protocols[i],
							  TEST_PEER, 40000, TEST_US, 443);
			struct nf_conn *ct = test_flow_ct(test, &flow, 0);

			test_packet_plain(&p, families[f], protocols[i], 40000, 443,
					  TEST_ACK);
			for (hook = 0; hook < PORTCLASS_SCOPES; hook++) {
				const struct test_at at = { families[f], hook };

				for (n = 0; n < ARRAY_SIZE(infos); n++)
					KUNIT_EXPECT_TRUE(test, is_quick(test, &at, &p, ct,
									 infos[n]));
			}
		}
	}
}

/* It never guesses: conntrack has nothing on it, or something else. */
static void the_rest(struct kunit *test)
{
	const struct test_at at = { NFPROTO_IPV4, PORTCLASS_SCOPE_IN };
	struct test_flow flow = test_flow(NFPROTO_IPV4, IPPROTO_TCP, TEST_PEER, 40000,
					  TEST_US, 443);
	struct nf_conn *ct = test_flow_ct(test, &flow, 0);
	struct test_packet p;

	test_packet_plain(&p, NFPROTO_IPV4, IPPROTO_TCP, 40000, 443, TEST_ACK);
	KUNIT_EXPECT_FALSE(test, is_quick(test, &at, &p, NULL, 0));
	KUNIT_EXPECT_FALSE(test, is_quick(test, &at, &p, NULL, IP_CT_UNTRACKED));
	KUNIT_EXPECT_FALSE(test, is_quick(test, &at, &p, ct, IP_CT_RELATED));
	KUNIT_EXPECT_FALSE(test, is_quick(test, &at, &p, ct, IP_CT_RELATED_REPLY));
	test_flow_take_up(ct);
	KUNIT_EXPECT_FALSE(test, is_quick(test, &at, &p, ct, IP_CT_ESTABLISHED));
}

static struct kunit_case quick_cases[] = {
	KUNIT_CASE(plain_headers),
	KUNIT_CASE(well_known_flows),
	KUNIT_CASE(the_rest),
	{}
};

static struct kunit_suite quick_suite = {
	.name = "portclass_quick",
	.suite_init = test_net_up,
	.suite_exit = test_net_down,
	.test_cases = quick_cases,
};

kunit_test_suite(quick_suite);
