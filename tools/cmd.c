// SPDX-License-Identifier: GPL-2.0
/* What several commands do. */

#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "netns.h"
#include "plain.h"

/**
 * cmd_connect() - Connect to the kernel's side, in the namespace that was asked for
 * @cmd: the command line
 *
 * Return: the connection, or NULL after a report.
 */
struct client *cmd_connect(const struct cmd *cmd)
{
	struct client_error error;
	struct client *client;
	char why[512];

	if (cmd->netns && netns_enter(cmd->netns, why, sizeof(why))) {
		report_failure("%s", why);
		return NULL;
	}
	client = client_open(&error);
	if (!client)
		report_client(cmd->line, &error);
	return client;
}

/**
 * cmd_say() - What to type next, for the same network namespace
 * @cmd: the command line
 * @word: the command to type
 * @text: room for it
 *
 * Return: @text, fit to be printed.
 */
const char *cmd_say(const struct cmd *cmd, const char *word, char text[320])
{
	snprintf(text, 320, "portclassctl %s%s%s%s", cmd->netns ? "-n " : "", cmd->netns ?: "",
		 cmd->netns ? " " : "", word);
	plain_make(text);
	return text;
}

/**
 * cmd_print() - Where to print, and how
 * @cmd: the command line
 *
 * Return: the output.
 */
struct print cmd_print(const struct cmd *cmd)
{
	return (struct print){
		.out = stdout,
		.json = cmd->json,
		.coloured = cmd->coloured,
		.exact = cmd->exact,
	};
}

/**
 * cmd_print_end() - End a document
 * @print: the output
 *
 * Return: the exit status.
 */
int cmd_print_end(struct print *print)
{
	errno = 0;
	if (!print_end(print))
		return REPORT_DONE;
	return report_failure("cannot write the output: %s", strerror(errno ? errno : EIO));
}
