// SPDX-License-Identifier: GPL-2.0
/* A configuration file: statements, one a line, in the words of the command line. */

#include <stdlib.h>
#include <string.h>

#include "conf_take.h"
#include "grammar.h"
#include "memory.h"
#include "sources.h"

/**
 * conf_wrong() - Tell of a fault in the present line
 * @conf: the file
 * @fault: the fault; its place is in that line, or in the copy
 *
 * Return: -1, for the caller to return.
 */
int conf_wrong(struct conf *conf, const struct fault *fault)
{
	const struct line *line = &conf->line;
	const char *last = conf->count ? conf->words[conf->count - 1] : NULL, *at = fault->at;

	if (conf->faults++ >= CONF_TOLD_MAX)
		return -1;
	if (last)
		at = line->start + ((at ?: last + strlen(last)) - conf->copy);
	fprintf(conf->errors, "portclassctl: %s, line %u, column %td: %s\n", conf->text->name,
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

static void tell_rest(struct conf *conf)
{
	unsigned int rest = conf->faults - CONF_TOLD_MAX;

	if (conf->faults >= CONF_FAULTS_MAX)
		fprintf(conf->errors, "portclassctl: %s: and more than %d more\n",
			conf->text->name, CONF_FAULTS_MAX - CONF_TOLD_MAX - 1);
	else if (conf->faults > CONF_TOLD_MAX)
		fprintf(conf->errors, "portclassctl: %s: and %u more\n", conf->text->name, rest);
}

/* What the kernel would not take. */
static void check_ranges(struct conf *conf)
{
	unsigned int count[SCOPES][PROTOS] = { 0 };
	struct rules rules = { 0 };

	setup_rules(conf->setup, &rules);
	for (size_t i = 0; i < rules.count; i++) {
		const struct rule *rule = &rules.list[i];

		if (!rule->from || ++count[rule->scope][rule->proto] != SOURCES_RANGES_MAX + 1)
			continue;
		fprintf(conf->errors,
			"portclassctl: %s, line %u: more than %d ranges of %s %s have sources\n",
			conf->text->name, conf->origin->port[rule->scope][rule->proto][rule->low],
			SOURCES_RANGES_MAX, names_get(&names_scope, rule->scope),
			names_get(&names_proto, rule->proto));
		conf->faults++;
	}
	free(rules.list);
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
			conf_wrong(conf, &fault);
			continue;
		}
		split(conf);
		if (conf->count) {
			conf_take(conf);
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
	if (conf->sourced && !conf->faults)
		check_ranges(conf);
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
		if (text_check(&conf->line, &fault))
			continue;
		split(conf);
		if (conf->count && !strcmp(conf->words[0], "on-error") &&
		    !grammar_only(&conf_names_safe, conf->words + 1, conf->count - 1, &value,
				  &fault)) {
			safe = value;
			break;
		}
	}
	free(conf);
	return safe;
}
