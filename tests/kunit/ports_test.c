// SPDX-License-Identifier: GPL-2.0
/*
 * Counters by port: before their memory has come, while it comes, and after.
 *
 * The code under test is included, not linked: its worker has two halves, and
 * what happens between them is what can go wrong. The cases run the worker by
 * hand, since the real one comes whenever a timer does.
 */
#include "../../kmod/ports.c"

#include <kunit/test.h>

#include "test_random.h"

#define FEW_SLOTS	204
#define MANY_SLOTS	8191

static struct portclass_ports *ports;

static void no_worker(struct work_struct *work)
{
}

static int ports_init(struct kunit *test)
{
	int err;

	ports = kzalloc(sizeof(*ports), GFP_KERNEL);
	if (!ports)
		return -ENOMEM;

	err = portclass_ports_init(ports, false);
	if (err) {
		kfree(ports);
		return err;
	}

	KUNIT_EXPECT_PTR_EQ(test, ports->grow.work.func, &grow);
	ports->grow.work.func = no_worker;
	return 0;
}

static void ports_exit(struct kunit *test)
{
	portclass_ports_exit(ports);
	kfree(ports);
}

/* A scope and a protocol. */
enum test_path { IN_TCP, IN_UDP, OUT_TCP, OUT_UDP, FORWARD_TCP, FORWARD_UDP, PATHS };

static struct portclass_key key_of(enum test_path path, u16 port)
{
	return (struct portclass_key) {
		.port = port,
		.scope = path / PORTCLASS_PROTOS,
		.proto = path % PORTCLASS_PROTOS,
	};
}

static bool count(enum test_path path, u16 port, unsigned int bytes, bool opens,
		  bool denied)
{
	const struct portclass_key key = key_of(path, port);
	bool counted;

	rcu_read_lock();
	counted = portclass_ports_add(ports, &key, bytes, opens, denied);
	rcu_read_unlock();
	return counted;
}

/* The first worker: pages are there, and what was counted is not in them. */
static void grow_by_hand(struct kunit *test)
{
	KUNIT_ASSERT_GE(test, grow_pages(ports), 0);
}

static void fold_by_hand(void)
{
	fold(&ports->fold);
}

static void settle_by_hand(struct kunit *test)
{
	grow_by_hand(test);
	fold_by_hand();
}

static unsigned int slots_in_use(void)
{
	struct portclass_slot *slot;
	struct portclass_key key;
	unsigned int i, n = 0, told = 0;

	for (i = 0; i < PORTCLASS_SPILLS && ports->spill[i]; i++)
		for (slot = ports->spill[i]->slots;
		     slot < portclass_spill_end(ports->spill[i]); slot++)
			n += portclass_slot_key(slot, &key);

	/* The short cut for readers says the same. */
	for (i = 0; i < PORTCLASS_SPILLS && ports->spill[i]; i++)
		told += atomic_read(&ports->spill[i]->used);
	return told == n ? n : UINT_MAX;
}

static bool has_page(enum test_path path, u16 port)
{
	const struct portclass_key key = key_of(path, port);

	return page_of(ports, &key);
}

/* The next port from @from on is @port, and has these counters. */
static void expect_next(struct kunit *test, enum test_path path, u16 from, u16 port,
			const struct portclass_port_stats *want)
{
	struct portclass_key key = key_of(path, from);
	struct portclass_port_stats got;

	KUNIT_ASSERT_TRUE_MSG(test, portclass_ports_next(ports, &key, &got),
			      "path %u from %u", path, from);
	KUNIT_ASSERT_EQ_MSG(test, key.port, port, "path %u from %u", path, from);
	KUNIT_EXPECT_EQ(test, key.scope, path / PORTCLASS_PROTOS);
	KUNIT_EXPECT_EQ(test, key.proto, path % PORTCLASS_PROTOS);
	KUNIT_EXPECT_EQ_MSG(test, got.flows, want->flows, "port %u", port);
	KUNIT_EXPECT_EQ_MSG(test, got.packets, want->packets, "port %u", port);
	KUNIT_EXPECT_EQ_MSG(test, got.bytes, want->bytes, "port %u", port);
	KUNIT_EXPECT_EQ_MSG(test, got.denied_packets, want->denied_packets,
			    "port %u", port);
}

static void expect_none(struct kunit *test, enum test_path path, u16 from)
{
	struct portclass_key key = key_of(path, from);
	struct portclass_port_stats got;

	KUNIT_EXPECT_FALSE_MSG(test, portclass_ports_next(ports, &key, &got),
			       "path %u from %u: %u", path, from, key.port);
	KUNIT_EXPECT_EQ(test, key.port, from);
}

