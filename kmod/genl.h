/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	kmod/portclass.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_PORTCLASS_GEN_H
#define _LINUX_PORTCLASS_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/portclass.h>
#include <compat.h>

/* Common nested types */
extern const struct nla_policy portclass_policy_nl_policy[PORTCLASS_A_POLICY_ACTION + 1];
extern const struct nla_policy portclass_prefix_nl_policy[PORTCLASS_A_PREFIX_LENGTH + 1];
extern const struct nla_policy portclass_rule_nl_policy[PORTCLASS_A_RULE_FROM + 1];

int portclass_nl_get_doit(struct sk_buff *skb, struct genl_info *info);
int portclass_nl_set_doit(struct sk_buff *skb, struct genl_info *info);
int portclass_nl_rule_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int portclass_nl_stats_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int portclass_nl_port_stats_get_dumpit(struct sk_buff *skb,
				       struct netlink_callback *cb);
int portclass_nl_explain_doit(struct sk_buff *skb, struct genl_info *info);
int portclass_nl_confirm_doit(struct sk_buff *skb, struct genl_info *info);
int portclass_nl_history_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int portclass_nl_shadow_promote_doit(struct sk_buff *skb,
				     struct genl_info *info);
int portclass_nl_shadow_drop_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	PORTCLASS_NLGRP_CONFIG,
	PORTCLASS_NLGRP_HISTORY,
};

extern struct genl_family portclass_nl_family;

#endif /* _LINUX_PORTCLASS_GEN_H */
