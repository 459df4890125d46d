// SPDX-License-Identifier: GPL-2.0
/*
 * A change of the configuration, once all of it is known to be right: made
 * visible to packets, written down, told to who listens; and taken back if it
 * was to be confirmed and nobody did.
 */
#include <linux/audit.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "change.h"
#include "compat.h"
#include "netlink.h"
#include "shadow.h"

static bool has_history(struct portclass_net *pn)
{
	if (!pn->history)
		pn->history = portclass_history_alloc();
	return pn->history;
}

/* In the history, and to listeners. */
static void note(struct portclass_net *pn, struct portclass_change *change)
{
	const struct portclass_table *table;

	lockdep_assert_held(&pn->lock);

	table = rcu_dereference_protected(pn->table, lockdep_is_held(&pn->lock));
	change->time = ktime_get_real_ns();
	change->generation = table->generation;
	portclass_history_add(pn->history, change);
	portclass_nl_notify(pn, change);
}

/* What is live has changed: in the audit log, too, as nftables' changes. */
static void record(struct portclass_net *pn, struct portclass_change *change)
{
	note(pn, change);
	audit_log_nfcfg("portclass", NFPROTO_INET, change->generation,
			AUDIT_XT_OP_REPLACE, GFP_KERNEL);
}

/* What to go back to from a first change: all as in a namespace at rest. */
static int prepare_revert(struct portclass_net *pn)
{
	if (pn->before || pn->spare)
		return 0;

	pn->spare = portclass_change_alloc(PORTCLASS_CAUSE_REVERT, NULL);
	return pn->spare ? 0 : -ENOMEM;
}

/**
 * portclass_change_publish() - make a change
 * @pn: of the namespace; @pn->lock is held
 * @table: compiled; belongs to @pn on success
 * @change: describes it; belongs to @pn on success
 * @confirm: seconds after which it is taken back if nobody confirms it; 0: never
 *
 * If a change waits to be confirmed already, both are taken back together.
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM; what portclass_net_publish() returns. On failure nothing
 * has changed, and @table and @change stay the caller's.
 */
int portclass_change_publish(struct portclass_net *pn,
			     struct portclass_table *table,
			     struct portclass_change *change,
			     unsigned int confirm)
{
	struct portclass_table *old, *rest = NULL;
	int err = -ENOMEM;

	lockdep_assert_held(&pn->lock);

	if (!has_history(pn))
		return err;
	if (confirm && prepare_revert(pn))
		return err;
	if (confirm && !pn->hooks) {
		rest = portclass_table_alloc();
		if (!rest)
			return err;
	}

	err = portclass_net_publish(pn, table, &old);
	if (err) {
		portclass_table_free(rest);
		return err;
	}

	if (confirm && !pn->before)
		pn->before = old ?: rest;
	else
		portclass_table_free_rcu(old);
	if (confirm) {
		pn->deadline = jiffies + confirm * HZ;
		mod_delayed_work(portclass_compat_wq, &pn->revert, confirm * HZ);
	}

	record(pn, change);
	return 0;
}

/**
 * portclass_change_confirm() - keep the change that waits to be confirmed
 * @pn: of the namespace; @pn->lock is held
 * @change: describes the confirmation; belongs to @pn on success
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT if none waits.
 */
int portclass_change_confirm(struct portclass_net *pn,
			     struct portclass_change *change)
{
	lockdep_assert_held(&pn->lock);

	if (!pn->before)
		return -ENOENT;

	cancel_delayed_work(&pn->revert);
	portclass_table_free_rcu(pn->before);
	pn->before = NULL;
	record(pn, change);
	return 0;
}

/**
 * portclass_change_shadow() - change what is evaluated beside the live table
 * @pn: of the namespace; @pn->lock is held
 * @shadow: belongs to @pn on success; NULL for none
 * @change: describes it; belongs to @pn on success
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM; what portclass_net_publish() returns. On failure nothing
 * has changed, and @shadow and @change stay the caller's.
 */
int portclass_change_shadow(struct portclass_net *pn,
			    struct portclass_shadow *shadow,
			    struct portclass_change *change)
{
	int err;

	lockdep_assert_held(&pn->lock);

	if (!has_history(pn))
		return -ENOMEM;
	err = portclass_net_activate(pn);
	if (err)
		return err;

	shadow = portclass_shadow_replace(pn, shadow);
	note(pn, change);
	synchronize_net();
	portclass_shadow_free(shadow);
	return 0;
}

/**
 * portclass_change_pending() - how long does a change wait to be confirmed?
 * @pn: of the namespace; @pn->lock is held
 *
 * Context: process.
 * Return: seconds until it is taken back, rounded up; 0 if none waits.
 */
unsigned int portclass_change_pending(const struct portclass_net *pn)
{
	unsigned long now = jiffies;

	lockdep_assert_held(&pn->lock);

	if (!pn->before)
		return 0;
	if (time_after_eq(now, pn->deadline))
		return 1;
	return DIV_ROUND_UP(pn->deadline - now, HZ);
}

/* Nobody has confirmed in time. Nothing in here can fail. */
static void revert(struct work_struct *work)
{
	struct portclass_net *pn =
		container_of(work, struct portclass_net, revert.work);
	struct portclass_table *now, *table, *old;

	mutex_lock(&pn->lock);
	table = pn->before;
	/* Confirmed, or given more time, while this was about to run. */
	if (!table || time_before(jiffies, pn->deadline))
		goto unlock;

	pn->before = NULL;
	now = rcu_dereference_protected(pn->table, lockdep_is_held(&pn->lock));
	table->generation = now->generation + 1;
	if (portclass_net_publish(pn, table, &old)) {
		/* Only what tracking needs may be refused; what is there stays. */
		table->track = now->track;
		portclass_net_publish(pn, table, &old);
	}
	portclass_table_free_rcu(old);

	record(pn, pn->spare);
	pn->spare = NULL;
unlock:
	mutex_unlock(&pn->lock);
}

/**
 * portclass_change_init() - prepare a namespace for changes
 * @pn: of the namespace
 *
 * Context: process.
 */
void portclass_change_init(struct portclass_net *pn)
{
	INIT_DELAYED_WORK(&pn->revert, revert);
}

/**
 * portclass_change_stop() - take no change back any more
 * @pn: of the namespace, which nobody else can change any more
 *
 * Context: process, may sleep.
 */
void portclass_change_stop(struct portclass_net *pn)
{
	cancel_delayed_work_sync(&pn->revert);
}

/**
 * portclass_change_exit() - forget all changes of a namespace
 * @pn: of the namespace, behind portclass_change_stop()
 *
 * Context: process, may sleep.
 */
void portclass_change_exit(struct portclass_net *pn)
{
	portclass_table_free(pn->before);
	kfree(pn->spare);
	portclass_history_free(pn->history);
}
