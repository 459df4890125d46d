/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_TEST_MEMORY_H
#define _PORTCLASS_TEST_MEMORY_H

#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>

/* Blocks that the code under test has taken, and not given back yet. */
unsigned int test_memory_taken(void);

/* Let the @nth allocation from here on fail, and no other one; 0: none. */
void test_memory_fail(unsigned int nth);

/* Has it failed, since it was asked to? From here on none does. */
bool test_memory_has_failed(void);

void *test_kzalloc(size_t size, gfp_t gfp);
void *test_kvzalloc(size_t size, gfp_t gfp);
unsigned long *test_bitmap_zalloc(unsigned int bits, gfp_t gfp);
void test_kfree(const void *block);
void test_kvfree(const void *block);
void test_bitmap_free(const unsigned long *map);

/* For the code under test: Kbuild has this included before its first line. */
#ifdef TEST_MEMORY_REPLACED
#undef kzalloc
#undef kvzalloc
#undef bitmap_zalloc
#define kzalloc		test_kzalloc
#define kvzalloc	test_kvzalloc
#define bitmap_zalloc	test_bitmap_zalloc
#define kfree		test_kfree
#define kvfree		test_kvfree
#define bitmap_free	test_bitmap_free
#endif

#endif /* _PORTCLASS_TEST_MEMORY_H */
