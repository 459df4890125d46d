// SPDX-License-Identifier: GPL-2.0
/* The counters, as the kernel tells them. */

#include <stdlib.h>

#include "client_parse.h"
#include "memory.h"

/* What a dump is to be about, and where it goes. */
struct dump {
	const enum portclass_scope *only;
	void *to;
};

static int take_class(struct client *client, struct nlattr *nest, struct path_stats *path)
{
	static const struct nla_policy policy[PORTCLASS_A_CLASS_STATS_MAX + 1] = {
		[PORTCLASS_A_CLASS_STATS_CLASS] = { .type = NLA_U32 },
	};
	static const char *const names[PORTCLASS_A_CLASS_STATS_MAX + 1] = {
		[PORTCLASS_A_CLASS_STATS_CLASS] = "a class",
	};
	struct client_attrs set = { .names = names };
	unsigned int class;

	if (client_parse_nest(client, &set, PORTCLASS_A_CLASS_STATS_MAX, nest, policy) ||
	    client_parse_enum(client, set.tb[PORTCLASS_A_CLASS_STATS_CLASS], &names_class,
			      &class) ||
	    client_parse_class_counters(client, &set, &path->class[class]))
		return -1;
	return class;
}

static int take_classes(struct client *client, struct nlattr *attrs, int length,
			struct path_stats *path)
{
	unsigned int seen = 0;
	struct nlattr *attr;
	int rest, class;

	nla_for_each_attr(attr, attrs, length, rest) {
		if (nla_type(attr) != PORTCLASS_A_STATS_CLASS_STATS)
			continue;
		class = take_class(client, attr, path);
		if (class < 0)
			return -1;
		seen |= 1 << class;
	}
	if (seen != (1 << CLASSES) - 1)
		return client_fail(client, "the kernel's answer lacks a class");
	return 0;
}

static int take_path(struct exchange *exchange, struct nlattr *attrs, int length)
{
	static const struct nla_policy policy[PORTCLASS_A_STATS_MAX + 1] = {
		[PORTCLASS_A_STATS_SCOPE] = { .type = NLA_U32 },
		[PORTCLASS_A_STATS_PROTO] = { .type = NLA_U32 },
		[PORTCLASS_A_STATS_MALFORMED] = { .type = NLA_U64 },
		[PORTCLASS_A_STATS_FRAGMENTS] = { .type = NLA_U64 },
		[PORTCLASS_A_STATS_UNLISTED] = { .type = NLA_U64 },
		[PORTCLASS_A_STATS_CLASS_STATS] = { .type = NLA_NESTED },
	};
	static const char *const names[PORTCLASS_A_STATS_MAX + 1] = {
		[PORTCLASS_A_STATS_SCOPE] = "the counters' scope",
		[PORTCLASS_A_STATS_PROTO] = "the counters' protocol",
		[PORTCLASS_A_STATS_MALFORMED] = "the malformed packets",
		[PORTCLASS_A_STATS_FRAGMENTS] = "the fragments",
		[PORTCLASS_A_STATS_UNLISTED] = "the unlisted packets",
		[PORTCLASS_A_STATS_CLASS_STATS] = "the classes",
	};
	struct client_attrs set = { .names = names };
	struct dump *dump = exchange->arg;
	struct stats *stats = dump->to;
	unsigned int scope, proto;
	struct path_stats *path;

	if (client_parse(exchange->client, &set, PORTCLASS_A_STATS_MAX, attrs, length, policy) ||
	    client_parse_path(exchange->client, &set, &scope, &proto))
		return -1;
	path = &stats->path[scope][proto];
	path->present = true;
	path->malformed = nla_get_u64(set.tb[PORTCLASS_A_STATS_MALFORMED]);
	path->fragments = nla_get_u64(set.tb[PORTCLASS_A_STATS_FRAGMENTS]);
	path->unlisted = nla_get_u64(set.tb[PORTCLASS_A_STATS_UNLISTED]);
	return take_classes(exchange->client, attrs, length, path);
}

static void forget_stats(void *arg)
{
	struct dump *dump = arg;

	*(struct stats *)dump->to = (struct stats){ 0 };
}

