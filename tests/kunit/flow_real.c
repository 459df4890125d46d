// SPDX-License-Identifier: GPL-2.0
/* Flows that the kernel's conntrack is shown packet by packet, in its own way. */
#include <asm/unaligned.h>
#include <linux/netfilter.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_expect.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_nat.h>

#include "flow_real.h"

#define TALKS	16
#define DATA	5	/* bytes in each packet of TCP */

/* All that conntrack has made in a case; a reference on each. */
static struct nf_conn *made[TALKS];

void test_talks_end(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < TALKS; i++) {
		if (!made[i])
			continue;
		/* What was dropped is in no list. */
		if (nf_ct_is_confirmed(made[i]))
			nf_ct_kill(made[i]);
		nf_ct_put(made[i]);
		made[i] = NULL;
	}
}

static void remember(struct kunit *test, struct nf_conn *ct)
{
	unsigned int i;

	for (i = 0; i < TALKS && made[i] && made[i] != ct; i++)
		;
	KUNIT_ASSERT_LT(test, i, TALKS);
	if (made[i])
		return;
	nf_conntrack_get(&ct->ct_general);
	made[i] = ct;
	/* A helper has its place in what conntrack has of a flow from its start. */
	KUNIT_ASSERT_NOT_NULL(test, nf_ct_helper_ext_add(ct, GFP_KERNEL));
}

struct test_talk test_talk(const struct test_flow *flow)
{
	return (struct test_talk) { .flow = *flow, .next = { 1000, 500000 } };
}

/* As it comes to conntrack, so that this one has to translate it. */
static void next_packet(struct test_talk *talk, bool back, u8 flags,
			enum test_fault fault, struct test_packet *p)
{
	struct test_flow untranslated = talk->flow;
	u8 *tcp;

	untranslated.server = back ? talk->flow.server : talk->flow.dialled;
	untranslated.opener = back ? talk->flow.client : talk->flow.opener;
	test_flow_packet(p, &untranslated, back, flags);
	if (talk->flow.protocol != IPPROTO_TCP)
		return;

	tcp = p->bytes + p->transport;
	put_unaligned_be32(talk->next[back], tcp + 4);
	put_unaligned_be32(flags & TEST_ACK ? talk->next[!back] : 0, tcp + 8);
	put_unaligned_be16(8192, tcp + 14);
	put_unaligned_be16(0, tcp + 18);
	if (fault == TEST_OUT_OF_WINDOW)
		put_unaligned_be32(talk->next[back] + 100000000, tcp + 4);
	else if (fault == TEST_SOUND)
		talk->next[back] += DATA + !!(flags & (TEST_SYN | TEST_FIN));
}

void test_conntrack_in(struct kunit *test, struct sk_buff *skb,
		       const struct test_at *at)
{
	const struct nf_hook_state state = {
		.hook = at->hook == PORTCLASS_SCOPE_OUT ? NF_INET_LOCAL_OUT :
							  NF_INET_PRE_ROUTING,
		.pf = at->family,
		.in = at->hook == PORTCLASS_SCOPE_OUT ? NULL : test_net_device(),
		.out = at->hook == PORTCLASS_SCOPE_OUT ? test_net_device() : NULL,
		.net = &init_net,
	};
	unsigned int verdict;

	skb->dev = test_net_device();
	rcu_read_lock();
	verdict = nf_conntrack_in(skb, &state);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, verdict, NF_ACCEPT);
}

static void set_up(struct kunit *test, struct nf_conn *ct, u8 family,
		   const struct test_end *end, enum nf_nat_manip_type which)
{
	struct nf_nat_range2 range = {
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED,
		.min_addr = test_net_address(family, end->host),
		.max_addr = test_net_address(family, end->host),
		.min_proto.all = htons(end->port),
		.max_proto.all = htons(end->port),
	};

	KUNIT_EXPECT_EQ(test, nf_nat_setup_info(ct, &range, which), NF_ACCEPT);
	KUNIT_EXPECT_TRUE(test, ct->status & (which == NF_NAT_MANIP_DST ? IPS_DST_NAT :
									  IPS_SRC_NAT));
}

static bool same(const struct test_end *a, const struct test_end *b)
{
	return a->host == b->host && a->port == b->port;
}

/* Where a flow goes, and comes from, is decided by its first packet. */
static void translate(struct kunit *test, const struct test_flow *flow,
		      struct sk_buff *skb, unsigned int hook)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	bool to = !same(&flow->server, &flow->dialled);
	bool from = !same(&flow->client, &flow->opener);

	if (!(ct->status & (IPS_CONFIRMED | IPS_NAT_DONE_MASK))) {
		if (to)
			set_up(test, ct, flow->family, &flow->server, NF_NAT_MANIP_DST);
		if (from)
			set_up(test, ct, flow->family, &flow->client, NF_NAT_MANIP_SRC);
	}
	if (to || from)
		KUNIT_EXPECT_EQ(test, nf_nat_packet(ct, ctinfo, hook, skb), NF_ACCEPT);
}

