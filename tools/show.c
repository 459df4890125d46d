// SPDX-License-Identifier: GPL-2.0
/* Policies and rules, of the live table or of its shadow. */

#include "memory.h"
#include "names.h"
#include "rule.h"
#include "service.h"
#include "show.h"
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

/**
 * show_policies() - Tell all policies
 * @print: where to, in a document that is open
 * @config: whose
 */
void show_policies(struct print *print, const struct config *config)
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

/**
 * show_rules() - Tell all rules
 * @print: where to, in a document that is open
 * @rules: the rules
 */
void show_rules(struct print *print, const struct rules *rules)
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
