// SPDX-License-Identifier: GPL-2.0
/*
 * The last changes of a namespace: who made them, when, why, and what was asked
 * for. Whatever it is written in is bounded.
 */
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "history.h"

/* What of a request is kept, and under which number; in this order. */
static const struct {
	u8 type;
	u8 as;
	bool many;
} kept[] = {
	{ PORTCLASS_A_CONFIG_REASON,	PORTCLASS_A_HISTORY_REASON },
	{ PORTCLASS_A_CONFIG_CONFIRM,	PORTCLASS_A_HISTORY_CONFIRM },
	{ PORTCLASS_A_CONFIG_FLUSH,	PORTCLASS_A_HISTORY_FLUSH },
	{ PORTCLASS_A_CONFIG_MODE,	PORTCLASS_A_HISTORY_MODE },
	{ PORTCLASS_A_CONFIG_TRACK,	PORTCLASS_A_HISTORY_TRACK },
	{ PORTCLASS_A_CONFIG_POLICY,	PORTCLASS_A_HISTORY_POLICY, true },
	{ PORTCLASS_A_CONFIG_RULE,	PORTCLASS_A_HISTORY_RULE, true },
};

/**
 * portclass_history_alloc() - make an empty history
 *
 * Context: process, may sleep.
 * Return: what the caller owns; NULL if there is no memory.
 */
struct portclass_history *portclass_history_alloc(void)
{
	return kzalloc(sizeof(struct portclass_history), GFP_KERNEL_ACCOUNT);
}

/**
 * portclass_history_free() - free a history and all its changes
 * @history: nobody reads it; may be NULL
 *
 * Context: any.
 */
void portclass_history_free(struct portclass_history *history)
{
	unsigned int i;

	for (i = 0; history && i < PORTCLASS_HISTORY_CHANGES; i++)
		kfree(history->ring[i]);
	kfree(history);
}

/**
 * portclass_history_add() - remember a change
 * @history: of its namespace; the caller holds the namespace's lock
 * @change: belongs to @history from now on
 *
 * The oldest one is forgotten for it if there is no room. Can't fail.
 *
 * Context: any.
 */
void portclass_history_add(struct portclass_history *history,
			   struct portclass_change *change)
{
	unsigned int slot = history->count % PORTCLASS_HISTORY_CHANGES;

	kfree(history->ring[slot]);
	history->ring[slot] = change;
	history->count++;
}

/* Copy it, if there is room. */
static void keep(struct portclass_change *change, const struct nlattr *attr, u8 as)
{
	struct nlattr *copy;

	if (change->length + nla_total_size(nla_len(attr)) >
	    PORTCLASS_HISTORY_BYTES) {
		change->left_out++;
		return;
	}
	copy = (void *)change->attrs + change->length;
	memcpy(copy, attr, nla_attr_size(nla_len(attr)));
	copy->nla_type = as | (attr->nla_type & ~NLA_TYPE_MASK);
	change->length += nla_total_size(nla_len(attr));
}

static void keep_all(struct portclass_change *change,
		     const struct genl_info *info, u8 type, u8 as)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_attr(attr, genlmsg_data(info->genlhdr),
			  genlmsg_len(info->genlhdr), rem)
		if (nla_type(attr) == type)
			keep(change, attr, as);
}

/* A request may be of 5 MB: it is gone through for what may be in there often. */
static void keep_request(struct portclass_change *change,
			 const struct genl_info *info)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kept); i++) {
		const struct nlattr *attr = info->attrs[kept[i].type];

		if (attr && kept[i].many)
			keep_all(change, info, kept[i].type, kept[i].as);
		else if (attr)
			keep(change, attr, kept[i].as);
	}
}

/**
 * portclass_change_alloc() - describe a change before it is made
 * @cause: why it is made
 * @info: the checked request of the current process; NULL if it is the kernel's
 *
 * Context: process, may sleep.
 * Return: what the caller owns, with generation and time to be filled in; NULL
 * if there is no memory.
 */
struct portclass_change *portclass_change_alloc(enum portclass_cause cause,
						const struct genl_info *info)
{
	unsigned int size = 0;
	struct portclass_change *change;

	if (info)
		size = min(NLA_ALIGN(genlmsg_len(info->genlhdr)),
			   PORTCLASS_HISTORY_BYTES);
	change = kzalloc(sizeof(*change) + size, GFP_KERNEL_ACCOUNT);
	if (!change)
		return NULL;

	change->cause = cause;
	change->by.uid = INVALID_UID;
	change->by.login_uid = INVALID_UID;
	if (!info)
		return change;

	change->by.uid = current_uid();
	change->by.login_uid = audit_get_loginuid(current);
	change->by.pid = task_tgid_nr(current);
	get_task_comm(change->by.command, current);
	keep_request(change, info);
	return change;
}

static int put_author(struct sk_buff *skb, struct user_namespace *owner,
		      const struct portclass_change *change)
{
	if (!uid_valid(change->by.uid))
		return 0;
	if (nla_put_u32(skb, PORTCLASS_A_HISTORY_UID,
			from_kuid_munged(owner, change->by.uid)) ||
	    (uid_valid(change->by.login_uid) &&
	     nla_put_u32(skb, PORTCLASS_A_HISTORY_LOGIN_UID,
			 from_kuid_munged(owner, change->by.login_uid))) ||
	    nla_put_u32(skb, PORTCLASS_A_HISTORY_PID, change->by.pid) ||
	    nla_put_string(skb, PORTCLASS_A_HISTORY_COMMAND,
			   change->by.command))
		return -EMSGSIZE;
	return 0;
}

/**
 * portclass_change_put() - put a change into a message
 * @skb: the message
 * @owner: the user namespace in which to tell users
 * @change: the change
 *
 * Context: any.
 * Return: 0; -EMSGSIZE if it doesn't fit, and part of it may have been put.
 */
int portclass_change_put(struct sk_buff *skb, struct user_namespace *owner,
			 const struct portclass_change *change)
{
	void *attrs;

	if (nla_put_u32(skb, PORTCLASS_A_HISTORY_GENERATION,
			change->generation) ||
	    nla_put_u32(skb, PORTCLASS_A_HISTORY_CAUSE, change->cause) ||
	    nla_put_u64_64bit(skb, PORTCLASS_A_HISTORY_TIME, change->time,
			      PORTCLASS_A_HISTORY_PAD) ||
	    put_author(skb, owner, change) ||
	    skb_tailroom(skb) < (int)change->length)
		return -EMSGSIZE;

	attrs = skb_put(skb, change->length);
	memcpy(attrs, change->attrs, change->length);
	if (change->left_out &&
	    nla_put_u32(skb, PORTCLASS_A_HISTORY_LEFT_OUT, change->left_out))
		return -EMSGSIZE;
	return 0;
}