static void nothing_counted_nothing_found(struct kunit *test)
{
	unsigned int path;

	for (path = 0; path < PATHS; path++) {
		expect_none(test, path, 0);
		expect_none(test, path, 65535);
	}
	settle_by_hand(test);
	for (path = 0; path < PATHS; path++)
		KUNIT_EXPECT_FALSE(test, has_page(path, 0));
}

/* At every point between the first packet and the last, the sum is exact. */
static void sums_are_exact_at_any_time(struct kunit *test)
{
	struct portclass_port_stats want = {};
	unsigned int i;

	for (i = 0; i < 12; i++) {
		bool opens = i % 3 == 0, denied = i % 4 == 1;

		KUNIT_ASSERT_TRUE(test, count(IN_TCP, 443, 1000 + i, opens, denied));
		want.flows += opens;
		want.packets++;
		want.bytes += 1000 + i;
		want.denied_packets += denied;
		expect_next(test, IN_TCP, 0, 443, &want);

		/* Spill up to here; spill and page; page from here on. */
		if (i == 3)
			grow_by_hand(test);
		if (i == 7)
			fold_by_hand();
		KUNIT_EXPECT_EQ(test, has_page(IN_TCP, 443), i >= 3);
		KUNIT_EXPECT_EQ(test, slots_in_use(), i < 7);
		expect_next(test, IN_TCP, 0, 443, &want);
		expect_none(test, IN_TCP, 444);
	}

	/* A worker with nothing to do does nothing. */
	settle_by_hand(test);
	expect_next(test, IN_TCP, 0, 443, &want);
}

/* A port that came between the halves stays where it is until the next time. */
static void late_port_waits_for_next_time(struct kunit *test)
{
	const struct portclass_port_stats early = { 0, 1, 40, 0 };
	const struct portclass_port_stats late = { 1, 1, 60, 1 };

	count(OUT_UDP, 53, 40, false, false);
	grow_by_hand(test);
	count(OUT_UDP, 5353, 60, true, true);
	fold_by_hand();
	KUNIT_EXPECT_EQ(test, slots_in_use(), 1);
	expect_next(test, OUT_UDP, 0, 53, &early);
	expect_next(test, OUT_UDP, 54, 5353, &late);
	settle_by_hand(test);
	KUNIT_EXPECT_EQ(test, slots_in_use(), 0);
	expect_next(test, OUT_UDP, 0, 53, &early);
	expect_next(test, OUT_UDP, 54, 5353, &late);
}

/* The same port number is another port in each scope and protocol. */
static void scopes_and_protos_are_kept_apart(struct kunit *test)
{
	static const u16 numbers[] = { 0, 1, 80, 127, 128, 32768, 65534, 65535 };
	unsigned int round, path, i;

	for (round = 1; round <= 2; round++) {
		for (path = 0; path < PATHS; path++)
			for (i = 0; i < ARRAY_SIZE(numbers); i++)
				KUNIT_ASSERT_TRUE(test, count(path, numbers[i],
							      10 * path + i + 1,
							      path & 1, path & 2));

		for (path = 0; path < PATHS; path++) {
			u32 from = 0;

			for (i = 0; i < ARRAY_SIZE(numbers); i++) {
				const struct portclass_port_stats want = {
					.flows = path & 1 ? round : 0,
					.packets = round,
					.bytes = (10 * path + i + 1) * round,
					.denied_packets = path & 2 ? round : 0,
				};

				expect_next(test, path, from, numbers[i], &want);
				from = numbers[i] + 1;
			}
		}
		settle_by_hand(test);
		KUNIT_EXPECT_EQ(test, slots_in_use(), 0);
	}
}

/* A walk meets ports in order, whether they have a page, wait, or do both. */
static void walk_is_in_order(struct kunit *test)
{
	const struct portclass_port_stats one = { 0, 1, 20, 0 };
	const struct portclass_port_stats two = { 0, 2, 40, 0 };
	static const u16 paged[] = { 300, 5, 65535, 40000 };
	static const u16 waiting[] = { 50000, 0, 1000, 20000 };
	static const u16 walk[] = { 0, 5, 300, 1000, 20000, 40000, 50000, 65535 };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(paged); i++)
		count(IN_UDP, paged[i], 20, false, false);
	grow_by_hand(test);
	count(IN_UDP, 300, 20, false, false);
	/* 300 is in both; the page of 5 is there for 0, too. */
	for (i = 0; i < ARRAY_SIZE(waiting); i++)
		count(IN_UDP, waiting[i], 20, false, false);

	for (i = 0; i < 2; i++) {
		for (j = 0; j < ARRAY_SIZE(walk); j++)
			expect_next(test, IN_UDP, j ? walk[j - 1] + 1 : 0, walk[j],
				    walk[j] == 300 ? &two : &one);
		expect_next(test, IN_UDP, 5, 5, &one);
		expect_next(test, IN_UDP, 255, 300, &two); /* from within no page */
		expect_next(test, IN_UDP, 65535, 65535, &one);
		expect_none(test, IN_TCP, 0);
		expect_none(test, OUT_UDP, 0);
		fold_by_hand();
	}
}

