/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_RECENT_H
#define _PORTCLASS_RECENT_H

#include <linux/percpu.h>
#include <linux/skbuff.h>

#include "packet.h"

/* 4 KiB a CPU. */
#define PORTCLASS_RECENT_SLOTS	512

/**
 * struct portclass_recent - who was denied lately, as one CPU has seen it
 * @slot: by hash of the flow: the hash, and the time in seconds; 0 if free
 */
struct portclass_recent {
	u64 slot[PORTCLASS_RECENT_SLOTS];
};

bool portclass_recent_add(struct portclass_recent __percpu *recent,
			  const struct sk_buff *skb, u8 family,
			  const struct portclass_packet *pkt);

#endif /* _PORTCLASS_RECENT_H */
