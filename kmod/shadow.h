/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_SHADOW_H
#define _PORTCLASS_SHADOW_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "counters.h"
#include "packet.h"
#include "table.h"

struct portclass_net;

/**
 * struct portclass_shadow - a candidate, evaluated beside the live table
 * @table: compiled
 * @counters: what it would have denied; nothing else is counted here
 */
struct portclass_shadow {
	struct portclass_table *table;
	struct portclass_counters *counters;
};

struct portclass_shadow *portclass_shadow_alloc(const struct portclass_net *pn,
						struct portclass_table *table);
void portclass_shadow_free(struct portclass_shadow *shadow);
struct portclass_shadow *
portclass_shadow_replace(struct portclass_net *pn,
			 struct portclass_shadow *shadow);
void portclass_shadow_exit(struct portclass_net *pn);
struct portclass_shadow *portclass_shadow_of(const struct portclass_net *pn);

void portclass_shadow_count(const struct portclass_shadow *shadow,
			    struct sk_buff *skb,
			    const struct nf_hook_state *state, u8 family,
			    enum portclass_scope hook,
			    const struct portclass_packet *pkt,
			    const struct portclass_seen *seen);

#endif /* _PORTCLASS_SHADOW_H */
