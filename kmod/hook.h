/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_HOOK_H
#define _PORTCLASS_HOOK_H

#include <linux/kconfig.h>
#include <linux/netfilter.h>

#define PORTCLASS_HOOKS		(IS_ENABLED(CONFIG_IPV6) ? 6 : 3)

extern const struct nf_hook_ops portclass_hook_ops[];

#endif /* _PORTCLASS_HOOK_H */
