// SPDX-License-Identifier: GPL-2.0
/*
 * Who was denied lately. Conntrack forgets a flow whose first packet is dropped,
 * so that its next try looks like a flow of its own; here it is known again. As
 * each CPU remembers what it has seen, none writes to another one's memory.
 *
 * This is a small table of pairs: of flows of the same pair, the last two are
 * known, and the next try of an earlier one counts as a flow. A flow is missed
 * only if another one of the last seconds has the same 32 bits of hash.
 */
#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/random.h>

#include "recent.h"

/*
 * How long an unanswered opener is remembered: as long as by conntrack
 * (nf_conntrack-sysctl: tcp_timeout_syn_sent, udp_timeout), in seconds.
 */
#define TCP_SECONDS	120
#define UDP_SECONDS	30

static u64 key[2 + 8] __read_mostly;

/**
 * portclass_recent_open() - choose what openers are hashed with
 *
 * Context: process, once, before there are packets: whoever chose it at the first
 * of them would wait for a lock and need memory, in the packet path.
 */
void portclass_recent_open(void)
{
	get_random_bytes(key, sizeof(key));
}

/*
 * Each word times a random number of its own: two flows have the same sum by
 * chance only, whoever chooses them (multiply-shift hashing). As ports that follow
 * one another make sums in even steps, which may come to lie in a few places, these
 * are mixed once more.
 */
static u32 hash_of(const struct sk_buff *skb, u8 family,
		   const struct portclass_packet *pkt)
{
	const u32 *word;
	u64 sum;

	sum = key[0] * (u32)(pkt->peer_port << 16 | pkt->dialled.port) +
	      key[1] * pkt->proto;
	if (family == NFPROTO_IPV4) {
		word = (const u32 *)&ip_hdr(skb)->addrs;
		sum += key[2] * word[0] + key[3] * word[1];
	} else {
		unsigned int i;

		word = (const u32 *)&ipv6_hdr(skb)->addrs;
		for (i = 0; i < 8; i++)
			sum += key[2 + i] * word[i];
	}
	return hash_64(sum ^ sum >> 32, 32);
}

/**
 * portclass_recent_add() - remember an opener that is denied
 * @recent: of its namespace
 * @skb: the packet
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @pkt: what was read of it
 *
 * Context: any. No lock: a race makes one try more or less a flow.
 * Return: true if it wasn't remembered yet, so that this is a new flow.
 */
bool portclass_recent_add(struct portclass_recent __percpu *recent,
			  const struct sk_buff *skb, u8 family,
			  const struct portclass_packet *pkt)
{
	u32 now = (unsigned long)jiffies / HZ;
	u32 hash = hash_of(skb, family, pkt);
	u32 limit = pkt->proto == PORTCLASS_PROTO_TCP ? TCP_SECONDS : UDP_SECONDS;
	u64 *pair, first, old;

	pair = raw_cpu_ptr(recent->pair[hash % PORTCLASS_RECENT_PAIRS]);
	first = READ_ONCE(pair[0]);
	old = first;
	/* The one that was used last stays. */
	if (first >> 32 != hash) {
		old = READ_ONCE(pair[1]);
		WRITE_ONCE(pair[1], first);
	}
	WRITE_ONCE(pair[0], (u64)hash << 32 | now);

	/* A slot that is free was last used in the second 0, by the hash 0. */
	return !old || old >> 32 != hash || now - (u32)old > limit;
}
