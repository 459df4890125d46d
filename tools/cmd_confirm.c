// SPDX-License-Identifier: GPL-2.0
/* confirm: keep the change that waits to be confirmed. */

#include "cmd.h"
#include "grammar.h"

/**
 * cmd_confirm() - confirm [--reason TEXT]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_confirm(const struct cmd *cmd)
{
	int status = REPORT_DONE;
	struct client *client;
	struct fault fault;

	if (grammar_end(cmd->words, cmd->count, &fault))
		return report_fault(cmd->line, &fault);
	client = cmd_connect(cmd);
	if (!client)
		return REPORT_REFUSED;
	if (client_confirm(client, cmd->reason))
		status = report_client(cmd->line, client_get_error(client));
	client_close(client);
	return status;
}
