// SPDX-License-Identifier: GPL-2.0
/* allow, deny, reject, unset: change rules. */

#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "grammar.h"
#include "memory.h"

/* Where the ports are typed: behind the command, or in what is piped in. */
struct source {
	const struct words *words;
	const char **list;
	size_t count;
	struct words piped;
};

static int read_ports(struct source *source)
{
	char why[160];
	int err;

	err = words_read(&source->piped, stdin, "standard input", why, sizeof(why));
	if (err) {
		report_failure("%s", why);
		return err < 0 ? REPORT_REFUSED : REPORT_USAGE;
	}
	source->words = &source->piped;
	source->count = source->piped.count;
	source->list = memory_get(source->count, sizeof(*source->list));
	for (size_t i = 0; i < source->count; i++)
		source->list[i] = source->piped.list[i].text;
	return REPORT_DONE;
}

static int change_rules(const struct cmd *cmd, const struct source *source,
			const char *const *words, size_t count, enum portclass_scope scope,
			enum portclass_action action)
{
	struct rules rules = { 0 };
	struct fault fault;
	int status;

	if (grammar_ports(words, count, scope, action, &rules, &fault))
		status = report_fault(source->words, &fault);
	else
		status = cmd_change(cmd, source->words, &(struct change){
			.rules = rules.list,
			.rule_count = rules.count,
		});
	free(rules.list);
	return status;
}

static int run(const struct cmd *cmd, enum portclass_action action)
{
	struct source source = { .words = cmd->line };
	enum portclass_scope scope;
	size_t used = grammar_scope(cmd->words, cmd->count, &scope);
	int status;

	if (cmd->count - used != 1 || strcmp(cmd->words[used], "-"))
		return change_rules(cmd, &source, cmd->words + used, cmd->count - used, scope,
				    action);
	status = read_ports(&source);
	if (!status)
		status = change_rules(cmd, &source, source.list, source.count, scope, action);
	free(source.list);
	words_free(&source.piped);
	return status;
}

/**
 * cmd_allow() - allow [SCOPE] PORT...
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
