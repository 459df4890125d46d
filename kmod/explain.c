// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a packet that opens a flow, why, and what has been counted
 * there: from the very table and counters that packets use.
 */
#include <net/genetlink.h>

#include "genl.h"
#include "netns.h"
#include "put.h"
#include "table.h"

/* What packets do in a namespace at rest. */
static int put_at_rest(struct sk_buff *skb)
{
	if (nla_put_u8(skb, PORTCLASS_A_EXPLAIN_ACTIVE, 0) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_MODE, PORTCLASS_MODE_ENFORCE) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_TRACK,
			PORTCLASS_TRACK_CONNTRACK) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_VERDICT,
			PORTCLASS_ACTION_ALLOW) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_POLICY, PORTCLASS_ACTION_ALLOW))
		return -EMSGSIZE;
	return 0;
}

static u32 verdict_of(const struct portclass_table *table,
		      const struct portclass_key *key)
{
	if (!portclass_table_denies(table, key))
		return PORTCLASS_ACTION_ALLOW;
	return portclass_table_rejects(table, key) ? PORTCLASS_ACTION_REJECT :
						     PORTCLASS_ACTION_DENY;
}

static int put_decision(struct sk_buff *skb,
			const struct portclass_table *table,
			const struct portclass_key *key)
{
	unsigned int class = portclass_class_of(key->port);
	struct portclass_rule rule;

	if (nla_put_u8(skb, PORTCLASS_A_EXPLAIN_ACTIVE, 1) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_MODE, table->mode) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_TRACK, table->track) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_VERDICT,
			verdict_of(table, key)) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_POLICY,
			table->policy[key->scope][key->proto][class]))
		return -EMSGSIZE;

	if (!portclass_table_find_rule(table, key, &rule))
		return 0;
	return portclass_put_rule(skb, PORTCLASS_A_EXPLAIN_RULE, &rule);
}

static int put_counted(struct sk_buff *skb, struct portclass_counters *counters,
		       const struct portclass_key *key)
{
	unsigned int class = portclass_class_of(key->port);
	struct portclass_path_stats *path;
	struct portclass_stats port = {};
	int err;

	path = kzalloc(sizeof(*path), GFP_KERNEL);
	if (!path)
		return -ENOMEM;

	if (counters) {
		portclass_ports_sum(&counters->ports, key, &port);
		portclass_counters_sum(counters, key->scope, key->proto, path);
	}
	err = portclass_put_class(skb, PORTCLASS_A_EXPLAIN_PORT_COUNTERS, class,
				  &port);
	if (!err)
		err = portclass_put_class(skb, PORTCLASS_A_EXPLAIN_CLASS_COUNTERS,
					  class, &path->class[class]);
	kfree(path);
	return err;
}

static int put_explanation(struct sk_buff *skb, struct portclass_net *pn,
			   const struct portclass_key *key)
{
	const struct portclass_table *table;
	struct portclass_counters *counters;
	int err;

	if (nla_put_u32(skb, PORTCLASS_A_EXPLAIN_SCOPE, key->scope) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_PROTO, key->proto) ||
	    nla_put_u16(skb, PORTCLASS_A_EXPLAIN_PORT, key->port) ||
	    nla_put_u32(skb, PORTCLASS_A_EXPLAIN_CLASS,
			portclass_class_of(key->port)))
		return -EMSGSIZE;

	mutex_lock(&pn->lock);
	table = rcu_dereference_protected(pn->table, lockdep_is_held(&pn->lock));
	err = table ? put_decision(skb, table, key) : put_at_rest(skb);
	counters = pn->counters;
	mutex_unlock(&pn->lock);
	/* They stay until the namespace goes; who sums them is in nobody's way. */
	return err ?: put_counted(skb, counters, key);
}

/**
 * portclass_nl_explain_doit() - answer what decides on a port
 * @skb: the request
 * @info: its attributes and its namespace
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: 0; -EINVAL if an attribute is missing, with its type in extack;
 * -ENOMEM; what genlmsg_reply() returns.
 */
int portclass_nl_explain_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct portclass_key key;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, PORTCLASS_A_EXPLAIN_SCOPE) ||
	    GENL_REQ_ATTR_CHECK(info, PORTCLASS_A_EXPLAIN_PROTO) ||
	    GENL_REQ_ATTR_CHECK(info, PORTCLASS_A_EXPLAIN_PORT)) {
		NL_SET_ERR_MSG(info->extack, "scope, protocol or port is missing");
		return -EINVAL;
	}
	key.scope = nla_get_u32(info->attrs[PORTCLASS_A_EXPLAIN_SCOPE]);
	key.proto = nla_get_u32(info->attrs[PORTCLASS_A_EXPLAIN_PROTO]);
	key.port = nla_get_u16(info->attrs[PORTCLASS_A_EXPLAIN_PORT]);

	msg = genlmsg_new(2 * GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	err = -EMSGSIZE;
	hdr = genlmsg_put_reply(msg, info, &portclass_nl_family, 0,
				PORTCLASS_CMD_EXPLAIN);
	if (!hdr)
		goto free;
	err = put_explanation(msg, portclass_net_of(genl_info_net(info)), &key);
	if (err)
		goto free;

	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);

free:
	nlmsg_free(msg);
	return err;
}
