// SPDX-License-Identifier: GPL-2.0
/* Memory that can be missing when a case says so, and that is counted. */
#include <linux/atomic.h>

#include "test_memory.h"

static atomic_t taken;
static unsigned int fail_in;
static bool failed;

unsigned int test_memory_taken(void)
{
	return atomic_read(&taken);
}

void test_memory_fail(unsigned int nth)
{
	fail_in = nth;
	failed = false;
}

bool test_memory_has_failed(void)
{
	fail_in = 0;
	return failed;
}

static bool fails(void)
{
	if (!fail_in || --fail_in)
		return false;
	failed = true;
	return true;
}

static void *count(void *block)
{
	if (block)
		atomic_inc(&taken);
	return block;
}

static void uncount(const void *block)
{
	if (block)
		atomic_dec(&taken);
}

void *test_kzalloc(size_t size, gfp_t gfp)
{
	return fails() ? NULL : count(kzalloc(size, gfp));
}

void *test_kvzalloc(size_t size, gfp_t gfp)
{
	return fails() ? NULL : count(kvzalloc(size, gfp));
}

unsigned long *test_bitmap_zalloc(unsigned int bits, gfp_t gfp)
{
	return fails() ? NULL : count(bitmap_zalloc(bits, gfp));
}

void test_kfree(const void *block)
{
	uncount(block);
	kfree(block);
}

void test_kvfree(const void *block)
{
	uncount(block);
	kvfree(block);
}

void test_bitmap_free(const unsigned long *map)
{
	uncount(map);
	bitmap_free(map);
}
