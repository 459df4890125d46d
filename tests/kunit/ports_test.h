/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_PORTS_TEST_H
#define _PORTCLASS_PORTS_TEST_H

#include "ports.h"
#include "stats_test.h"

/* Slots in a waiting room of 3 pages, and in one of 144. */
#define FEW_SLOTS	170
#define MANY_SLOTS	8191

/* A scope and a protocol. */
enum test_path { IN_TCP, IN_UDP, OUT_TCP, OUT_UDP, FORWARD_TCP, FORWARD_UDP, PATHS };

int test_ports_init(struct kunit *test);
void test_ports_exit(struct kunit *test);

static inline struct portclass_ports *test_ports(struct kunit *test)
{
	return test->priv;
}

/* Count a packet; false if there was no room for its port. */
bool test_ports_count(struct kunit *test, enum test_path path, u16 port,
		      const struct portclass_seen *seen);

/*
 * The worker's halves. After the first one pages are there, and what was counted
 * is not in them. How many ports have waited is returned.
 */
unsigned int test_ports_grow(struct kunit *test);
void test_ports_fold(struct kunit *test);
void test_ports_settle(struct kunit *test);

/* As the first half does it when so many ports have waited. */
void test_ports_spill_grow(struct kunit *test, unsigned int used);

/* From here on the worker comes by itself. */
void test_ports_let_worker_come(struct kunit *test);

unsigned int test_ports_slots_in_use(struct kunit *test);
bool test_ports_has_page(struct kunit *test, enum test_path path, u16 port);

/* The next port from @from on is @port, and has these counters. */
void test_ports_expect_next(struct kunit *test, enum test_path path, u16 from,
			    u16 port, const struct portclass_stats *want);
void test_ports_expect_none(struct kunit *test, enum test_path path, u16 from);

#endif /* _PORTCLASS_PORTS_TEST_H */
