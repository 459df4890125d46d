// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps. A cursor is a number, never a pointer, so that a dump may pause for
 * as long as its reader likes while everything it walks goes on changing.
 */
#include <net/genetlink.h>

#include "genl.h"
#include "netlink.h"
#include "netns.h"
#include "put.h"
#include "shadow.h"
#include "table.h"

#define PATHS	(PORTCLASS_SCOPES * PORTCLASS_PROTOS)

/* Rules, statistics and ports are all selected by the same two attributes. */
static_assert((int)PORTCLASS_A_RULES_SCOPE == (int)PORTCLASS_A_STATS_SCOPE &&
	      (int)PORTCLASS_A_RULES_PROTO == (int)PORTCLASS_A_STATS_PROTO &&
	      (int)PORTCLASS_A_RULES_SCOPE == (int)PORTCLASS_A_PORT_STATS_SCOPE &&
	      (int)PORTCLASS_A_RULES_PROTO == (int)PORTCLASS_A_PORT_STATS_PROTO);

/* Is a (scope, protocol) among those that the request asks for? */
static bool is_selected(struct netlink_callback *cb, u32 path)
{
	struct nlattr **attrs = portclass_compat_dump_attrs(cb);
	const struct nlattr *scope = attrs[PORTCLASS_A_STATS_SCOPE];
	const struct nlattr *proto = attrs[PORTCLASS_A_STATS_PROTO];

	return (!scope || nla_get_u32(scope) == path / PORTCLASS_PROTOS) &&
	       (!proto || nla_get_u32(proto) == path % PORTCLASS_PROTOS);
}

/* What has another cb->seq than the part before shows in NLM_F_DUMP_INTR. */
static void *msg_start(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &portclass_nl_family,
				NLM_F_MULTI, cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/* Close a message, or take it back if it didn't fit. */
static int msg_end(struct sk_buff *skb, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

/**
 * portclass_nl_rule_get_dumpit() - dump the rules as ranges
 * @skb: where to put as many as fit
 * @cb: args[0] is where to go on, see portclass_table_next_rule()
 *
 * A change between two parts of a dump shows in NLM_F_DUMP_INTR.
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: the length of @skb; -EMSGSIZE if not even one fits; -ENOENT if there
 * is no such table.
 */
int portclass_nl_rule_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct portclass_net *pn = portclass_net_of(sock_net(cb->skb->sk));
	bool shadow = portclass_compat_dump_attrs(cb)[PORTCLASS_A_RULES_SHADOW];
	const struct portclass_table *table;
	struct portclass_rule rule;
	u32 at = cb->args[0];
	int err;

	mutex_lock(&pn->lock);
	err = portclass_nl_find_table(pn, shadow, &table, cb->extack);
	cb->seq = table ? table->generation : 1;

	while (table && portclass_table_next_rule(table, at, &rule)) {
		u32 path = rule.scope * PORTCLASS_PROTOS + rule.proto;
		void *hdr;

		if (!is_selected(cb, path)) {
			at = (path + 1) * PORTCLASS_PORTS;
			continue;
		}

		hdr = msg_start(skb, cb, PORTCLASS_CMD_RULE_GET);
		if (!hdr) {
			err = -EMSGSIZE;
			break;
		}
		err = msg_end(skb, hdr,
			      portclass_put_rule(skb, PORTCLASS_A_RULES_RULE,
						 &rule));
		if (err)
			break;
		at = path * PORTCLASS_PORTS + rule.high + 1;
	}
	mutex_unlock(&pn->lock);

	cb->args[0] = at;
	return skb->len ?: err;
}

static int put_path(struct sk_buff *skb, u32 path,
		    const struct portclass_path_stats *stats)
{
	const int pad = PORTCLASS_A_STATS_PAD;
	unsigned int c;

	if (nla_put_u32(skb, PORTCLASS_A_STATS_SCOPE, path / PORTCLASS_PROTOS) ||
	    nla_put_u32(skb, PORTCLASS_A_STATS_PROTO, path % PORTCLASS_PROTOS) ||
	    nla_put_u64_64bit(skb, PORTCLASS_A_STATS_MALFORMED,
			      stats->malformed, pad) ||
	    nla_put_u64_64bit(skb, PORTCLASS_A_STATS_FRAGMENTS,
			      stats->fragments, pad) ||
	    nla_put_u64_64bit(skb, PORTCLASS_A_STATS_UNLISTED,
			      stats->unlisted, pad))
		return -EMSGSIZE;

	for (c = 0; c < PORTCLASS_CLASSES; c++)
		if (portclass_put_class(skb, PORTCLASS_A_STATS_CLASS_STATS, c,
					&stats->class[c]))
			return -EMSGSIZE;

	return 0;
}

/* Put the paths from @cb on. */
static int put_paths(struct sk_buff *skb, struct netlink_callback *cb,
		     struct portclass_counters *counters)
{
	struct portclass_path_stats *stats;
	u32 path = cb->args[0];
	int err = 0;

	stats = kzalloc(sizeof(*stats), GFP_KERNEL);
	if (!stats)
		return -ENOMEM;

	for (; path < PATHS; path++) {
		void *hdr;

		if (!is_selected(cb, path))
			continue;
		if (counters)
			portclass_counters_sum(counters,
					       path / PORTCLASS_PROTOS,
					       path % PORTCLASS_PROTOS, stats);

		hdr = msg_start(skb, cb, PORTCLASS_CMD_STATS_GET);
		err = hdr ? msg_end(skb, hdr, put_path(skb, path, stats)) :
			    -EMSGSIZE;
		if (err)
			break;
	}

	kfree(stats);
	cb->args[0] = path;
	return err;
}

/* Put the ports from @key on, of its scope and protocol. */
static int put_ports_from(struct sk_buff *skb, struct netlink_callback *cb,
			  struct portclass_ports *ports,
			  struct portclass_key *key, u32 *at)
{
	struct portclass_stats stats;
	void *hdr;
	int err;

	while (portclass_ports_next(ports, key, &stats)) {
		hdr = msg_start(skb, cb, PORTCLASS_CMD_PORT_STATS_GET);
		err = hdr ? msg_end(skb, hdr, portclass_put_port(skb, key, &stats)) :
			    -EMSGSIZE;
		*at = round_down(*at, PORTCLASS_PORTS) + key->port + !err;
		if (err)
			return err;
		if (key->port == U16_MAX)
			break;
		key->port++;
	}

	return 0;
}

/* Put the ports from @cb on. */
static int put_ports(struct sk_buff *skb, struct netlink_callback *cb,
		     struct portclass_counters *counters)
{
	u32 at = cb->args[0];
	int err = 0;

	while (counters && at < PATHS * PORTCLASS_PORTS) {
		u32 path = at / PORTCLASS_PORTS;
		struct portclass_key key = {
			.port = at % PORTCLASS_PORTS,
			.scope = path / PORTCLASS_PROTOS,
			.proto = path % PORTCLASS_PROTOS,
		};

		if (is_selected(cb, path)) {
			err = put_ports_from(skb, cb, &counters->ports, &key, &at);
			if (err)
				break;
		}
		at = (path + 1) * PORTCLASS_PORTS;
	}

	cb->args[0] = at;
	return err;
}

/*
 * Put the live counters, NULL at rest, or those of the shadow table, by @put.
 * The live ones stay until the namespace goes: nobody who makes a change has to
 * wait until they are summed. Those of a shadow go with it.
 */
static int dump_counters(struct sk_buff *skb, struct netlink_callback *cb,
			 bool shadow,
			 int (*put)(struct sk_buff *skb,
				    struct netlink_callback *cb,
				    struct portclass_counters *counters))
{
	struct portclass_net *pn = portclass_net_of(sock_net(cb->skb->sk));
	const struct portclass_shadow *candidate;
	struct portclass_counters *counters;
	int err;

	mutex_lock(&pn->lock);
	counters = pn->counters;
	if (shadow) {
		candidate = portclass_nl_find_shadow(pn, cb->extack);
		if (candidate) {
			cb->seq = candidate->table->generation;
			err = put(skb, cb, candidate->counters);
		} else {
			err = -ENOENT;
		}
	}
	mutex_unlock(&pn->lock);
	if (!shadow)
		err = put(skb, cb, counters);

	return skb->len ?: err;
}

/**
 * portclass_nl_stats_get_dumpit() - dump the counters by class
 * @skb: where to put as many as fit
 * @cb: args[0] is the (scope, protocol) to go on with
 *
 * Another shadow between two parts of a dump shows in NLM_F_DUMP_INTR.
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: the length of @skb; -EMSGSIZE if not even one fits; -ENOENT if there
 * is no such table; -ENOMEM.
 */
int portclass_nl_stats_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct nlattr **attrs = portclass_compat_dump_attrs(cb);

	return dump_counters(skb, cb, attrs[PORTCLASS_A_STATS_SHADOW], put_paths);
}

