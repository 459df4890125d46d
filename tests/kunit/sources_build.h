/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_SOURCES_BUILD_H
#define _PORTCLASS_SOURCES_BUILD_H

#include <kunit/test.h>

#include "sources.h"
#include "test_random.h"

/* 192.0.2.0/24 is (0xc0000200, 24); 2001:db8::/32 is (0x20010db8ull << 32, 0, 32). */
struct portclass_prefix test_prefix4(u32 base, u8 length);
struct portclass_prefix test_prefix6(u64 high, u64 low, u8 length);

static inline unsigned int test_address_bits(u8 family)
{
	return family == NFPROTO_IPV4 ? 32 : 128;
}

/* Sealed, and the caller's; a case that is aborted loses it. */
struct portclass_prefixes *test_prefixes(struct kunit *test,
					 const struct portclass_prefix *list,
					 unsigned int count);

/* The first one of a prefix, and the last. */
union nf_inet_addr test_prefix_first(const struct portclass_prefix *prefix);
union nf_inet_addr test_prefix_last(const struct portclass_prefix *prefix);

/* The neighbour of an address; from the last one on it is the first one. */
void test_address_step(union nf_inet_addr *address, u8 family, bool up);

/* By the definition of a prefix, bit by bit; in a list of any order. */
bool test_prefixes_hold(const struct portclass_prefix *list, unsigned int count,
			u8 family, const union nf_inet_addr *address);

/* One of few, so that they are often alike, or within each other. */
void test_random_prefix(struct rnd_state *rnd, struct portclass_prefix *prefix);

/* Often one where a prefix begins or ends. */
union nf_inet_addr test_random_address(struct rnd_state *rnd,
				       const struct portclass_prefix *near);

#endif /* _PORTCLASS_SOURCES_BUILD_H */
