/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_EARLY_H
#define _PORTCLASS_EARLY_H

#include <linux/kconfig.h>
#include <linux/netfilter.h>

#include "table.h"

#define PORTCLASS_EARLY_HOOKS	(IS_ENABLED(CONFIG_IPV6) ? 2 : 1)

extern const struct nf_hook_ops portclass_early_hook_ops[];

/**
 * portclass_early_is_of_use() - would the early hooks drop anything?
 * @table: a compiled table
 *
 * Context: any; the caller holds what keeps @table alive.
 * Return: false if they needn't be registered.
 */
static inline bool portclass_early_is_of_use(const struct portclass_table *table)
{
	return table->mode == PORTCLASS_MODE_ENFORCE &&
	       portclass_table_denies_any(table, PORTCLASS_SCOPE_IN);
}

#endif /* _PORTCLASS_EARLY_H */
