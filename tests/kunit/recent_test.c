// SPDX-License-Identifier: GPL-2.0
/* Whose opener was denied lately, so that his next try is no new flow. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/skbuff.h>

#include "packet_build.h"
#include "recent.h"
#include "recent_test.h"
#include "test_random.h"

#define TCP_LIMIT	120
#define UDP_LIMIT	30

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };

/* Where the source and the destination address are. */
static unsigned int addresses_at(const struct test_packet *p)
{
	return p->family == NFPROTO_IPV4 ? 12 : 8;
}

static unsigned int addresses_len(const struct test_packet *p)
{
	return p->family == NFPROTO_IPV4 ? 8 : 32;
}

static struct portclass_recent __percpu *recent;
static struct sk_buff *skb;

static int recent_init(struct kunit *test)
{
	/* Each processor remembers for itself who was denied. */
	set_cpus_allowed_ptr(current, cpumask_of(0));
	portclass_recent_open();
	recent = alloc_percpu(struct portclass_recent);
	skb = alloc_skb(TEST_PACKET_MAX, GFP_KERNEL);
	test_recent_jiffies = 5000 * HZ;
	return recent && skb ? 0 : -ENOMEM;
}

static void recent_exit(struct kunit *test)
{
	kfree_skb(skb);
	free_percpu(recent);
	skb = NULL;
	recent = NULL;
}

static void forget_all(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(recent, cpu), 0, sizeof(*recent));
}

static struct test_packet opener(u8 family, u8 protocol)
{
	struct test_packet p;

	test_packet_plain(&p, family, protocol, 40000, 23, TEST_SYN);
	return p;
}

static bool is_new(struct kunit *test, const struct test_packet *p)
{
	struct portclass_packet pkt;
	bool added;

	skb_trim(skb, 0);
	skb_reset_network_header(skb);
	skb_put_data(skb, p->bytes, p->len);
	KUNIT_ASSERT_EQ(test, portclass_packet_read(skb, p->family, PORTCLASS_SCOPE_IN,
						    NULL, &pkt),
			PORTCLASS_PACKET_FLOW);
	preempt_disable();
	added = portclass_recent_add(recent, skb, p->family, &pkt);
	preempt_enable();
	return added;
}

/* At so many seconds. */
static bool is_new_at(struct kunit *test, const struct test_packet *p,
		      unsigned int seconds)
{
	test_recent_jiffies = (unsigned long)seconds * HZ;
	return is_new(test, p);
}

static void only_the_first_is_new(struct kunit *test)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	struct test_packet p;
	unsigned int f, i, n;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (i = 0; i < ARRAY_SIZE(protocols); i++) {
			p = opener(families[f], protocols[i]);
			KUNIT_EXPECT_TRUE(test, is_new(test, &p));
			for (n = 0; n < 5; n++)
				KUNIT_EXPECT_FALSE(test, is_new(test, &p));
		}
	}
}

/* @p is new to who remembers only @base. */
static void expect_other(struct kunit *test, const struct test_packet *base,
			 const struct test_packet *p, const char *what,
			 unsigned int which)
{
	forget_all();
	KUNIT_EXPECT_TRUE(test, is_new(test, base));
	KUNIT_EXPECT_TRUE_MSG(test, is_new(test, p), "family %u: %s %u", p->family,
			      what, which);
}

/* Another bit of an address or a port, another protocol: another flow. */
static void each_part_makes_another_flow(struct kunit *test)
{
	struct test_packet base, p;
	unsigned int f, i;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		base = opener(families[f], IPPROTO_TCP);
		for (i = 0; i < addresses_len(&base) * 8; i++) {
			p = base;
			p.bytes[addresses_at(&p) + i / 8] ^= BIT(i % 8);
			expect_other(test, &base, &p, "address bit", i);
		}
		for (i = 0; i < 32; i++) {
			p = base;
			p.bytes[p.transport + i / 8] ^= BIT(i % 8);
			expect_other(test, &base, &p, "port bit", i);
		}
		p = opener(families[f], IPPROTO_UDP);
		expect_other(test, &base, &p, "protocol", IPPROTO_UDP);
	}
}

