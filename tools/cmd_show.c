// SPDX-License-Identifier: GPL-2.0
/* show: the configuration. */

#include <stdlib.h>

#include "cmd.h"
#include "conntrack.h"
#include "grammar.h"
#include "names.h"
#include "show.h"

static void tell_shadow(struct print *print, const struct cmd *cmd, bool shadow)
{
	char text[320];

	if (print->json)
		print_flag(print, "shadow", shadow);
	if (shadow)
		print_text(print, "%-12scounts what it would deny, see '%s'\n", "shadow",
			   cmd_say(cmd, "shadow", text));
}

/* Facts that need one line first, in text: JSON doesn't care for the order. */
static int tell(const struct cmd *cmd, const struct config *config, const struct rules *rules)
{
	struct conntrack conntrack = { 0 };
	struct print print = cmd_print(cmd);

	if (config->active && config->track == PORTCLASS_TRACK_CONNTRACK)
		conntrack = conntrack_read(CONNTRACK_FOLDER);
	print_start(&print);
	print_string(&print, "version", config->version, COLOUR_NONE);
	print_flag(&print, "active", config->active);
	print_number(&print, "generation", config->generation, HUMAN_EXACT, COLOUR_NONE);
	print_string(&print, "mode", names_get(&names_mode, config->mode), COLOUR_NONE);
	conntrack_print(&print, config->track, &conntrack);
	if (config->pending) {
		print_text(&print, "%-12s", "pending");
		cmd_tell_pending(&print, cmd, config->pending);
	}
	tell_shadow(&print, cmd, config->shadow);
	show_policies(&print, config);
	show_rules(&print, rules);
	return cmd_print_end(&print);
}

/**
 * cmd_show() - show
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_show(const struct cmd *cmd)
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
		status = tell(cmd, &config, &rules);
	free(rules.list);
	client_close(client);
	return status;
}
