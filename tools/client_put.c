// SPDX-License-Identifier: GPL-2.0
/* Rules and policies of a request. */

#include "client_put.h"
#include "sources.h"

enum {
	U16_SIZE = NLA_HDRLEN + 4,	/* padded */
	U32_SIZE = NLA_HDRLEN + 4,
	RULE_SIZE = NLA_HDRLEN + 3 * U32_SIZE + 2 * U16_SIZE,
	PREFIX_SIZE = 2 * NLA_HDRLEN + 16 + U16_SIZE,
};

static int put_prefix(struct nl_msg *msg, const struct prefix *prefix)
{
	struct nlattr *nest = nla_nest_start(msg, PORTCLASS_A_RULE_FROM);

	if (!nest || nla_put(msg, PORTCLASS_A_PREFIX_ADDRESS, sources_bits(prefix->family) / 8,
			     prefix->bytes) ||
	    nla_put_u8(msg, PORTCLASS_A_PREFIX_LENGTH, prefix->length))
		return -1;
	return nla_nest_end(msg, nest);
}

/**
 * client_rule_size() - How much room a rule takes in a request
 * @rule: the rule
 *
 * Return: bytes, at least as many as it takes.
 */
size_t client_rule_size(const struct rule *rule)
{
	return RULE_SIZE + (rule->from ? rule->from->count * PREFIX_SIZE : 0);
}

/**
 * client_put_rule() - Put a rule into a request
 * @msg: the request
 * @rule: the rule
 *
 * Return: 0, or less if it doesn't fit.
 */
int client_put_rule(struct nl_msg *msg, const struct rule *rule)
{
	struct nlattr *nest = nla_nest_start(msg, PORTCLASS_A_CONFIG_RULE);

	if (!nest || nla_put_u32(msg, PORTCLASS_A_RULE_SCOPE, rule->scope) ||
	    nla_put_u32(msg, PORTCLASS_A_RULE_PROTO, rule->proto) ||
	    nla_put_u32(msg, PORTCLASS_A_RULE_ACTION, rule->action) ||
	    nla_put_u16(msg, PORTCLASS_A_RULE_PORT_LOW, rule->low) ||
	    nla_put_u16(msg, PORTCLASS_A_RULE_PORT_HIGH, rule->high))
		return -1;
	for (size_t i = 0; rule->from && i < rule->from->count; i++)
		if (put_prefix(msg, &rule->from->list[i]))
			return -1;
	return nla_nest_end(msg, nest);
}

/**
 * client_put_policy() - Put a policy into a request
 * @msg: the request
 * @policy: the policy
 *
 * Return: 0, or less if it doesn't fit.
 */
int client_put_policy(struct nl_msg *msg, const struct policy *policy)
{
	struct nlattr *nest = nla_nest_start(msg, PORTCLASS_A_CONFIG_POLICY);

	if (!nest || nla_put_u32(msg, PORTCLASS_A_POLICY_SCOPE, policy->scope) ||
	    nla_put_u32(msg, PORTCLASS_A_POLICY_PROTO, policy->proto) ||
	    nla_put_u32(msg, PORTCLASS_A_POLICY_CLASS, policy->class) ||
	    nla_put_u32(msg, PORTCLASS_A_POLICY_ACTION, policy->action))
		return -1;
	return nla_nest_end(msg, nest);
}
