// SPDX-License-Identifier: GPL-2.0
/* mode: drop what is denied, or only count it. */

#include "cmd.h"
#include "grammar.h"

/**
 * cmd_mode() - mode enforce|observe
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_mode(const struct cmd *cmd)
{
	enum portclass_mode mode;
	struct fault fault;

	if (grammar_mode(cmd->words, cmd->count, &mode, &fault))
		return report_fault(cmd->line, &fault);
	return cmd_change(cmd, cmd->line, &(struct change){
		.mode = &mode,
		.mode_word = cmd->words[0],
	});
}
