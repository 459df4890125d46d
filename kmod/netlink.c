// SPDX-License-Identifier: GPL-2.0
/*
 * What is told of the configuration, when asked and when it changes; and the
 * confirmation of a change.
 */
#include <net/genetlink.h>

#include "change.h"
#include "genl.h"
#include "netlink.h"
#include "netns.h"
#include "request.h"
#include "shadow.h"
#include "table.h"
#include "version.h"

static int put_policy(struct sk_buff *skb, unsigned int s, unsigned int p,
		      unsigned int c, u8 action)
{
	struct nlattr *nest = nla_nest_start(skb, PORTCLASS_A_CONFIG_POLICY);

	if (!nest ||
	    nla_put_u32(skb, PORTCLASS_A_POLICY_SCOPE, s) ||
	    nla_put_u32(skb, PORTCLASS_A_POLICY_PROTO, p) ||
	    nla_put_u32(skb, PORTCLASS_A_POLICY_CLASS, c) ||
	    nla_put_u32(skb, PORTCLASS_A_POLICY_ACTION, action))
		return -EMSGSIZE;

	nla_nest_end(skb, nest);
	return 0;
}

/**
 * portclass_nl_find_shadow() - find the shadow table that a request is about
 * @pn: of the namespace; @pn->lock is held
 * @extack: where to say that there is none; may be NULL
 *
 * Context: process.
 * Return: it, for as long as the lock is held; NULL if there is none.
 */
struct portclass_shadow *
portclass_nl_find_shadow(const struct portclass_net *pn,
			 struct netlink_ext_ack *extack)
{
	struct portclass_shadow *shadow = portclass_shadow_of(pn);

	if (!shadow)
		NL_SET_ERR_MSG(extack, "there is no shadow table");
	return shadow;
}

/**
 * portclass_nl_find_table() - find what a request asks for
 * @pn: of the namespace; @pn->lock is held
 * @shadow: the shadow table, and not the live one
 * @table: set to the table, for as long as the lock is held; NULL at rest
 * @extack: where to say that there is no shadow table; may be NULL
 *
 * Context: process.
 * Return: 0; -ENOENT if there is no shadow table.
 */
int portclass_nl_find_table(const struct portclass_net *pn, bool shadow,
			    const struct portclass_table **table,
			    struct netlink_ext_ack *extack)
{
	const struct portclass_shadow *candidate;

	*table = rcu_dereference_protected(pn->table,
					   lockdep_is_held(&pn->lock));
	if (!shadow)
		return 0;

	candidate = portclass_nl_find_shadow(pn, extack);
	*table = candidate ? candidate->table : NULL;
	return candidate ? 0 : -ENOENT;
}

/* A configuration without its rules; a namespace at rest has the default. */
static int put_config(struct sk_buff *skb, const struct portclass_net *pn,
		      const struct portclass_table *table)
{
	unsigned int pending = portclass_change_pending(pn);
	unsigned int s, p, c;

	if (nla_put_string(skb, PORTCLASS_A_CONFIG_VERSION, PORTCLASS_VERSION) ||
	    nla_put_u8(skb, PORTCLASS_A_CONFIG_ACTIVE, !!table) ||
	    nla_put_u32(skb, PORTCLASS_A_CONFIG_GENERATION,
			table ? table->generation : 1) ||
	    nla_put_u32(skb, PORTCLASS_A_CONFIG_MODE,
			table ? table->mode : PORTCLASS_MODE_ENFORCE) ||
	    nla_put_u32(skb, PORTCLASS_A_CONFIG_TRACK,
			table ? table->track : PORTCLASS_TRACK_CONNTRACK) ||
	    (pending && nla_put_u32(skb, PORTCLASS_A_CONFIG_PENDING, pending)) ||
	    (portclass_shadow_of(pn) &&
	     nla_put_flag(skb, PORTCLASS_A_CONFIG_SHADOW)))
		return -EMSGSIZE;

	for (s = 0; s < PORTCLASS_SCOPES; s++)
		for (p = 0; p < PORTCLASS_PROTOS; p++)
			for (c = 0; c < PORTCLASS_CLASSES; c++)
				if (put_policy(skb, s, p, c,
					       table ? table->policy[s][p][c] :
						       PORTCLASS_ACTION_ALLOW))
					return -EMSGSIZE;

	return 0;
}

/* A whole message with the configuration, for an answer or a notification. */
static struct sk_buff *config_msg(struct portclass_net *pn,
				  const struct portclass_table *table,
				  u32 portid, u32 seq, u8 cmd)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;

	lockdep_assert_held(&pn->lock);

	if (!skb)
		return NULL;

	hdr = genlmsg_put(skb, portid, seq, &portclass_nl_family, 0, cmd);
	if (!hdr || put_config(skb, pn, table))
		goto free;

	genlmsg_end(skb, hdr);
	return skb;

free:
	nlmsg_free(skb);
	return NULL;
}

/**
 * portclass_nl_get_doit() - answer a request for the configuration
 * @skb: the request
 * @info: its attributes and its namespace
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: 0; -ENOENT if the shadow table is asked for and there is none;
 * -ENOMEM; what genlmsg_reply() returns.
 */
