// SPDX-License-Identifier: GPL-2.0
/* A configuration file: statements, one a line, in the words of the command line. */

#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "grammar.h"
#include "memory.h"

static const char *const safes[] = {
	[CONF_SAFE_OPEN] = "open",
	[CONF_SAFE_CLOSED] = "closed",
};

static const struct names names_safe = { "STATE", safes, ARRAY_SIZE(safes), NULL };

/**
 * struct origin - Which lines a configuration comes from, 0 for those that nothing was said of
 * @mode: the mode
 * @track: the tracking
 * @policy: each policy
 * @port: each port's rule
 */
struct origin {
	unsigned int mode;
	unsigned int track;
	unsigned int policy[SCOPES][PROTOS][CLASSES];
	unsigned int port[SCOPES][PROTOS][PORTS];
};

/**
 * struct conf - A file that is being read
 * @text: the file
 * @line: its present line
 * @words: the words of that line
 * @count: how many there are
 * @copy: what they point into: the line, cut into words
 * @statements: how many came before this one
 * @setup: what the statements have come to
 * @origin: and which ones
 * @rules: room for the rules of one word
 * @faults: how much was wrong
 * @errors: where that is told
 */
struct conf {
	const struct text *text;
	struct line line;
	const char *words[TEXT_LINE_MAX / 2 + 1];
	size_t count;
	char copy[TEXT_LINE_MAX + 1];
	unsigned int statements;
	struct setup *setup;
	struct origin *origin;
	struct rules rules;
	unsigned int faults;
	FILE *errors;
};

/* Tell of a fault in the present line; its place is in that line, or in the copy. */
static int wrong(struct conf *conf, const struct fault *fault)
{
	const struct line *line = &conf->line;
	const char *last = conf->count ? conf->words[conf->count - 1] : NULL, *at = fault->at;

	if (conf->faults++ >= CONF_TOLD_MAX)
		return -1;
	if (!at)
		at = last + strlen(last);
	if (last)
		at = line->start + (at - conf->copy);
	fprintf(conf->errors, "portclassctl: %s, line %u, column %zu: %s\n", conf->text->name,
		line->number, at - line->start + 1, fault->why);
	text_show(line, at, fault->length, conf->errors);
	if (*fault->valid)
		fprintf(conf->errors, "  %s\n", fault->valid);
	return -1;
}

/* The words of a line that is not longer than a line may be; a comment is none. */
static void split(struct conf *conf)
{
	size_t i, length = conf->line.length;

	memcpy(conf->copy, conf->line.start, length);
	conf->copy[length] = '\0';
	length = strcspn(conf->copy, "#");
	conf->count = 0;
	for (i = 0; i < length; i++) {
		if (conf->copy[i] == ' ' || conf->copy[i] == '\t')
			conf->copy[i] = '\0';
		else if (!i || !conf->copy[i - 1])
			conf->words[conf->count++] = conf->copy + i;
	}
	conf->copy[length] = '\0';
}

/* The same may be said twice, but not two things of the same. */
static int contradicts(struct conf *conf, const char *word, unsigned int line, const char *what,
		       const char *here, const char *there)
{
	struct fault fault;

	fault_set(&fault, word, strlen(word), "%s %s here, but %s in line %u", what, here, there,
		  line);
	return wrong(conf, &fault);
}

static const char *done(enum portclass_action action)
{
	static const char *const words[] = {
		[PORTCLASS_ACTION_ALLOW] = "allowed",
		[PORTCLASS_ACTION_DENY] = "denied",
		[PORTCLASS_ACTION_REJECT] = "rejected",
	};

	return words[action];
}

/* The first port that has a rule with another action, or NULL. */
static __u8 *find_other(__u8 *at, __u8 *end, enum portclass_action action)
{
	__u8 *first = NULL, *found;

	for (int other = PORTCLASS_ACTION_ALLOW; other <= PORTCLASS_ACTION_REJECT; other++) {
		found = other == (int)action ? NULL : memchr(at, other, end - at);
		if (found)
			first = end = found;
	}
	return first;
}

static int set_rule(struct conf *conf, const struct rule *rule)
{
	__u8 *port = conf->setup->port[rule->scope][rule->proto];
	unsigned int *line = conf->origin->port[rule->scope][rule->proto];
	__u8 *at = port + rule->low, *end = port + rule->high + 1;
	__u8 *clash = find_other(at, end, rule->action);
	char what[64];

	if (clash) {
		snprintf(what, sizeof(what), "%s %s/%zu is", names_get(&names_scope, rule->scope),
			 names_get(&names_proto, rule->proto), clash - port);
		return contradicts(conf, rule->word, line[clash - port], what, done(rule->action),
				   done(*clash));
	}
	while (at < end && (at = memchr(at, PORTCLASS_ACTION_UNSET, end - at))) {
		line[at - port] = conf->line.number;
		*at++ = rule->action;
	}
	return 0;
}

