// SPDX-License-Identifier: GPL-2.0
/*
 * What a rejected packet is answered with. The kernel's own code makes the
 * answers; it is in modules that may be missing, and is looked up by name as
 * conntrack is (track.c).
 */
#include <linux/icmpv6.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>

#include "reject.h"

/*
 * Resets a second and at once: those of the ICMP errors that the kernel sends
 * (icmp_msgs_per_sec, icmp_msgs_burst), which has no limit for resets.
 */
#define RESETS_INTERVAL	HZ
#define RESETS_BURST	1000

/* NULL if there is no such thing; else a reference on its module is held. */
static typeof(nf_send_reset) *reset4;
static typeof(nf_send_unreach) *unreach4;
static typeof(nf_send_reset6) *reset6;
static typeof(nf_send_unreach6) *unreach6;

/**
 * portclass_reject_open() - look up what there is, and have it loaded
 *
 * Context: process, may sleep; module load.
 */
void portclass_reject_open(void)
{
	request_module("nf_reject_ipv4");
	reset4 = symbol_get(nf_send_reset);
	unreach4 = symbol_get(nf_send_unreach);

	request_module("nf_reject_ipv6");
	reset6 = symbol_get(nf_send_reset6);
	unreach6 = symbol_get(nf_send_unreach6);
}

/**
 * portclass_reject_close() - give back what portclass_reject_open() has taken
 *
 * Context: process, may sleep; no packet is in our code.
 */
void portclass_reject_close(void)
{
	if (reset4)
		symbol_put(nf_send_reset);
	if (unreach4)
		symbol_put(nf_send_unreach);
	if (reset6)
		symbol_put(nf_send_reset6);
	if (unreach6)
		symbol_put(nf_send_unreach6);
}

/**
 * portclass_reject_is_known() - can this kernel answer?
 *
 * Context: any.
 * Return: false if any of the answers would have to be silence.
 */
bool portclass_reject_is_known(void)
{
	return reset4 && unreach4 &&
	       (!IS_ENABLED(CONFIG_IPV6) || (reset6 && unreach6));
}

/**
 * portclass_reject_init() - set the limit of a namespace
 * @resets: how many resets it has sent lately
 *
 * Context: any.
 */
void portclass_reject_init(struct ratelimit_state *resets)
{
	ratelimit_state_init(resets, RESETS_INTERVAL, RESETS_BURST);
	/* What was suppressed is no news for the log. */
	ratelimit_set_flags(resets, RATELIMIT_MSG_ON_RELEASE);
}

static void send_reset(struct sk_buff *skb, const struct nf_hook_state *state,
		       u8 family)
{
	if (family == NFPROTO_IPV4)
		reset4(state->net, state->sk, skb, state->hook);
	else
		reset6(state->net, state->sk, skb, state->hook);
}

static void send_unreach(struct sk_buff *skb, const struct nf_hook_state *state,
			 u8 family)
{
	if (family == NFPROTO_IPV4)
		unreach4(skb, ICMP_PORT_UNREACH, state->hook);
	else
		unreach6(state->net, skb, ICMPV6_PORT_UNREACH, state->hook);
}

/**
 * portclass_reject_send() - answer a packet that is rejected
 * @resets: of the packet's namespace
 * @skb: the packet; stays the caller's
 * @state: of the hook
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: the scope of the hook
 * @pkt: what was read of it
 *
 * A reset is answered by nothing (RFC 9293), as the callee sees to.
 *
 * Context: RCU read-side section. Allocates a packet and sends it.
 * Return: the hook's verdict, one of those that drop.
 */
unsigned int portclass_reject_send(struct ratelimit_state *resets,
				   struct sk_buff *skb,
				   const struct nf_hook_state *state, u8 family,
				   enum portclass_scope hook,
				   const struct portclass_packet *pkt)
{
	/* connect() and send() of our own programs return it. */
	if (hook == PORTCLASS_SCOPE_OUT)
		return NF_DROP_ERR(-ECONNREFUSED);

	if (pkt->proto == PORTCLASS_PROTO_UDP)
		send_unreach(skb, state, family);
	else if (__ratelimit(resets))
		send_reset(skb, state, family);
	return NF_DROP;
}
