/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_FLOW_REAL_H
#define _PORTCLASS_FLOW_REAL_H

#include "flow_build.h"

/**
 * struct test_talk - a flow that conntrack is to find out about by itself
 * @flow: what is true of it
 * @next: what TCP numbers come next, by direction
 * @ct: what conntrack made of it, once it was seen; the first such if again
 */
struct test_talk {
	struct test_flow flow;
	u32 next[IP_CT_DIR_MAX];
	struct nf_conn *ct;
};

/* What is wrong with a packet. */
enum test_fault {
	TEST_SOUND,
	TEST_BAD_CHECKSUM,
	TEST_OUT_OF_WINDOW,
	TEST_NO_TRACK,		/* somebody said to leave it alone */
};

/* The exit of suites: what conntrack knows of these flows is forgotten. */
void test_talks_end(struct kunit *test);

struct test_talk test_talk(const struct test_flow *flow);

/*
 * A packet passes conntrack, the translation of addresses that its flow is due,
 * and our hook, that reads it as @pkt; then, if @passes, the end of the hooks.
 */
enum portclass_packet_kind
test_talk_read(struct kunit *test, struct test_talk *talk, const struct test_at *at,
	       bool back, u8 flags, enum test_fault fault, bool passes,
	       struct portclass_packet *pkt);

/* The same of a sound packet that passes, and is read as @want. */
void test_talk_expect(struct kunit *test, struct test_talk *talk,
		      const struct test_at *at, bool back, u8 flags,
		      const struct portclass_packet *want, const char *what);

/* Three packets, of which the first is read as @opener. */
void test_talk_handshake(struct kunit *test, struct test_talk *talk,
			 const struct test_at *to, const struct test_at *from,
			 const struct portclass_packet *opener);

/* From here on conntrack expects @then, as if @talk had announced it. */
void test_talk_announce(struct kunit *test, struct test_talk *talk,
			const struct test_flow *then);

/*
 * What a filter does when it rejects the next packet of a flow, of direction
 * @back: it makes a reset, which passes LOCAL_OUT, and drops the packet. The reset
 * is returned; it isn't shown to the hook yet.
 */
struct sk_buff *test_talk_reject(struct kunit *test, struct test_talk *talk,
				 const struct test_at *at, bool back, u8 flags);

/* Conntrack sees an skb, as it is, on its way to our hook. */
void test_conntrack_in(struct kunit *test, struct sk_buff *skb,
		       const struct test_at *at);

#endif /* _PORTCLASS_FLOW_REAL_H */
