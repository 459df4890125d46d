// SPDX-License-Identifier: GPL-2.0
/* What decides on a port, as the kernel tells it. */

#include "client_parse.h"

/* What was asked, and where the answer goes. */
struct question {
	const struct rule *port;
	struct explanation *to;
	bool answered;
};

static int take_counters(struct client *client, struct nlattr *nest, struct counters *counters)
{
	static const struct nla_policy policy[PORTCLASS_A_CLASS_STATS_MAX + 1];
	static const char *const names[PORTCLASS_A_CLASS_STATS_MAX + 1];
	struct client_attrs set = { .names = names };

	return client_parse_nest(client, &set, PORTCLASS_A_CLASS_STATS_MAX, nest, policy) ?:
	       client_parse_class_counters(client, &set, counters);
}

/* A verdict or a policy, which always is one of the others than unset. */
static int take_action(struct client *client, struct nlattr *attr, enum portclass_action *action)
{
	unsigned int value;

	if (client_parse_enum(client, attr, &names_action, &value))
		return -1;
	if (value == PORTCLASS_ACTION_UNSET)
		return client_fail(client, "the kernel's answer leaves open what becomes of it");
	*action = value;
	return 0;
}

/* Where a rule decides, it is one that is for this port. */
static int take_rule(struct client *client, struct nlattr *nest, struct explanation *to)
{
	struct rule *rule = &to->rule;

	to->ruled = nest;
	if (!nest)
		return 0;
	if (client_parse_rule(client, nest, rule))
		return -1;
	if (rule->scope != to->scope || rule->proto != to->proto || rule->low > to->port ||
	    rule->high < to->port || rule->action == PORTCLASS_ACTION_UNSET)
		return client_fail(client, "the kernel's answer has a rule for something else");
	return 0;
}

static int take_place(struct client *client, const struct client_attrs *set,
		      const struct rule *port, struct explanation *to)
{
	unsigned int scope, proto, class;

	if (client_parse_path(client, set, &scope, &proto) ||
	    client_parse_enum(client, set->tb[PORTCLASS_A_EXPLAIN_CLASS], &names_class, &class))
		return -1;
	to->scope = scope;
	to->proto = proto;
	to->class = class;
	to->port = nla_get_u16(set->tb[PORTCLASS_A_EXPLAIN_PORT]);
	if (to->scope != port->scope || to->proto != port->proto || to->port != port->low)
		return client_fail(client, "the kernel's answer is about something else");
	return 0;
}

static int take_state(struct client *client, const struct client_attrs *set,
		      struct explanation *to)
{
	unsigned int mode, track;

	if (client_parse_enum(client, set->tb[PORTCLASS_A_EXPLAIN_MODE], &names_mode, &mode) ||
	    client_parse_enum(client, set->tb[PORTCLASS_A_EXPLAIN_TRACK], &names_track, &track))
		return -1;
	to->active = nla_get_u8(set->tb[PORTCLASS_A_EXPLAIN_ACTIVE]);
	to->mode = mode;
	to->track = track;
	return 0;
}

