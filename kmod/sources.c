// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that are open to some sources only. Their bit says denied, so that no
 * other port pays for them; a packet that hits such a bit is looked up here, by
 * two binary searches: its port, and its source.
 */
#include <linux/bsearch.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "sources.h"

static unsigned int address_len(u8 family)
{
	return family == NFPROTO_IPV4 ? sizeof(__be32) : sizeof(struct in6_addr);
}

/* Does a prefix hold an address of its family? */
static bool holds(const struct portclass_prefix *prefix, const u8 *address)
{
	const u8 *base = (const u8 *)&prefix->base;
	unsigned int bytes = prefix->length / 8;
	u8 mask = 0xff00 >> prefix->length % 8;

	return !memcmp(base, address, bytes) &&
	       (!mask || !((base[bytes] ^ address[bytes]) & mask));
}

static int compare(const void *a, const void *b)
{
	const struct portclass_prefix *x = a, *y = b;
	int order;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	order = memcmp(&x->base, &y->base, address_len(x->family));
	return order ?: (int)x->length - (int)y->length;
}

/**
 * portclass_prefixes_alloc() - make room for the sources of a rule
 * @count: how many, PORTCLASS_PREFIXES_MAX at most
 *
 * Context: process, may sleep.
 * Return: what the caller owns, to be filled in and sealed; NULL if there is no
 * memory.
 */
struct portclass_prefixes *portclass_prefixes_alloc(unsigned int count)
{
	struct portclass_prefixes *prefixes;

	prefixes = kvzalloc(struct_size(prefixes, list, count),
			    GFP_KERNEL_ACCOUNT);
	if (prefixes) {
		refcount_set(&prefixes->users, 1);
		prefixes->count = count;
	}
	return prefixes;
}

/**
 * portclass_prefixes_seal() - make sources ready to be searched
 * @prefixes: filled in; changed by nobody from now on
 *
 * Context: process, may sleep.
 */
void portclass_prefixes_seal(struct portclass_prefixes *prefixes)
{
	struct portclass_prefix *list = prefixes->list;
	unsigned int i, kept = 0;

	sort(list, prefixes->count, sizeof(*list), compare, NULL);
	for (i = 0; i < prefixes->count; i++) {
		/* A wider one comes first. */
		if (kept && list[kept - 1].family == list[i].family &&
		    holds(&list[kept - 1], (const u8 *)&list[i].base))
			continue;
		list[kept++] = list[i];
	}
	prefixes->count = kept;
}

/**
 * portclass_prefixes_put() - give up sources
 * @prefixes: what the caller has; may be NULL
 *
 * Context: any.
 */
void portclass_prefixes_put(struct portclass_prefixes *prefixes)
{
	if (prefixes && refcount_dec_and_test(&prefixes->users))
		kvfree(prefixes);
}

static struct portclass_sources *sources_alloc(unsigned int count)
{
	return kzalloc(sizeof(struct portclass_sources) +
		       count * sizeof(struct portclass_sourced),
		       GFP_KERNEL_ACCOUNT);
}

/* Take part of a range, which stays somebody else's, too. */
static void append(struct portclass_sources *to, u16 low, u16 high,
		   struct portclass_prefixes *from)
{
	refcount_inc(&from->users);
	to->list[to->count++] = (struct portclass_sourced){ low, high, from };
}

/**
 * portclass_sources_dup() - copy the ranges of a table
 * @from: what to copy; may be NULL
 *
 * Context: process, may sleep.
 * Return: what the caller owns; NULL if there is no memory or nothing to copy.
 */
struct portclass_sources *
portclass_sources_dup(const struct portclass_sources *from)
{
	struct portclass_sources *to = from ? sources_alloc(from->count) : NULL;
	unsigned int i;

	for (i = 0; to && i < from->count; i++)
		append(to, from->list[i].low, from->list[i].high,
		       from->list[i].from);
	return to;
}

