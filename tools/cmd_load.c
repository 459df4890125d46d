// SPDX-License-Identifier: GPL-2.0
/* load, unload: the module itself. */

#include "cmd.h"
#include "grammar.h"
#include "module.h"

/**
 * cmd_load() - load [FILE.ko]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_load(const struct cmd *cmd)
{
	const char *path = cmd->count ? cmd->words[0] : NULL;
	struct fault fault;
	char why[512];

	if (cmd->count > 1) {
		grammar_end(cmd->words + 1, cmd->count - 1, &fault);
		return report_fault(cmd->line, &fault);
	}
	return module_load(path, why, sizeof(why)) ? report_failure("%s", why) : REPORT_DONE;
}

/**
 * cmd_unload() - unload
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_unload(const struct cmd *cmd)
{
	struct fault fault;
	char why[512];

	if (grammar_end(cmd->words, cmd->count, &fault))
		return report_fault(cmd->line, &fault);
	return module_unload(why, sizeof(why)) ? report_failure("%s", why) : REPORT_DONE;
}