static int run(struct exchange *exchange, int command, int shadow)
{
	struct dump *dump = exchange->arg;

	exchange->msg = client_request(exchange->client, command, NLM_F_DUMP, 64);
	if (!exchange->msg)
		return -1;
	if ((dump->only && nla_put_u32(exchange->msg, PORTCLASS_A_STATS_SCOPE, *dump->only)) ||
	    (exchange->table == CLIENT_SHADOW && nla_put_flag(exchange->msg, shadow))) {
		nlmsg_free(exchange->msg);
		return client_fail(exchange->client, "the request did not fit its message");
	}
	return client_dump(exchange);
}

/**
 * client_get_stats() - Ask for the counters by class
 * @client: the connection
 * @table: of which table
 * @only: the scope to ask for, NULL for all
 * @stats: to be filled in
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_get_stats(struct client *client, enum client_table table,
		     const enum portclass_scope *only, struct stats *stats)
{
	struct dump dump = { only, stats };
	struct exchange exchange = {
		.client = client, .answer = take_path, .restart = forget_stats, .arg = &dump,
		.table = table,
	};

	if (run(&exchange, PORTCLASS_CMD_STATS_GET, PORTCLASS_A_STATS_SHADOW))
		return -1;
	for (unsigned int s = 0; s < SCOPES; s++)
		for (unsigned int p = 0; p < PROTOS; p++) {
			if (only && *only != s)
				stats->path[s][p].present = false;
			else if (!stats->path[s][p].present)
				return client_fail(client,
						   "the kernel's answer lacks the counters of %s %s",
						   names_get(&names_scope, s),
						   names_get(&names_proto, p));
		}
	return 0;
}

static int take_port(struct exchange *exchange, struct nlattr *attrs, int length)
{
	static const struct nla_policy policy[PORTCLASS_A_PORT_STATS_MAX + 1] = {
		[PORTCLASS_A_PORT_STATS_SCOPE] = { .type = NLA_U32 },
		[PORTCLASS_A_PORT_STATS_PROTO] = { .type = NLA_U32 },
		[PORTCLASS_A_PORT_STATS_PORT] = { .type = NLA_U16 },
	};
	static const char *const names[PORTCLASS_A_PORT_STATS_MAX + 1] = {
		[PORTCLASS_A_PORT_STATS_SCOPE] = "a port's scope",
		[PORTCLASS_A_PORT_STATS_PROTO] = "a port's protocol",
		[PORTCLASS_A_PORT_STATS_PORT] = "a port's number",
	};
	struct client_attrs set = { .names = names };
	struct dump *dump = exchange->arg;
	struct ports *ports = dump->to;
	struct port_stats *port;
	unsigned int scope, proto;

	if (client_parse(exchange->client, &set, PORTCLASS_A_PORT_STATS_MAX, attrs, length,
			 policy) ||
	    client_parse_path(exchange->client, &set, &scope, &proto))
		return -1;
	if (dump->only && *dump->only != scope)
		return 0;
	if (ports->count >= CLIENT_ENTRIES_MAX)
		return client_fail(exchange->client, "the kernel's answer has impossible ports");
	ports->list = memory_grow(ports->list, &ports->room, ports->count, sizeof(*ports->list));
	port = &ports->list[ports->count++];
	*port = (struct port_stats){
		.scope = scope,
		.proto = proto,
		.port = nla_get_u16(set.tb[PORTCLASS_A_PORT_STATS_PORT]),
	};
	return client_parse_port_counters(exchange->client, &set, &port->counters);
}

static void forget_ports(void *arg)
{
	struct dump *dump = arg;

	((struct ports *)dump->to)->count = 0;
}

/**
 * client_get_ports() - Ask for the counters of each port with traffic
 * @client: the connection
 * @table: of which table
 * @only: the scope to ask for, NULL for all
 * @ports: to be filled in; its list to be freed by free()
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_get_ports(struct client *client, enum client_table table,
		     const enum portclass_scope *only, struct ports *ports)
{
	struct dump dump = { only, ports };
	struct exchange exchange = {
		.client = client, .answer = take_port, .restart = forget_ports, .arg = &dump,
		.table = table,
	};

	return run(&exchange, PORTCLASS_CMD_PORT_STATS_GET, PORTCLASS_A_PORT_STATS_SHADOW);
}
