// SPDX-License-Identifier: GPL-2.0
/*
 * The waiting room of ports that have traffic and no page yet: a hash table of
 * shared atomics, in which a packet finds or takes a slot without a lock. Only
 * ports.c's worker gives a slot back, when no packet can be using it.
 */
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/vmalloc.h>

#include "spill.h"

/* Slots that one packet may look at. */
#define PROBES	8

static int key_tag(const struct portclass_key *key)
{
	return BIT(30) | key->scope << 17 | key->proto << 16 | key->port;
}

static struct portclass_key tag_key(int tag)
{
	return (struct portclass_key) {
		.port = tag & 0xffff,
		.proto = tag >> 16 & 1,
		.scope = tag >> 17 & 3,
	};
}

/**
 * portclass_spill_alloc() - make a waiting room
 * @pages: its size, in 4 KiB
 * @gfp: how to allocate
 *
 * Context: process, may sleep.
 * Return: what the caller owns, all slots free; NULL if there is no memory.
 */
struct portclass_spill *portclass_spill_alloc(unsigned int pages, gfp_t gfp)
{
	struct portclass_spill *spill;

	spill = __vmalloc(pages * SZ_4K, gfp | __GFP_ZERO);
	if (spill)
		spill->count = (pages * SZ_4K - sizeof(*spill)) /
			       sizeof(spill->slots[0]);
	return spill;
}

/**
 * portclass_spill_free() - free a waiting room
 * @spill: no packet sees it any more; may be NULL
 *
 * Context: process, may sleep.
 */
void portclass_spill_free(struct portclass_spill *spill)
{
	vfree(spill);
}

/**
 * portclass_slot_key() - whose slot is it?
 * @slot: any slot
 * @key: where to put the key
 *
 * Context: any.
 * Return: false if the slot is free.
 */
bool portclass_slot_key(const struct portclass_slot *slot,
			struct portclass_key *key)
{
	int tag = atomic_read(&slot->tag);

	*key = tag_key(tag);
	return tag;
}

/**
 * portclass_slot_take() - take the count out of a slot, and free it
 * @spill: where the slot is
 * @slot: taken; no packet may be about to add to it
 * @stats: set to what was counted in it
 *
 * Context: process.
 */
void portclass_slot_take(struct portclass_spill *spill,
			 struct portclass_slot *slot,
			 struct portclass_stats *stats)
{
	unsigned int way;

	for (way = 0; way < PORTCLASS_WAYS; way++) {
		stats->packets[way] = atomic64_xchg(&slot->packets[way], 0);
		stats->bytes[way] = atomic64_xchg(&slot->bytes[way], 0);
	}
	stats->flows = atomic64_xchg(&slot->flows, 0);
	stats->denied_flows = atomic64_xchg(&slot->denied_flows, 0);
	stats->denied_packets = atomic64_xchg(&slot->denied_packets, 0);
	stats->denied_bytes = atomic64_xchg(&slot->denied_bytes, 0);

	slot->ready = false;
	/* Zeroes before the slot is free for another port. */
	atomic_set_release(&slot->tag, 0);
	atomic_dec(&spill->used);
}

/* The slot of a key, taken if there is none; NULL if there is no room. */
static struct portclass_slot *slot_of(struct portclass_spill *spill, int tag,
				      bool *taken)
{
	u32 first = reciprocal_scale(hash_32(tag, 32), spill->count);
	unsigned int i;

	for (i = 0; i < PROBES; i++) {
		struct portclass_slot *slot;
		int old;

		slot = &spill->slots[(first + i) % spill->count];
		old = atomic_read(&slot->tag);
		if (!old) {
			/* Before it can be found, so that 0 means none. */
			atomic_inc(&spill->used);
			old = atomic_cmpxchg(&slot->tag, 0, tag);
			if (old)
				atomic_dec(&spill->used);
			*taken = !old;
		}
		if (!old || old == tag)
			return slot;
	}

	return NULL;
}

