// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that change the configuration, the live one or its shadow: a clone is
 * changed and published, or dropped.
 */
#include <net/genetlink.h>

#include "change.h"
#include "genl.h"
#include "netlink.h"
#include "netns.h"
#include "request.h"
#include "shadow.h"
#include "table.h"

/* Of what publishing may return. */
static void say_why_not(int err, struct genl_info *info)
{
	if (err == -E2BIG)
		NL_SET_ERR_MSG(info->extack,
			       "too many packet hooks are registered here");
	if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[PORTCLASS_A_CONFIG_TRACK],
				    "no connection tracking in this kernel, only 'track none'");
}

static int check_pending(const struct portclass_net *pn, struct genl_info *info)
{
	if (!pn->before || info->attrs[PORTCLASS_A_CONFIG_FORCE])
		return 0;

	NL_SET_ERR_MSG(info->extack, "another change waits to be confirmed");
	return -EBUSY;
}

/* Takes over @new, whatever comes of it. */
static int publish(struct portclass_net *pn, struct portclass_table *new,
		   struct portclass_change *change, struct genl_info *info)
{
	const struct nlattr *confirm = info->attrs[PORTCLASS_A_CONFIG_CONFIRM];
	int err;

	err = portclass_change_publish(pn, new, change,
				       confirm ? nla_get_u32(confirm) : 0);
	if (err) {
		say_why_not(err, info);
		portclass_table_free(new);
	}
	return err;
}

/* A table as the configuration would be after a request. */
static struct portclass_table *prepare(struct portclass_net *pn,
				       struct genl_info *info)
{
	struct portclass_table *old, *new;
	int err;

	old = rcu_dereference_protected(pn->table, lockdep_is_held(&pn->lock));
	new = old ? portclass_table_clone(old) : portclass_table_alloc();
	if (!new)
		return ERR_PTR(-ENOMEM);

	err = portclass_request_apply(new, info);
	if (err) {
		portclass_table_free(new);
		return ERR_PTR(err);
	}
	return new;
}

static int set(struct portclass_net *pn, struct portclass_change *change,
	       struct genl_info *info)
{
	struct portclass_table *new;

	lockdep_assert_held(&pn->lock);

	if (check_pending(pn, info))
		return -EBUSY;

	new = prepare(pn, info);
	return IS_ERR(new) ? PTR_ERR(new) : publish(pn, new, change, info);
}

static int promote(struct portclass_net *pn, struct portclass_change *change,
		   struct genl_info *info)
{
	struct portclass_shadow *shadow =
		portclass_nl_find_shadow(pn, info->extack);
	const struct portclass_table *now;
	struct portclass_table *new;
	int err;

	if (!shadow)
		return -ENOENT;
	if (check_pending(pn, info))
		return -EBUSY;

	new = portclass_table_clone(shadow->table);
	if (!new)
		return -ENOMEM;
	err = portclass_table_compile(new);
	if (err) {
		portclass_table_free(new);
		return err;
	}

	now = rcu_dereference_protected(pn->table, lockdep_is_held(&pn->lock));
	new->generation = now->generation + 1;

	/* Before, so that who is told of the change is told of none. */
	shadow = portclass_shadow_replace(pn, NULL);
	err = publish(pn, new, change, info);
	if (err) {
		portclass_shadow_replace(pn, shadow);
		return err;
	}
	synchronize_net();
	portclass_shadow_free(shadow);
	return 0;
}

static int set_shadow(struct portclass_net *pn, struct portclass_change *change,
		      struct genl_info *info)
{
	struct portclass_shadow *shadow;
	struct portclass_table *new;
	int err;

	lockdep_assert_held(&pn->lock);

	new = prepare(pn, info);
	if (IS_ERR(new))
		return PTR_ERR(new);

	/* Its own: candidates for the same live table are to be told apart. */
	new->generation = pn->shadows + 1;
	shadow = portclass_shadow_alloc(pn, new);
	if (!shadow) {
		portclass_table_free(new);
		return -ENOMEM;
	}

	err = portclass_change_shadow(pn, shadow, change);
	if (err) {
		say_why_not(err, info);
		portclass_shadow_free(shadow);
	}
	return err;
}

static int drop_shadow(struct portclass_net *pn, struct portclass_change *change,
		       struct genl_info *info)
{
	lockdep_assert_held(&pn->lock);

	if (!portclass_nl_find_shadow(pn, info->extack))
		return -ENOENT;

	return portclass_change_shadow(pn, NULL, change);
}

/* Writes down who asks, and lets @fn do it. */
static int do_change(struct portclass_net *pn, struct genl_info *info,
		     enum portclass_cause cause,
		     int (*fn)(struct portclass_net *pn,
			       struct portclass_change *change,
			       struct genl_info *info))
{
	struct portclass_change *change;
	int err;

	change = portclass_change_alloc(cause, info);
	if (!change)
		return -ENOMEM;

	mutex_lock(&pn->lock);
	err = fn(pn, change, info);
	mutex_unlock(&pn->lock);
	if (err)
		kfree(change);
	return err;
}

/**
 * portclass_nl_shadow_promote_doit() - make the shadow table the live one
 * @skb: the request
 * @info: its attributes and its namespace
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: as portclass_nl_set_doit(); -ENOENT if there is no shadow table.
 */
int portclass_nl_shadow_promote_doit(struct sk_buff *skb,
				     struct genl_info *info)
{
	struct portclass_net *pn = portclass_net_of(genl_info_net(info));
	int err;

	err = portclass_nl_check_admin(skb, pn, info->extack);
	if (!err)
		err = portclass_request_check_attrs(info);
	if (err)
		return err;

	return do_change(pn, info, PORTCLASS_CAUSE_PROMOTE, promote);
}

/**
 * portclass_nl_shadow_drop_doit() - forget the shadow table
 * @skb: the request
 * @info: its attributes and its namespace
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: 0; -EPERM without CAP_NET_ADMIN over the namespace; -ENOENT if there
 * is no shadow table; what portclass_request_check_attrs() returns; -ENOMEM.
 */
int portclass_nl_shadow_drop_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct portclass_net *pn = portclass_net_of(genl_info_net(info));
	int err;

	err = portclass_nl_check_admin(skb, pn, info->extack);
	if (!err)
		err = portclass_request_check_attrs(info);
	if (err)
		return err;

	return do_change(pn, info, PORTCLASS_CAUSE_SHADOW_DROP, drop_shadow);
}

/**
 * portclass_nl_set_doit() - change the configuration, all of it or nothing
 * @skb: the request
 * @info: its attributes and its namespace
 *
 * Context: process, may sleep; takes the namespace's lock.
 * Return: 0; -EPERM without CAP_NET_ADMIN over the namespace; -EINVAL and what
 * the policy's checks return for a bad request, with the attribute and the
 * reason in extack; -EBUSY if another change waits to be confirmed; what
 * portclass_change_publish() returns.
 */
int portclass_nl_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct portclass_net *pn = portclass_net_of(genl_info_net(info));
	int err;

	err = portclass_nl_check_admin(skb, pn, info->extack);
	if (!err)
		err = portclass_request_check(info);
	if (err)
		return err;

	if (info->attrs[PORTCLASS_A_CONFIG_SHADOW])
		return do_change(pn, info, PORTCLASS_CAUSE_SHADOW, set_shadow);
	return do_change(pn, info, PORTCLASS_CAUSE_REQUEST, set);
}
