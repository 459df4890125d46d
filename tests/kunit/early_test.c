// SPDX-License-Identifier: GPL-2.0
/* Openers that are dropped before conntrack sees them; and all else, which isn't. */
#include <kunit/test.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <net/ipv6.h>

#include "early.h"
#include "flow_real.h"
#include "netns.h"
#include "recent.h"
#include "sources.h"
#include "test_random.h"
#include "track.h"

#define IN	PORTCLASS_SCOPE_IN
#define OUT	PORTCLASS_SCOPE_OUT
#define CONNTRACK	PORTCLASS_TRACK_CONNTRACK
#define DENIED	7000
#define OPEN	80
#define CLIENT	50001

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };
static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP };

/* All that the hooks use of a namespace. */
static struct portclass_net place;
static struct portclass_table *table;

static void set_action(struct kunit *test, enum portclass_action action, u16 port,
		       struct portclass_prefixes *from)
{
	unsigned int proto;

	for (proto = 0; proto < PORTCLASS_PROTOS; proto++) {
		const struct portclass_rule rule = {
			.low = port, .high = port, .scope = IN, .proto = proto,
			.action = action, .from = from,
		};

		KUNIT_ASSERT_EQ(test, portclass_table_set_rule(table, &rule), 0);
	}
	KUNIT_ASSERT_EQ(test, portclass_table_compile(table), 0);
}

static int early_init(struct kunit *test)
{
	unsigned int proto, class;

	/* Each processor remembers for itself who was denied. */
	set_cpus_allowed_ptr(current, cpumask_of(0));
	memset(&place, 0, sizeof(place));
	table = portclass_table_alloc();
	place.counters = portclass_counters_alloc(false);
	if (!table || !place.counters)
		return -ENOMEM;

	for (proto = 0; proto < PORTCLASS_PROTOS; proto++)
		for (class = 0; class < PORTCLASS_CLASSES; class++)
			portclass_table_set_policy(table, IN, proto, class,
						   PORTCLASS_ACTION_DENY);
	RCU_INIT_POINTER(place.table, table);
	set_action(test, PORTCLASS_ACTION_ALLOW, OPEN, NULL);
	return 0;
}

static void early_exit(struct kunit *test)
{
	test_talks_end(test);
	test_sockets_close(test);
	portclass_table_free(table);
	if (place.counters)
		portclass_counters_free(place.counters);
}

static int early_up(struct kunit_suite *suite)
{
	portclass_track_open();
	portclass_recent_open();
	return test_net_up(suite);
}

static void early_down(struct kunit_suite *suite)
{
	test_net_down(suite);
	portclass_track_close();
}

/* Does the device's namespace forward what comes in there? */
static void set_forwarding(bool on)
{
	rtnl_lock();
	IN_DEV_CONF_SET(__in_dev_get_rtnl(test_net_device()), FORWARDING, on);
	WRITE_ONCE(init_net.ipv6.devconf_all->forwarding, on);
	rtnl_unlock();
}

static struct sk_buff *packet(struct kunit *test, const struct test_flow *flow, u8 flags)
{
	struct sk_buff *skb;
	struct test_packet p;

	test_flow_packet(&p, flow, false, flags);
	skb = test_skb(test, &p);
	skb->dev = test_net_device();
	skb->skb_iif = skb->dev->ifindex;
	if (flow->family == NFPROTO_IPV6)
		IP6CB(skb)->iif = skb->skb_iif;
	return skb;
}

static bool is_dropped(struct kunit *test, struct sk_buff *skb, u8 family)
{
	const struct nf_hook_state state = {
		.hook = NF_INET_PRE_ROUTING, .pf = family, .net = &init_net,
		.in = test_net_device(),
	};
	const struct nf_hook_ops *ops = portclass_early_hook_ops;
	unsigned int verdict;

	while (ops->pf != family)
		ops++;
	rcu_read_lock();
	verdict = ops->hook(&place, skb, &state);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, verdict == NF_DROP || verdict == NF_ACCEPT);
	return verdict == NF_DROP;
}

