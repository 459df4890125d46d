/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_FLOW_H
#define _PORTCLASS_FLOW_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "packet.h"

/**
 * portclass_flow_is_denied() - what a table says of a packet
 * @table: a compiled table
 * @pkt: what portclass_flow_read() said of the packet
 *
 * Context: any; the caller holds what keeps @table alive.
 * Return: true if it is judged and denied, whatever the mode.
 */
static inline bool
portclass_flow_is_denied(const struct portclass_table *table,
			 const struct portclass_packet *pkt)
{
	return pkt->judged && portclass_table_denies(table, &pkt->dialled);
}

enum portclass_packet_kind
portclass_flow_read(struct sk_buff *skb, const struct nf_hook_state *state,
		    u8 family, enum portclass_scope hook,
		    enum portclass_track track, struct portclass_packet *pkt);
bool portclass_flow_stays_denied(const struct portclass_table *table,
				 struct sk_buff *skb,
				 const struct nf_hook_state *state, u8 family,
				 enum portclass_scope hook,
				 struct portclass_packet *pkt);

#endif /* _PORTCLASS_FLOW_H */
