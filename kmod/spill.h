/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_SPILL_H
#define _PORTCLASS_SPILL_H

#include <linux/atomic.h>

#include "stats.h"
#include "table.h"

/**
 * struct portclass_slot - a port that waits for its page
 * @tag: 0 if the slot is free, else the port's key; see portclass_slot_key()
 * @ready: the page is there; only the worker's that empties the slots
 * @packets: counted here so far, as are the rest; see struct portclass_stats
 * @bytes: see there
 * @flows: see there
 * @denied_flows: see there
 * @denied_packets: see there
 * @denied_bytes: see there
 */
struct portclass_slot {
	atomic_t tag;
	bool ready;
	atomic64_t packets[PORTCLASS_WAYS];
	atomic64_t bytes[PORTCLASS_WAYS];
	atomic64_t flows;
	atomic64_t denied_flows;
	atomic64_t denied_packets;
	atomic64_t denied_bytes;
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
void portclass_slot_take(struct portclass_spill *spill,
			 struct portclass_slot *slot,
			 struct portclass_stats *stats);
bool portclass_spill_add(struct portclass_spill *spill,
			 const struct portclass_key *key,
			 const struct portclass_seen *seen, bool *taken);
u32 portclass_spill_first(struct portclass_spill *spill,
			  const struct portclass_key *path, u32 from);
void portclass_spill_sum(struct portclass_spill *spill,
			 const struct portclass_key *key,
			 struct portclass_stats *sum);
void portclass_spill_sum_classes(struct portclass_spill *spill,
				 const struct portclass_key *path,
				 struct portclass_stats *class);

#endif /* _PORTCLASS_SPILL_H */