/* The first packet of a flow, as it comes. */
static bool drops(struct kunit *test, const struct test_flow *flow, u8 flags)
{
	struct sk_buff *skb = packet(test, flow, flags);
	bool dropped = is_dropped(test, skb, flow->family);

	test_skb_free(skb);
	return dropped;
}

static struct test_flow from_peer(u8 family, u8 protocol, u16 port)
{
	return test_flow(family, protocol, TEST_PEER, CLIENT, TEST_US, port);
}

static void expect_counted(struct kunit *test, u8 protocol, u64 packets, u64 flows)
{
	const u8 proto = protocol == IPPROTO_TCP ? PORTCLASS_PROTO_TCP :
						   PORTCLASS_PROTO_UDP;
	struct portclass_path_stats sum;
	const struct portclass_stats *registered =
		&sum.class[PORTCLASS_CLASS_REGISTERED];

	portclass_counters_sum(place.counters, IN, proto, &sum);
	KUNIT_EXPECT_EQ(test, registered->denied_packets, packets);
	KUNIT_EXPECT_EQ(test, registered->packets[PORTCLASS_WAY_TO], packets);
	KUNIT_EXPECT_EQ(test, registered->denied_flows, flows);
	KUNIT_EXPECT_EQ(test, registered->flows, flows);
}

/* By each way of tracking, and with it on hosts that route and that don't. */
static void denied_openers(struct kunit *test)
{
	unsigned int f, i, how, packets = 0, flows[2] = {};

	for (how = 0; how < 3; how++) {
		table->track = how < 2 ? CONNTRACK : PORTCLASS_TRACK_NONE;
		set_forwarding(how == 1);
		for (f = 0; f < ARRAY_SIZE(families); f++) {
			for (i = 0; i < ARRAY_SIZE(protocols); i++) {
				struct test_flow flow = from_peer(families[f],
								  protocols[i], DENIED);

				flow.opener.port += how;
				KUNIT_EXPECT_TRUE_MSG(test, drops(test, &flow, TEST_SYN),
						      "how %u", how);
				/* Once more is no other flow. */
				KUNIT_EXPECT_TRUE(test, drops(test, &flow, TEST_SYN));
				flows[i] += how < 2 || protocols[i] == IPPROTO_TCP;
				flow.dialled.port = OPEN;
				flow.server.port = OPEN;
				KUNIT_EXPECT_FALSE(test, drops(test, &flow, TEST_SYN));
			}
			packets += 2;
		}
	}
	set_forwarding(false);
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		expect_counted(test, protocols[i], packets, flows[i]);
}

enum oddity {
	PLAIN, OBSERVED, SHADOWED, REJECTED, ADMITTED, UNTRACKED, SOCKET, TO_OTHERS,
	TO_ALL, ODDITIES,
};

static bool drops_odd(struct kunit *test, enum oddity oddity, u8 family, u8 protocol)
{
	struct test_flow flow = from_peer(family, protocol, DENIED);
	struct sk_buff *skb;
	struct sock sk = {};
	bool dropped;

	if (oddity == TO_OTHERS)
		flow.server.host = TEST_OTHER;
	skb = packet(test, &flow, TEST_SYN);
	if (oddity == UNTRACKED)
		nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	if (oddity == SOCKET)
		skb->sk = &sk;
	if (oddity == TO_ALL)
		skb->pkt_type = PACKET_BROADCAST;
	dropped = is_dropped(test, skb, family);
	test_skb_free(skb);
	return dropped;
}

