// SPDX-License-Identifier: GPL-2.0
/* What all commands do that change the configuration. */

#include <errno.h>
#include <stdio.h>

#include "cmd.h"
#include "guard.h"
#include "human.h"
#include "record.h"

/**
 * cmd_tell_pending() - Tell that a change waits to be confirmed
 * @print: the output
 * @cmd: the command line
 * @seconds: how long it does
 */
void cmd_tell_pending(struct print *print, const struct cmd *cmd, unsigned int seconds)
{
	char how[320], time[HUMAN_SIZE];
	enum colour colour = print->coloured ? COLOUR_WARNING : COLOUR_NONE;

	if (print->json)
		print_number(print, "pending", seconds, HUMAN_EXACT, COLOUR_NONE);
	print_text(print, "%staken back in %s unless '%s' comes first%s\n", colour_start(colour),
		   human_time(time, seconds), cmd_say(cmd, "confirm", how), colour_end(colour));
}

static int tell_pending(const struct cmd *cmd, unsigned int seconds)
{
	struct print print = cmd_print(cmd);

	print_start(&print);
	cmd_tell_pending(&print, cmd, seconds);
	return cmd_print_end(&print);
}

/* Which change is in the way, and how to go on. */
static void tell_waiting(const struct cmd *cmd, unsigned int seconds, const struct record *waiting)
{
	char how[320], time[HUMAN_SIZE], what[RECORD_WHAT], who[RECORD_WHO];

	human_time(time, seconds);
	if (!waiting) {
		report_failure("a change waits to be confirmed, for %s more", time);
	} else {
		record_what(waiting, what);
		record_who(&waiting->by, who);
		report_failure("a change waits to be confirmed, for %s more: %s\n  by %s%s%s%s",
			       time, what, who, *waiting->reason ? ": \"" : "", waiting->reason,
			       *waiting->reason ? "\"" : "");
	}
	fprintf(stderr, "  '%s' keeps it; with --force, both are kept or taken back together\n",
		cmd_say(cmd, "confirm", how));
}

/* The kernel says that another change is in the way. After an error, a new connection is due. */
static int report_waiting(const struct cmd *cmd)
{
	struct client *client = cmd_connect(cmd);
	struct history history = { 0 };
	struct config config;

	if (!client)
		return REPORT_REFUSED;
	if (client_get_config(client, CLIENT_LIVE, &config) || client_get_history(client, &history))
		report_client(cmd->line, client_get_error(client));
	else if (config.pending)
		tell_waiting(cmd, config.pending, history_find_waiting(&history));
	else
		report_failure("a change waited to be confirmed, until now\n  try again");
	history_free(&history);
	client_close(client);
	return REPORT_REFUSED;
}

static int set(const struct cmd *cmd, const struct words *words, struct client *client,
	       const struct change *change)
{
	if (!client_set(client, change))
		return change->confirm ? tell_pending(cmd, change->confirm) : REPORT_DONE;
	if (client_get_error(client)->number == EBUSY)
		return report_waiting(cmd);
	return report_client(words, client_get_error(client));
}

/**
 * cmd_change() - Change the configuration
 * @cmd: the command line
 * @words: where the words of the change were typed
 * @change: the change, without what the options say
 *
 * Return: the exit status.
 */
int cmd_change(const struct cmd *cmd, const struct words *words, const struct change *change)
{
	struct change all = *change;
	struct client *client = cmd_connect(cmd);
	int status;

	if (!client)
		return REPORT_REFUSED;
	all.confirm = cmd->confirm;
	all.force = cmd->force;
	all.reason = cmd->reason;
	status = guard_check(client, cmd->line, &all) ?: set(cmd, words, client, &all);
	client_close(client);
	return status;
}
