// SPDX-License-Identifier: GPL-2.0
/*
 * What each network namespace has of ours, from its first change to its end.
 */
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "change.h"
#include "early.h"
#include "hook.h"
#include "netns.h"
#include "reject.h"
#include "shadow.h"
#include "track.h"

static unsigned int net_id __read_mostly;

/**
 * portclass_net_of() - find what a namespace has of ours
 * @net: kept alive by the caller
 *
 * Context: any.
 * Return: never NULL while the module is loaded.
 */
struct portclass_net *portclass_net_of(const struct net *net)
{
	return net_generic(net, net_id);
}

static struct nf_hook_ops *hooks_alloc(struct portclass_net *pn)
{
	struct nf_hook_ops *hooks;
	unsigned int i;

	hooks = kcalloc(PORTCLASS_HOOKS + PORTCLASS_EARLY_HOOKS, sizeof(*hooks),
			GFP_KERNEL_ACCOUNT);
	if (!hooks)
		return NULL;

	memcpy(hooks, portclass_hook_ops, PORTCLASS_HOOKS * sizeof(*hooks));
	memcpy(hooks + PORTCLASS_HOOKS, portclass_early_hook_ops,
	       PORTCLASS_EARLY_HOOKS * sizeof(*hooks));
	for (i = 0; i < PORTCLASS_HOOKS + PORTCLASS_EARLY_HOOKS; i++)
		hooks[i].priv = pn;
	return hooks;
}

/* If they can't be registered, the others do their work. */
static void set_early(struct portclass_net *pn, bool wanted)
{
	struct nf_hook_ops *early = pn->hooks + PORTCLASS_HOOKS;

	if (wanted == pn->has_early)
		return;
	if (!wanted)
		nf_unregister_net_hooks(pn->net, early, PORTCLASS_EARLY_HOOKS);
	else if (nf_register_net_hooks(pn->net, early, PORTCLASS_EARLY_HOOKS))
		return;
	pn->has_early = wanted;
}

/* Counters first, hooks last: a hook finds everything it uses. */
static int activate(struct portclass_net *pn, struct portclass_table *table)
{
	int err = -ENOMEM;

	lockdep_assert_held(&pn->lock);

	/* Root's own host is nobody's account; a container's is its own. */
	pn->counters = portclass_counters_alloc(!net_eq(pn->net, &init_net));
	if (!pn->counters)
		return -ENOMEM;

	pn->hooks = hooks_alloc(pn);
	if (!pn->hooks)
		goto free_counters;

	rcu_assign_pointer(pn->table, table);
	err = portclass_track_get(pn->net, table->track);
	if (err)
		goto unpublish;
	err = nf_register_net_hooks(pn->net, pn->hooks, PORTCLASS_HOOKS);
	if (err)
		goto put_track;

	return 0;

put_track:
	/* Some hooks may have been registered for a moment, with packets in. */
	synchronize_net();
	portclass_track_put(pn->net, table->track);
unpublish:
	RCU_INIT_POINTER(pn->table, NULL);
	synchronize_net();
	kfree(pn->hooks);
	pn->hooks = NULL;
free_counters:
	portclass_counters_free(pn->counters);
	pn->counters = NULL;
	return err;
}

/* Another table for an active namespace. */
static int replace(struct portclass_net *pn, struct portclass_table *table,
		   struct portclass_table *old)
{
	int err;

	if (table->track != old->track) {
		err = portclass_track_get(pn->net, table->track);
		if (err)
			return err;
	}

	rcu_assign_pointer(pn->table, table);

	if (table->track != old->track) {
		/* Who still reads the old one relies on what it has taken. */
		synchronize_net();
		portclass_track_put(pn->net, old->track);
	}
	return 0;
}

/**
 * portclass_net_publish() - let packets see a new table
 * @pn: of the namespace; @pn->lock is held
 * @table: compiled; belongs to @pn on success
 * @old: set on success to the table that was there before, or NULL; it is the
 *	caller's, but packets may read it for a grace period
 *
 * Makes the namespace active if it was at rest, and takes what its way of
 * tracking needs, which is all that can fail.
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM, -E2BIG (too many hooks of others), -EOPNOTSUPP (no
 * connection tracking in this kernel), and @table stays the caller's.
 */