/* Somebody has to say something of it still. */
static void oddities(struct kunit *test)
{
	struct portclass_prefixes *peer = portclass_prefixes_alloc(2);
	struct portclass_shadow *shadow = kunit_kzalloc(test, 1, GFP_KERNEL);
	enum oddity oddity;
	unsigned int f, i;

	KUNIT_ASSERT_NOT_NULL(test, peer);
	for (f = 0; f < ARRAY_SIZE(families); f++)
		peer->list[f] = (struct portclass_prefix) {
			.base = test_net_address(families[f], TEST_PEER),
			.family = families[f],
			.length = families[f] == NFPROTO_IPV4 ? 32 : 128,
		};
	portclass_prefixes_seal(peer);

	for (oddity = PLAIN; oddity < ODDITIES; oddity++) {
		table->mode = oddity == OBSERVED ? PORTCLASS_MODE_OBSERVE :
						   PORTCLASS_MODE_ENFORCE;
		RCU_INIT_POINTER(place.shadow, oddity == SHADOWED ? shadow : NULL);
		set_action(test, oddity == REJECTED ? PORTCLASS_ACTION_REJECT :
			   oddity == ADMITTED ? PORTCLASS_ACTION_ALLOW :
						PORTCLASS_ACTION_DENY,
			   DENIED, oddity == ADMITTED ? peer : NULL);
		for (f = 0; f < ARRAY_SIZE(families); f++)
			for (i = 0; i < ARRAY_SIZE(protocols); i++)
				KUNIT_EXPECT_EQ_MSG(test,
						    drops_odd(test, oddity, families[f],
							      protocols[i]),
						    oddity == PLAIN, "oddity %u", oddity);
	}
	portclass_prefixes_put(peer);
}

/* Only what conntrack would begin a flow with, and nothing else of weight. */
static void flags_of_tcp(struct kunit *test)
{
	unsigned int f, flags;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		struct test_flow flow = from_peer(families[f], IPPROTO_TCP, DENIED);

		for (flags = 0; flags < 0x40; flags++)
			KUNIT_EXPECT_EQ_MSG(test, drops(test, &flow, flags),
					    (flags & ~TEST_PSH) == TEST_SYN,
					    "flags %u", flags);
	}
}

/* A wrong checksum is conntrack's to see, where there is conntrack. */
static void wrong_checksum(struct kunit *test)
{
	struct test_flow flow = from_peer(NFPROTO_IPV4, IPPROTO_TCP, DENIED);
	unsigned int track;

	for (track = 0; track < 2; track++) {
		struct sk_buff *skb = packet(test, &flow, TEST_SYN);

		table->track = track ? PORTCLASS_TRACK_NONE : CONNTRACK;
		skb->ip_summed = CHECKSUM_NONE;
		KUNIT_EXPECT_EQ(test, is_dropped(test, skb, NFPROTO_IPV4), track);
		test_skb_free(skb);
	}
}

/* We have dialled, and the peer's packet is part of that flow for conntrack. */
static void known_flows(struct kunit *test)
{
	unsigned int f, i, routes;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (i = 0; i < ARRAY_SIZE(protocols); i++) {
			struct test_flow ours = test_flow(families[f], protocols[i],
							  TEST_US, DENIED, TEST_PEER,
							  CLIENT);
			struct test_flow theirs = from_peer(families[f], protocols[i],
							    DENIED);
			const struct test_at at = { families[f], OUT };
			struct test_talk talk = test_talk(&ours);
			struct portclass_packet pkt;

			test_talk_read(test, &talk, &at, false, TEST_SYN, TEST_SOUND, true,
				       &pkt);
			for (routes = 0; routes < 2; routes++) {
				set_forwarding(routes);
				/* Where nothing passes through, sockets know of TCP. */
				KUNIT_EXPECT_EQ_MSG(test, drops(test, &theirs, TEST_SYN),
						    protocols[i] == IPPROTO_TCP && !routes,
						    "protocol %u", protocols[i]);
				theirs.opener.port++;
				KUNIT_EXPECT_TRUE(test, drops(test, &theirs, TEST_SYN));
				theirs.opener.port--;
			}
		}
	}
	set_forwarding(false);
}

/* A socket of ours has dialled, or asked, whatever conntrack knows. */
static void sockets(struct kunit *test)
{
	static const int kinds[] = { AF_INET, AF_INET6 };
	unsigned int f, i;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (i = 0; i < ARRAY_SIZE(protocols); i++) {
			bool tcp = protocols[i] == IPPROTO_TCP;
			struct test_flow flow = from_peer(families[f], protocols[i],
							  DENIED + i);
			struct socket *sock;

			sock = test_socket(test, kinds[f], tcp ? TEST_TCP : TEST_UDP,
					   TEST_US, DENIED + i);
			KUNIT_EXPECT_TRUE(test, drops(test, &flow, TEST_SYN));
			test_socket_dial(test, sock, families[f], TEST_PEER, CLIENT);
			KUNIT_EXPECT_FALSE_MSG(test, drops(test, &flow, TEST_SYN),
					       "protocol %u", protocols[i]);
			flow.opener.port++;
			KUNIT_EXPECT_TRUE(test, drops(test, &flow, TEST_SYN));
			test_socket_close(test, sock);
		}
	}
}

