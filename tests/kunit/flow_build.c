// SPDX-License-Identifier: GPL-2.0
/* Flows made by hand, and packets of them on their way past our hooks. */
#include <asm/unaligned.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/sock.h>

#include "end.h"
#include "flow_build.h"
#include "quick_agree.h"

struct test_flow test_flow(u8 family, u8 protocol,
			   enum test_host opener, u16 sport,
			   enum test_host dialled, u16 dport)
{
	return (struct test_flow) {
		.family = family,
		.protocol = protocol,
		.opener = { opener, sport },
		.dialled = { dialled, dport },
		.server = { dialled, dport },
		.client = { opener, sport },
	};
}

static void fill_tuple(struct nf_conn *ct, unsigned int dir,
		       const struct test_flow *flow, const struct test_end *from,
		       const struct test_end *to)
{
	struct nf_conntrack_tuple *tuple = &ct->tuplehash[dir].tuple;

	tuple->src.l3num = flow->family;
	tuple->src.u3 = test_net_address(flow->family, from->host);
	tuple->src.u.all = htons(from->port);
	tuple->dst.u3 = test_net_address(flow->family, to->host);
	tuple->dst.u.all = htons(to->port);
	tuple->dst.protonum = flow->protocol;
	tuple->dst.dir = dir;
}

struct nf_conn *test_flow_ct(struct kunit *test, const struct test_flow *flow,
			     unsigned long status)
{
	struct nf_conn *ct = kunit_kzalloc(test, sizeof(*ct), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ct);
	refcount_set(&ct->ct_general.use, 1);
	ct->status = IPS_CONFIRMED | status;
	fill_tuple(ct, IP_CT_DIR_ORIGINAL, flow, &flow->opener, &flow->dialled);
	fill_tuple(ct, IP_CT_DIR_REPLY, flow, &flow->server, &flow->client);
	return ct;
}

void test_flow_take_up(struct nf_conn *ct)
{
	ct->proto.tcp.seen[0].flags = IP_CT_TCP_FLAG_SACK_PERM |
				      IP_CT_TCP_FLAG_BE_LIBERAL;
	ct->proto.tcp.seen[1].flags = ct->proto.tcp.seen[0].flags;
}

void test_flow_packet(struct test_packet *p, const struct test_flow *flow,
		      bool back, u8 flags)
{
	const struct test_end *from = back ? &flow->server : &flow->opener;
	const struct test_end *to = back ? &flow->opener : &flow->server;
	union nf_inet_addr saddr = test_net_address(flow->family, from->host);
	union nf_inet_addr daddr = test_net_address(flow->family, to->host);

	test_packet_plain(p, flow->family, flow->protocol, from->port, to->port,
			  flags);
	if (flow->family == NFPROTO_IPV4) {
		memcpy(p->bytes + 12, &saddr, 4);
		memcpy(p->bytes + 16, &daddr, 4);
	} else {
		memcpy(p->bytes + 8, &saddr, 16);
		memcpy(p->bytes + 24, &daddr, 16);
	}
}

