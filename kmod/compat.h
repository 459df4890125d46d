/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place that knows kernel versions.
 */
#ifndef _PORTCLASS_COMPAT_H
#define _PORTCLASS_COMPAT_H

#include <linux/version.h>

#if KERNEL_VERSION(6, 1, 0) > LINUX_VERSION_CODE
#error "portclass needs Linux 6.1 or newer"
#endif

#include <linux/workqueue.h>
#include <net/addrconf.h>
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

/*
 * 6.8 gave the flags of multicast groups names of their own, and so did later
 * releases of the older series: 6.1.170 has none, 6.1.176 has.
 */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
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

/* 6.17 lets a single device forward IPv6, where the others don't. */
static inline bool
portclass_compat_force_forwarding(const struct net_device *dev)
{
#if KERNEL_VERSION(6, 17, 0) <= LINUX_VERSION_CODE && IS_ENABLED(CONFIG_IPV6)
	const struct inet6_dev *idev = __in6_dev_get(dev);

	return !idev || READ_ONCE(idev->cnf.force_forwarding);
#else
	return false;
#endif
}

/*
 * 6.18 took the table of TCP sockets out of the arguments: it is always the
 * namespace's. @lookup is the function, @space the namespace.
 */
#if KERNEL_VERSION(6, 18, 0) > LINUX_VERSION_CODE
#define portclass_compat_tcp(lookup, space, ...) ({			\
	struct net *__space = (space);					\
									\
	lookup(__space, __space->ipv4.tcp_death_row.hashinfo,		\
	       __VA_ARGS__);						\
})
#else
#define portclass_compat_tcp(lookup, space, ...) \
	lookup(space, __VA_ARGS__)
#endif

/*
 * 7.1 did so with that of UDP sockets, which 6.2 had made a namespace's own.
 * The last argument is always NULL: no packet is at hand to be steered.
 */
#if KERNEL_VERSION(6, 2, 0) > LINUX_VERSION_CODE
#define portclass_compat_udp(lookup, space, ...) \
	lookup(space, __VA_ARGS__, &udp_table, NULL)
#elif KERNEL_VERSION(7, 1, 0) > LINUX_VERSION_CODE
#define portclass_compat_udp(lookup, space, ...) ({			\
	struct net *__space = (space);					\
									\
	lookup(__space, __VA_ARGS__, __space->ipv4.udp_table, NULL);	\
})
#else
#define portclass_compat_udp(lookup, space, ...) \
	lookup(space, __VA_ARGS__, NULL)
#endif

/* For work of any length on any processor. 7.2 logs each use of the old name. */
#if KERNEL_VERSION(7, 2, 0) > LINUX_VERSION_CODE
#define portclass_compat_wq	system_unbound_wq
#else
#define portclass_compat_wq	system_dfl_wq
#endif

#endif /* _PORTCLASS_COMPAT_H */
