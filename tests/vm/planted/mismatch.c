// SPDX-License-Identifier: GPL-2.0
/* A fault that no compiler sees, but modpost, which knows where everything went. */
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/module.h>

static noinline int __init planted_early(void)
{
	return nr_cpu_ids;
}

int planted_late(void);
int planted_late(void)
{
	return planted_early();
}

MODULE_DESCRIPTION("A planted fault");
MODULE_LICENSE("GPL");