/* All that is wrong is to be told, so each word is taken by itself. */
static int take_ports(struct conf *conf, enum portclass_action action)
{
	enum portclass_scope scope;
	struct fault fault;
	size_t i = 1 + grammar_scope(conf->words + 1, conf->count - 1, &scope);

	do {
		conf->rules.count = 0;
		if (i < conf->count && !strcmp(conf->words[i], "-")) {
			fault_set(&fault, conf->words[i], 1, "'-' is no port in a file");
			wrong(conf, &fault);
		} else if (grammar_ports(conf->words + i, i < conf->count, scope, action,
					 &conf->rules, &fault)) {
			wrong(conf, &fault);
		}
		for (size_t r = 0; r < conf->rules.count; r++)
			if (set_rule(conf, &conf->rules.list[r]))
				break;
	} while (++i < conf->count);
	return 0;
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
		return wrong(conf, &fault);
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
		return wrong(conf, &fault);
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
		return wrong(conf, &fault);
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

	if (grammar_only(&names_safe, conf->words + 1, conf->count - 1, &safe, &fault))
		return wrong(conf, &fault);
	if (!conf->statements)
		return 0;
	fault_set(&fault, conf->words[0], strlen(conf->words[0]),
		  "on-error is to be the first statement, and the only one of its kind");
	return wrong(conf, &fault);
}

static int statement(struct conf *conf)
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
		return wrong(conf, &fault);
	return take[which](conf);
}

static void tell_rest(struct conf *conf)
{
	unsigned int rest = conf->faults - CONF_TOLD_MAX;

	if (conf->faults >= CONF_FAULTS_MAX)
		fprintf(conf->errors, "portclassctl: %s: and more than %u more\n",
			conf->text->name, CONF_FAULTS_MAX - CONF_TOLD_MAX - 1);
	else if (conf->faults > CONF_TOLD_MAX)
		fprintf(conf->errors, "portclassctl: %s: and %u more\n", conf->text->name, rest);
}

/**
 * conf_parse() - Take all statements of a file
 * @text: the file
 * @setup: from setup_new(); what they come to, good only if nothing is wrong
 * @errors: where to tell what is wrong: all of it, up to CONF_TOLD_MAX faults
 *
 * Return: how much is wrong; past CONF_FAULTS_MAX the rest isn't looked at.
 */
unsigned int conf_parse(const struct text *text, struct setup *setup, FILE *errors)
{
	struct conf *conf = memory_get(1, sizeof(*conf));
	struct fault fault;
	unsigned int faults;

	conf->text = text;
	conf->setup = setup;
	conf->errors = errors;
	conf->origin = memory_get(1, sizeof(*conf->origin));
	while (conf->faults < CONF_FAULTS_MAX && text_next(text, &conf->line)) {
		conf->count = 0;
		if (text_check(&conf->line, &fault)) {
			wrong(conf, &fault);
			continue;
		}
		split(conf);
		if (conf->count) {
			statement(conf);
			conf->statements++;
		}
	}
	if (!conf->statements && !conf->faults) {
		/* A file that was cut off is more likely than one that means to say nothing. */
		fprintf(errors,
			"portclassctl: %s: there is no statement in it\n"
			"  'mode enforce' alone is a configuration that denies nothing\n",
			text->name);
		conf->faults++;
	}
	tell_rest(conf);
	faults = conf->faults;
	free(conf->rules.list);
	free(conf->origin);
	free(conf);
	return faults;
}

/**
 * conf_find_safe() - What a file that may be broken anywhere says should become of its host
 * @text: the file, or as much of it as could be read
 *
 * The first line that is nothing but a whole on-error statement is believed, whatever is
 * around it.
 *
 * Return: what it says, CONF_SAFE_OPEN if there is none.
 */
enum conf_safe conf_find_safe(const struct text *text)
{
	struct conf *conf = memory_get(1, sizeof(*conf));
	enum conf_safe safe = CONF_SAFE_OPEN;
	struct fault fault;
	unsigned int value;

	while (text_next(text, &conf->line)) {
		if (conf->line.length > TEXT_LINE_MAX)
			continue;
		split(conf);
		if (conf->count && !strcmp(conf->words[0], "on-error") &&
		    !grammar_only(&names_safe, conf->words + 1, conf->count - 1, &value, &fault)) {
			safe = value;
			break;
		}
	}
	free(conf);
	return safe;
}
