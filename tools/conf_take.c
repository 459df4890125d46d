// SPDX-License-Identifier: GPL-2.0
/* The statements of a configuration file, and what contradicts what. */

#include <string.h>

#include "conf_take.h"
#include "grammar.h"
#include "memory.h"
#include "sources.h"

static const char *const safes[] = {
	[CONF_SAFE_OPEN] = "open",
	[CONF_SAFE_CLOSED] = "closed",
};

const struct names conf_names_safe = { "STATE", safes, ARRAY_SIZE(safes), NULL };

/* The same may be said twice, but not two things of the same. */
static int contradicts(struct conf *conf, const char *word, unsigned int line, const char *what,
		       const char *here, const char *there)
{
	struct fault fault;

	fault_set(&fault, word, strlen(word), "%s %s here, but %s in line %u", what, here, there,
		  line);
	return conf_wrong(conf, &fault);
}

/* What a rule does to a port, where another one does something else. */
static const char *done(enum portclass_action action, const struct sources *from)
{
	static const char *const words[] = {
		[PORTCLASS_ACTION_ALLOW] = "allowed",
		[PORTCLASS_ACTION_DENY] = "denied",
		[PORTCLASS_ACTION_REJECT] = "rejected",
	};

	return from ? "allowed from some" : words[action];
}

/* The first port that has a rule with another action, or the end. */
static __u8 *find_other(__u8 *at, __u8 *end, enum portclass_action action)
{
	for (int other = PORTCLASS_ACTION_ALLOW; other <= PORTCLASS_ACTION_REJECT; other++)
		if (other != (int)action)
			end = memchr(at, other, end - at) ?: end;
	return end;
}

/* The first port of a rule that has another one, or the one behind its last port. */
static unsigned int find_clash(struct conf *conf, const struct rule *rule)
{
	const struct sources *const *from = conf->setup->from[rule->scope][rule->proto];
	__u8 *port = conf->setup->port[rule->scope][rule->proto];
	__u8 *other = find_other(port + rule->low, port + rule->high + 1, rule->action);
	unsigned int end = other - port, i = rule->low;

	/* Most files have no sources, and as many ports as there can be. */
	if (rule->action != PORTCLASS_ACTION_ALLOW || !(rule->from || conf->sourced))
		return end;
	while (i < end && (port[i] == PORTCLASS_ACTION_UNSET || from[i] == rule->from))
		i++;
	return i;
}

static int clashes(struct conf *conf, const struct rule *rule, unsigned int port)
{
	const struct sources *from = conf->setup->from[rule->scope][rule->proto][port];
	enum portclass_action action = conf->setup->port[rule->scope][rule->proto][port];
	bool both = from && rule->from;
	struct fault fault;

	fault_set(&fault, rule->word, strlen(rule->word), "%s %s/%u is %s here, but %s in line %u",
		  names_get(&names_scope, rule->scope), names_get(&names_proto, rule->proto), port,
		  done(rule->action, rule->from), both ? "from others" : done(action, from),
		  conf->origin->port[rule->scope][rule->proto][port]);
	if (both)
		fault_hint(&fault, "all sources of a port go into one statement");
	return conf_wrong(conf, &fault);
}

static int set_rule(struct conf *conf, const struct rule *rule)
{
	const struct sources **from = conf->setup->from[rule->scope][rule->proto];
	__u8 *port = conf->setup->port[rule->scope][rule->proto];
	unsigned int *line = conf->origin->port[rule->scope][rule->proto];
	__u8 *at = port + rule->low, *end = port + rule->high + 1;
	unsigned int clash = find_clash(conf, rule);

	if (clash <= rule->high)
		return clashes(conf, rule, clash);
	conf->sourced = conf->sourced || rule->from;
	while (at < end && (at = memchr(at, PORTCLASS_ACTION_UNSET, end - at))) {
		line[at - port] = conf->line.number;
		from[at - port] = rule->from;
		*at++ = rule->action;
	}
	return 0;
}

/* The rules of one word, or of none, to be set. */
static void read_port(struct conf *conf, const char *const *word, enum portclass_scope scope,
		      enum portclass_action action)
{
	struct fault fault;

	conf->rules.count = 0;
	if (word && !strcmp(*word, "-")) {
		fault_set(&fault, *word, 1, "'-' is no port in a file");
		conf_wrong(conf, &fault);
	} else if (grammar_ports(word, !!word, scope, action, &conf->rules, &fault)) {
		conf_wrong(conf, &fault);
	}
}

static void set_rules(struct conf *conf, const struct sources *from)
{
	for (size_t r = 0; r < conf->rules.count; r++) {
		conf->rules.list[r].from = from;
		if (set_rule(conf, &conf->rules.list[r]))
			break;
	}
}

