// SPDX-License-Identifier: GPL-2.0
/* show: the configuration. */

#include <stdlib.h>

#include "cmd.h"
#include "conntrack.h"
#include "grammar.h"
#include "memory.h"
#include "names.h"
#include "rule.h"
#include "service.h"
#include "sources.h"

static bool same_everywhere(const struct config *config)
{
	for (int s = 0; s < SCOPES; s++)
		for (int p = 0; p < PROTOS; p++)
			for (int c = 0; c < CLASSES; c++)
				if (config->policy[s][p][c] != config->policy[0][0][0])
					return false;
	return true;
}

static void tell_policy(struct print *print, unsigned int scope, unsigned int proto,
			unsigned int class, enum portclass_action action)
{
	const char *name = names_get(&names_class, class);

	print_object(print, NULL);
	print_string(print, "scope", names_get(&names_scope, scope), COLOUR_NONE);
	print_string(print, "proto", names_get(&names_proto, proto), COLOUR_NONE);
	print_string(print, "class", name, COLOUR_NONE);
	print_string(print, "action", names_get(&names_action, action), COLOUR_NONE);
	print_close(print);
	print_cell(print, name, rule_colour(action), "%s", names_get(&names_action, action));
}

static void tell_policies(struct print *print, const struct config *config)
{
	static const struct column columns[] = {
		{ "path", "POLICY", false },
		{ "well-known", "WELL-KNOWN", false },
		{ "registered", "REGISTERED", false },
		{ "dynamic", "DYNAMIC", false },
	};

	if (!print->json && same_everywhere(config)) {
		print_cell(print, "policy", COLOUR_NONE, "%s everywhere",
			   names_get(&names_action, config->policy[0][0][0]));
		return;
	}
	print_text(print, "\n");
	print_table(print, columns, ARRAY_SIZE(columns));
	print_array(print, "policy");
	for (unsigned int s = 0; s < SCOPES; s++)
		for (unsigned int p = 0; p < PROTOS; p++) {
			print_cell(print, "path", COLOUR_NONE, "%s %s",
				   names_get(&names_scope, s), names_get(&names_proto, p));
			for (unsigned int c = 0; c < CLASSES; c++)
				tell_policy(print, s, p, c, config->policy[s][p][c]);
			print_row(print);
		}
	print_close(print);
	print_table_end(print);
}

/* A row for each source: in a cell, a list of them would be cut off. */
static void tell_sources(struct print *print, const struct sources *from)
{
	static const char *const others[] = { "action", "scope", "port", "service" };
	char text[SOURCES_TEXT];

	for (size_t i = 0; i < from->count; i++) {
		for (size_t j = 0; i && j < ARRAY_SIZE(others); j++)
			print_cell(print, others[j], COLOUR_NONE, "%s", "");
		print_cell(print, "from", COLOUR_NONE, "%s", sources_text(&from->list[i], text));
		print_row(print);
	}
}

static void tell_rule(struct print *print, const struct rule *rule)
{
	const char *proto = names_get(&names_proto, rule->proto);
	bool single = rule->low == rule->high;

	rule_print(print, NULL, rule);
	if (single)
		print_cell(print, "port", COLOUR_NONE, "%s/%u", proto, rule->low);
	else
		print_cell(print, "port", COLOUR_NONE, "%s/%u-%u", proto, rule->low, rule->high);
	print_cell(print, "service", COLOUR_NONE, "%s",
		   single ? service_name(rule->proto, rule->low) : "");
	if (rule->from) {
		tell_sources(print, rule->from);
	} else {
		print_cell(print, "from", COLOUR_NONE, "%s", "");
		print_row(print);
	}
}

static bool have_sources(const struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		if (rules->list[i].from)
			return true;
	return false;
}

static void tell_rules(struct print *print, const struct rules *rules)
{
	static const struct column columns[] = {
		{ "action", "RULE", false },
		{ "scope", "SCOPE", false },
		{ "port", "PORT", false },
		{ "service", "SERVICE", false },
		{ "from", "FROM", false },
	};

	if (!print->json && !rules->count) {
		print_cell(print, "rules", COLOUR_NONE, "none");
		return;
	}
	print_text(print, "\n");
	print_table(print, columns, ARRAY_SIZE(columns) - !have_sources(rules));
	print_array(print, "rules");
	for (size_t i = 0; i < rules->count; i++)
		tell_rule(print, &rules->list[i]);
	print_close(print);
	print_table_end(print);
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
	tell_policies(&print, config);
	tell_rules(&print, rules);
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
	if (client_get_all(client, &config, &rules))
		status = report_client(cmd->line, client_get_error(client));
	else
		status = tell(cmd, &config, &rules);
	free(rules.list);
	client_close(client);
	return status;
}
