/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_REJECT_H
#define _PORTCLASS_REJECT_H

#include <linux/netfilter.h>
#include <linux/ratelimit_types.h>
#include <linux/skbuff.h>

#include "packet.h"
#include "table.h"

void portclass_reject_open(void);
void portclass_reject_close(void);
bool portclass_reject_is_known(void);
void portclass_reject_init(struct ratelimit_state *resets);

unsigned int portclass_reject_send(struct ratelimit_state *resets,
				   struct sk_buff *skb,
				   const struct nf_hook_state *state, u8 family,
				   enum portclass_scope hook,
				   const struct portclass_packet *pkt);

#endif /* _PORTCLASS_REJECT_H */