/* All that is wrong is to be told, so each word is taken by itself. */
static int take_ports(struct conf *conf, enum portclass_action action)
{
	enum portclass_scope scope;
	size_t first = 1 + grammar_scope(conf->words + 1, conf->count - 1, &scope);
	size_t end = first + grammar_find_from(conf->words + first, conf->count - first);
	const struct sources *from;
	struct fault fault;
	bool good;

	if (end == first && end < conf->count) {
		grammar_no_port(conf->words[end], &fault);
		return conf_wrong(conf, &fault);
	}
	good = !grammar_from(conf->words + end, conf->count - end, scope, action, &from, &fault);
	if (end == first)
		read_port(conf, NULL, scope, action);
	for (size_t i = first; i < end; i++) {
		read_port(conf, &conf->words[i], scope, action);
		/* With other sources than were meant, it would contradict what it should not. */
		if (good)
			set_rules(conf, from);
	}
	return good ? 0 : conf_wrong(conf, &fault);
}

static int take_allow(struct conf *conf)
{
	return take_ports(conf, PORTCLASS_ACTION_ALLOW);
}

static int take_deny(struct conf *conf)
{
	return take_ports(conf, PORTCLASS_ACTION_DENY);
}

static int take_reject(struct conf *conf)
{
	return take_ports(conf, PORTCLASS_ACTION_REJECT);
}

static int set_policy(struct conf *conf, const struct policy *policy)
{
	unsigned int *line = &conf->origin->policy[policy->scope][policy->proto][policy->class];
	enum portclass_action *action =
		&conf->setup->policy[policy->scope][policy->proto][policy->class];
	char what[64];

	if (*line && *action != policy->action) {
		snprintf(what, sizeof(what), "the policy %s %s %s is",
			 names_get(&names_scope, policy->scope),
			 names_get(&names_class, policy->class),
			 names_get(&names_proto, policy->proto));
		return contradicts(conf, policy->word, *line, what,
				   names_get(&names_action, policy->action),
				   names_get(&names_action, *action));
	}
	if (!*line)
		*line = conf->line.number;
	*action = policy->action;
	return 0;
}

static int take_policy(struct conf *conf)
{
	struct policy policies[GRAMMAR_POLICIES_MAX];
	struct fault fault;
	size_t made;

	if (grammar_policy(conf->words + 1, conf->count - 1, policies, &made, &fault))
		return conf_wrong(conf, &fault);
	for (size_t i = 0; i < made; i++)
		if (set_policy(conf, &policies[i]))
			return -1;
	return 0;
}

static int take_mode(struct conf *conf)
{
	enum portclass_mode mode;
	struct fault fault;

	if (grammar_mode(conf->words + 1, conf->count - 1, &mode, &fault))
		return conf_wrong(conf, &fault);
	if (conf->origin->mode && mode != conf->setup->mode)
		return contradicts(conf, conf->words[1], conf->origin->mode, "the mode is",
				   conf->words[1], names_get(&names_mode, conf->setup->mode));
	if (!conf->origin->mode)
		conf->origin->mode = conf->line.number;
	conf->setup->mode = mode;
	return 0;
}

static int take_track(struct conf *conf)
{
	enum portclass_track track;
	struct fault fault;

	if (grammar_track(conf->words + 1, conf->count - 1, &track, &fault))
		return conf_wrong(conf, &fault);
	if (conf->origin->track && track != conf->setup->track)
		return contradicts(conf, conf->words[1], conf->origin->track, "the tracking is",
				   conf->words[1], names_get(&names_track, conf->setup->track));
	if (!conf->origin->track)
		conf->origin->track = conf->line.number;
	conf->setup->track = track;
	return 0;
}

/* What it says is only asked for when the file is broken: see conf_find_safe(). */
static int take_on_error(struct conf *conf)
{
	struct fault fault;
	unsigned int safe;

	if (grammar_only(&conf_names_safe, conf->words + 1, conf->count - 1, &safe, &fault))
		return conf_wrong(conf, &fault);
	if (!conf->statements)
		return 0;
	fault_set(&fault, conf->words[0], strlen(conf->words[0]),
		  "on-error is to be the first statement, and the only one of its kind");
	return conf_wrong(conf, &fault);
}

/**
 * conf_take() - Take a statement
 * @conf: the file; the words of its present line are the statement
 *
 * Return: 0, or -1 if something is wrong with it, which has been told.
 */
int conf_take(struct conf *conf)
{
	static const char *const list[] = {
		"allow", "deny", "reject", "policy", "mode", "track", "on-error",
	};
	static int (*const take[])(struct conf *conf) = {
		take_allow, take_deny, take_reject, take_policy, take_mode, take_track,
		take_on_error,
	};
	static const struct names names = { "statement", list, ARRAY_SIZE(list), NULL };
	struct fault fault;
	unsigned int which;

	if (grammar_choice(&names, conf->words[0], &which, &fault))
		return conf_wrong(conf, &fault);
	return take[which](conf);
}
