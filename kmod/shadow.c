// SPDX-License-Identifier: GPL-2.0
/*
 * The shadow table: a candidate that counts what it would have denied, and drops
 * nothing. It judges the flows that the live table's tracking tells.
 */
#include <linux/slab.h>

#include "flow.h"
#include "netns.h"
#include "shadow.h"

/**
 * portclass_shadow_of() - find the shadow table of a namespace
 * @pn: of the namespace; @pn->lock is held
 *
 * Context: process.
 * Return: it, for as long as the lock is held; NULL if there is none.
 */
struct portclass_shadow *portclass_shadow_of(const struct portclass_net *pn)
{
	return rcu_dereference_protected(pn->shadow,
					 lockdep_is_held(&pn->lock));
}

static void free_shadow(struct portclass_shadow *shadow)
{
	if (!shadow)
		return;

	portclass_table_free(shadow->table);
	portclass_counters_free(shadow->counters);
	kfree(shadow);
}

/**
 * portclass_shadow_set() - evaluate a table beside the live one
 * @pn: of the namespace; @pn->lock is held
 * @table: compiled; belongs to @pn on success
 *
 * Takes the place of another one. Counts once the namespace is active.
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM, and all is as before.
 */
int portclass_shadow_set(struct portclass_net *pn,
			 struct portclass_table *table)
{
	struct portclass_shadow *shadow, *old;

	lockdep_assert_held(&pn->lock);

	shadow = kzalloc(sizeof(*shadow), GFP_KERNEL_ACCOUNT);
	if (!shadow)
		return -ENOMEM;
	shadow->counters = portclass_counters_alloc(!net_eq(pn->net, &init_net));
	if (!shadow->counters) {
		kfree(shadow);
		return -ENOMEM;
	}
	shadow->table = table;

	old = rcu_replace_pointer(pn->shadow, shadow,
				  lockdep_is_held(&pn->lock));
	synchronize_net();
	free_shadow(old);
	return 0;
}

/**
 * portclass_shadow_drop() - forget the shadow table and what it has counted
 * @pn: of the namespace; @pn->lock is held
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT if there is none.
 */
int portclass_shadow_drop(struct portclass_net *pn)
{
	struct portclass_shadow *shadow;

	lockdep_assert_held(&pn->lock);

	shadow = rcu_replace_pointer(pn->shadow, NULL,
				     lockdep_is_held(&pn->lock));
	if (!shadow)
		return -ENOENT;

	synchronize_net();
	free_shadow(shadow);
	return 0;
}

/**
 * portclass_shadow_exit() - forget the shadow table of a namespace that goes
 * @pn: of the namespace; neither packets nor anybody else use it any more
 *
 * Context: process, may sleep.
 */
void portclass_shadow_exit(struct portclass_net *pn)
{
	free_shadow(rcu_dereference_protected(pn->shadow, true));
}

/**
 * portclass_shadow_count() - count a packet, if the shadow table denies it
 * @shadow: of the packet's namespace
 * @skb: the packet
 * @state: of the hook
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: the scope of the hook
 * @pkt: what portclass_flow_read() said of it
 * @seen: what the live counters have counted of it
 *
 * Context: RCU read-side section. No lock, no allocation.
 */
void portclass_shadow_count(const struct portclass_shadow *shadow,
			    struct sk_buff *skb,
			    const struct nf_hook_state *state, u8 family,
			    enum portclass_scope hook,
			    const struct portclass_packet *pkt,
			    const struct portclass_seen *seen)
{
	struct portclass_packet again = *pkt;
	struct portclass_seen denied = *seen;

	if (!portclass_flow_is_denied(shadow->table, &again) ||
	    !portclass_flow_stays_denied(shadow->table, skb, state, family, hook,
					 &again))
		return;

	denied.denied = true;
	denied.way = portclass_packet_is_guessed(&again) ? PORTCLASS_WAY_TO :
							   again.way;
	portclass_counters_add(shadow->counters, &again.dialled, &denied);
}