int portclass_net_publish(struct portclass_net *pn,
			  struct portclass_table *table,
			  struct portclass_table **old)
{
	int err;

	lockdep_assert_held(&pn->lock);

	*old = rcu_dereference_protected(pn->table,
					 lockdep_is_held(&pn->lock));
	err = *old ? replace(pn, table, *old) : activate(pn, table);
	if (!err)
		set_early(pn, portclass_early_is_of_use(table));
	return err;
}

/**
 * portclass_net_activate() - make a namespace count, if it doesn't yet
 * @pn: of the namespace; @pn->lock is held
 *
 * Context: process, may sleep.
 * Return: 0; what portclass_net_publish() returns.
 */
int portclass_net_activate(struct portclass_net *pn)
{
	struct portclass_table *table, *none;
	int err;

	lockdep_assert_held(&pn->lock);

	if (pn->hooks)
		return 0;

	table = portclass_table_alloc();
	if (!table)
		return -ENOMEM;

	err = portclass_net_publish(pn, table, &none);
	if (err)
		portclass_table_free(table);
	return err;
}

static int __net_init net_init(struct net *net)
{
	struct portclass_net *pn = portclass_net_of(net);
	struct portclass_table *table, *none;
	int err;

	pn->net = net;
	mutex_init(&pn->lock);
	portclass_change_init(pn);
	portclass_reject_init(&pn->resets);
	if (!net_eq(net, &init_net))
		return 0;

	table = portclass_table_alloc();
	if (!table)
		return -ENOMEM;
	/* To count without it is better than not to count. */
	if (!portclass_track_has_conntrack()) {
		pr_warn("portclass: no connection tracking in this kernel; counting without (track none)\n");
		table->track = PORTCLASS_TRACK_NONE;
	}

	mutex_lock(&pn->lock);
	err = portclass_net_publish(pn, table, &none);
	mutex_unlock(&pn->lock);
	if (err)
		portclass_table_free(table);
	return err;
}

/* The core waits a grace period between this and net_exit(). */
static void __net_exit net_pre_exit(struct net *net)
{
	struct portclass_net *pn = portclass_net_of(net);

	/* Going back registers hooks, and unregisters them: not behind this. */
	portclass_change_stop(pn);
	if (pn->has_early)
		nf_unregister_net_hooks(net, pn->hooks + PORTCLASS_HOOKS,
					PORTCLASS_EARLY_HOOKS);
	if (pn->hooks)
		nf_unregister_net_hooks(net, pn->hooks, PORTCLASS_HOOKS);
}

static void __net_exit net_exit(struct net *net)
{
	struct portclass_net *pn = portclass_net_of(net);
	struct portclass_table *table;

	portclass_change_exit(pn);
	portclass_shadow_exit(pn);
	/* Nobody else is left. */
	table = rcu_dereference_protected(pn->table, true);
	if (table)
		portclass_track_put(net, table->track);
	portclass_table_free(table);
	portclass_counters_free(pn->counters);
	kfree(pn->hooks);
	mutex_destroy(&pn->lock);
}

static struct pernet_operations net_ops = {
	.init		= net_init,
	.pre_exit	= net_pre_exit,
	.exit		= net_exit,
	.id		= &net_id,
	.size		= sizeof(struct portclass_net),
};

/**
 * portclass_net_register() - take our place in every namespace
 *
 * Context: process, may sleep. The initial namespace counts when it returns.
 * Return: 0; -ENOMEM and what nf_register_net_hooks() returns.
 */
int portclass_net_register(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * portclass_net_unregister() - leave all namespaces
 *
 * Context: process, may sleep. No packet is in our code when it returns.
 */
void portclass_net_unregister(void)
{
	unregister_pernet_subsys(&net_ops);
}
