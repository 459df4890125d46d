/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_NETNS_H
#define _PORTCLASS_NETNS_H

#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/ratelimit_types.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "counters.h"
#include "history.h"
#include "table.h"

/**
 * struct portclass_net - what a network namespace has of ours
 * @table: its configuration; NULL at rest. Replaced under @lock, read by
 *	packets in an RCU read-side section
 * @shadow: a table that is evaluated beside it; NULL if there is none. Replaced
 *	and read likewise
 * @counters: NULL at rest; set before the first hook is registered, and the
 *	same from then on until the namespace goes
 * @hooks: registered hooks, with this struct as their priv; NULL at rest. Behind
 *	them the early ones
 * @has_early: these are registered, too
 * @net: the namespace
 * @resets: what limits the answers to rejected packets
 * @history: the last changes; NULL if there was none
 * @shadows: how often @shadow was replaced; the next one's generation is above
 * @before: the table to go back to if a change isn't confirmed; NULL if none
 *	waits. Nobody else's, but packets that have seen it may read it for a
 *	grace period
 * @spare: describes the going back; not NULL if @before isn't
 * @revert: goes back at @deadline
 * @deadline: in jiffies
 * @lock: serialises changes, protects all from @history on
 *
 * A namespace at rest has this struct and nothing else: no hook, no table, no
 * counters. It is active from the first change on, the initial one from load.
 */
struct portclass_net {
	struct portclass_table __rcu *table;
	struct portclass_shadow __rcu *shadow;
	struct portclass_counters *counters;
	struct nf_hook_ops *hooks;
	struct net *net;
	struct ratelimit_state resets;
	struct portclass_history *history;
	bool has_early;
	u32 shadows;
	struct portclass_table *before;
	struct portclass_change *spare;
	struct delayed_work revert;
	unsigned long deadline;
	struct mutex lock; /* serialises changes */
};

struct portclass_net *portclass_net_of(const struct net *net);
int portclass_net_activate(struct portclass_net *pn);
int portclass_net_publish(struct portclass_net *pn,
			  struct portclass_table *table,
			  struct portclass_table **old);
int portclass_net_register(void);
void portclass_net_unregister(void);

#endif /* _PORTCLASS_NETNS_H */