/* More new ports than slots: some aren't counted, and all others are exact. */
static void full_spill_loses_nothing_else(struct kunit *test)
{
	const struct portclass_port_stats one = { 1, 1, 60, 0 };
	const struct portclass_port_stats two = { 1, 2, 100, 1 };
	unsigned int i, kept = 0, from = 0;
	unsigned long *counted;

	counted = kunit_kcalloc(test, BITS_TO_LONGS(4096), sizeof(long), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, counted);
	for (i = 0; i < 4096; i++) {
		if (!count(IN_TCP, i, 60, true, false))
			continue;
		__set_bit(i, counted);
		kept++;
	}
	KUNIT_EXPECT_LE(test, kept, FEW_SLOTS);
	KUNIT_EXPECT_GT(test, kept, FEW_SLOTS * 9 / 10);
	KUNIT_EXPECT_EQ(test, slots_in_use(), kept);

	/* Who has a slot goes on being counted, who has none is turned away. */
	for (i = 0; i < 4096; i++)
		KUNIT_ASSERT_EQ_MSG(test, test_bit(i, counted),
				    count(IN_TCP, i, 40, false, true), "port %u", i);
	for_each_set_bit(i, counted, 4096) {
		expect_next(test, IN_TCP, from, i, &two);
		from = i + 1;
	}
	expect_none(test, IN_TCP, from);

	/* Each time the worker has come, there is room again. */
	for (i = 0; i < 4096; i++) {
		if (test_bit(i, counted) || count(IN_TCP, i, 60, true, false))
			continue;
		settle_by_hand(test);
		KUNIT_ASSERT_EQ(test, slots_in_use(), 0);
		KUNIT_ASSERT_TRUE(test, count(IN_TCP, i, 60, true, false));
	}
	for (i = 0; i < 4096; i++)
		expect_next(test, IN_TCP, i, i, test_bit(i, counted) ? &two : &one);
}

/* What fills the small waiting room gets a large one, which serves as well. */
static void scan_gets_more_room(struct kunit *test)
{
	const struct portclass_port_stats one = { 1, 1, 60, 0 };
	unsigned int i, kept = 0, more = 0;

	for (i = 0; i < FEW_SLOTS / 8; i++)
		count(OUT_UDP, i, 60, true, false);
	spill_grow(ports, grow_pages(ports));
	KUNIT_EXPECT_NULL(test, ports->spill[1]);

	for (i = 0; i < 4096; i++)
		kept += count(IN_UDP, i * 16, 60, true, false);
	KUNIT_EXPECT_LE(test, kept, FEW_SLOTS);
	spill_grow(ports, grow_pages(ports));
	KUNIT_ASSERT_NOT_NULL(test, ports->spill[1]);
	settle_by_hand(test);

	/* No page is there in this scope, so all of them wait. */
	for (i = 0; i < FEW_SLOTS + MANY_SLOTS / 2; i++)
		more += count(FORWARD_TCP, i, 60, true, false);
	KUNIT_EXPECT_EQ(test, more, FEW_SLOTS + MANY_SLOTS / 2);
	KUNIT_EXPECT_EQ(test, slots_in_use(), more);
	for (i = 0; i < more; i += 100)
		expect_next(test, FORWARD_TCP, i, i, &one);
	settle_by_hand(test);
	KUNIT_EXPECT_EQ(test, slots_in_use(), 0);
	for (i = 0; i < more; i++)
		expect_next(test, FORWARD_TCP, i, i, &one);
}

