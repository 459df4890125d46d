// SPDX-License-Identifier: GPL-2.0
/*
 * What each network namespace has of ours, from its first change to its end.
 */
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "hook.h"
#include "netns.h"

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

/* Counters first, hooks last: a hook finds everything it uses. */
static int activate(struct portclass_net *pn, struct portclass_table *table)
{
	unsigned int i;
	int err = -ENOMEM;

	lockdep_assert_held(&pn->lock);

	/* Root's own host is nobody's account; a container's is its own. */
	pn->counters = portclass_counters_alloc(!net_eq(pn->net, &init_net));
	if (!pn->counters)
		return -ENOMEM;

	pn->hooks = kmemdup(portclass_hook_ops,
			    PORTCLASS_HOOKS * sizeof(*pn->hooks),
			    GFP_KERNEL_ACCOUNT);
	if (!pn->hooks)
		goto free_counters;
	for (i = 0; i < PORTCLASS_HOOKS; i++)
		pn->hooks[i].priv = pn;

	rcu_assign_pointer(pn->table, table);
	err = nf_register_net_hooks(pn->net, pn->hooks, PORTCLASS_HOOKS);
	if (err)
		goto unpublish;

	return 0;

unpublish:
	/*
	 * Some hooks may have been registered for a moment: first wait for
	 * packets in them, which need a table, then for readers of the table.
	 */
	synchronize_net();
	RCU_INIT_POINTER(pn->table, NULL);
	synchronize_net();
	kfree(pn->hooks);
	pn->hooks = NULL;
free_counters:
	portclass_counters_free(pn->counters);
	pn->counters = NULL;
	return err;
}

/**
 * portclass_net_publish() - let packets see a new table
 * @pn: of the namespace; @pn->lock is held
 * @table: compiled; belongs to @pn on success
 *
 * Makes the namespace active if it was at rest, which is all that can fail.
 * The table that was there before is freed behind its last reader.
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM, -E2BIG (too many hooks of others), and @table stays the
 * caller's.
 */
int portclass_net_publish(struct portclass_net *pn,
			  struct portclass_table *table)
{
	struct portclass_table *old;

	lockdep_assert_held(&pn->lock);

	if (!pn->hooks)
		return activate(pn, table);

	old = rcu_replace_pointer(pn->table, table, lockdep_is_held(&pn->lock));
	portclass_table_free_rcu(old);
	return 0;
}

static int __net_init net_init(struct net *net)
{
	struct portclass_net *pn = portclass_net_of(net);
	struct portclass_table *table;
	int err;

	pn->net = net;
	mutex_init(&pn->lock);
	if (!net_eq(net, &init_net))
		return 0;

	table = portclass_table_alloc();
	if (!table)
		return -ENOMEM;

	mutex_lock(&pn->lock);
	err = portclass_net_publish(pn, table);
	mutex_unlock(&pn->lock);
	if (err)
		portclass_table_free(table);
	return err;
}

/* The core waits a grace period between this and net_exit(). */
static void __net_exit net_pre_exit(struct net *net)
{
	struct portclass_net *pn = portclass_net_of(net);

	if (pn->hooks)
		nf_unregister_net_hooks(net, pn->hooks, PORTCLASS_HOOKS);
}

static void __net_exit net_exit(struct net *net)
{
	struct portclass_net *pn = portclass_net_of(net);

	portclass_table_free(rcu_dereference_protected(pn->table, true));
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
