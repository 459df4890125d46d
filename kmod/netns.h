/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_NETNS_H
#define _PORTCLASS_NETNS_H

#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>

#include "counters.h"
#include "table.h"

/**
 * struct portclass_net - what a network namespace has of ours
 * @table: its configuration; NULL at rest. Replaced under @lock, read by
 *	packets in an RCU read-side section
 * @counters: NULL at rest; set before the first hook is registered, and the
 *	same from then on until the namespace goes
 * @hooks: registered hooks, with this struct as their priv; NULL at rest
 * @net: the namespace
 * @lock: serialises changes
 *
 * A namespace at rest has this struct and nothing else: no hook, no table, no
 * counters. It is active from the first change on, the initial one from load.
 */
struct portclass_net {
	struct portclass_table __rcu *table;
	struct portclass_counters *counters;
	struct nf_hook_ops *hooks;
	struct net *net;
	struct mutex lock; /* serialises changes */
};

struct portclass_net *portclass_net_of(const struct net *net);
int portclass_net_publish(struct portclass_net *pn,
			  struct portclass_table *table);
int portclass_net_register(void);
void portclass_net_unregister(void);

#endif /* _PORTCLASS_NETNS_H */
