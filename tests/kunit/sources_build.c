// SPDX-License-Identifier: GPL-2.0
/* Prefixes and addresses, and a search through them that is too simple to be wrong. */
#include "sources_build.h"

struct portclass_prefix test_prefix4(u32 base, u8 length)
{
	return (struct portclass_prefix) {
		.base.ip = cpu_to_be32(base),
		.family = NFPROTO_IPV4, .length = length,
	};
}

struct portclass_prefix test_prefix6(u64 high, u64 low, u8 length)
{
	return (struct portclass_prefix) {
		.base.ip6 = {
			cpu_to_be32(high >> 32), cpu_to_be32(high),
			cpu_to_be32(low >> 32), cpu_to_be32(low),
		},
		.family = NFPROTO_IPV6, .length = length,
	};
}

struct portclass_prefixes *test_prefixes(struct kunit *test,
					 const struct portclass_prefix *list,
					 unsigned int count)
{
	struct portclass_prefixes *prefixes = portclass_prefixes_alloc(count);

	KUNIT_ASSERT_NOT_NULL(test, prefixes);
	memcpy(prefixes->list, list, count * sizeof(*list));
	portclass_prefixes_seal(prefixes);
	return prefixes;
}

static bool bit_of(const union nf_inet_addr *address, unsigned int bit)
{
	return ((const u8 *)address)[bit / 8] & 0x80 >> bit % 8;
}

static void put_bit(union nf_inet_addr *address, unsigned int bit, bool value)
{
	u8 *byte = (u8 *)address + bit / 8;

	if (value)
		*byte |= 0x80 >> bit % 8;
	else
		*byte &= ~(0x80 >> bit % 8);
}

static union nf_inet_addr with_rest(const struct portclass_prefix *prefix,
				    bool value)
{
	union nf_inet_addr address = prefix->base;
	unsigned int bit;

	for (bit = prefix->length; bit < test_address_bits(prefix->family); bit++)
		put_bit(&address, bit, value);
	return address;
}

union nf_inet_addr test_prefix_first(const struct portclass_prefix *prefix)
{
	return with_rest(prefix, false);
}

union nf_inet_addr test_prefix_last(const struct portclass_prefix *prefix)
{
	return with_rest(prefix, true);
}

void test_address_step(union nf_inet_addr *address, u8 family, bool up)
{
	unsigned int bit = test_address_bits(family);

	while (bit--) {
		bool was = bit_of(address, bit);

		put_bit(address, bit, !was);
		if (was != up)
			break;
	}
}

static bool holds(const struct portclass_prefix *prefix, u8 family,
		  const union nf_inet_addr *address)
{
	unsigned int bit;

	if (prefix->family != family)
		return false;
	for (bit = 0; bit < prefix->length; bit++)
		if (bit_of(&prefix->base, bit) != bit_of(address, bit))
			return false;
	return true;
}

bool test_prefixes_hold(const struct portclass_prefix *list, unsigned int count,
			u8 family, const union nf_inet_addr *address)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (holds(&list[i], family, address))
			return true;
	return false;
}

static void random_bytes(struct rnd_state *rnd, union nf_inet_addr *address,
			 u8 family)
{
	static const u8 some[] = { 0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff };
	u8 *bytes = (u8 *)address;
	unsigned int i;

	for (i = 0; i < test_address_bits(family) / 8; i++)
		bytes[i] = test_random_below(rnd, 8) ?
				   some[test_random_below(rnd, ARRAY_SIZE(some))] :
				   prandom_u32_state(rnd);
}

void test_random_prefix(struct rnd_state *rnd, struct portclass_prefix *prefix)
{
	unsigned int bits;

	memset(prefix, 0, sizeof(*prefix));
	prefix->family = test_random_below(rnd, 2) ? NFPROTO_IPV6 : NFPROTO_IPV4;
	bits = test_address_bits(prefix->family);
	switch (test_random_below(rnd, 40)) {
	case 0:
		prefix->length = 0;
		break;
	case 1 ... 8:
		prefix->length = bits;
		break;
	case 9 ... 20:
		prefix->length = 1 + test_random_below(rnd, bits);
		break;
	default:
		prefix->length = 8 * (1 + test_random_below(rnd, bits / 8));
	}
	random_bytes(rnd, &prefix->base, prefix->family);
	prefix->base = test_prefix_first(prefix);
}

union nf_inet_addr test_random_address(struct rnd_state *rnd,
				       const struct portclass_prefix *near)
{
	union nf_inet_addr address = {};
	unsigned int bit;

	switch (test_random_below(rnd, 6)) {
	case 0:
		random_bytes(rnd, &address, near->family);
		break;
	case 1:
		return test_prefix_first(near);
	case 2:
		return test_prefix_last(near);
	case 3:
		address = test_prefix_first(near);
		test_address_step(&address, near->family, false);
		break;
	case 4:
		address = test_prefix_last(near);
		test_address_step(&address, near->family, true);
		break;
	default:
		address = near->base;
		for (bit = near->length; bit < test_address_bits(near->family); bit++)
			put_bit(&address, bit, test_random_below(rnd, 2));
	}
	return address;
}
