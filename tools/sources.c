// SPDX-License-Identifier: GPL-2.0
/* Sources: the addresses that a rule opens its ports to. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "memory.h"
#include "sources.h"

enum { BUCKETS = 4096 };

/* All that there are, each once, so that to be the same is to be in the same place. */
static struct sources *known[BUCKETS];

/**
 * sources_bits() - How long the addresses of a family are
 * @family: AF_INET or AF_INET6
 *
 * Return: their bits.
 */
unsigned int sources_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

/* Has a prefix an address of its family in it? */
static bool holds(const struct prefix *prefix, const unsigned char *bytes)
{
	unsigned int whole = prefix->length / 8, rest = prefix->length % 8;

	return !memcmp(prefix->bytes, bytes, whole) &&
	       (!rest || !((prefix->bytes[whole] ^ bytes[whole]) >> (8 - rest)));
}

/**
 * sources_is_whole() - Has a prefix nothing behind its length?
 * @prefix: the prefix
 *
 * Return: true if it has not.
 */
bool sources_is_whole(const struct prefix *prefix)
{
	for (unsigned int bit = prefix->length; bit < sources_bits(prefix->family); bit++)
		if (prefix->bytes[bit / 8] & 0x80 >> bit % 8)
			return false;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct prefix *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, sizeof(x->bytes));

	if (x->family != y->family)
		return x->family == AF_INET ? -1 : 1;
	return order ?: (int)x->length - (int)y->length;
}

/* As the kernel does it; a wider one comes first. Return: how many are left. */
static size_t drop_held(struct prefix *list, size_t count)
{
	size_t kept = 0;

	qsort(list, count, sizeof(*list), compare);
	for (size_t i = 0; i < count; i++) {
		const struct prefix *last = kept ? &list[kept - 1] : NULL;

		if (!last || last->family != list[i].family || !holds(last, list[i].bytes))
			list[kept++] = list[i];
	}
	return kept;
}

static bool same(const struct sources *sources, const struct prefix *list, size_t count)
{
	if (sources->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (compare(&sources->list[i], &list[i]))
			return false;
	return true;
}

static struct sources **find_bucket(const struct prefix *list, size_t count)
{
	unsigned int hash = 0;

	for (size_t i = 0; i < count; i++) {
		hash = 31 * hash + list[i].length;
		for (size_t j = 0; j < sizeof(list[i].bytes); j++)
			hash = 31 * hash + list[i].bytes[j];
	}
	return &known[hash % BUCKETS];
}

/**
 * sources_make() - The sources that a list of prefixes means
 * @list: the prefixes, unused bytes zero; put in order
 * @count: how many there are
 *
 * Return: the sources, good until sources_forget(); NULL, which is everywhere, for no prefix.
 */
const struct sources *sources_make(struct prefix *list, size_t count)
{
	struct sources **bucket, *new;

	if (!count)
		return NULL;
	count = drop_held(list, count);
	bucket = find_bucket(list, count);
	for (const struct sources *old = *bucket; old; old = old->next)
		if (same(old, list, count))
			return old;
	new = memory_get(1, sizeof(*new) + count * sizeof(*list));
	new->next = *bucket;
	new->count = count;
	memcpy(new->list, list, count * sizeof(*list));
	*bucket = new;
	return new;
}

/**
 * sources_forget() - Free all sources; nobody may have any
 */
void sources_forget(void)
{
	struct sources *next;

	for (size_t i = 0; i < BUCKETS; i++)
		for (; known[i]; known[i] = next) {
			next = known[i]->next;
			free(known[i]);
		}
}

/**
 * sources_find() - Which source an address is from
 * @sources: where to look
 * @address: the address
 *
 * Return: the source, or NULL if it is from none.
 */
const struct prefix *sources_find(const struct sources *sources, const struct address *address)
{
	for (size_t i = 0; i < sources->count; i++) {
		const struct prefix *prefix = &sources->list[i];

		if (prefix->family == address->family && holds(prefix, address->bytes))
			return prefix;
	}
	return NULL;
}

/**
 * sources_text() - A source as it is typed
 * @prefix: the source
 * @text: to be filled in
 *
 * Return: @text; a single address has no length.
 */
const char *sources_text(const struct prefix *prefix, char text[SOURCES_TEXT])
{
	size_t used;

	inet_ntop(prefix->family, prefix->bytes, text, SOURCES_TEXT);
	used = strlen(text);
	if (prefix->length != sources_bits(prefix->family))
		snprintf(text + used, SOURCES_TEXT - used, "/%u", prefix->length);
	return text;
}
