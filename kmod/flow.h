/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_FLOW_H
#define _PORTCLASS_FLOW_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "packet.h"

enum portclass_packet_kind
portclass_flow_read(struct sk_buff *skb, const struct nf_hook_state *state,
		    u8 family, enum portclass_scope hook,
		    enum portclass_track track, struct portclass_packet *pkt);
bool portclass_flow_reconsider(struct sk_buff *skb,
			       const struct nf_hook_state *state, u8 family,
			       enum portclass_scope hook,
			       struct portclass_packet *pkt);

#endif /* _PORTCLASS_FLOW_H */
