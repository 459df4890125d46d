// SPDX-License-Identifier: GPL-2.0
/* allow, deny, reject, unset: change rules. */

#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "grammar.h"
#include "memory.h"

/* Ports that are piped in. */
struct source {
	struct words words;
	const char **list;
};

static int read_ports(struct source *source)
{
	char why[160];
	int err;

	source->list = NULL;
	err = words_read(&source->words, stdin, "standard input", why, sizeof(why));
	if (err) {
		report_failure("%s", why);
		return err < 0 ? REPORT_REFUSED : REPORT_USAGE;
	}
	source->list = memory_get(source->words.count, sizeof(*source->list));
	for (size_t i = 0; i < source->words.count; i++)
		source->list[i] = source->words.list[i].text;
	return REPORT_DONE;
}

static int set(const struct cmd *cmd, const struct words *words, const struct rules *rules)
{
	return cmd_change(cmd, words, &(struct change){
		.rules = rules->list,
		.rule_count = rules->count,
	});
}

static int from_words(const struct cmd *cmd, const char *const *words, size_t count,
		      enum portclass_scope scope, enum portclass_action action)
{
	struct rules rules = { 0 };
	struct fault fault;
	int status;

	if (grammar_rules(words, count, scope, action, &rules, &fault))
		status = report_fault(cmd->line, &fault);
	else
		status = set(cmd, cmd->line, &rules);
	free(rules.list);
	return status;
}

/* Ports from standard input; their sources are on the command line. */
static int from_stdin(const struct cmd *cmd, const char *const *words, size_t count,
		      enum portclass_scope scope, enum portclass_action action)
{
	const struct sources *from;
	struct rules rules = { 0 };
	struct source source;
	struct fault fault;
	int status;

	if (grammar_from(words, count, scope, action, &from, &fault))
		return report_fault(cmd->line, &fault);
	status = read_ports(&source);
	if (!status && grammar_ports(source.list, source.words.count, scope, action, &rules,
				     &fault))
		status = report_fault(&source.words, &fault);
	for (size_t i = 0; i < rules.count; i++)
		rules.list[i].from = from;
	if (!status)
		status = set(cmd, &source.words, &rules);
	free(rules.list);
	free(source.list);
	words_free(&source.words);
	return status;
}

static int run(const struct cmd *cmd, enum portclass_action action)
{
	enum portclass_scope scope;
	size_t used = grammar_scope(cmd->words, cmd->count, &scope);
	const char *const *words = cmd->words + used;
	size_t count = cmd->count - used;

	if (grammar_find_from(words, count) == 1 && !strcmp(words[0], "-"))
		return from_stdin(cmd, words + 1, count - 1, scope, action);
	return from_words(cmd, words, count, scope, action);
}

/**
 * cmd_allow() - allow [SCOPE] PORT... [from SOURCE...]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_allow(const struct cmd *cmd)
{
	return run(cmd, PORTCLASS_ACTION_ALLOW);
}

/**
 * cmd_deny() - deny [SCOPE] PORT...
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_deny(const struct cmd *cmd)
{
	return run(cmd, PORTCLASS_ACTION_DENY);
}

/**
 * cmd_reject() - reject [SCOPE] PORT...
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_reject(const struct cmd *cmd)
{
	return run(cmd, PORTCLASS_ACTION_REJECT);
}

/**
 * cmd_unset() - unset [SCOPE] PORT...
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_unset(const struct cmd *cmd)
{
	return run(cmd, PORTCLASS_ACTION_UNSET);
}
