// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	kmod/portclass.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "genl.h"

#include <uapi/linux/portclass.h>
#include <compat.h>

/* Common nested types */
const struct nla_policy portclass_policy_nl_policy[PORTCLASS_A_POLICY_ACTION + 1] = {
	[PORTCLASS_A_POLICY_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[PORTCLASS_A_POLICY_PROTO] = NLA_POLICY_MAX(NLA_U32, 1),
	[PORTCLASS_A_POLICY_CLASS] = NLA_POLICY_MAX(NLA_U32, 2),
	[PORTCLASS_A_POLICY_ACTION] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
};

const struct nla_policy portclass_prefix_nl_policy[PORTCLASS_A_PREFIX_LENGTH + 1] = {
	[PORTCLASS_A_PREFIX_ADDRESS] = { .type = NLA_BINARY, },
	[PORTCLASS_A_PREFIX_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
};

const struct nla_policy portclass_rule_nl_policy[PORTCLASS_A_RULE_FROM + 1] = {
	[PORTCLASS_A_RULE_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[PORTCLASS_A_RULE_PROTO] = NLA_POLICY_MAX(NLA_U32, 1),
	[PORTCLASS_A_RULE_ACTION] = NLA_POLICY_MAX(NLA_U32, 3),
	[PORTCLASS_A_RULE_PORT_LOW] = { .type = NLA_U16, },
	[PORTCLASS_A_RULE_PORT_HIGH] = { .type = NLA_U16, },
	[PORTCLASS_A_RULE_FROM] = NLA_POLICY_NESTED(portclass_prefix_nl_policy),
};

/* PORTCLASS_CMD_GET - do */
static const struct nla_policy portclass_get_nl_policy[PORTCLASS_A_CONFIG_SHADOW + 1] = {
	[PORTCLASS_A_CONFIG_SHADOW] = { .type = NLA_FLAG, },
};

/* PORTCLASS_CMD_SET - do */
static const struct nla_policy portclass_set_nl_policy[PORTCLASS_A_CONFIG_SHADOW + 1] = {
	[PORTCLASS_A_CONFIG_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[PORTCLASS_A_CONFIG_FLUSH] = { .type = NLA_FLAG, },
	[PORTCLASS_A_CONFIG_POLICY] = NLA_POLICY_NESTED(portclass_policy_nl_policy),
	[PORTCLASS_A_CONFIG_RULE] = NLA_POLICY_NESTED(portclass_rule_nl_policy),
	[PORTCLASS_A_CONFIG_TRACK] = NLA_POLICY_MAX(NLA_U32, 1),
	[PORTCLASS_A_CONFIG_CONFIRM] = NLA_POLICY_RANGE(NLA_U32, 1, 28800),
	[PORTCLASS_A_CONFIG_FORCE] = { .type = NLA_FLAG, },
	[PORTCLASS_A_CONFIG_REASON] = { .type = NLA_NUL_STRING, .len = 200, },
	[PORTCLASS_A_CONFIG_SHADOW] = { .type = NLA_FLAG, },
};

/* PORTCLASS_CMD_RULE_GET - dump */
static const struct nla_policy portclass_rule_get_nl_policy[PORTCLASS_A_RULES_SHADOW + 1] = {
	[PORTCLASS_A_RULES_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[PORTCLASS_A_RULES_PROTO] = NLA_POLICY_MAX(NLA_U32, 1),
	[PORTCLASS_A_RULES_SHADOW] = { .type = NLA_FLAG, },
};

/* PORTCLASS_CMD_STATS_GET - dump */
static const struct nla_policy portclass_stats_get_nl_policy[PORTCLASS_A_STATS_SHADOW + 1] = {
	[PORTCLASS_A_STATS_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[PORTCLASS_A_STATS_PROTO] = NLA_POLICY_MAX(NLA_U32, 1),
	[PORTCLASS_A_STATS_SHADOW] = { .type = NLA_FLAG, },
};

/* PORTCLASS_CMD_PORT_STATS_GET - dump */
static const struct nla_policy portclass_port_stats_get_nl_policy[PORTCLASS_A_PORT_STATS_SHADOW + 1] = {
	[PORTCLASS_A_PORT_STATS_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[PORTCLASS_A_PORT_STATS_PROTO] = NLA_POLICY_MAX(NLA_U32, 1),
	[PORTCLASS_A_PORT_STATS_SHADOW] = { .type = NLA_FLAG, },
};

/* PORTCLASS_CMD_EXPLAIN - do */
static const struct nla_policy portclass_explain_nl_policy[PORTCLASS_A_EXPLAIN_PORT + 1] = {
	[PORTCLASS_A_EXPLAIN_SCOPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[PORTCLASS_A_EXPLAIN_PROTO] = NLA_POLICY_MAX(NLA_U32, 1),
	[PORTCLASS_A_EXPLAIN_PORT] = { .type = NLA_U16, },
};

/* PORTCLASS_CMD_CONFIRM - do */
static const struct nla_policy portclass_confirm_nl_policy[PORTCLASS_A_CONFIG_REASON + 1] = {
	[PORTCLASS_A_CONFIG_REASON] = { .type = NLA_NUL_STRING, .len = 200, },
};

/* PORTCLASS_CMD_SHADOW_PROMOTE - do */
static const struct nla_policy portclass_shadow_promote_nl_policy[PORTCLASS_A_CONFIG_REASON + 1] = {
	[PORTCLASS_A_CONFIG_CONFIRM] = NLA_POLICY_RANGE(NLA_U32, 1, 28800),
	[PORTCLASS_A_CONFIG_FORCE] = { .type = NLA_FLAG, },
	[PORTCLASS_A_CONFIG_REASON] = { .type = NLA_NUL_STRING, .len = 200, },
};

/* PORTCLASS_CMD_SHADOW_DROP - do */
static const struct nla_policy portclass_shadow_drop_nl_policy[PORTCLASS_A_CONFIG_REASON + 1] = {
	[PORTCLASS_A_CONFIG_REASON] = { .type = NLA_NUL_STRING, .len = 200, },
};

/* Ops table for portclass */
static const struct genl_split_ops portclass_nl_ops[] = {
	{
		.cmd		= PORTCLASS_CMD_GET,
		.doit		= portclass_nl_get_doit,
		.policy		= portclass_get_nl_policy,
		.maxattr	= PORTCLASS_A_CONFIG_SHADOW,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PORTCLASS_CMD_SET,
		.doit		= portclass_nl_set_doit,
		.policy		= portclass_set_nl_policy,
		.maxattr	= PORTCLASS_A_CONFIG_SHADOW,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PORTCLASS_CMD_RULE_GET,
		.dumpit		= portclass_nl_rule_get_dumpit,
		.policy		= portclass_rule_get_nl_policy,
		.maxattr	= PORTCLASS_A_RULES_SHADOW,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= PORTCLASS_CMD_STATS_GET,
		.dumpit		= portclass_nl_stats_get_dumpit,
		.policy		= portclass_stats_get_nl_policy,
		.maxattr	= PORTCLASS_A_STATS_SHADOW,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= PORTCLASS_CMD_PORT_STATS_GET,
		.dumpit		= portclass_nl_port_stats_get_dumpit,
		.policy		= portclass_port_stats_get_nl_policy,
		.maxattr	= PORTCLASS_A_PORT_STATS_SHADOW,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= PORTCLASS_CMD_EXPLAIN,
		.doit		= portclass_nl_explain_doit,
		.policy		= portclass_explain_nl_policy,
		.maxattr	= PORTCLASS_A_EXPLAIN_PORT,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PORTCLASS_CMD_CONFIRM,
		.doit		= portclass_nl_confirm_doit,
		.policy		= portclass_confirm_nl_policy,
		.maxattr	= PORTCLASS_A_CONFIG_REASON,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= PORTCLASS_CMD_HISTORY_GET,
		.dumpit	= portclass_nl_history_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= PORTCLASS_CMD_SHADOW_PROMOTE,
		.doit		= portclass_nl_shadow_promote_doit,
		.policy		= portclass_shadow_promote_nl_policy,
		.maxattr	= PORTCLASS_A_CONFIG_REASON,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PORTCLASS_CMD_SHADOW_DROP,
		.doit		= portclass_nl_shadow_drop_doit,
		.policy		= portclass_shadow_drop_nl_policy,
		.maxattr	= PORTCLASS_A_CONFIG_REASON,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group portclass_nl_mcgrps[] = {
	[PORTCLASS_NLGRP_CONFIG] = { "config", },
	[PORTCLASS_NLGRP_HISTORY] = { "history", GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family portclass_nl_family __ro_after_init = {
	.name		= PORTCLASS_FAMILY_NAME,
	.version	= PORTCLASS_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= portclass_nl_ops,
	.n_split_ops	= ARRAY_SIZE(portclass_nl_ops),
	.mcgrps		= portclass_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(portclass_nl_mcgrps),
};
