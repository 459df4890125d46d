// SPDX-License-Identifier: GPL-2.0
/* shadow: a configuration that is evaluated beside the live one, and drops nothing. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "grammar.h"
#include "memory.h"
#include "names.h"
#include "show.h"
#include "source.h"
#include "suggest.h"

static const char all_of_it[] =
	"shadow FILE, or -, for standard input; shadow promote, shadow drop, or shadow alone";

static int report(const struct cmd *cmd, const struct client *client)
{
	struct client_error error = *client_get_error(client);
	char how[320], hint[340];

	if (error.number == ENOENT) {
		snprintf(hint, sizeof(hint), "'%s' makes one", cmd_say(cmd, "shadow FILE", how));
		error.hint = hint;
	}
	return report_client(cmd->line, &error);
}

static void tell_counted(struct print *print, const struct cmd *cmd, const struct sample *sample)
{
	const struct sample_view view = {
		.now = sample, .shadow = true, .sort = SAMPLE_SORT_DENIED, .limit = cmd->limit,
	};
	bool any = sample_has_traffic(sample) || sample->ports.count;

	print_text(print, "\nit would have denied%s\n", any ? ":" : " nothing yet");
	if (print->json || any)
		sample_print_classes(print, &view);
	if (!print->json && sample->ports.count)
		print_text(print, "\n");
	if (print->json || sample->ports.count)
		sample_print_ports(print, &view);
}

static int tell(const struct cmd *cmd, const struct config *config, const struct rules *rules,
		const struct sample *sample)
{
	struct print print = cmd_print(cmd);

	print_start(&print);
	print_string(&print, "mode", names_get(&names_mode, config->mode), COLOUR_NONE);
	print_string(&print, "track", names_get(&names_track, config->track), COLOUR_NONE);
	show_policies(&print, config);
	show_rules(&print, rules);
	tell_counted(&print, cmd, sample);
	return cmd_print_end(&print);
}

static int show(const struct cmd *cmd)
{
	struct sample *sample = memory_get(1, sizeof(*sample));
	struct client *client = cmd_connect(cmd);
	struct rules rules = { 0 };
	int status = REPORT_REFUSED;
	struct config config;

	if (client && (client_get_all(client, CLIENT_SHADOW, &config, &rules) ||
		       client_get_stats(client, CLIENT_SHADOW, NULL, &sample->stats) ||
		       client_get_ports(client, CLIENT_SHADOW, NULL, &sample->ports)))
		report(cmd, client);
	else if (client)
		status = tell(cmd, &config, &rules, sample);
	free(sample->ports.list);
	free(sample);
	free(rules.list);
	client_close(client);
	return status;
}

/* What looks like a file and is none was meant as another word. */
static int check_file(const struct cmd *cmd)
{
	const char *word = cmd->words[0];
	struct suggest meant;
	struct fault fault;

	if (!strcmp(word, "-") || strchr(word, '/') || !access(word, F_OK) || errno != ENOENT)
		return REPORT_DONE;
	suggest_start(&meant, word, strlen(word));
	suggest_offer(&meant, "promote");
	suggest_offer(&meant, "drop");
	fault_set(&fault, word, strlen(word), "'%s' is no file here%s%s%s", word,
		  *meant.word ? "; did you mean " : "", meant.word, *meant.word ? "?" : "");
	fault_hint(&fault, "%s", all_of_it);
	return report_fault(cmd->line, &fault);
}

static int set(const struct cmd *cmd)
{
	struct words whole = { 0 };
	struct source source;
	int status = check_file(cmd);

	if (status)
		return status;
	status = source_read(&source, cmd->words[0]);
	whole.name = source.text.name;
	source.change.shadow = true;
	if (!status)
		status = cmd_change(cmd, &whole, &source.change);
	source_free(&source);
	return status;
}

/* What it has is known before, so that it can be seen whom it would lock out. */
static int promote(const struct cmd *cmd)
{
	struct client *client = cmd_connect(cmd);
	struct source source = { 0 };
	struct rules rules = { 0 };
	struct config config;
	int status;

	if (!client)
		return REPORT_REFUSED;
	source.setup = setup_new();
	if (client_get_all(client, CLIENT_SHADOW, &config, &rules)) {
		status = report(cmd, client);
	} else {
		setup_take(source.setup, &config, &rules);
		source_make_change(&source);
		source.change.promote = true;
		status = cmd_change(cmd, cmd->line, &source.change);
	}
	free(rules.list);
	source_free(&source);
	client_close(client);
	return status;
}

static int drop(const struct cmd *cmd)
{
	struct client *client = cmd_connect(cmd);
	int status = REPORT_DONE;

	if (!client)
		return REPORT_REFUSED;
	if (client_drop_shadow(client, cmd->reason))
		status = report(cmd, client);
	client_close(client);
	return status;
}

/**
 * cmd_shadow() - shadow [FILE|-|promote|drop]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_shadow(const struct cmd *cmd)
{
	struct fault fault;

	if (!cmd->count)
		return show(cmd);
	if (cmd->count > 1) {
		grammar_end(cmd->words + 1, cmd->count - 1, &fault);
		fault_hint(&fault, "%s", all_of_it);
		return report_fault(cmd->line, &fault);
	}
	if (!strcmp(cmd->words[0], "promote"))
		return promote(cmd);
	return strcmp(cmd->words[0], "drop") ? set(cmd) : drop(cmd);
}
