/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_RECENT_H
#define _PORTCLASS_RECENT_H

#include <linux/percpu.h>
#include <linux/skbuff.h>

#include "packet.h"

/* 4 KiB a CPU. */
#define PORTCLASS_RECENT_PAIRS	256

/**
 * struct portclass_recent - who was denied lately, as one CPU has seen it
 * @pair: by hash of the flow, two flows, the later one first: the hash, and the
 *	time in seconds; 0 if free. Of one cache line
 */
struct portclass_recent {
	u64 pair[PORTCLASS_RECENT_PAIRS][2] __aligned(16);
};

void portclass_recent_open(void);
bool portclass_recent_add(struct portclass_recent __percpu *recent,
			  const struct sk_buff *skb, u8 family,
			  const struct portclass_packet *pkt);

#endif /* _PORTCLASS_RECENT_H */
