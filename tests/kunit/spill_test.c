// SPDX-License-Identifier: GPL-2.0
/* The waiting room of ports by itself: who waits, and what was counted of him. */
#include <kunit/test.h>
#include <linux/mm.h>

#include "spill.h"
#include "stats_test.h"

#define SLOTS	170	/* in 3 pages */

static int spill_init(struct kunit *test)
{
	test->priv = portclass_spill_alloc(3, GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static void spill_exit(struct kunit *test)
{
	portclass_spill_free(test->priv);
}

static struct portclass_key key_of(u8 scope, u8 proto, u16 port)
{
	return (struct portclass_key) { .port = port, .scope = scope, .proto = proto };
}

/* Count one packet; the port's slot is taken by it if it is @first. */
static void count(struct kunit *test, const struct portclass_key *key,
		  const struct portclass_seen *seen, bool first)
{
	bool taken = !first;

	KUNIT_ASSERT_TRUE(test, portclass_spill_add(test->priv, key, seen, &taken));
	KUNIT_EXPECT_EQ_MSG(test, taken, first, "port %u", key->port);
}

static struct portclass_slot *slot_of(struct kunit *test,
				      const struct portclass_key *key)
{
	struct portclass_spill *spill = test->priv;
	struct portclass_slot *slot;
	struct portclass_key owner;

	for (slot = spill->slots; slot < portclass_spill_end(spill); slot++)
		if (portclass_slot_key(slot, &owner) && owner.port == key->port &&
		    owner.scope == key->scope && owner.proto == key->proto)
			return slot;
	return NULL;
}

static void empty_at_first(struct kunit *test)
{
	const struct portclass_key key = key_of(PORTCLASS_SCOPE_IN,
						PORTCLASS_PROTO_TCP, 0);
	static const struct portclass_stats nothing;
	struct portclass_spill *spill = test->priv;
	struct portclass_stats sum = {};

	KUNIT_EXPECT_EQ(test, spill->count, SLOTS);
	KUNIT_EXPECT_EQ(test, portclass_spill_first(spill, &key, 0), PORTCLASS_PORTS);
	portclass_spill_sum(spill, &key, &sum);
	test_stats_expect(test, &sum, &nothing, "port", 0);
	KUNIT_EXPECT_NULL(test, slot_of(test, &key));
}

/* The lowest port from there on, of this scope and protocol and no other. */
static void first_of_a_path(struct kunit *test)
{
	static const u16 ports[] = { 65535, 40000, 0, 80, 443 };
	static const struct {
		u32 from, first;
	} of[] = {
		{ 0, 0 }, { 1, 80 }, { 80, 80 }, { 81, 443 }, { 443, 443 },
		{ 444, 40000 }, { 40001, 65535 }, { 65535, 65535 },
		{ PORTCLASS_PORTS, PORTCLASS_PORTS },
	};
	const struct portclass_seen seen = test_seen(40, PORTCLASS_WAY_FROM, false, false);
	struct portclass_key key;
	unsigned int s, p, i;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		key = key_of(PORTCLASS_SCOPE_OUT, PORTCLASS_PROTO_UDP, ports[i]);
		count(test, &key, &seen, true);
	}
	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			bool waits = s == PORTCLASS_SCOPE_OUT && p == PORTCLASS_PROTO_UDP;

			/* Whatever port is in the key. */
			key = key_of(s, p, 500);
			for (i = 0; i < ARRAY_SIZE(of); i++)
				KUNIT_EXPECT_EQ_MSG(test,
						    portclass_spill_first(test->priv, &key,
									  of[i].from),
						    waits ? of[i].first : PORTCLASS_PORTS,
						    "scope %u proto %u from %u", s, p,
						    of[i].from);
		}
	}
}

