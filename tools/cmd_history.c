// SPDX-License-Identifier: GPL-2.0
/* history: the changes that there have been. */

#include "cmd.h"
#include "grammar.h"
#include "record.h"

/* Of more than the limit, the last ones. */
static int tell(const struct cmd *cmd, const struct history *history)
{
	struct print print = cmd_print(cmd);
	size_t first = 0;

	if (cmd->limit && history->count > cmd->limit)
		first = history->count - cmd->limit;
	print_start(&print);
	if (!history->count)
		print_text(&print, "nothing has been changed yet\n");
	print_array(&print, "history");
	for (size_t i = first; i < history->count; i++) {
		print_object(&print, NULL);
		record_print(&print, &history->list[i]);
		print_close(&print);
	}
	print_close(&print);
	return cmd_print_end(&print);
}

/**
 * cmd_history() - history [--limit N]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_history(const struct cmd *cmd)
{
	struct history history;
	struct client *client;
	struct fault fault;
	int status;

	if (grammar_end(cmd->words, cmd->count, &fault))
		return report_fault(cmd->line, &fault);
	client = cmd_connect(cmd);
	if (!client)
		return REPORT_REFUSED;
	if (client_get_history(client, &history))
		status = report_client(cmd->line, client_get_error(client));
	else
		status = tell(cmd, &history);
	history_free(&history);
	client_close(client);
	return status;
}