static void the_other_way_is_another_flow(struct kunit *test)
{
	struct test_packet base, p;
	unsigned int f, half;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		base = opener(families[f], IPPROTO_TCP);
		half = addresses_len(&base) / 2;

		p = base;
		memcpy(p.bytes + addresses_at(&p), base.bytes + addresses_at(&p) + half,
		       half);
		memcpy(p.bytes + addresses_at(&p) + half, base.bytes + addresses_at(&p),
		       half);
		expect_other(test, &base, &p, "addresses", 0);

		test_packet_plain(&p, families[f], IPPROTO_TCP, 23, 40000, TEST_SYN);
		expect_other(test, &base, &p, "ports", 0);
	}
}

/* As long as conntrack would wait for an answer, to the second. */
static void forgotten_after_the_limit(struct kunit *test)
{
	static const struct {
		u8 protocol;
		unsigned int limit;
	} of[] = { { IPPROTO_TCP, TCP_LIMIT }, { IPPROTO_UDP, UDP_LIMIT } };
	unsigned int f, i, start, after;
	struct test_packet p;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		for (i = 0; i < ARRAY_SIZE(of); i++) {
			p = opener(families[f], of[i].protocol);
			for (after = 0; after < 2 * of[i].limit; after++) {
				start = 5000 + 997 * after;
				forget_all();
				KUNIT_EXPECT_TRUE(test, is_new_at(test, &p, start));
				KUNIT_EXPECT_EQ_MSG(test,
						    is_new_at(test, &p, start + after),
						    after > of[i].limit, "%u s after",
						    after);
			}
		}
	}
}

/* Who goes on trying is remembered from his last try on. */
static void each_try_counts(struct kunit *test)
{
	struct test_packet tcp = opener(NFPROTO_IPV4, IPPROTO_TCP);
	struct test_packet udp = opener(NFPROTO_IPV6, IPPROTO_UDP);
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, is_new_at(test, &tcp, 100));
	for (i = 1; i <= 100; i++)
		KUNIT_EXPECT_FALSE(test, is_new_at(test, &tcp, 100 + i * TCP_LIMIT));
	KUNIT_EXPECT_TRUE(test, is_new_at(test, &tcp, 101 + i * TCP_LIMIT));

	KUNIT_EXPECT_TRUE(test, is_new_at(test, &udp, 100));
	for (i = 1; i <= 100; i++)
		KUNIT_EXPECT_FALSE(test, is_new_at(test, &udp, 100 + i * UDP_LIMIT));
	KUNIT_EXPECT_TRUE(test, is_new_at(test, &udp, 101 + i * UDP_LIMIT));
}

/* However long ago: NTP asks again after 1,024 seconds, for one. */
static void forgotten_for_good(struct kunit *test)
{
	struct test_packet p = opener(NFPROTO_IPV4, IPPROTO_TCP);
	unsigned int after;

	for (after = TCP_LIMIT + 1; after < 8192; after++) {
		forget_all();
		KUNIT_EXPECT_TRUE(test, is_new_at(test, &p, 5000));
		KUNIT_EXPECT_TRUE_MSG(test, is_new_at(test, &p, 5000 + after),
				      "%u s after", after);
	}
	for (after = 13; after < 31; after++) {
		forget_all();
		KUNIT_EXPECT_TRUE(test, is_new_at(test, &p, 5000));
		KUNIT_EXPECT_TRUE_MSG(test, is_new_at(test, &p, 5000 + BIT(after)),
				      "%lu s after", BIT(after));
	}
}

/* Jiffies begin anew, with the 32 bits that there may be of them. */
static void jiffies_wrap(struct kunit *test)
{
	struct test_packet p = opener(NFPROTO_IPV4, IPPROTO_TCP);

	/* Shortly after the system's start, where 32 bits of jiffies end. */
	test_recent_jiffies = U32_MAX - HZ;
	KUNIT_EXPECT_TRUE(test, is_new(test, &p));
	test_recent_jiffies += 60 * HZ;
	KUNIT_EXPECT_FALSE(test, is_new(test, &p));
	test_recent_jiffies += (TCP_LIMIT + 1) * HZ;
	KUNIT_EXPECT_TRUE(test, is_new(test, &p));
}