/**
 * portclass_nl_port_stats_get_dumpit() - dump the counters by port
 * @skb: where to put as many as fit
 * @cb: args[0] is where to go on, (scope * PORTCLASS_PROTOS + proto) *
 *	PORTCLASS_PORTS + port
 *
 * Another shadow between two parts of a dump shows in NLM_F_DUMP_INTR.
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: the length of @skb; -EMSGSIZE if not even one fits; -ENOENT if there
 * is no such table.
 */
int portclass_nl_port_stats_get_dumpit(struct sk_buff *skb,
				       struct netlink_callback *cb)
{
	struct nlattr **attrs = portclass_compat_dump_attrs(cb);

	return dump_counters(skb, cb, attrs[PORTCLASS_A_PORT_STATS_SHADOW],
			     put_ports);
}

/**
 * portclass_nl_history_get_dumpit() - dump the last changes, the oldest first
 * @skb: where to put as many as fit
 * @cb: args[0] is the number of the one to go on with
 *
 * If some were pushed out between two parts of a dump, that shows in
 * NLM_F_DUMP_INTR.
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: the length of @skb; -EPERM without CAP_NET_ADMIN over the namespace;
 * -EMSGSIZE if not even one fits.
 */
int portclass_nl_history_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb)
{
	struct portclass_net *pn = portclass_net_of(sock_net(cb->skb->sk));
	const struct portclass_history *history;
	unsigned long at = cb->args[0];
	int err;

	err = portclass_nl_check_admin(cb->skb, pn, cb->extack);
	if (err)
		return err;

	mutex_lock(&pn->lock);
	history = pn->history;
	cb->seq = 1;
	if (history && at + PORTCLASS_HISTORY_CHANGES < history->count) {
		if (at)
			cb->seq++;
		at = history->count - PORTCLASS_HISTORY_CHANGES;
	}
	for (; history && at < history->count; at++) {
		void *hdr = msg_start(skb, cb, PORTCLASS_CMD_HISTORY_GET);
		unsigned int slot = at % PORTCLASS_HISTORY_CHANGES;

		err = hdr ? msg_end(skb, hdr,
				    portclass_change_put(skb, pn->net->user_ns,
							 history->ring[slot])) :
			    -EMSGSIZE;
		if (err)
			break;
	}
	mutex_unlock(&pn->lock);

	cb->args[0] = at;
	return skb->len ?: err;
}
