// SPDX-License-Identifier: GPL-2.0
/* monitor: changes, as they happen. */

#include "cmd.h"
#include "grammar.h"
#include "record.h"
#include "signals.h"
#include "sources.h"

/* Each is a document of its own, written at once. */
static int tell(const struct cmd *cmd, const struct record *record)
{
	struct print print = cmd_print(cmd);

	print_start(&print);
	record_print(&print, record);
	return cmd_print_end(&print);
}

static enum client_event wait_for(struct client *client, const sigset_t *signals,
				  struct record *record)
{
	enum client_event event;

	sigprocmask(SIG_UNBLOCK, signals, NULL);
	event = client_next(client, record);
	sigprocmask(SIG_BLOCK, signals, NULL);
	return event;
}

static int stream(const struct cmd *cmd, struct client *client)
{
	unsigned int told = 0;
	struct record record;
	sigset_t signals;
	int status;

	signals_hold(&signals);
	for (;;) {
		switch (wait_for(client, &signals, &record)) {
		case CLIENT_EVENT_CHANGE:
			status = tell(cmd, &record);
			history_free_record(&record);
			sources_forget();
			if (status || ++told == cmd->rounds)
				return status;
			break;
		case CLIENT_EVENT_LOST:
			report_failure("some changes were too fast, and are not told\n%s",
				       "  see: portclassctl history");
			break;
		case CLIENT_EVENT_FAILED:
			return report_client(cmd->line, client_get_error(client));
		}
	}
}

/**
 * cmd_monitor() - monitor [--count N]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_monitor(const struct cmd *cmd)
{
	struct client *client;
	struct fault fault;
	int status;

	if (grammar_end(cmd->words, cmd->count, &fault))
		return report_fault(cmd->line, &fault);
	client = cmd_connect(cmd);
	if (!client)
		return REPORT_REFUSED;
	if (client_listen(client))
		status = report_client(cmd->line, client_get_error(client));
	else
		status = stream(cmd, client);
	client_close(client);
	return status;
}
