// SPDX-License-Identifier: GPL-2.0
/* Faults for static.sh's checks of the module to find, each by one of them only. */
#include <linux/list.h>

int planted_gcc(void)
{
	return 0;
}

static int __maybe_unused planted_clang(int some)
{
	int value;

	if (some)
		value = some;
	return value;
}

static __be16 __maybe_unused planted_sparse(u16 order)
{
	return order;
}

static bool __maybe_unused planted_coccinelle(const struct list_head *list)
{
	if (!list)
		return list->next == list;
	return false;
}