int portclass_nl_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct portclass_net *pn = portclass_net_of(genl_info_net(info));
	bool shadow = info->attrs[PORTCLASS_A_CONFIG_SHADOW];
	const struct portclass_table *table;
	struct sk_buff *msg;

	mutex_lock(&pn->lock);
	if (portclass_nl_find_table(pn, shadow, &table, info->extack)) {
		mutex_unlock(&pn->lock);
		return -ENOENT;
	}
	msg = config_msg(pn, table, info->snd_portid, info->snd_seq,
			 PORTCLASS_CMD_GET);
	mutex_unlock(&pn->lock);
	if (!msg)
		return -ENOMEM;

	return genlmsg_reply(msg, info);
}

static struct sk_buff *change_msg(struct portclass_net *pn,
				  const struct portclass_change *change)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return NULL;

	hdr = genlmsg_put(skb, 0, 0, &portclass_nl_family, 0,
			  PORTCLASS_CMD_HISTORY_NTF);
	if (!hdr || portclass_change_put(skb, pn->net->user_ns, change)) {
		nlmsg_free(skb);
		return NULL;
	}

	genlmsg_end(skb, hdr);
	return skb;
}

/*
 * Protects the family's groups from a notification while they go. Who notifies
 * only reads: one namespace doesn't wait for another one.
 */
static DECLARE_RWSEM(groups_lock);
static bool groups_are_open;

/* Listeners who can't be told for lack of memory learn that they missed one. */
static void multicast(struct portclass_net *pn, struct sk_buff *msg,
		      unsigned int group)
{
	if (msg)
		genlmsg_multicast_netns(&portclass_nl_family, pn->net, msg, 0,
					group, GFP_KERNEL);
	else
		genl_set_err(&portclass_nl_family, pn->net, 0, group, -ENOBUFS);
}

/**
 * portclass_nl_notify() - tell listeners of a change
 * @pn: of the namespace, as it is after the change; @pn->lock is held
 * @change: describes it
 *
 * Context: process, may sleep.
 */
void portclass_nl_notify(struct portclass_net *pn,
			 const struct portclass_change *change)
{
	const struct portclass_table *table;

	lockdep_assert_held(&pn->lock);

	portclass_nl_find_table(pn, false, &table, NULL);

	down_read(&groups_lock);
	if (groups_are_open) {
		multicast(pn, config_msg(pn, table, 0, 0,
					 PORTCLASS_CMD_CHANGED_NTF),
			  PORTCLASS_NLGRP_CONFIG);
		multicast(pn, change_msg(pn, change), PORTCLASS_NLGRP_HISTORY);
	}
	up_read(&groups_lock);
}

static void open_groups(bool there)
{
	down_write(&groups_lock);
	groups_are_open = there;
	up_write(&groups_lock);
}

/**
 * portclass_nl_register() - begin to take requests
 *
 * Context: process, may sleep; module load.
 * Return: what genl_register_family() returns.
 */
int portclass_nl_register(void)
{
	int err;

	open_groups(true);
	err = genl_register_family(&portclass_nl_family);
	if (err)
		open_groups(false);
	return err;
}

/**
 * portclass_nl_unregister() - take no more requests, and tell nobody any more
 *
 * A change may still be taken back for want of a confirmation.
 *
 * Context: process, may sleep; module unload.
 */
void portclass_nl_unregister(void)
{
	open_groups(false);
	genl_unregister_family(&portclass_nl_family);
}

/**
 * portclass_nl_check_admin() - may the sender of a request change a namespace?
 * @skb: the request
 * @pn: of the namespace
 * @extack: where to say that he may not
 *
 * Context: process.
 * Return: 0; -EPERM.
 */
int portclass_nl_check_admin(const struct sk_buff *skb,
			     const struct portclass_net *pn,
			     struct netlink_ext_ack *extack)
{
	if (netlink_ns_capable(skb, pn->net->user_ns, CAP_NET_ADMIN))
		return 0;

	NL_SET_ERR_MSG(extack,
		       "needs CAP_NET_ADMIN over this network namespace");
	return -EPERM;
}

/**
 * portclass_nl_confirm_doit() - keep the change that waits to be confirmed
 * @skb: the request
 * @info: its attributes and its namespace
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: 0; -EPERM without CAP_NET_ADMIN over the namespace; -ENOENT if no
 * change waits; what portclass_request_check_attrs() returns; -ENOMEM.
 */
int portclass_nl_confirm_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct portclass_net *pn = portclass_net_of(genl_info_net(info));
	struct portclass_change *change;
	int err;

	err = portclass_nl_check_admin(skb, pn, info->extack);
	if (!err)
		err = portclass_request_check_attrs(info);
	if (err)
		return err;

	change = portclass_change_alloc(PORTCLASS_CAUSE_CONFIRM, info);
	if (!change)
		return -ENOMEM;

	mutex_lock(&pn->lock);
	err = portclass_change_confirm(pn, change);
	mutex_unlock(&pn->lock);
	if (err) {
		NL_SET_ERR_MSG(info->extack, "no change waits to be confirmed");
		kfree(change);
	}
	return err;
}
