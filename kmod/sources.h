/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_SOURCES_H
#define _PORTCLASS_SOURCES_H

#include <linux/netfilter.h>
#include <linux/refcount.h>
#include <linux/types.h>

#define PORTCLASS_PREFIXES_MAX	100	/* of a rule, which has to fit a message */
#define PORTCLASS_SOURCED_MAX	128	/* rules of a (scope, protocol) */

/**
 * struct portclass_prefix - addresses that begin alike
 * @base: the first one
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @length: in how many bits they are alike
 */
struct portclass_prefix {
	union nf_inet_addr base;
	u8 family;
	u8 length;
};

/**
 * struct portclass_prefixes - the sources of a rule
 * @users: tables and others that have it
 * @count: how many there are
 * @list: sorted by family and base once sealed, none within another one
 */
struct portclass_prefixes {
	refcount_t users;
	unsigned int count;
	struct portclass_prefix list[];
};

/**
 * struct portclass_sourced - a range of ports that is open to some sources
 * @low: first port, host byte order
 * @high: last port, included
 * @from: to whom; never changed
 */
struct portclass_sourced {
	u16 low;
	u16 high;
	struct portclass_prefixes *from;
};

/**
 * struct portclass_sources - all such ranges of a (scope, protocol)
 * @count: how many there are
 * @list: in order of ports, which none shares with another one
 */
struct portclass_sources {
	unsigned int count;
	struct portclass_sourced list[];
};

struct portclass_prefixes *portclass_prefixes_alloc(unsigned int count);
void portclass_prefixes_seal(struct portclass_prefixes *prefixes);
void portclass_prefixes_put(struct portclass_prefixes *prefixes);

struct portclass_sources *
portclass_sources_dup(const struct portclass_sources *from);
void portclass_sources_free(struct portclass_sources *sources);
int portclass_sources_set(struct portclass_sources **sources, u16 low, u16 high,
			  struct portclass_prefixes *from);
const struct portclass_sourced *
portclass_sources_find(const struct portclass_sources *sources, u16 port);
bool portclass_sources_admit(const struct portclass_sources *sources, u16 port,
			     u8 family, const void *address);

#endif /* _PORTCLASS_SOURCES_H */
