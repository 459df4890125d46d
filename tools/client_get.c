// SPDX-License-Identifier: GPL-2.0
/* The configuration and the rules, as the kernel tells them. */

#include <stdlib.h>
#include <string.h>

#include "client_parse.h"
#include "memory.h"
#include "names.h"

static int take_policy(struct client *client, struct nlattr *nest, struct config *config)
{
	struct policy policy;

	if (client_parse_policy(client, nest, &policy))
		return -1;
	config->policy[policy.scope][policy.proto][policy.class] = policy.action;
	return 0;
}

/* What a request has been answered with, and whether it was. */
struct config_answer {
	struct config *config;
	bool came;
};

static int take_config(struct exchange *exchange, struct nlattr *attrs, int length)
{
	static const struct nla_policy policy[PORTCLASS_A_CONFIG_MAX + 1] = {
		[PORTCLASS_A_CONFIG_VERSION] = { .type = NLA_STRING },
		[PORTCLASS_A_CONFIG_ACTIVE] = { .type = NLA_U8 },
		[PORTCLASS_A_CONFIG_GENERATION] = { .type = NLA_U32 },
		[PORTCLASS_A_CONFIG_MODE] = { .type = NLA_U32 },
		[PORTCLASS_A_CONFIG_POLICY] = { .type = NLA_NESTED },
		[PORTCLASS_A_CONFIG_TRACK] = { .type = NLA_U32 },
		[PORTCLASS_A_CONFIG_PENDING] = { .type = NLA_U32 },
		[PORTCLASS_A_CONFIG_SHADOW] = { .type = NLA_FLAG },
	};
	static const char *const names[PORTCLASS_A_CONFIG_MAX + 1] = {
		[PORTCLASS_A_CONFIG_VERSION] = "the module's version",
		[PORTCLASS_A_CONFIG_ACTIVE] = "whether it is active",
		[PORTCLASS_A_CONFIG_GENERATION] = "the generation",
		[PORTCLASS_A_CONFIG_MODE] = "the mode",
		[PORTCLASS_A_CONFIG_POLICY] = "the policies",
		[PORTCLASS_A_CONFIG_TRACK] = "the tracking",
	};
	struct config_answer *answer = exchange->arg;
	struct client *client = exchange->client;
	struct config *config = answer->config;
	struct client_attrs set = { .names = names };
	struct nlattr *attr;
	unsigned int mode, track;
	int rest;

	if (client_parse(client, &set, PORTCLASS_A_CONFIG_MAX, attrs, length, policy) ||
	    client_parse_enum(client, set.tb[PORTCLASS_A_CONFIG_MODE], &names_mode, &mode) ||
	    client_parse_enum(client, set.tb[PORTCLASS_A_CONFIG_TRACK], &names_track, &track))
		return -1;
	nla_strlcpy(config->version, set.tb[PORTCLASS_A_CONFIG_VERSION], sizeof(config->version));
	for (char *c = config->version; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	config->active = nla_get_u8(set.tb[PORTCLASS_A_CONFIG_ACTIVE]);
	config->generation = nla_get_u32(set.tb[PORTCLASS_A_CONFIG_GENERATION]);
	config->mode = mode;
	config->track = track;
	config->shadow = set.tb[PORTCLASS_A_CONFIG_SHADOW];
	if (set.tb[PORTCLASS_A_CONFIG_PENDING])
		config->pending = nla_get_u32(set.tb[PORTCLASS_A_CONFIG_PENDING]);
	nla_for_each_attr(attr, attrs, length, rest)
		if (nla_type(attr) == PORTCLASS_A_CONFIG_POLICY &&
		    take_policy(client, attr, config))
			return -1;
	answer->came = true;
	return 0;
}

/* Nothing says unset but what never came. */
static int check_policies(struct client *client, const struct config *config)
{
	for (int s = 0; s < SCOPES; s++)
		for (int p = 0; p < PROTOS; p++)
			for (int c = 0; c < CLASSES; c++)
				if (config->policy[s][p][c] == PORTCLASS_ACTION_UNSET)
					return client_fail(client,
							   "the kernel's answer lacks a policy");
	return 0;
}

/**
 * client_get_config() - Ask for the configuration, without its rules
 * @client: the connection
 * @table: which one
 * @config: to be filled in
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_get_config(struct client *client, enum client_table table, struct config *config)
{
	struct config_answer answer = { .config = config };
	struct exchange exchange = {
		.client = client, .answer = take_config, .arg = &answer, .table = table,
	};
	int err;

	*config = (struct config){ 0 };
	exchange.msg = client_request(client, PORTCLASS_CMD_GET, 0, NLA_HDRLEN);
	if (!exchange.msg)
		return -1;
	err = client_ask(&exchange, PORTCLASS_A_CONFIG_SHADOW);
	nlmsg_free(exchange.msg);
	if (err)
		return err;
	if (!answer.came)
		return client_fail(client, "the kernel's answer lacks the configuration");
	return check_policies(client, config);
}

static int take_rule(struct client *client, struct nlattr *nest, struct rules *rules)
{
	struct rule rule;

	if (client_parse_rule(client, nest, &rule))
		return -1;
	if (rules->count >= CLIENT_ENTRIES_MAX)
		return client_fail(client, "the kernel's answer has impossible rules");
	rules->list = memory_grow(rules->list, &rules->room, rules->count, sizeof(*rules->list));
	rules->list[rules->count++] = rule;
	return 0;
}

static int take_rules(struct exchange *exchange, struct nlattr *attrs, int length)
{
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, attrs, length, rest)
		if (nla_type(attr) == PORTCLASS_A_RULES_RULE &&
		    take_rule(exchange->client, attr, exchange->arg))
			return -1;
	return 0;
}

/* Return: 0, -1 with @client's error set, or 1 if they changed while they were told. */
static int get_rules(struct client *client, enum client_table table, struct rules *rules)
{
	struct exchange exchange = {
		.client = client, .answer = take_rules, .arg = rules, .table = table,
	};
	int err;

	rules->count = 0;
	exchange.msg = client_request(client, PORTCLASS_CMD_RULE_GET, NLM_F_DUMP, NLA_HDRLEN);
	if (!exchange.msg)
		return -1;
	err = client_ask(&exchange, PORTCLASS_A_RULES_SHADOW) ?: exchange.interrupted;
	nlmsg_free(exchange.msg);
	return err;
}

/* Both, to be asked for together. */
struct state {
	struct client *client;
	enum client_table table;
	struct config *config;
	struct rules *rules;
};

static int get_state(void *arg)
{
	struct state *state = arg;
	struct config after;
	int changed;

	if (client_get_config(state->client, state->table, state->config))
		return -1;
	changed = get_rules(state->client, state->table, state->rules);
	if (changed < 0 || client_get_config(state->client, state->table, &after))
		return -1;
	return changed || after.generation != state->config->generation;
}

/**
 * client_get_all() - Ask for the configuration and its rules, of one generation
 * @client: the connection
 * @table: which one
 * @config: to be filled in
 * @rules: to be filled in; its list to be freed by free()
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_get_all(struct client *client, enum client_table table, struct config *config,
		   struct rules *rules)
{
	struct state state = { client, table, config, rules };

	return client_settle(client, get_state, &state);
}
