// SPDX-License-Identifier: GPL-2.0
/* The changes that there have been, as the kernel tells them. */

#include <stdlib.h>

#include "client_parse.h"
#include "memory.h"
#include "plain.h"

/* Far more changes than any kernel remembers. */
enum { RECORDS_MAX = 4096 };

static void take_text(struct nlattr *attr, char *to, size_t size)
{
	nla_strlcpy(to, attr, size);
	plain_make(to);
}

static int take_author(struct client *client, const struct client_attrs *set, struct author *by)
{
	struct nlattr *login = set->tb[PORTCLASS_A_HISTORY_LOGIN_UID];

	by->known = set->tb[PORTCLASS_A_HISTORY_UID];
	if (!by->known)
		return 0;
	if (!set->tb[PORTCLASS_A_HISTORY_PID] || !set->tb[PORTCLASS_A_HISTORY_COMMAND])
		return client_fail(client, "the kernel's answer lacks the process of a change");
	by->uid = nla_get_u32(set->tb[PORTCLASS_A_HISTORY_UID]);
	by->logged_in = login;
	by->login_uid = login ? nla_get_u32(login) : 0;
	by->pid = nla_get_u32(set->tb[PORTCLASS_A_HISTORY_PID]);
	take_text(set->tb[PORTCLASS_A_HISTORY_COMMAND], by->command, sizeof(by->command));
	return 0;
}

static int take_switches(struct client *client, const struct client_attrs *set,
			 struct record *record)
{
	struct nlattr *mode = set->tb[PORTCLASS_A_HISTORY_MODE];
	struct nlattr *track = set->tb[PORTCLASS_A_HISTORY_TRACK];
	unsigned int value;

	record->flush = set->tb[PORTCLASS_A_HISTORY_FLUSH];
	record->has_mode = mode;
	record->has_track = track;
	if (mode && client_parse_enum(client, mode, &names_mode, &value))
		return -1;
	if (mode)
		record->mode = value;
	if (track && client_parse_enum(client, track, &names_track, &value))
		return -1;
	if (track)
		record->track = value;
	return 0;
}

static int take_rule(struct client *client, struct nlattr *nest, struct rules *rules)
{
	rules->list = memory_grow(rules->list, &rules->room, rules->count, sizeof(*rules->list));
	return client_parse_rule(client, nest, &rules->list[rules->count++]);
}

static int take_policy(struct client *client, struct nlattr *nest, struct record *record)
{
	record->policies = memory_grow(record->policies, &record->policy_room,
				       record->policy_count, sizeof(*record->policies));
	return client_parse_policy(client, nest, &record->policies[record->policy_count++]);
}

static int take_lists(struct client *client, struct nlattr *attrs, int length,
		      struct record *record)
{
	struct nlattr *attr;
	int rest, err = 0;

	nla_for_each_attr(attr, attrs, length, rest) {
		if (nla_type(attr) == PORTCLASS_A_HISTORY_RULE)
			err = take_rule(client, attr, &record->rules);
		else if (nla_type(attr) == PORTCLASS_A_HISTORY_POLICY)
			err = take_policy(client, attr, record);
		if (err)
			return err;
	}
	return 0;
}

static __u32 number(struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

/**
 * client_parse_record() - Take a change that was made
 * @client: the connection
 * @attrs: history attributes
 * @length: their length
 * @record: to be filled in; to be freed by history_free_record(), whatever is returned
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_parse_record(struct client *client, struct nlattr *attrs, int length,
			struct record *record)
{
	static const struct nla_policy policy[PORTCLASS_A_HISTORY_MAX + 1] = {
		[PORTCLASS_A_HISTORY_GENERATION] = { .type = NLA_U32 },
		[PORTCLASS_A_HISTORY_CAUSE] = { .type = NLA_U32 },
		[PORTCLASS_A_HISTORY_TIME] = { .type = NLA_U64 },
		[PORTCLASS_A_HISTORY_UID] = { .type = NLA_U32 },
		[PORTCLASS_A_HISTORY_LOGIN_UID] = { .type = NLA_U32 },
		[PORTCLASS_A_HISTORY_PID] = { .type = NLA_U32 },
		[PORTCLASS_A_HISTORY_COMMAND] = { .type = NLA_STRING },
		[PORTCLASS_A_HISTORY_REASON] = { .type = NLA_STRING },
		[PORTCLASS_A_HISTORY_CONFIRM] = { .type = NLA_U32 },
		[PORTCLASS_A_HISTORY_MODE] = { .type = NLA_U32 },
		[PORTCLASS_A_HISTORY_TRACK] = { .type = NLA_U32 },
		[PORTCLASS_A_HISTORY_POLICY] = { .type = NLA_NESTED },
		[PORTCLASS_A_HISTORY_RULE] = { .type = NLA_NESTED },
		[PORTCLASS_A_HISTORY_LEFT_OUT] = { .type = NLA_U32 },
	};
	static const char *const names[PORTCLASS_A_HISTORY_MAX + 1] = {
		[PORTCLASS_A_HISTORY_GENERATION] = "the generation of a change",
		[PORTCLASS_A_HISTORY_CAUSE] = "the cause of a change",
		[PORTCLASS_A_HISTORY_TIME] = "the time of a change",
	};
	struct client_attrs set = { .names = names };
	unsigned int cause;

	*record = (struct record){ 0 };
	if (client_parse(client, &set, PORTCLASS_A_HISTORY_MAX, attrs, length, policy) ||
	    client_parse_enum(client, set.tb[PORTCLASS_A_HISTORY_CAUSE], &names_cause, &cause) ||
	    take_author(client, &set, &record->by) || take_switches(client, &set, record))
		return -1;
	record->generation = nla_get_u32(set.tb[PORTCLASS_A_HISTORY_GENERATION]);
	record->cause = cause;
	record->time = nla_get_u64(set.tb[PORTCLASS_A_HISTORY_TIME]);
	if (set.tb[PORTCLASS_A_HISTORY_REASON])
		take_text(set.tb[PORTCLASS_A_HISTORY_REASON], record->reason,
			  sizeof(record->reason));
	record->confirm = number(set.tb[PORTCLASS_A_HISTORY_CONFIRM]);
	record->left_out = number(set.tb[PORTCLASS_A_HISTORY_LEFT_OUT]);
	return take_lists(client, attrs, length, record);
}

static int take(struct exchange *exchange, struct nlattr *attrs, int length)
{
	struct history *history = exchange->arg;

	if (history->count >= RECORDS_MAX)
		return client_fail(exchange->client, "the kernel's answer has no end");
	history->list = memory_grow(history->list, &history->room, history->count,
				    sizeof(*history->list));
	return client_parse_record(exchange->client, attrs, length,
				   &history->list[history->count++]);
}

static void restart(void *arg)
{
	history_free(arg);
}

/**
 * client_get_history() - Ask for the last changes
 * @client: the connection
 * @history: to be filled in; to be freed by history_free(), whatever is returned
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_get_history(struct client *client, struct history *history)
{
	struct exchange exchange = {
		.client = client, .answer = take, .restart = restart, .arg = history,
	};

	*history = (struct history){ 0 };
	exchange.msg = client_request(client, PORTCLASS_CMD_HISTORY_GET, NLM_F_DUMP, 0);
	return exchange.msg ? client_dump(&exchange) : -1;
}