enum portclass_packet_kind
test_talk_read(struct kunit *test, struct test_talk *talk, const struct test_at *at,
	       bool back, u8 flags, enum test_fault fault, bool passes,
	       struct portclass_packet *pkt)
{
	enum portclass_packet_kind kind;
	enum ip_conntrack_info ctinfo;
	struct test_packet p;
	struct sk_buff *skb;
	struct nf_conn *ct;

	next_packet(talk, back, flags, fault, &p);
	skb = test_skb(test, &p);
	if (fault == TEST_BAD_CHECKSUM)
		skb->ip_summed = CHECKSUM_NONE;
	if (fault == TEST_NO_TRACK)
		nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	test_conntrack_in(test, skb, at);
	ct = nf_ct_get(skb, &ctinfo);
	KUNIT_EXPECT_EQ(test, !!ct, fault == TEST_SOUND);
	if (ct) {
		remember(test, ct);
		if (!talk->ct)
			talk->ct = ct;
		translate(test, &talk->flow, skb,
			  at->hook == PORTCLASS_SCOPE_OUT ? NF_INET_LOCAL_OUT :
							    NF_INET_PRE_ROUTING);
	}
	kind = test_flow_read(test, at, skb, pkt);
	if (ct && passes)
		KUNIT_EXPECT_EQ(test, nf_conntrack_confirm(skb), NF_ACCEPT);
	test_skb_free(skb);
	return kind;
}

struct sk_buff *test_talk_reject(struct kunit *test, struct test_talk *talk,
				 const struct test_at *at, bool back, u8 flags)
{
	struct sk_buff *skb, *reset;
	enum ip_conntrack_info ctinfo;
	struct test_packet p;

	next_packet(talk, back, flags, TEST_SOUND, &p);
	skb = test_skb(test, &p);
	test_conntrack_in(test, skb, at);
	talk->ct = nf_ct_get(skb, &ctinfo);
	KUNIT_ASSERT_NOT_NULL(test, talk->ct);
	remember(test, talk->ct);
	translate(test, &talk->flow, skb, at->hook == PORTCLASS_SCOPE_OUT ?
					  NF_INET_LOCAL_OUT : NF_INET_PRE_ROUTING);

	/* From where it was to go, to where it came from. */
	test_flow_packet(&p, &talk->flow, !back, TEST_RST | TEST_ACK);
	reset = test_skb(test, &p);
	nf_ct_attach(reset, skb);
	test_skb_free(skb);
	return reset;
}

void test_talk_expect(struct kunit *test, struct test_talk *talk,
		      const struct test_at *at, bool back, u8 flags,
		      const struct portclass_packet *want, const char *what)
{
	struct portclass_packet got;

	KUNIT_ASSERT_EQ(test, test_talk_read(test, talk, at, back, flags, TEST_SOUND,
					     true, &got),
			PORTCLASS_PACKET_FLOW);
	test_flow_expect(test, &got, want, what, flags);
}

void test_talk_handshake(struct kunit *test, struct test_talk *talk,
			 const struct test_at *to, const struct test_at *from,
			 const struct portclass_packet *opener)
{
	struct portclass_packet want = *opener;

	want.opens = true;
	test_talk_expect(test, talk, to, false, TEST_SYN, &want, "SYN");
	want.opens = false;
	want.way = PORTCLASS_WAY_FROM;
	test_talk_expect(test, talk, from, true, TEST_SYN | TEST_ACK, &want, "SYN ACK");
	want.way = PORTCLASS_WAY_TO;
	test_talk_expect(test, talk, to, false, TEST_ACK, &want, "ACK");
	KUNIT_EXPECT_TRUE(test, talk->ct->status & IPS_ASSURED);
}

static const struct nf_conntrack_expect_policy policy = {
	.max_expected = 4,
	.timeout = 60,
};

/* One that has nothing to say itself. */
static struct nf_conntrack_helper helper = {
	.name = "portclass-test",
	.expect_policy = &policy,
};

void test_talk_announce(struct kunit *test, struct test_talk *talk,
			const struct test_flow *then)
{
	union nf_inet_addr from = test_net_address(then->family, then->opener.host);
	union nf_inet_addr to = test_net_address(then->family, then->dialled.host);
	__be16 port = htons(then->dialled.port);
	struct nf_conntrack_expect *exp;
	int err;

	rcu_assign_pointer(nfct_help(talk->ct)->helper, &helper);
	exp = nf_ct_expect_alloc(talk->ct);
	KUNIT_ASSERT_NOT_NULL(test, exp);
	rcu_read_lock();	/* as in a hook, where helpers run */
	nf_ct_expect_init(exp, NF_CT_EXPECT_CLASS_DEFAULT, then->family, &from, &to,
			  then->protocol, NULL, &port);
	err = nf_ct_expect_related(exp, 0);
	rcu_read_unlock();
	nf_ct_expect_put(exp);
	KUNIT_ASSERT_EQ(test, err, 0);
}