/* The @n'th of many flows. */
static struct test_packet one_of_many(u8 family, unsigned int n)
{
	struct test_packet p;

	test_packet_plain(&p, family, n & 1 ? IPPROTO_UDP : IPPROTO_TCP,
			  1024 + n, n % 100, TEST_SYN);
	p.bytes[addresses_at(&p) + 3] = n % 7;
	return p;
}

/* How many of so many flows are taken for new. */
static unsigned int count_new(struct kunit *test, u8 family, unsigned int flows)
{
	unsigned int n, found = 0;
	struct test_packet p;

	for (n = 0; n < flows; n++) {
		p = one_of_many(family, n);
		found += is_new(test, &p);
	}
	return found;
}

#define SLOTS	(2 * PORTCLASS_RECENT_PAIRS)

/*
 * Where flows are as many as slots, 2 to a pair on average, those of a pair with
 * one or two are known again, 6 / e^2 = 0.81 a pair; the others push one another
 * out. None is missed at first, but by equal hashes of 32 bits, of which there
 * may be one pair in a lifetime.
 */
static void many_at_a_time(struct kunit *test)
{
	unsigned int f, again;

	for (f = 0; f < ARRAY_SIZE(families); f++) {
		forget_all();
		KUNIT_EXPECT_GE(test, count_new(test, families[f], SLOTS), SLOTS - 1);
		again = count_new(test, families[f], SLOTS);
		/* 304 on average; 67 off are 5 standard deviations. */
		KUNIT_EXPECT_LT_MSG(test, again, 371, "family %u", families[f]);
		KUNIT_EXPECT_GT_MSG(test, again, 237, "family %u", families[f]);

		/* A handful gets by: of 16, three share a pair once in 100 times. */
		forget_all();
		KUNIT_EXPECT_EQ(test, count_new(test, families[f], 16), 16);
		KUNIT_EXPECT_LE(test, count_new(test, families[f], 16), 6);
	}
}

/*
 * Retries among others, as a scanner and a client who lags cause them: with one
 * other in between, all are known; with two, one of 65,536 isn't.
 */
static void retries_are_found_among_others(struct kunit *test)
{
	unsigned int i, missed = 0, rarely = 0;
	struct test_packet p, other;
	struct rnd_state rnd;

	test_random_init(test, &rnd);
	for (i = 0; i < 20000; i++) {
		p = one_of_many(NFPROTO_IPV4, i);
		other = one_of_many(NFPROTO_IPV6, test_random_below(&rnd, 10000));
		is_new(test, &p);
		is_new(test, &other);
		missed += is_new(test, &p);
		other = one_of_many(NFPROTO_IPV6, test_random_below(&rnd, 10000));
		is_new(test, &other);
		other = one_of_many(NFPROTO_IPV6, test_random_below(&rnd, 10000));
		is_new(test, &other);
		rarely += is_new(test, &p);
	}
	KUNIT_EXPECT_EQ(test, missed, 0);
	KUNIT_EXPECT_LE(test, rarely, 6);
}

static struct kunit_case recent_cases[] = {
	KUNIT_CASE(only_the_first_is_new),
	KUNIT_CASE(each_part_makes_another_flow),
	KUNIT_CASE(the_other_way_is_another_flow),
	KUNIT_CASE(forgotten_after_the_limit),
	KUNIT_CASE(each_try_counts),
	KUNIT_CASE(forgotten_for_good),
	KUNIT_CASE(jiffies_wrap),
	KUNIT_CASE(many_at_a_time),
	KUNIT_CASE(retries_are_found_among_others),
	{}
};

static struct kunit_suite recent_suite = {
	.name = "portclass_recent",
	.init = recent_init,
	.exit = recent_exit,
	.test_cases = recent_cases,
};

kunit_test_suite(recent_suite);
