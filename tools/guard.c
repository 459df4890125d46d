// SPDX-License-Identifier: GPL-2.0
/* Keeps people from locking themselves out: what a change does to the port of their own session. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <arpa/inet.h>

#include "guard.h"
#include "report.h"
#include "session.h"
#include "sources.h"

/* What decides on a port, as far as it matters here. */
struct state {
	enum portclass_action rule;
	const struct sources *from;
	enum portclass_action policy;
	enum portclass_mode mode;
	enum portclass_track track;
};

static bool denies(const struct state *state, const struct address *peer)
{
	enum portclass_action action = state->rule ?: state->policy;

	if (state->mode != PORTCLASS_MODE_ENFORCE)
		return false;
	return action != PORTCLASS_ACTION_ALLOW ||
	       (state->from && !sources_find(state->from, peer));
}

/* Without tracking, what runs already goes on. */
static bool cuts(const struct state *state, const struct address *peer)
{
	return denies(state, peer) && state->track == PORTCLASS_TRACK_CONNTRACK;
}

/* As the kernel does it: the flush comes first, and of two for one port the later one stays. */
static void apply(struct state *state, const struct explanation *now, const struct change *change)
{
	if (change->flush) {
		state->rule = PORTCLASS_ACTION_UNSET;
		state->from = NULL;
		state->policy = PORTCLASS_ACTION_ALLOW;
		state->mode = PORTCLASS_MODE_ENFORCE;
	}
	for (size_t i = 0; i < change->policy_count; i++) {
		const struct policy *policy = &change->policies[i];

		if (policy->scope == now->scope && policy->proto == now->proto &&
		    policy->class == now->class)
			state->policy = policy->action;
	}
	for (size_t i = 0; i < change->rule_count; i++) {
		const struct rule *rule = &change->rules[i];

		if (rule->scope == now->scope && rule->proto == now->proto &&
		    rule->low <= now->port && rule->high >= now->port) {
			state->rule = rule->action;
			state->from = rule->from;
		}
	}
	if (change->mode)
		state->mode = *change->mode;
	if (change->track)
		state->track = *change->track;
}

/**
 * guard_locks_out() - Does a change deny a port that is open, or cut what runs there?
 * @now: what decides on the port now
 * @peer: who dials it
 * @change: the change
 *
 * Return: true if it does.
 */
bool guard_locks_out(const struct explanation *now, const struct address *peer,
		     const struct change *change)
{
	struct state before = {
		.rule = now->ruled ? now->rule.action : PORTCLASS_ACTION_UNSET,
		.from = now->ruled ? now->rule.from : NULL,
		.policy = now->policy,
		.mode = now->mode,
		.track = now->track,
	};
	struct state after = before;

	apply(&after, now, change);
	return (denies(&after, peer) && !denies(&before, peer)) ||
	       (cuts(&after, peer) && !cuts(&before, peer));
}

/* To spare the search for the session where a change can't do any harm. */
static bool may_deny(const struct change *change)
{
	for (size_t i = 0; i < change->policy_count; i++)
		if (change->policies[i].action != PORTCLASS_ACTION_ALLOW)
			return true;
	for (size_t i = 0; i < change->rule_count; i++)
		if (change->rules[i].action != PORTCLASS_ACTION_ALLOW || change->rules[i].from)
			return true;
	return change->flush || change->mode || change->track;
}

static int refuse(const struct entrance *entrance)
{
	char peer[INET6_ADDRSTRLEN], port[16];

	inet_ntop(entrance->peer.family, entrance->peer.bytes, peer, sizeof(peer));
	snprintf(port, sizeof(port), "tcp/%u", entrance->port);
	return report_failure("this would lock you out: your own session comes in by %s from %s\n"
			      "  --confirm 60 takes it back unless you confirm it in time; --force does it anyway",
			      port, peer);
}

/**
 * guard_check() - Refuse a change that locks out who makes it
 * @client: the connection, in the network namespace that is changed
 * @line: the command line
 * @change: the change
 *
 * Return: the exit status; 0 if the change may be made.
 */
int guard_check(struct client *client, const struct words *line, const struct change *change)
{
	struct explanation now;
	struct session session;

	if (change->shadow || change->confirm || change->force || !may_deny(change))
		return REPORT_DONE;
	session_find(&session, "/proc", getpid(), getenv("SSH_CONNECTION"));
	for (size_t i = 0; i < session.count; i++) {
		const struct rule port = {
			.scope = PORTCLASS_SCOPE_IN, .proto = PORTCLASS_PROTO_TCP,
			.low = session.list[i].port, .high = session.list[i].port,
		};

		if (client_explain(client, &port, &now))
			return report_client(line, client_get_error(client));
		if (guard_locks_out(&now, &session.list[i].peer, change))
			return refuse(&session.list[i]);
	}
	return REPORT_DONE;
}
