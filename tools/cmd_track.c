// SPDX-License-Identifier: GPL-2.0
/* track: how the flow of a packet is told. */

#include "cmd.h"
#include "grammar.h"

/**
 * cmd_track() - track conntrack|none
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_track(const struct cmd *cmd)
{
	enum portclass_track track;
	struct fault fault;

	if (grammar_track(cmd->words, cmd->count, &track, &fault))
		return report_fault(cmd->line, &fault);
	return cmd_change(cmd, cmd->line, &(struct change){
		.track = &track,
		.track_word = cmd->words[0],
	});
}