/**
 * portclass_sources_free() - free the ranges of a table
 * @sources: no packet sees them; may be NULL
 *
 * Context: any.
 */
void portclass_sources_free(struct portclass_sources *sources)
{
	unsigned int i;

	for (i = 0; sources && i < sources->count; i++)
		portclass_prefixes_put(sources->list[i].from);
	kfree(sources);
}

static bool overlaps(const struct portclass_sources *sources, u16 low, u16 high)
{
	unsigned int i;

	for (i = 0; sources && i < sources->count; i++)
		if (sources->list[i].low <= high && sources->list[i].high >= low)
			return true;
	return false;
}

/**
 * portclass_sources_set() - open a range of ports to some sources, or to none
 * @sources: the ranges of a table that nobody sees yet; replaced
 * @low: first port, host byte order
 * @high: last port, included
 * @from: to whom; stays the caller's, too; NULL to forget what was there
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM; -E2BIG if there would be too many ranges. On failure
 * nothing has changed.
 */
int portclass_sources_set(struct portclass_sources **sources, u16 low, u16 high,
			  struct portclass_prefixes *from)
{
	const struct portclass_sources *old = *sources;
	unsigned int i, count = old ? old->count : 0;
	struct portclass_sources *new;

	if (!from && !overlaps(old, low, high))
		return 0;

	/* The new one, and one more where it splits an old one. */
	new = sources_alloc(count + 2);
	if (!new)
		return -ENOMEM;

	for (i = 0; i < count; i++)
		if (old->list[i].low < low)
			append(new, old->list[i].low,
			       min_t(u16, old->list[i].high, low - 1),
			       old->list[i].from);
	if (from)
		append(new, low, high, from);
	for (i = 0; i < count; i++)
		if (old->list[i].high > high)
			append(new, max_t(u16, old->list[i].low, high + 1),
			       old->list[i].high, old->list[i].from);

	if (new->count > PORTCLASS_SOURCED_MAX) {
		portclass_sources_free(new);
		return -E2BIG;
	}
	portclass_sources_free(*sources);
	*sources = new;
	return 0;
}

static int compare_port(const void *key, const void *elem)
{
	const struct portclass_sourced *sourced = elem;
	u16 port = *(const u16 *)key;

	if (port < sourced->low)
		return -1;
	return port > sourced->high;
}

/**
 * portclass_sources_find() - find the range of a port
 * @sources: the ranges; may be NULL
 * @port: host byte order
 *
 * Context: any; the caller holds what keeps @sources alive.
 * Return: the range, or NULL.
 */
const struct portclass_sourced *
portclass_sources_find(const struct portclass_sources *sources, u16 port)
{
	if (!sources)
		return NULL;
	return bsearch(&port, sources->list, sources->count,
		       sizeof(sources->list[0]), compare_port);
}

static int compare_address(const void *key, const void *elem)
{
	const struct portclass_prefix *address = key, *prefix = elem;

	if (address->family != prefix->family)
		return address->family < prefix->family ? -1 : 1;
	if (holds(prefix, (const u8 *)&address->base))
		return 0;
	return memcmp(&address->base, &prefix->base,
		      address_len(address->family));
}

/**
 * portclass_sources_admit() - is a denied port open to a source?
 * @sources: the ranges; may be NULL
 * @port: host byte order
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @address: the source, of that family
 *
 * Context: any; the caller holds what keeps @sources alive.
 * Return: true if a rule says so.
 */
bool portclass_sources_admit(const struct portclass_sources *sources, u16 port,
			     u8 family, const void *address)
{
	const struct portclass_sourced *sourced;
	struct portclass_prefix key = { .family = family };

	sourced = portclass_sources_find(sources, port);
	if (!sourced)
		return false;

	memcpy(&key.base, address, address_len(family));
	return bsearch(&key, sourced->from->list, sourced->from->count,
		       sizeof(key), compare_address);
}