/* The bound that ports.c states: all 65,536, each with its own count. */
static void every_port_at_once(struct kunit *test)
{
	struct portclass_port_stats want = {};
	u32 port;

	for (port = 0; port < PORTCLASS_PORTS; port++) {
		bool opens = port % 2, denied = port % 3 == 0;

		if (count(FORWARD_UDP, port, port + 1, opens, denied))
			continue;
		settle_by_hand(test);
		KUNIT_ASSERT_TRUE(test, count(FORWARD_UDP, port, port + 1, opens,
					      denied));
	}

	want.packets = 1;
	for (port = 0; port < PORTCLASS_PORTS; port++) {
		want.flows = port % 2;
		want.bytes = port + 1;
		want.denied_packets = port % 3 == 0;
		expect_next(test, FORWARD_UDP, port, port, &want);
	}
}

/* Random ports, worker's halves in between, against plain sums. */
static void counters_are_their_model(struct kunit *test)
{
	struct portclass_port_stats *model;
	unsigned int i, turned_away = 0;
	struct rnd_state rnd;
	u32 port;

	model = kunit_kcalloc(test, 2048, sizeof(*model), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, model);
	test_random_init(test, &rnd);
	for (i = 0; i < 30000; i++) {
		u16 at = test_random_below(&rnd, 2048);
		unsigned int bytes = test_random_below(&rnd, 65536);
		bool opens = test_random_below(&rnd, 2);
		bool denied = test_random_below(&rnd, 2);

		/* Every 32nd port, for pages enough to keep the worker busy. */
		if (count(OUT_TCP, at * 32, bytes, opens, denied)) {
			model[at].flows += opens;
			model[at].packets++;
			model[at].bytes += bytes;
			model[at].denied_packets += denied;
		} else {
			turned_away++;
		}
		if (!test_random_below(&rnd, 400))
			grow_by_hand(test);
		if (!test_random_below(&rnd, 400))
			fold_by_hand();
	}

	KUNIT_EXPECT_LT(test, turned_away, 15000);
	for (port = 0; port < PORTCLASS_PORTS; port += 32)
		if (model[port / 32].packets)
			expect_next(test, OUT_TCP, port, port, &model[port / 32]);
}

/* The real worker, as packets ask for it. */
static void worker_comes_by_itself(struct kunit *test)
{
	const struct portclass_port_stats want = { 1, 1, 99, 1 };
	unsigned long end = jiffies + 5 * HZ;

	ports->grow.work.func = grow;
	count(IN_TCP, 22, 99, true, true);
	irq_work_sync(&ports->kick);
	flush_delayed_work(&ports->grow);
	flush_work(&ports->fold);
	while (slots_in_use() && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);

	KUNIT_EXPECT_EQ(test, slots_in_use(), 0);
	KUNIT_EXPECT_TRUE(test, has_page(IN_TCP, 22));
	expect_next(test, IN_TCP, 0, 22, &want);
}

/* All of it is freed while a worker is still to come: KASAN watches. */
static void exit_while_ports_wait(struct kunit *test)
{
	unsigned int i;
	bool late;

	ports->grow.work.func = grow;
	for (i = 0; i < 100; i++) {
		count(IN_TCP, i * 500, 1, false, false);
		/* As it is when there was no memory the last time. */
		if (i % 4 == 3) {
			irq_work_sync(&ports->kick);
			mod_delayed_work(system_unbound_wq, &ports->grow, HZ);
		}
		portclass_ports_exit(ports);
		late = cancel_delayed_work_sync(&ports->grow) ||
		       cancel_work_sync(&ports->fold) ||
		       irq_work_is_busy(&ports->kick);
		memset(ports, 0, sizeof(*ports));
		KUNIT_ASSERT_EQ(test, portclass_ports_init(ports, i % 2), 0);
		KUNIT_ASSERT_FALSE(test, late);
	}
	KUNIT_EXPECT_EQ(test, slots_in_use(), 0);
	expect_none(test, IN_TCP, 0);
}

static struct kunit_case ports_cases[] = {
	KUNIT_CASE(nothing_counted_nothing_found),
	KUNIT_CASE(sums_are_exact_at_any_time),
	KUNIT_CASE(late_port_waits_for_next_time),
	KUNIT_CASE(scopes_and_protos_are_kept_apart),
	KUNIT_CASE(walk_is_in_order),
	KUNIT_CASE(full_spill_loses_nothing_else),
	KUNIT_CASE(scan_gets_more_room),
	KUNIT_CASE(every_port_at_once),
	KUNIT_CASE(counters_are_their_model),
	KUNIT_CASE(worker_comes_by_itself),
	KUNIT_CASE(exit_while_ports_wait),
	{}
};

static struct kunit_suite ports_suite = {
	.name = "portclass_ports",
	.init = ports_init,
	.exit = ports_exit,
	.test_cases = ports_cases,
};

kunit_test_suite(ports_suite);
