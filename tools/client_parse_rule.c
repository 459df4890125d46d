// SPDX-License-Identifier: GPL-2.0
/* Rules of an answer, and their sources. */

#include <string.h>
#include <sys/socket.h>

#include "client_parse.h"
#include "sources.h"

static int fail_odd(struct client *client)
{
	return client_fail(client, "the kernel's answer has impossible rules");
}

static int take_prefix(struct client *client, struct nlattr *nest, struct prefix *prefix)
{
	static const struct nla_policy policy[PORTCLASS_A_PREFIX_MAX + 1] = {
		[PORTCLASS_A_PREFIX_LENGTH] = { .type = NLA_U8 },
	};
	static const char *const names[PORTCLASS_A_PREFIX_MAX + 1] = {
		NULL, "a source's address", "a source's length",
	};
	struct client_attrs set = { .names = names };
	int bytes;

	if (client_parse_nest(client, &set, PORTCLASS_A_PREFIX_MAX, nest, policy))
		return -1;
	bytes = nla_len(set.tb[PORTCLASS_A_PREFIX_ADDRESS]);
	*prefix = (struct prefix){
		.family = bytes == 4 ? AF_INET : AF_INET6,
		.length = nla_get_u8(set.tb[PORTCLASS_A_PREFIX_LENGTH]),
	};
	if ((bytes != 4 && bytes != 16) || prefix->length > sources_bits(prefix->family))
		return fail_odd(client);
	memcpy(prefix->bytes, nla_data(set.tb[PORTCLASS_A_PREFIX_ADDRESS]), bytes);
	return sources_is_whole(prefix) ? 0 : fail_odd(client);
}

static int take_sources(struct client *client, struct nlattr *nest, struct rule *rule)
{
	struct prefix list[SOURCES_MAX];
	struct nlattr *attr;
	size_t count = 0;
	int rest;

	nla_for_each_nested(attr, nest, rest) {
		if (nla_type(attr) != PORTCLASS_A_RULE_FROM)
			continue;
		if (count == SOURCES_MAX || rule->action != PORTCLASS_ACTION_ALLOW)
			return fail_odd(client);
		if (take_prefix(client, attr, &list[count++]))
			return -1;
	}
	rule->from = sources_make(list, count);
	return 0;
}

/**
 * client_parse_rule() - Take a rule
 * @client: the connection
 * @nest: the attribute around it
 * @rule: to be filled in
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_parse_rule(struct client *client, struct nlattr *nest, struct rule *rule)
{
	static const struct nla_policy policy[PORTCLASS_A_RULE_MAX + 1] = {
		[PORTCLASS_A_RULE_SCOPE] = { .type = NLA_U32 },
		[PORTCLASS_A_RULE_PROTO] = { .type = NLA_U32 },
		[PORTCLASS_A_RULE_ACTION] = { .type = NLA_U32 },
		[PORTCLASS_A_RULE_PORT_LOW] = { .type = NLA_U16 },
		[PORTCLASS_A_RULE_PORT_HIGH] = { .type = NLA_U16 },
		[PORTCLASS_A_RULE_FROM] = { .type = NLA_NESTED },
	};
	static const char *const names[PORTCLASS_A_RULE_MAX + 1] = {
		NULL, "a rule's scope", "a rule's protocol", "a rule's action",
		"a rule's first port", NULL, NULL,
	};
	struct client_attrs set = { .names = names };
	unsigned int scope, proto, action;
	__u16 low, high;

	if (client_parse_nest(client, &set, PORTCLASS_A_RULE_MAX, nest, policy) ||
	    client_parse_path(client, &set, &scope, &proto) ||
	    client_parse_enum(client, set.tb[PORTCLASS_A_RULE_ACTION], &names_action, &action))
		return -1;
	low = nla_get_u16(set.tb[PORTCLASS_A_RULE_PORT_LOW]);
	high = low;
	if (set.tb[PORTCLASS_A_RULE_PORT_HIGH])
		high = nla_get_u16(set.tb[PORTCLASS_A_RULE_PORT_HIGH]);
	if (high < low)
		return fail_odd(client);
	*rule = (struct rule){ scope, proto, action, low, high, NULL, NULL };
	return take_sources(client, nest, rule);
}
