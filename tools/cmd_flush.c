// SPDX-License-Identifier: GPL-2.0
/* flush: forget rules, policies and mode. */

#include "cmd.h"
#include "grammar.h"

/**
 * cmd_flush() - flush
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_flush(const struct cmd *cmd)
{
	struct fault fault;

	if (grammar_end(cmd->words, cmd->count, &fault))
		return report_fault(cmd->line, &fault);
	return cmd_change(cmd, cmd->line, &(struct change){ .flush = true });
}
