// SPDX-License-Identifier: GPL-2.0
/*
 * What more than one answer has in it.
 */
#include <net/netlink.h>

#include "put.h"

static int put_prefix(struct sk_buff *skb, const struct portclass_prefix *prefix)
{
	struct nlattr *nest = nla_nest_start(skb, PORTCLASS_A_RULE_FROM);
	unsigned int len = prefix->family == NFPROTO_IPV4 ?
				   sizeof(struct in_addr) :
				   sizeof(struct in6_addr);

	if (!nest ||
	    nla_put(skb, PORTCLASS_A_PREFIX_ADDRESS, len, &prefix->base) ||
	    nla_put_u8(skb, PORTCLASS_A_PREFIX_LENGTH, prefix->length))
		return -EMSGSIZE;

	nla_nest_end(skb, nest);
	return 0;
}

/**
 * portclass_put_rule() - put a rule into a message
 * @skb: the message
 * @type: of the nest to put it in
 * @rule: the rule
 *
 * Context: any.
 * Return: 0; -EMSGSIZE if it doesn't fit, and part of it may have been put.
 */
int portclass_put_rule(struct sk_buff *skb, int type,
		       const struct portclass_rule *rule)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	unsigned int i;

	if (!nest ||
	    nla_put_u32(skb, PORTCLASS_A_RULE_SCOPE, rule->scope) ||
	    nla_put_u32(skb, PORTCLASS_A_RULE_PROTO, rule->proto) ||
	    nla_put_u32(skb, PORTCLASS_A_RULE_ACTION, rule->action) ||
	    nla_put_u16(skb, PORTCLASS_A_RULE_PORT_LOW, rule->low) ||
	    nla_put_u16(skb, PORTCLASS_A_RULE_PORT_HIGH, rule->high))
		return -EMSGSIZE;

	for (i = 0; rule->from && i < rule->from->count; i++)
		if (put_prefix(skb, &rule->from->list[i]))
			return -EMSGSIZE;

	nla_nest_end(skb, nest);
	return 0;
}

/* The attributes of the same counters, in the set of classes and that of ports. */
struct stats_attrs {
	u8 pad;
	u8 flows, packets, bytes;
	u8 denied_flows, denied_packets, denied_bytes;
	u8 packets_to, bytes_to;
	u8 packets_from, bytes_from;
};

static const struct stats_attrs class_attrs = {
	.pad		= PORTCLASS_A_CLASS_STATS_PAD,
	.flows		= PORTCLASS_A_CLASS_STATS_FLOWS,
	.packets	= PORTCLASS_A_CLASS_STATS_PACKETS,
	.bytes		= PORTCLASS_A_CLASS_STATS_BYTES,
	.denied_flows	= PORTCLASS_A_CLASS_STATS_DENIED_FLOWS,
	.denied_packets	= PORTCLASS_A_CLASS_STATS_DENIED_PACKETS,
	.denied_bytes	= PORTCLASS_A_CLASS_STATS_DENIED_BYTES,
	.packets_to	= PORTCLASS_A_CLASS_STATS_PACKETS_TO,
	.bytes_to	= PORTCLASS_A_CLASS_STATS_BYTES_TO,
	.packets_from	= PORTCLASS_A_CLASS_STATS_PACKETS_FROM,
	.bytes_from	= PORTCLASS_A_CLASS_STATS_BYTES_FROM,
};

static const struct stats_attrs port_attrs = {
	.pad		= PORTCLASS_A_PORT_STATS_PAD,
	.flows		= PORTCLASS_A_PORT_STATS_FLOWS,
	.packets	= PORTCLASS_A_PORT_STATS_PACKETS,
	.bytes		= PORTCLASS_A_PORT_STATS_BYTES,
	.denied_flows	= PORTCLASS_A_PORT_STATS_DENIED_FLOWS,
	.denied_packets	= PORTCLASS_A_PORT_STATS_DENIED_PACKETS,
	.denied_bytes	= PORTCLASS_A_PORT_STATS_DENIED_BYTES,
	.packets_to	= PORTCLASS_A_PORT_STATS_PACKETS_TO,
	.bytes_to	= PORTCLASS_A_PORT_STATS_BYTES_TO,
	.packets_from	= PORTCLASS_A_PORT_STATS_PACKETS_FROM,
	.bytes_from	= PORTCLASS_A_PORT_STATS_BYTES_FROM,
};

static int put_stats(struct sk_buff *skb, const struct stats_attrs *attrs,
		     const struct portclass_stats *stats)
{
	const struct {
		u8 type;
		u64 value;
	} list[] = {
		{ attrs->flows, stats->flows },
		{ attrs->packets, portclass_stats_packets(stats) },
		{ attrs->bytes, portclass_stats_bytes(stats) },
		{ attrs->denied_flows, stats->denied_flows },
		{ attrs->denied_packets, stats->denied_packets },
		{ attrs->denied_bytes, stats->denied_bytes },
		{ attrs->packets_to, stats->packets[PORTCLASS_WAY_TO] },
		{ attrs->bytes_to, stats->bytes[PORTCLASS_WAY_TO] },
		{ attrs->packets_from, stats->packets[PORTCLASS_WAY_FROM] },
		{ attrs->bytes_from, stats->bytes[PORTCLASS_WAY_FROM] },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(list); i++)
		if (nla_put_u64_64bit(skb, list[i].type, list[i].value,
				      attrs->pad))
			return -EMSGSIZE;
	return 0;
}

/**
 * portclass_put_class() - put counters into a message, as those of a class
 * @skb: the message
 * @type: of the nest to put them in
 * @class: enum portclass_class
 * @stats: the counters
 *
 * Context: any.
 * Return: 0; -EMSGSIZE if they don't fit, and part of them may have been put.
 */
int portclass_put_class(struct sk_buff *skb, int type, unsigned int class,
			const struct portclass_stats *stats)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    nla_put_u32(skb, PORTCLASS_A_CLASS_STATS_CLASS, class) ||
	    put_stats(skb, &class_attrs, stats))
		return -EMSGSIZE;

	nla_nest_end(skb, nest);
	return 0;
}

/**
 * portclass_put_port() - put the counters of a port into a message
 * @skb: the message
 * @key: the port
 * @stats: its counters
 *
 * Context: any.
 * Return: 0; -EMSGSIZE if they don't fit, and part of them may have been put.
 */
int portclass_put_port(struct sk_buff *skb, const struct portclass_key *key,
		       const struct portclass_stats *stats)
{
	if (nla_put_u32(skb, PORTCLASS_A_PORT_STATS_SCOPE, key->scope) ||
	    nla_put_u32(skb, PORTCLASS_A_PORT_STATS_PROTO, key->proto) ||
	    nla_put_u16(skb, PORTCLASS_A_PORT_STATS_PORT, key->port))
		return -EMSGSIZE;

	return put_stats(skb, &port_attrs, stats);
}
