// SPDX-License-Identifier: GPL-2.0
/* Attributes of an answer, of which nothing is taken on trust. */

#include <assert.h>

#include "client_parse.h"
#include "memory.h"

/**
 * client_parse() - Take attributes apart
 * @client: the connection
 * @set: to be filled in; its names say which must be there
 * @max: the highest kind; others are left out
 * @attrs: the attributes
 * @length: their length
 * @policy: how long each has to be at least
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_parse(struct client *client, struct client_attrs *set, int max, struct nlattr *attrs,
		 int length, const struct nla_policy *policy)
{
	int err;

	assert(max < (int)ARRAY_SIZE(set->tb));
	/* libnl has no const here, and writes nothing. */
	err = nla_parse(set->tb, max, attrs, length, (struct nla_policy *)policy);

	if (err)
		return client_fail(client, "the kernel's answer is malformed: %s",
				   nl_geterror(err));
	for (int i = 1; i <= max; i++)
		if (set->names[i] && !set->tb[i])
			return client_fail(client, "the kernel's answer lacks %s", set->names[i]);
	return 0;
}

/**
 * client_parse_nest() - Take the attributes in another one apart
 * @client: the connection
 * @set: to be filled in; its names say which must be there
 * @max: the highest kind; others are left out
 * @nest: the attribute around them
 * @policy: how long each has to be at least
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_parse_nest(struct client *client, struct client_attrs *set, int max,
		      struct nlattr *nest, const struct nla_policy *policy)
{
	return client_parse(client, set, max, nla_data(nest), nla_len(nest), policy);
}

/**
 * client_parse_enum() - Take a value that has a name
 * @client: the connection
 * @attr: the attribute
 * @names: the names
 * @value: to be filled in
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_parse_enum(struct client *client, struct nlattr *attr, const struct names *names,
		      unsigned int *value)
{
	*value = nla_get_u32(attr);
	if (*value < names->count)
		return 0;
	return client_fail(client, "the kernel's answer has a %s that is not known here: %u",
			   names->what, *value);
}

static_assert((int)PORTCLASS_A_RULE_SCOPE == (int)PORTCLASS_A_POLICY_SCOPE &&
	      (int)PORTCLASS_A_RULE_SCOPE == (int)PORTCLASS_A_STATS_SCOPE &&
	      (int)PORTCLASS_A_RULE_SCOPE == (int)PORTCLASS_A_PORT_STATS_SCOPE &&
	      (int)PORTCLASS_A_RULE_SCOPE == (int)PORTCLASS_A_EXPLAIN_SCOPE &&
	      (int)PORTCLASS_A_RULE_PROTO == (int)PORTCLASS_A_POLICY_PROTO &&
	      (int)PORTCLASS_A_RULE_PROTO == (int)PORTCLASS_A_STATS_PROTO &&
	      (int)PORTCLASS_A_RULE_PROTO == (int)PORTCLASS_A_PORT_STATS_PROTO &&
	      (int)PORTCLASS_A_RULE_PROTO == (int)PORTCLASS_A_EXPLAIN_PROTO,
	      "scope and protocol come first in each of these sets");

/**
 * client_parse_path() - Take the scope and the protocol
 * @client: the connection
 * @set: rule, policy, stats, port-stats or explain attributes
 * @scope: to be filled in
 * @proto: to be filled in
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_parse_path(struct client *client, const struct client_attrs *set, unsigned int *scope,
		      unsigned int *proto)
{
	return client_parse_enum(client, set->tb[PORTCLASS_A_RULE_SCOPE], &names_scope, scope) ?:
	       client_parse_enum(client, set->tb[PORTCLASS_A_RULE_PROTO], &names_proto, proto);
}

/**
 * client_parse_policy() - Take a policy
 * @client: the connection
 * @nest: the attribute around it
 * @to: to be filled in
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_parse_policy(struct client *client, struct nlattr *nest, struct policy *to)
{
	static const struct nla_policy policy[PORTCLASS_A_POLICY_MAX + 1] = {
		[PORTCLASS_A_POLICY_SCOPE] = { .type = NLA_U32 },
		[PORTCLASS_A_POLICY_PROTO] = { .type = NLA_U32 },
		[PORTCLASS_A_POLICY_CLASS] = { .type = NLA_U32 },
		[PORTCLASS_A_POLICY_ACTION] = { .type = NLA_U32 },
	};
	static const char *const names[PORTCLASS_A_POLICY_MAX + 1] = {
		NULL, "a policy's scope", "a policy's protocol", "a policy's class",
		"a policy's action",
	};
	struct client_attrs set = { .names = names };
	unsigned int scope, proto, class, action;

	if (client_parse_nest(client, &set, PORTCLASS_A_POLICY_MAX, nest, policy) ||
	    client_parse_path(client, &set, &scope, &proto) ||
	    client_parse_enum(client, set.tb[PORTCLASS_A_POLICY_CLASS], &names_class, &class) ||
	    client_parse_enum(client, set.tb[PORTCLASS_A_POLICY_ACTION], &names_action, &action))
		return -1;
	*to = (struct policy){ scope, proto, class, action, NULL };
	return 0;
}
