/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_TABLE_TEST_H
#define _PORTCLASS_TABLE_TEST_H

#include <kunit/test.h>

#include "table.h"

/* What each case of the table suites has, and what is freed even if it fails. */
struct test_tables {
	struct portclass_table *table;
	struct portclass_table *clone;
};

int test_table_init(struct kunit *test);
void test_table_exit(struct kunit *test);

static inline struct portclass_table *test_table(struct kunit *test)
{
	return ((struct test_tables *)test->priv)->table;
}

/* A clone of the case's table; one at a time. */
struct portclass_table *test_table_clone(struct kunit *test);
/* The case has freed it. */
void test_table_forget_clone(struct kunit *test);

/* Set a rule in a table, which has to work. */
void test_table_rule(struct kunit *test, struct portclass_table *table,
		     enum portclass_scope scope, enum portclass_proto proto,
		     u16 low, u16 high, enum portclass_action action);

/*
 * Exactly the (scope, protocol) pairs of @paths, as bits of scope * 2 + proto,
 * deny anything; those that don't have no bitmap.
 */
void test_table_expect_paths(struct kunit *test,
			     const struct portclass_table *table,
			     unsigned long paths);

/*
 * Of all ports of (@scope, @proto), @count are denied, all of them in
 * [@first, @end).
 */
void test_table_expect_denied(struct kunit *test,
			      const struct portclass_table *table,
			      enum portclass_scope scope,
			      enum portclass_proto proto,
			      u32 first, u32 end, unsigned int count);

#endif /* _PORTCLASS_TABLE_TEST_H */
