/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_END_H
#define _PORTCLASS_END_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "packet.h"

/**
 * struct portclass_where - where a packet is, to hand on
 * @state: of the hook
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: the scope of the hook: IN at LOCAL_IN, OUT at LOCAL_OUT, or FORWARD
 */
struct portclass_where {
	const struct nf_hook_state *state;
	u8 family;
	enum portclass_scope hook;
};

bool portclass_end_orient(struct sk_buff *skb, const struct portclass_where *at,
			  u8 proto, struct portclass_packet *pkt);
bool portclass_end_reconsider(struct sk_buff *skb,
			      const struct portclass_where *at,
			      struct portclass_packet *pkt);

#endif /* _PORTCLASS_END_H */
