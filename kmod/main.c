// SPDX-License-Identifier: GPL-2.0
/*
 * portclass: counts TCP and UDP flows by port class and port, and denies ports.
 */
#include "compat.h" /* first, since it tells a kernel that is too old */

#include <linux/module.h>
#include <linux/rcupdate.h>

#include "netlink.h"
#include "netns.h"
#include "recent.h"
#include "reject.h"
#include "sysfs.h"
#include "track.h"
#include "version.h"

static int __init portclass_init(void)
{
	int err;

	portclass_track_open();
	portclass_reject_open();
	portclass_recent_open();
	err = portclass_net_register();
	if (err)
		goto close_others;

	err = portclass_sysfs_create();
	if (err)
		goto unregister_net;

	/* Last: from here on there are requests. */
	err = portclass_nl_register();
	if (err)
		goto remove_sysfs;

	return 0;

remove_sysfs:
	portclass_sysfs_remove();
unregister_net:
	portclass_net_unregister();
close_others:
	portclass_reject_close();
	portclass_track_close();
	return err;
}

static void __exit portclass_exit(void)
{
	portclass_nl_unregister();
	portclass_sysfs_remove();
	portclass_net_unregister();
	portclass_reject_close();
	portclass_track_close();
	rcu_barrier(); /* for portclass_table_free_rcu() */
}

module_init(portclass_init);
module_exit(portclass_exit);

MODULE_DESCRIPTION("TCP and UDP by port class: counts every port, denies by bitmap");
MODULE_LICENSE("GPL");
MODULE_VERSION(PORTCLASS_VERSION);
MODULE_SOFTDEP("pre: nf_conntrack");
/* No alias for the family: whoever asks for it must not be able to load it. */
