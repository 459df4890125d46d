// SPDX-License-Identifier: GPL-2.0
/* A rule, as it is told in several places. */

#include <stdio.h>

#include "names.h"
#include "rule.h"

/**
 * rule_from() - The sources of a rule in brief
 * @rule: the rule
 * @text: room for them
 *
 * Return: what to put behind the rule: the one source that it has, or how many, or nothing.
 */
const char *rule_from(const struct rule *rule, char text[RULE_FROM])
{
	char source[SOURCES_TEXT];

	if (!rule->from)
		return "";
	if (rule->from->count == 1)
		snprintf(text, RULE_FROM, " from %s", sources_text(&rule->from->list[0], source));
	else
		snprintf(text, RULE_FROM, " from %zu sources", rule->from->count);
	return text;
}

/**
 * rule_colour() - What colour an action has
 * @action: the action
 *
 * Return: the colour.
 */
enum colour rule_colour(enum portclass_action action)
{
	return action == PORTCLASS_ACTION_ALLOW ? COLOUR_GOOD : COLOUR_BAD;
}

/* In text, there is a cell for them or none. */
static void print_sources(struct print *print, const struct sources *from)
{
	char text[SOURCES_TEXT];

	if (!print->json)
		return;
	print_array(print, "from");
	for (size_t i = 0; i < from->count; i++)
		print_string(print, NULL, sources_text(&from->list[i], text), COLOUR_NONE);
	print_close(print);
}

/**
 * rule_print() - Tell all facts of a rule
 * @print: where to; in text, into a table
 * @key: what the object is called, NULL in an array
 * @rule: the rule
 */
void rule_print(struct print *print, const char *key, const struct rule *rule)
{
	print_object(print, key);
	print_string(print, "scope", names_get(&names_scope, rule->scope), COLOUR_NONE);
	print_string(print, "proto", names_get(&names_proto, rule->proto), COLOUR_NONE);
	print_string(print, "action", names_get(&names_action, rule->action),
		     rule_colour(rule->action));
	print_number(print, "low", rule->low, HUMAN_EXACT, COLOUR_NONE);
	print_number(print, "high", rule->high, HUMAN_EXACT, COLOUR_NONE);
	if (rule->from)
		print_sources(print, rule->from);
	print_close(print);
}
