// SPDX-License-Identifier: GPL-2.0
/* apply, restore: the configuration that a file has. */

#include <stdlib.h>

#include "cmd.h"
#include "grammar.h"
#include "save.h"
#include "source.h"

static int read_file(const struct cmd *cmd, struct source *source)
{
	return source_read(source, cmd->count ? cmd->words[0] : CONF_FILE);
}

/* Nothing is left of what was: all that a namespace has is in the one request. */
static int change(const struct cmd *cmd, const struct source *source)
{
	const struct words whole = { .name = source->text.name };

	return cmd_change(cmd, &whole, &source->change);
}

static int tell_diff(const struct cmd *cmd, const struct setup *from, const struct setup *to)
{
	struct print print = cmd_print(cmd);

	print_start(&print);
	save_diff(&print, from, to);
	return cmd_print_end(&print);
}

static int diff(const struct cmd *cmd, const struct setup *to)
{
	struct client *client = cmd_connect(cmd);
	struct setup *from = setup_new();
	struct rules rules = { 0 };
	struct config config;
	int status = REPORT_REFUSED;

	if (client && client_get_all(client, CLIENT_LIVE, &config, &rules)) {
		report_client(cmd->line, client_get_error(client));
	} else if (client) {
		setup_take(from, &config, &rules);
		status = tell_diff(cmd, from, to);
	}
	free(rules.list);
	free(from);
	client_close(client);
	return status;
}

static int too_many(const struct cmd *cmd)
{
	struct fault fault;

	grammar_end(cmd->words + 1, cmd->count - 1, &fault);
	return report_fault(cmd->line, &fault);
}

/**
 * cmd_apply() - apply [FILE|-]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_apply(const struct cmd *cmd)
{
	struct source source;
	int status;

	if (cmd->count > 1)
		return too_many(cmd);
	status = read_file(cmd, &source);
	if (!status && cmd->diff)
		status = diff(cmd, source.setup);
	else if (!status && !cmd->check)
		status = change(cmd, &source);
	source_free(&source);
	return status;
}

static int deny_all_in(const struct cmd *cmd)
{
	struct policy policies[GRAMMAR_POLICIES_MAX];
	size_t count = 0;

	for (int p = 0; p < PROTOS; p++)
		for (int c = 0; c < CLASSES; c++)
			policies[count++] = (struct policy){
				PORTCLASS_SCOPE_IN, p, c, PORTCLASS_ACTION_DENY, NULL,
			};
	return cmd_change(cmd, cmd->line, &(struct change){
		.flush = true,
		.policies = policies,
		.policy_count = count,
	});
}

/* The tracking stays as it is: it may be what the kernel doesn't have. */
static const char *fail_safe(const struct cmd *cmd, const struct text *text)
{
	if (conf_find_safe(text) == CONF_SAFE_OPEN)
		return "on-error open: nothing was changed (a module just loaded denies nothing)";
	if (deny_all_in(cmd))
		return "on-error closed: that could not be done either, and nothing was changed";
	return "on-error closed: all TCP and UDP that comes in is denied now";
}

/**
 * cmd_restore() - restore [FILE|-]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_restore(const struct cmd *cmd)
{
	/* Nobody is logged in yet who could be locked out. */
	struct cmd boot = *cmd;
	struct source source;
	int status;

	boot.force = true;
	if (cmd->count > 1)
		return too_many(cmd);
	status = read_file(cmd, &source);
	if (!status)
		status = change(&boot, &source);
	if (status) {
		report_failure("%s was not applied; %s", source.text.name,
			       fail_safe(&boot, &source.text));
		status = REPORT_REFUSED;
	}
	source_free(&source);
	return status;
}