/* The same number is another port in each scope and protocol. */
static void sums_are_kept_apart(struct kunit *test)
{
	struct portclass_stats want[PORTCLASS_SCOPES][PORTCLASS_PROTOS] = {};
	struct portclass_key key;
	struct portclass_stats sum;
	unsigned int s, p, how;

	for (how = 0; how < 8; how++) {
		for (s = 0; s < PORTCLASS_SCOPES; s++) {
			for (p = 0; p < PORTCLASS_PROTOS; p++) {
				const struct portclass_seen seen =
					test_seen(100 * s + 10 * p + how, how & 1,
						  how & 2, how & 4);

				key = key_of(s, p, 53);
				count(test, &key, &seen, how == 0);
				test_stats_add(&want[s][p], &seen);
			}
		}
	}

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			key = key_of(s, p, 53);
			memset(&sum, 0, sizeof(sum));
			portclass_spill_sum(test->priv, &key, &sum);
			test_stats_expect(test, &sum, &want[s][p], "path", 2 * s + p);

			/* It adds to what is there. */
			portclass_spill_sum(test->priv, &key, &sum);
			KUNIT_EXPECT_EQ(test, portclass_stats_packets(&sum), 16);
		}
	}
}

/* What is taken out is all there was, once; the slot is as good as new. */
static void taken_once(struct kunit *test)
{
	const struct portclass_key old = key_of(PORTCLASS_SCOPE_IN,
						PORTCLASS_PROTO_TCP, 23);
	static const struct portclass_stats nothing;
	struct portclass_spill *spill = test->priv;
	struct portclass_stats want = {}, got;
	struct portclass_slot *slot;
	unsigned int how, round;

	for (round = 0; round < 2; round++) {
		memset(&want, 0, sizeof(want));
		for (how = 0; how < 8; how++) {
			const struct portclass_seen seen =
				test_seen(60 + how + round, how & 1, how & 2, how & 4);

			count(test, &old, &seen, how == 0);
			test_stats_add(&want, &seen);
		}
		slot = slot_of(test, &old);
		KUNIT_ASSERT_NOT_NULL(test, slot);
		slot->ready = true;
		/* It sets what it takes, and doesn't add to it. */
		memset(&got, 0xff, sizeof(got));
		portclass_slot_take(spill, slot, &got);
		test_stats_expect(test, &got, &want, "round", round);

		KUNIT_EXPECT_FALSE(test, slot->ready);
		KUNIT_EXPECT_EQ(test, atomic_read(&spill->used), 0);
		KUNIT_EXPECT_NULL(test, slot_of(test, &old));
		memset(&got, 0, sizeof(got));
		portclass_spill_sum(spill, &old, &got);
		test_stats_expect(test, &got, &nothing, "left in round", round);
	}
}

/* Who finds no room has counted nothing, and taken nothing. */
static void full(struct kunit *test)
{
	const struct portclass_seen seen = test_seen(60, PORTCLASS_WAY_TO, true, true);
	static const struct portclass_stats nothing;
	struct portclass_spill *spill = test->priv;
	struct portclass_stats sum;
	struct portclass_key key;
	unsigned int port, kept = 0;
	bool taken;

	for (port = 0; port < PORTCLASS_PORTS; port++) {
		key = key_of(PORTCLASS_SCOPE_FORWARD, PORTCLASS_PROTO_TCP, port);
		if (portclass_spill_add(spill, &key, &seen, &taken)) {
			KUNIT_EXPECT_TRUE(test, taken);
			kept++;
			continue;
		}
		KUNIT_ASSERT_FALSE(test, taken);
		if (port % 1000)
			continue;
		memset(&sum, 0, sizeof(sum));
		portclass_spill_sum(spill, &key, &sum);
		test_stats_expect(test, &sum, &nothing, "port", port);
	}
	KUNIT_EXPECT_EQ(test, kept, SLOTS);
	KUNIT_EXPECT_EQ(test, atomic_read(&spill->used), SLOTS);
}

static void free_takes_null(struct kunit *test)
{
	portclass_spill_free(NULL);
	KUNIT_SUCCEED(test);
}

static struct kunit_case spill_cases[] = {
	KUNIT_CASE(empty_at_first),
	KUNIT_CASE(first_of_a_path),
	KUNIT_CASE(sums_are_kept_apart),
	KUNIT_CASE(taken_once),
	KUNIT_CASE(full),
	KUNIT_CASE(free_takes_null),
	{}
};

static struct kunit_suite spill_suite = {
	.name = "portclass_spill",
	.init = spill_init,
	.exit = spill_exit,
	.test_cases = spill_cases,
};

kunit_test_suite(spill_suite);