/**
 * portclass_spill_add() - count a packet of a port that has no page
 * @spill: where
 * @key: of the packet
 * @seen: what there is to count
 * @taken: set to whether it is the first one to use this slot
 *
 * Context: any. No lock, no allocation.
 * Return: false if there was no room; nothing has been counted then.
 */
bool portclass_spill_add(struct portclass_spill *spill,
			 const struct portclass_key *key,
			 const struct portclass_seen *seen, bool *taken)
{
	struct portclass_slot *slot;

	*taken = false;
	slot = slot_of(spill, key_tag(key), taken);
	if (!slot)
		return false;

	atomic64_inc(&slot->packets[seen->way]);
	atomic64_add(seen->bytes, &slot->bytes[seen->way]);
	if (seen->opens)
		atomic64_inc(&slot->flows);
	if (seen->denied) {
		atomic64_inc(&slot->denied_packets);
		atomic64_add(seen->bytes, &slot->denied_bytes);
		if (seen->opens)
			atomic64_inc(&slot->denied_flows);
	}
	return true;
}

/**
 * portclass_spill_first() - find the first port that waits
 * @spill: where
 * @path: in which scope and protocol
 * @from: where to begin
 *
 * Context: process; the caller keeps slots from being given back.
 * Return: the port; PORTCLASS_PORTS if there is none.
 */
u32 portclass_spill_first(struct portclass_spill *spill,
			  const struct portclass_key *path, u32 from)
{
	const struct portclass_slot *slot;
	u32 first = PORTCLASS_PORTS;
	struct portclass_key key;

	if (!atomic_read(&spill->used))
		return first;

	for (slot = spill->slots; slot < portclass_spill_end(spill); slot++) {
		if (portclass_slot_key(slot, &key) &&
		    key.scope == path->scope && key.proto == path->proto &&
		    key.port >= from && key.port < first)
			first = key.port;
	}

	return first;
}

static void slot_sum(const struct portclass_slot *slot,
		     struct portclass_stats *sum)
{
	unsigned int way;

	for (way = 0; way < PORTCLASS_WAYS; way++) {
		sum->packets[way] += atomic64_read(&slot->packets[way]);
		sum->bytes[way] += atomic64_read(&slot->bytes[way]);
	}
	sum->flows += atomic64_read(&slot->flows);
	sum->denied_flows += atomic64_read(&slot->denied_flows);
	sum->denied_packets += atomic64_read(&slot->denied_packets);
	sum->denied_bytes += atomic64_read(&slot->denied_bytes);
}

/**
 * portclass_spill_sum() - add up what was counted of a port
 * @spill: where; may hold more than one slot of a port
 * @key: of the port
 * @sum: what to add to
 *
 * Context: process; the caller keeps slots from being given back.
 */
void portclass_spill_sum(struct portclass_spill *spill,
			 const struct portclass_key *key,
			 struct portclass_stats *sum)
{
	const struct portclass_slot *slot;
	int tag = key_tag(key);

	if (!atomic_read(&spill->used))
		return;

	for (slot = spill->slots; slot < portclass_spill_end(spill); slot++)
		if (atomic_read(&slot->tag) == tag)
			slot_sum(slot, sum);
}

/**
 * portclass_spill_sum_classes() - add up what was counted of all ports
 * @spill: where
 * @path: in which scope and protocol
 * @class: by enum portclass_class, what to add to
 *
 * Context: process; the caller keeps slots from being given back.
 */
void portclass_spill_sum_classes(struct portclass_spill *spill,
				 const struct portclass_key *path,
				 struct portclass_stats *class)
{
	const struct portclass_slot *slot;
	struct portclass_key key;

	if (!atomic_read(&spill->used))
		return;

	for (slot = spill->slots; slot < portclass_spill_end(spill); slot++)
		if (portclass_slot_key(slot, &key) &&
		    key.scope == path->scope && key.proto == path->proto)
			slot_sum(slot, &class[portclass_class_of(key.port)]);
}
