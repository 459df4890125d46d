/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_SPILL_H
#define _PORTCLASS_SPILL_H

#include <linux/atomic.h>

#include "table.h"

/* Half a cache line, so that none straddles two. */
struct portclass_port_stats {
	u64 flows;
	u64 packets;
	u64 bytes;
	u64 denied_packets;
} __aligned(32);

/**
 * struct portclass_slot - a port that waits for its page
 * @tag: 0 if the slot is free, else the port's key; see portclass_slot_key()
 * @ready: the page is there; only the worker's that empties the slots
 * @flows: counted here so far, as are the rest
 * @packets: see struct portclass_port_stats
 * @bytes: see there
 * @denied_packets: see there
 */
struct portclass_slot {
	atomic_t tag;
	bool ready;
	atomic64_t flows;
	atomic64_t packets;
	atomic64_t bytes;
	atomic64_t denied_packets;
};

/**
 * struct portclass_spill - where ports are counted that have no page yet
 * @count: how many slots there are
 * @used: how many of them are taken, or being taken
 * @slots: hashed by key
 */
struct portclass_spill {
	unsigned int count;
	atomic_t used;
	struct portclass_slot slots[];
};

/**
 * portclass_spill_end() - where the slots end
 * @spill: of which waiting room
 *
 * Context: any.
 * Return: the address behind the last slot.
 */
static inline struct portclass_slot *
portclass_spill_end(struct portclass_spill *spill)
{
	return spill->slots + spill->count;
}

struct portclass_spill *portclass_spill_alloc(unsigned int pages, gfp_t gfp);
void portclass_spill_free(struct portclass_spill *spill);
bool portclass_slot_key(const struct portclass_slot *slot,
			struct portclass_key *key);
struct portclass_port_stats portclass_slot_take(struct portclass_spill *spill,
						struct portclass_slot *slot);
bool portclass_spill_add(struct portclass_spill *spill,
			 const struct portclass_key *key, unsigned int bytes,
			 bool opens, bool denied, bool *taken);
u32 portclass_spill_first(struct portclass_spill *spill,
			  const struct portclass_key *from);
void portclass_spill_sum(struct portclass_spill *spill,
			 const struct portclass_key *key,
			 struct portclass_port_stats *sum);

#endif /* _PORTCLASS_SPILL_H */
