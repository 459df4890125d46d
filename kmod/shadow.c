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

/**
 * portclass_shadow_alloc() - make a shadow table
 * @pn: of the namespace
 * @table: compiled; belongs to the shadow table on success
 *
 * Context: process, may sleep.
 * Return: what the caller owns; NULL if there is no memory.
 */
struct portclass_shadow *portclass_shadow_alloc(const struct portclass_net *pn,
						struct portclass_table *table)
{
	struct portclass_shadow *shadow;

	shadow = kzalloc(sizeof(*shadow), GFP_KERNEL_ACCOUNT);
	if (!shadow)
		return NULL;
	shadow->counters = portclass_counters_alloc(!net_eq(pn->net, &init_net));
	if (!shadow->counters) {
		kfree(shadow);
		return NULL;
	}

	shadow->table = table;
	return shadow;
}

/**
 * portclass_shadow_free() - free a shadow table
 * @shadow: which no packet reads; may be NULL
 *
 * Context: process, may sleep.
 */
void portclass_shadow_free(struct portclass_shadow *shadow)
{
	if (!shadow)
		return;

	portclass_table_free(shadow->table);
	portclass_counters_free(shadow->counters);
	kfree(shadow);
}

/**
 * portclass_shadow_replace() - let packets see another shadow table
 * @pn: of the namespace; @pn->lock is held
 * @shadow: belongs to @pn; NULL for none
 *
 * It counts once the namespace is active.
 *
 * Context: process.
 * Return: the one that was there before, or NULL; it is the caller's, but packets
 * may read it for a grace period.
 */
struct portclass_shadow *
portclass_shadow_replace(struct portclass_net *pn,
			 struct portclass_shadow *shadow)
{
	pn->shadows++;
	return rcu_replace_pointer(pn->shadow, shadow,
				   lockdep_is_held(&pn->lock));
}

/**
 * portclass_shadow_exit() - forget the shadow table of a namespace that goes
 * @pn: of the namespace; neither packets nor anybody else use it any more
 *
 * Context: process, may sleep.
 */
void portclass_shadow_exit(struct portclass_net *pn)
{
	portclass_shadow_free(rcu_dereference_protected(pn->shadow, true));
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
