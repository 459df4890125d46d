/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_FLOW_BUILD_H
#define _PORTCLASS_FLOW_BUILD_H

#include <kunit/test.h>
#include <net/netfilter/nf_conntrack.h>

#include "flow.h"
#include "packet_build.h"
#include "test_net.h"

struct test_end {
	enum test_host host;
	u16 port;
};

/**
 * struct test_flow - a flow, as who watched all of it would tell
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @protocol: IPPROTO_*
 * @opener: who sent its first packet
 * @dialled: where he sent it to
 * @server: where it went, when we had translated that
 * @client: whom the server takes for the opener
 */
struct test_flow {
	u8 family;
	u8 protocol;
	struct test_end opener;
	struct test_end dialled;
	struct test_end server;
	struct test_end client;
};

/**
 * struct test_at - where we see a packet
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: IN at LOCAL_IN, OUT at LOCAL_OUT, or FORWARD
 * @track: how the namespace is configured
 * @sk: our socket that gets it, if that is known already, or has sent it
 */
struct test_at {
	u8 family;
	enum portclass_scope hook;
	enum portclass_track track;
	struct sock *sk;
};

/* A flow that nobody translates anything of. */
struct test_flow test_flow(u8 family, u8 protocol,
			   enum test_host opener, u16 sport,
			   enum test_host dialled, u16 dport);

/* Conntrack's memory of it, by hand: confirmed, plus the bits of @status. */
struct nf_conn *test_flow_ct(struct kunit *test, const struct test_flow *flow,
			     unsigned long status);
/* It is taken up in the middle, as nf_conntrack_proto_tcp.c marks it. */
void test_flow_take_up(struct nf_conn *ct);

/* A packet of it on our way to where our hooks are: translated already. */
void test_flow_packet(struct test_packet *p, const struct test_flow *flow,
		      bool back, u8 flags);

struct sk_buff *test_skb(struct kunit *test, const struct test_packet *p);
/* Done with it; conntrack has no part in it if @ct is by hand. */
void test_skb_free(struct sk_buff *skb);

/*
 * What portclass_flow_read() says; each field of @pkt is set by it if it is part
 * of a flow, and the skb is as it was.
 */
enum portclass_packet_kind
test_flow_read(struct kunit *test, const struct test_at *at, struct sk_buff *skb,
	       struct portclass_packet *pkt);
bool test_flow_reconsider(struct kunit *test, const struct test_at *at,
			  struct sk_buff *skb, struct portclass_packet *pkt);

/*
 * The next packet of @ct, made as test_flow_packet() does it, is read as part of
 * a flow, and what is read of it is returned.
 */
struct portclass_packet
test_flow_read_one(struct kunit *test, const struct test_at *at,
		   const struct test_flow *flow, struct nf_conn *ct, bool back);

/* Of a flow that conntrack knows. */
struct portclass_packet
test_flow_want(enum portclass_scope scope, enum portclass_proto proto, u16 port,
	       enum portclass_way way, u16 peer);
/* Of one that it doesn't: what the packet itself says. */
struct portclass_packet
test_header_want(const struct test_at *at, u8 protocol, u16 sport, u16 dport,
		 u8 flags, bool connected);

/* All fields are the same. @what and @which are for the message. */
void test_flow_expect(struct kunit *test, const struct portclass_packet *got,
		      const struct portclass_packet *want,
		      const char *what, unsigned int which);

#endif /* _PORTCLASS_FLOW_BUILD_H */