struct sk_buff *test_skb(struct kunit *test, const struct test_packet *p)
{
	struct sk_buff *skb = alloc_skb(p->len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	skb_put_data(skb, p->bytes, p->len);
	skb->protocol = p->family == NFPROTO_IPV4 ? htons(ETH_P_IP) :
						    htons(ETH_P_IPV6);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

void test_skb_free(struct sk_buff *skb)
{
	skb->sk = NULL;
	kfree_skb(skb);
}

/* What a hook is told. Only where it makes sense there is a device. */
static void prepare(const struct test_at *at, struct sk_buff *skb,
		    struct nf_hook_state *state)
{
	static const u8 hooks[] = {
		[PORTCLASS_SCOPE_IN] = NF_INET_LOCAL_IN,
		[PORTCLASS_SCOPE_OUT] = NF_INET_LOCAL_OUT,
		[PORTCLASS_SCOPE_FORWARD] = NF_INET_FORWARD,
	};
	struct net_device *dev = test_net_device();

	memset(state, 0, sizeof(*state));
	state->net = &init_net;
	state->pf = at->family;
	state->hook = hooks[at->hook];
	if (at->hook != PORTCLASS_SCOPE_OUT)
		state->in = dev;
	if (at->hook != PORTCLASS_SCOPE_IN)
		state->out = dev;
	if (at->hook == PORTCLASS_SCOPE_OUT)
		state->sk = at->sk;

	skb->dev = dev;
	skb->skb_iif = dev->ifindex;
	if (at->family == NFPROTO_IPV6)
		IP6CB(skb)->iif = dev->ifindex;
	/* Whoever sends a packet keeps it until it is sent. */
	skb->sk = at->sk;
}

enum portclass_packet_kind
test_flow_read(struct kunit *test, const struct test_at *at, struct sk_buff *skb,
	       struct portclass_packet *pkt)
{
	enum portclass_packet_kind kind, again;
	struct portclass_packet other;
	struct nf_hook_state state;
	struct sk_buff before;

	prepare(at, skb, &state);
	memcpy(&before, skb, sizeof(before));

	/* Twice on different ground, so that what isn't set shows. */
	memset(&other, 0, sizeof(other));
	memset(pkt, 0xff, sizeof(*pkt));
	rcu_read_lock();
	again = portclass_flow_read(skb, &state, at->family, at->hook, at->track,
				    &other);
	kind = portclass_flow_read(skb, &state, at->family, at->hook, at->track,
				   pkt);
	rcu_read_unlock();

	KUNIT_EXPECT_EQ(test, kind, again);
	if (kind == PORTCLASS_PACKET_FLOW)
		KUNIT_EXPECT_EQ(test, memcmp(pkt, &other, sizeof(other)), 0);
	test_quick_agrees(test, skb, at->family, at->hook, at->track, kind, pkt);
	KUNIT_EXPECT_EQ(test, memcmp(&before, skb, sizeof(before)), 0);
	return kind;
}

bool test_flow_reconsider(struct kunit *test, const struct test_at *at,
			  struct sk_buff *skb, struct portclass_packet *pkt)
{
	struct portclass_packet before = *pkt;
	struct nf_hook_state state;
	const struct portclass_where where = { &state, at->family, at->hook };
	bool changed;

	prepare(at, skb, &state);
	rcu_read_lock();
	changed = portclass_end_reconsider(skb, &where, pkt);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, changed, !!memcmp(pkt, &before, sizeof(before)));
	return changed;
}

struct portclass_packet
test_flow_read_one(struct kunit *test, const struct test_at *at,
		   const struct test_flow *flow, struct nf_conn *ct, bool back)
{
	bool confirmed = ct->status & IPS_CONFIRMED;
	struct portclass_packet pkt;
	struct test_packet p;
	struct sk_buff *skb;
	enum portclass_packet_kind kind;

	test_flow_packet(&p, flow, back, TEST_ACK);
	skb = test_skb(test, &p);
	if (back)
		nf_ct_set(skb, ct, IP_CT_ESTABLISHED_REPLY);
	else if (confirmed)
		nf_ct_set(skb, ct, IP_CT_ESTABLISHED);
	else
		nf_ct_set(skb, ct, ct->master ? IP_CT_RELATED : IP_CT_NEW);
	kind = test_flow_read(test, at, skb, &pkt);
	/* It is nobody's to free. */
	nf_ct_set(skb, NULL, 0);
	test_skb_free(skb);
	KUNIT_EXPECT_EQ(test, refcount_read(&ct->ct_general.use), 1);
	KUNIT_ASSERT_EQ(test, kind, PORTCLASS_PACKET_FLOW);
	return pkt;
}

struct portclass_packet
test_flow_want(enum portclass_scope scope, enum portclass_proto proto, u16 port,
	       enum portclass_way way, u16 peer)
{
	const struct portclass_key key = {
		.port = port, .scope = scope, .proto = proto,
	};

	return (struct portclass_packet) {
		.flow = key, .dialled = key, .way = way, .proto = proto,
		.peer_port = peer, .judged = true, .tracked = true,
	};
}

struct portclass_packet
test_header_want(const struct test_at *at, u8 protocol, u16 sport, u16 dport,
		 u8 flags, bool connected)
{
	struct test_want want;

	test_packet_want_flow(&want, at->hook, protocol, sport, dport, flags,
			      connected);
	return (struct portclass_packet) {
		.flow = { want.port, want.scope, want.proto },
		.dialled = { want.dialled, at->hook, want.proto },
		.way = want.way, .proto = want.proto, .peer_port = want.peer,
		.judged = want.judged, .opens = want.opens, .resets = want.resets,
	};
}

void test_flow_expect(struct kunit *test, const struct portclass_packet *got,
		      const struct portclass_packet *want,
		      const char *what, unsigned int which)
{
#define SAME(seen, wanted)						\
	KUNIT_EXPECT_EQ_MSG(test, (unsigned int)(seen),			\
			    (unsigned int)(wanted), "%s %u", what, which)
	SAME(got->flow.scope, want->flow.scope);
	SAME(got->flow.proto, want->flow.proto);
	SAME(got->flow.port, want->flow.port);
	SAME(got->dialled.scope, want->dialled.scope);
	SAME(got->dialled.proto, want->dialled.proto);
	SAME(got->dialled.port, want->dialled.port);
	SAME(got->way, want->way);
	SAME(got->proto, want->proto);
	SAME(got->peer_port, want->peer_port);
	SAME(got->judged, want->judged);
	SAME(got->opens, want->opens);
	SAME(got->tracked, want->tracked);
	SAME(got->resets, want->resets);
#undef SAME
}