static int take(struct exchange *exchange, struct nlattr *attrs, int length)
{
	static const struct nla_policy policy[PORTCLASS_A_EXPLAIN_MAX + 1] = {
		[PORTCLASS_A_EXPLAIN_SCOPE] = { .type = NLA_U32 },
		[PORTCLASS_A_EXPLAIN_PROTO] = { .type = NLA_U32 },
		[PORTCLASS_A_EXPLAIN_PORT] = { .type = NLA_U16 },
		[PORTCLASS_A_EXPLAIN_CLASS] = { .type = NLA_U32 },
		[PORTCLASS_A_EXPLAIN_ACTIVE] = { .type = NLA_U8 },
		[PORTCLASS_A_EXPLAIN_MODE] = { .type = NLA_U32 },
		[PORTCLASS_A_EXPLAIN_TRACK] = { .type = NLA_U32 },
		[PORTCLASS_A_EXPLAIN_VERDICT] = { .type = NLA_U32 },
		[PORTCLASS_A_EXPLAIN_POLICY] = { .type = NLA_U32 },
		[PORTCLASS_A_EXPLAIN_RULE] = { .type = NLA_NESTED },
		[PORTCLASS_A_EXPLAIN_PORT_COUNTERS] = { .type = NLA_NESTED },
		[PORTCLASS_A_EXPLAIN_CLASS_COUNTERS] = { .type = NLA_NESTED },
	};
	static const char *const names[PORTCLASS_A_EXPLAIN_MAX + 1] = {
		[PORTCLASS_A_EXPLAIN_SCOPE] = "the scope",
		[PORTCLASS_A_EXPLAIN_PROTO] = "the protocol",
		[PORTCLASS_A_EXPLAIN_PORT] = "the port",
		[PORTCLASS_A_EXPLAIN_CLASS] = "the class",
		[PORTCLASS_A_EXPLAIN_ACTIVE] = "whether it is active",
		[PORTCLASS_A_EXPLAIN_MODE] = "the mode",
		[PORTCLASS_A_EXPLAIN_TRACK] = "the tracking",
		[PORTCLASS_A_EXPLAIN_VERDICT] = "the verdict",
		[PORTCLASS_A_EXPLAIN_POLICY] = "the policy",
		[PORTCLASS_A_EXPLAIN_PORT_COUNTERS] = "the port's counters",
		[PORTCLASS_A_EXPLAIN_CLASS_COUNTERS] = "the class's counters",
	};
	struct client_attrs set = { .names = names };
	struct client *client = exchange->client;
	struct question *question = exchange->arg;
	struct explanation *to = question->to;

	if (client_parse(client, &set, PORTCLASS_A_EXPLAIN_MAX, attrs, length, policy) ||
	    take_place(client, &set, question->port, to) ||
	    take_state(client, &set, to) ||
	    take_action(client, set.tb[PORTCLASS_A_EXPLAIN_VERDICT], &to->verdict) ||
	    take_action(client, set.tb[PORTCLASS_A_EXPLAIN_POLICY], &to->policy) ||
	    take_rule(client, set.tb[PORTCLASS_A_EXPLAIN_RULE], to) ||
	    take_counters(client, set.tb[PORTCLASS_A_EXPLAIN_PORT_COUNTERS],
			  &to->port_counters) ||
	    take_counters(client, set.tb[PORTCLASS_A_EXPLAIN_CLASS_COUNTERS],
			  &to->class_counters))
		return -1;
	question->answered = true;
	return 0;
}

static int put(struct nl_msg *msg, const struct rule *port)
{
	return nla_put_u32(msg, PORTCLASS_A_EXPLAIN_SCOPE, port->scope) ?:
	       nla_put_u32(msg, PORTCLASS_A_EXPLAIN_PROTO, port->proto) ?:
	       nla_put_u16(msg, PORTCLASS_A_EXPLAIN_PORT, port->low);
}

/**
 * client_explain() - Ask what decides on a port
 * @client: the connection
 * @port: the scope, protocol and port, which is its first one
 * @explanation: to be filled in
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_explain(struct client *client, const struct rule *port,
		   struct explanation *explanation)
{
	struct question question = { .port = port, .to = explanation };
	struct exchange exchange = { .client = client, .answer = take, .arg = &question };
	struct mark mark = { SIZE_MAX, port->word };
	int err;

	*explanation = (struct explanation){ 0 };
	exchange.marks = &mark;
	exchange.mark_count = 1;
	exchange.msg = client_request(client, PORTCLASS_CMD_EXPLAIN, 0, 64);
	if (!exchange.msg)
		return -1;
	if (put(exchange.msg, port))
		err = client_fail(client, "the request did not fit its message");
	else
		err = client_exchange(&exchange);
	nlmsg_free(exchange.msg);
	if (!err && !question.answered)
		err = client_fail(client, "the kernel's answer lacks the explanation");
	return err;
}
