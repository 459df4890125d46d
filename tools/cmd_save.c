// SPDX-License-Identifier: GPL-2.0
/* save: the configuration, as a file that apply takes. */

#include <stdlib.h>

#include "cmd.h"
#include "grammar.h"
#include "save.h"

static int save(const struct cmd *cmd, const struct config *config, const struct rules *rules)
{
	struct print print = cmd_print(cmd);
	struct setup *setup = setup_new();

	setup_take(setup, config, rules);
	print_start(&print);
	save_print(&print, setup);
	free(setup);
	return cmd_print_end(&print);
}

/**
 * cmd_save() - save
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_save(const struct cmd *cmd)
{
	struct rules rules = { 0 };
	struct client *client;
	struct config config;
	struct fault fault;
	int status;

	if (grammar_end(cmd->words, cmd->count, &fault))
		return report_fault(cmd->line, &fault);
	client = cmd_connect(cmd);
	if (!client)
		return REPORT_REFUSED;
	if (client_get_all(client, CLIENT_LIVE, &config, &rules))
		status = report_client(cmd->line, client_get_error(client));
	else
		status = save(cmd, &config, &rules);
	free(rules.list);
	client_close(client);
	return status;
}