/* A helper has announced it, as FTP's does for active data. */
static void announced(struct kunit *test)
{
	unsigned int f, i;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		struct test_flow control = test_flow(families[f], IPPROTO_TCP, TEST_US,
						     40000, TEST_PEER, 21);
		const struct test_at at = { families[f], OUT };
		struct test_talk talk = test_talk(&control);
		struct portclass_packet pkt;

		test_talk_read(test, &talk, &at, false, TEST_SYN, TEST_SOUND, true, &pkt);
		for (i = 0; i < ARRAY_SIZE(protocols); i++) {
			struct test_flow data = from_peer(families[f], protocols[i],
							  DENIED + 1 + i);

			KUNIT_EXPECT_TRUE(test, drops(test, &data, TEST_SYN));
			test_talk_announce(test, &talk, &data);
			KUNIT_EXPECT_FALSE(test, drops(test, &data, TEST_SYN));
			data.server.port += 2;
			KUNIT_EXPECT_TRUE(test, drops(test, &data, TEST_SYN));
		}
	}
}

/* What it drops is denied on the long way, too, under the same key. */
static void agrees_with_the_long_way(struct kunit *test)
{
	unsigned int n, dropped = 0;
	struct rnd_state rnd;
	bool opens;

	test_random_init(test, &rnd);
	for (n = 0; n < 1000; n++) {
		u8 family = families[test_random_below(&rnd, 2)];
		u8 protocol = protocols[test_random_below(&rnd, 2)];
		struct test_flow flow = test_flow(family, protocol, TEST_PEER,
						  test_random_port(&rnd), TEST_US,
						  test_random_port(&rnd));
		struct test_at at = { family, IN, test_random_below(&rnd, 2) };
		u8 flags = test_random_below(&rnd, 2) ? TEST_SYN :
							test_random_below(&rnd, 64);
		struct portclass_packet pkt;
		struct sk_buff *skb = packet(test, &flow, flags);

		table->track = at.track;
		if (!is_dropped(test, skb, family)) {
			test_skb_free(skb);
			continue;
		}
		dropped++;
		if (at.track == CONNTRACK)
			test_conntrack_in(test, skb, &at);
		KUNIT_EXPECT_EQ(test, test_flow_read(test, &at, skb, &pkt),
				PORTCLASS_PACKET_FLOW);
		KUNIT_EXPECT_TRUE(test, pkt.judged);
		/* Without conntrack, datagrams make no flow. */
		opens = at.track == CONNTRACK || protocol == IPPROTO_TCP;
		KUNIT_EXPECT_EQ(test, pkt.opens, opens);
		KUNIT_EXPECT_EQ(test, pkt.dialled.scope, IN);
		KUNIT_EXPECT_EQ(test, pkt.dialled.port, flow.dialled.port);
		KUNIT_EXPECT_EQ(test, pkt.peer_port, flow.opener.port);
		KUNIT_EXPECT_TRUE(test, portclass_table_denies(table, &pkt.dialled));
		test_skb_free(skb);
	}
	KUNIT_EXPECT_GT(test, dropped, 200u);
}

static struct kunit_case early_cases[] = {
	KUNIT_CASE(denied_openers),
	KUNIT_CASE(oddities),
	KUNIT_CASE(flags_of_tcp),
	KUNIT_CASE(wrong_checksum),
	KUNIT_CASE(known_flows),
	KUNIT_CASE(sockets),
	KUNIT_CASE(announced),
	KUNIT_CASE(agrees_with_the_long_way),
	{}
};

static struct kunit_suite early_suite = {
	.name = "portclass_early",
	.suite_init = early_up,
	.suite_exit = early_down,
	.init = early_init,
	.exit = early_exit,
	.test_cases = early_cases,
};

kunit_test_suite(early_suite);
