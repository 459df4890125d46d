// SPDX-License-Identifier: GPL-2.0
/* The quick way against the slow one. */
#include "quick.h"
#include "quick_agree.h"

static bool same_key(const struct portclass_key *a, const struct portclass_key *b)
{
	return a->port == b->port && a->scope == b->scope && a->proto == b->proto;
}

bool test_quick_agrees(struct kunit *test, const struct sk_buff *skb, u8 family,
		       enum portclass_scope hook, enum portclass_track track,
		       enum portclass_packet_kind kind,
		       const struct portclass_packet *pkt)
{
	struct portclass_packet quick;

	memset(&quick, 0x5a, sizeof(quick));
	if (!portclass_quick_read(skb, family, hook, track, &quick))
		return false;

	KUNIT_EXPECT_EQ(test, kind, PORTCLASS_PACKET_FLOW);
	if (kind != PORTCLASS_PACKET_FLOW)
		return true;

	KUNIT_EXPECT_TRUE_MSG(test, same_key(&quick.flow, &pkt->flow),
			      "%u, %u, %u; slowly %u, %u, %u", quick.flow.scope,
			      quick.flow.proto, quick.flow.port, pkt->flow.scope,
			      pkt->flow.proto, pkt->flow.port);
	KUNIT_EXPECT_EQ(test, quick.way, pkt->way);
	KUNIT_EXPECT_EQ(test, quick.opens, pkt->opens);
	if (quick.judged)
		KUNIT_EXPECT_TRUE(test, same_key(&quick.dialled, &pkt->dialled));
	/* Only the slow way asks the socket, and only for what is denied. */
	if (quick.judged != pkt->judged) {
		KUNIT_EXPECT_TRUE(test, quick.judged);
		KUNIT_EXPECT_EQ(test, pkt->proto, PORTCLASS_PROTO_UDP);
		KUNIT_EXPECT_EQ(test, track, PORTCLASS_TRACK_NONE);
	}
	return true;
}
