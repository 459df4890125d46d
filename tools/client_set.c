// SPDX-License-Identifier: GPL-2.0
/* A change of the configuration: structs to one request. */

#include <stdlib.h>
#include <string.h>

#include "client_put.h"
#include "memory.h"

enum {
	/* Mode, tracking and time; three flags. */
	REST_SIZE = 3 * (NLA_HDRLEN + 4) + 3 * NLA_HDRLEN,
	MARKS = 3,			/* besides policies and rules */
};

/* What was put into the message up to here came from this word. */
static void mark(struct exchange *exchange, struct mark *marks, const char *word)
{
	marks[exchange->mark_count++] = (struct mark){
		nlmsg_hdr(exchange->msg)->nlmsg_len, word,
	};
}

/* How it is changed, and why. */
static int put_terms(struct nl_msg *msg, const struct change *change)
{
	if (change->confirm && nla_put_u32(msg, PORTCLASS_A_CONFIG_CONFIRM, change->confirm))
		return -1;
	if (change->force && nla_put_flag(msg, PORTCLASS_A_CONFIG_FORCE))
		return -1;
	return change->reason ?
	       nla_put_string(msg, PORTCLASS_A_CONFIG_REASON, change->reason) : 0;
}

static size_t reason_size(const char *reason)
{
	return reason ? nla_total_size(strlen(reason) + 1) : 0;
}

static size_t size_of(const struct change *change)
{
	size_t size = REST_SIZE + reason_size(change->reason);

	size += change->policy_count * CLIENT_POLICY_SIZE;
	for (size_t i = 0; i < change->rule_count; i++)
		size += client_rule_size(&change->rules[i]);
	return size;
}

static int put_change(struct exchange *exchange, struct mark *marks, const struct change *change)
{
	if (change->flush && nla_put_flag(exchange->msg, PORTCLASS_A_CONFIG_FLUSH))
		return -1;
	mark(exchange, marks, NULL);
	for (size_t i = 0; i < change->policy_count; i++) {
		if (client_put_policy(exchange->msg, &change->policies[i]))
			return -1;
		mark(exchange, marks, change->policies[i].word);
	}
	for (size_t i = 0; i < change->rule_count; i++) {
		if (client_put_rule(exchange->msg, &change->rules[i]))
			return -1;
		mark(exchange, marks, change->rules[i].word);
	}
	if (change->mode && nla_put_u32(exchange->msg, PORTCLASS_A_CONFIG_MODE, *change->mode))
		return -1;
	mark(exchange, marks, change->mode_word);
	if (change->track && nla_put_u32(exchange->msg, PORTCLASS_A_CONFIG_TRACK, *change->track))
		return -1;
	mark(exchange, marks, change->track_word);
	if (change->shadow && nla_put_flag(exchange->msg, PORTCLASS_A_CONFIG_SHADOW))
		return -1;
	return put_terms(exchange->msg, change);
}

static int set(struct client *client, const struct change *change)
{
	struct exchange exchange = { .client = client };
	struct mark *marks;
	int err = -1;

	exchange.msg = client_request(client, PORTCLASS_CMD_SET, 0, size_of(change));
	if (!exchange.msg)
		return -1;
	marks = memory_get(change->policy_count + change->rule_count + MARKS, sizeof(*marks));
	exchange.marks = marks;
	if (put_change(&exchange, marks, change))
		client_fail(client, "the request did not fit its message");
	else
		err = client_exchange(&exchange);
	nlmsg_free(exchange.msg);
	free(marks);
	return err;
}

/* What is to be done is known to the kernel. */
static int command(struct client *client, int which, const struct change *terms)
{
	struct exchange exchange = { .client = client };
	int err = -1;

	exchange.msg = client_request(client, which, 0, REST_SIZE + reason_size(terms->reason));
	if (!exchange.msg)
		return -1;
	if (put_terms(exchange.msg, terms))
		client_fail(client, "the request did not fit its message");
	else
		err = client_exchange(&exchange);
	nlmsg_free(exchange.msg);
	return err;
}

/**
 * client_set() - Change the configuration, all at once
 * @client: the connection
 * @change: what to change
 *
 * Return: 0, or -1 with @client's error set, and nothing changed.
 */
int client_set(struct client *client, const struct change *change)
{
	if (change->promote)
		return command(client, PORTCLASS_CMD_SHADOW_PROMOTE, change);
	return set(client, change);
}

/**
 * client_confirm() - Keep the change that waits to be confirmed
 * @client: the connection
 * @reason: why, or NULL
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_confirm(struct client *client, const char *reason)
{
	return command(client, PORTCLASS_CMD_CONFIRM, &(struct change){ .reason = reason });
}

/**
 * client_drop_shadow() - Forget the shadow table
 * @client: the connection
 * @reason: why, or NULL
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_drop_shadow(struct client *client, const char *reason)
{
	return command(client, PORTCLASS_CMD_SHADOW_DROP, &(struct change){ .reason = reason });
}
