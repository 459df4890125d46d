/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place that knows kernel versions.
 */
#ifndef _PORTCLASS_COMPAT_H
#define _PORTCLASS_COMPAT_H

#include <linux/version.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/udp.h>

/*
 * 6.2 gave do and dump requests an operation entry each. Every operation of
 * ours is one or the other, and for such a one the older struct holds the same
 * fields under the same names.
 */
#if KERNEL_VERSION(6, 2, 0) > LINUX_VERSION_CODE
#define genl_split_ops genl_ops
#define split_ops ops
#define n_split_ops n_ops
#endif

/* 6.6 put the attributes of a dump request into a struct genl_info. */
static inline struct nlattr **
portclass_compat_dump_attrs(struct netlink_callback *cb)
{
#if KERNEL_VERSION(6, 6, 0) > LINUX_VERSION_CODE
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

/* 6.2 made the table of UDP sockets a namespace's own. */
static inline struct udp_table *portclass_compat_udp_table(struct net *net)
{
#if KERNEL_VERSION(6, 2, 0) > LINUX_VERSION_CODE
	return &udp_table;
#else
	return net->ipv4.udp_table;
#endif
}

#endif /* _PORTCLASS_COMPAT_H */
