/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_NETLINK_H
#define _PORTCLASS_NETLINK_H

#include <net/genetlink.h>

#include "history.h"
#include "netns.h"

int portclass_nl_check_admin(const struct sk_buff *skb,
			     const struct portclass_net *pn,
			     struct netlink_ext_ack *extack);
struct portclass_shadow *
portclass_nl_find_shadow(const struct portclass_net *pn,
			 struct netlink_ext_ack *extack);
int portclass_nl_find_table(const struct portclass_net *pn, bool shadow,
			    const struct portclass_table **table,
			    struct netlink_ext_ack *extack);
void portclass_nl_notify(struct portclass_net *pn,
			 const struct portclass_change *change);
int portclass_nl_register(void);
void portclass_nl_unregister(void);

#endif /* _PORTCLASS_NETLINK_H */
