// SPDX-License-Identifier: GPL-2.0
/*
 * The code under test, and what its suites do with it by hand.
 *
 * It is included, not linked: its worker has two halves, and what happens between
 * them is what can go wrong. The cases run the worker by hand, since the real one
 * comes whenever a timer does.
 */
#include "../../kmod/ports.c"

#include "ports_test.h"

static void no_worker(struct work_struct *work)
{
}

int test_ports_init(struct kunit *test)
{
	struct portclass_ports *ports;
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
	test->priv = ports;
	return 0;
}

void test_ports_exit(struct kunit *test)
{
	if (!test->priv)
		return;
	portclass_ports_exit(test->priv);
	kfree(test->priv);
}

static struct portclass_key key_of(enum test_path path, u16 port)
{
	return (struct portclass_key) {
		.port = port,
		.scope = path / PORTCLASS_PROTOS,
		.proto = path % PORTCLASS_PROTOS,
	};
}

bool test_ports_count(struct kunit *test, enum test_path path, u16 port,
		      const struct portclass_seen *seen)
{
	const struct portclass_key key = key_of(path, port);
	bool counted;

	rcu_read_lock();
	counted = portclass_ports_add(test_ports(test), &key, seen);
	rcu_read_unlock();
	return counted;
}

unsigned int test_ports_grow(struct kunit *test)
{
	unsigned int used = 0;

	KUNIT_ASSERT_EQ(test, grow_pages(test_ports(test), &used), 0);
	return used;
}

void test_ports_fold(struct kunit *test)
{
	fold(&test_ports(test)->fold);
}

void test_ports_settle(struct kunit *test)
{
	test_ports_grow(test);
	test_ports_fold(test);
}

void test_ports_spill_grow(struct kunit *test, unsigned int used)
{
	spill_grow(test_ports(test), used);
}

void test_ports_let_worker_come(struct kunit *test)
{
	test_ports(test)->grow.work.func = grow;
}

unsigned int test_ports_slots_in_use(struct kunit *test)
{
	struct portclass_ports *ports = test_ports(test);
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

bool test_ports_has_page(struct kunit *test, enum test_path path, u16 port)
{
	const struct portclass_key key = key_of(path, port);

	return portclass_ports_page(test_ports(test), &key);
}

/* Who asks for one port is told what the walk says of it. */
static void expect_sum(struct kunit *test, const struct portclass_key *key,
		       const struct portclass_stats *want)
{
	struct portclass_stats sum;

	/* It sets what it sums, and doesn't add to it. */
	memset(&sum, 0xff, sizeof(sum));
	portclass_ports_sum(test_ports(test), key, &sum);
	test_stats_expect(test, &sum, want, "sum of port", key->port);
}

void test_ports_expect_next(struct kunit *test, enum test_path path, u16 from,
			    u16 port, const struct portclass_stats *want)
{
	struct portclass_key key = key_of(path, from);
	struct portclass_stats got;

	memset(&got, 0xff, sizeof(got));
	KUNIT_ASSERT_TRUE_MSG(test, portclass_ports_next(test_ports(test), &key, &got),
			      "path %u from %u", path, from);
	KUNIT_ASSERT_EQ_MSG(test, key.port, port, "path %u from %u", path, from);
	KUNIT_EXPECT_EQ(test, key.scope, path / PORTCLASS_PROTOS);
	KUNIT_EXPECT_EQ(test, key.proto, path % PORTCLASS_PROTOS);
	test_stats_expect(test, &got, want, "port", port);
	expect_sum(test, &key, want);
}

void test_ports_expect_none(struct kunit *test, enum test_path path, u16 from)
{
	static const struct portclass_stats nothing;
	struct portclass_key key = key_of(path, from);
	struct portclass_stats got;

	KUNIT_EXPECT_FALSE_MSG(test, portclass_ports_next(test_ports(test), &key, &got),
			       "path %u from %u: %u", path, from, key.port);
	KUNIT_EXPECT_EQ(test, key.port, from);
	expect_sum(test, &key, &nothing);
}
