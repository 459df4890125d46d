/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For kernels that let allocations fail on request: only those of slabs do. So
 * what else the module asks for begins with a small one of these, and fails
 * if that does. Compiled into the module by build.sh, by -include.
 */
#ifndef FAILING_H
#define FAILING_H

#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static inline bool failing(gfp_t gfp)
{
	void *small = kmalloc(8, gfp & ~__GFP_ACCOUNT);

	kfree(small);
	return !small;
}

static inline void __percpu *failing_percpu(size_t size, size_t align, gfp_t gfp)
{
	return failing(gfp) ? NULL : __alloc_percpu_gfp(size, align, gfp);
}

static inline void *failing_vmalloc(unsigned long size, gfp_t gfp)
{
	return failing(gfp) ? NULL : __vmalloc(size, gfp);
}

#undef __alloc_percpu_gfp
#undef __vmalloc
#define __alloc_percpu_gfp failing_percpu
#define __vmalloc failing_vmalloc

#endif
