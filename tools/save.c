// SPDX-License-Identifier: GPL-2.0
/* A configuration as statements: all of them, or what differs from another one's. */

#include <assert.h>
#include <stdlib.h>

#include "../kmod/version.h"
#include "names.h"
#include "save.h"
#include "service.h"
#include "sources.h"
#include "text.h"

/* The longest of all rules, and its service's name, is a line that can be read again. */
static_assert(64 + SOURCES_MAX * SOURCES_TEXT + 256 < TEXT_LINE_MAX, "a line is too short");

static const char header[] =
	"# portclass configuration, printed by portclassctl save " PORTCLASS_VERSION ".\n"
	"# \"portclassctl apply FILE\" makes it the running one, all of it at once. What is\n"
	"# not said here is the default: policies allow, and no port has a rule of its own.\n"
	"# If this file were broken at boot, nothing would be denied; to deny all that\n"
	"# comes in then, make this the first statement: on-error closed\n";

/* How a statement is told. */
enum sign {
	SAVED,
	REMOVED,
	ADDED,
};

static void tell(struct print *print, enum sign sign, const char *statement, const char *comment)
{
	static const char *const starts[] = { "", "-", "+" };
	static const char *const changes[] = { NULL, "remove", "add" };
	static const enum colour colours[] = { COLOUR_NONE, COLOUR_BAD, COLOUR_GOOD };
	enum colour colour = print->coloured ? colours[sign] : COLOUR_NONE;

	if (!print->json) {
		print_text(print, "%s%s%s%s%s%s\n", colour_start(colour), starts[sign], statement,
			   *comment ? "  # " : "", comment, colour_end(colour));
	} else if (sign == SAVED) {
		print_string(print, NULL, statement, COLOUR_NONE);
	} else {
		print_object(print, NULL);
		print_string(print, "change", changes[sign], COLOUR_NONE);
		print_string(print, "statement", statement, COLOUR_NONE);
		print_close(print);
	}
}

static void tell_choice(struct print *print, enum sign sign, const char *command,
			const char *word)
{
	char statement[80];

	snprintf(statement, sizeof(statement), "%s %s", command, word);
	tell(print, sign, statement, "");
}

static void tell_policy(struct print *print, enum sign sign, const struct policy *policy)
{
	char statement[80];

	snprintf(statement, sizeof(statement), "policy %s %s %s %s",
		 names_get(&names_scope, policy->scope), names_get(&names_class, policy->class),
		 names_get(&names_action, policy->action), names_get(&names_proto, policy->proto));
	tell(print, sign, statement, "");
}

static void tell_rule(struct print *print, enum sign sign, const struct rule *rule)
{
	bool single = rule->low == rule->high;
	char statement[TEXT_LINE_MAX], *end = statement, source[SOURCES_TEXT];

	end += sprintf(end, "%s %s %s/%u", names_get(&names_action, rule->action),
		       names_get(&names_scope, rule->scope), names_get(&names_proto, rule->proto),
		       rule->low);
	if (!single)
		end += sprintf(end, "-%u", rule->high);
	for (size_t i = 0; rule->from && i < rule->from->count; i++)
		end += sprintf(end, "%s %s", i ? "" : " from",
			       sources_text(&rule->from->list[i], source));
	tell(print, sign, statement, single ? service_name(rule->proto, rule->low) : "");
}

/**
 * save_print() - All statements, in the one order and form that the configuration has
 * @print: where to, in a document that is open
 * @setup: the configuration
 */
void save_print(struct print *print, const struct setup *setup)
{
	struct policy policies[SETUP_POLICIES_MAX];
	size_t count = setup_policies(setup, policies);
	struct rules rules = { 0 };

	setup_rules(setup, &rules);
	print_text(print, "%s\n", header);
	print_array(print, "statements");
	tell_choice(print, SAVED, "mode", names_get(&names_mode, setup->mode));
	tell_choice(print, SAVED, "track", names_get(&names_track, setup->track));
	for (size_t i = 0; i < count; i++)
		tell_policy(print, SAVED, &policies[i]);
	for (size_t i = 0; i < rules.count; i++)
		tell_rule(print, SAVED, &rules.list[i]);
	print_close(print);
	free(rules.list);
}

/* What is allowed by policy is no statement of the saved form, but the lack of one. */
static void diff_policies(struct print *print, const struct setup *from, const struct setup *to)
{
	struct policy policy;

	for (int s = 0; s < SCOPES; s++)
		for (int p = 0; p < PROTOS; p++)
			for (int c = 0; c < CLASSES; c++) {
				if (from->policy[s][p][c] == to->policy[s][p][c])
					continue;
				policy = (struct policy){ s, p, c, from->policy[s][p][c], NULL };
				if (policy.action != PORTCLASS_ACTION_ALLOW)
					tell_policy(print, REMOVED, &policy);
				policy.action = to->policy[s][p][c];
				if (policy.action != PORTCLASS_ACTION_ALLOW)
					tell_policy(print, ADDED, &policy);
			}
}

/* Which of two rules comes first: its path, then its first port; 0 if neither. */
static long before(const struct rule *a, const struct rule *b)
{
	long paths = ((long)a->scope - b->scope) * PROTOS + ((long)a->proto - b->proto);

	return paths * PORTS + a->low - b->low;
}

static void diff_rules(struct print *print, const struct rules *from, const struct rules *to)
{
	size_t i = 0, j = 0;
	long order;

	for (;;) {
		const struct rule *old = i < from->count ? &from->list[i] : NULL;
		const struct rule *new = j < to->count ? &to->list[j] : NULL;

		if (!old && !new)
			break;
		order = !old ? 1 : !new ? -1 : before(old, new);
		if (!order && old->high == new->high && old->action == new->action &&
		    old->from == new->from) {
			i++;
			j++;
			continue;
		}
		if (order <= 0) {
			tell_rule(print, REMOVED, old);
			i++;
		}
		if (order >= 0) {
			tell_rule(print, ADDED, new);
			j++;
		}
	}
}

/**
 * save_diff() - The statements that are in one of two configurations only, in order
 * @print: where to, in a document that is open
 * @from: the one, from which they are removed
 * @to: the other one, to which they are added
 */
void save_diff(struct print *print, const struct setup *from, const struct setup *to)
{
	struct rules old = { 0 }, new = { 0 };

	setup_rules(from, &old);
	setup_rules(to, &new);
	print_array(print, "changes");
	if (from->mode != to->mode) {
		tell_choice(print, REMOVED, "mode", names_get(&names_mode, from->mode));
		tell_choice(print, ADDED, "mode", names_get(&names_mode, to->mode));
	}
	if (from->track != to->track) {
		tell_choice(print, REMOVED, "track", names_get(&names_track, from->track));
		tell_choice(print, ADDED, "track", names_get(&names_track, to->track));
	}
	diff_policies(print, from, to);
	diff_rules(print, &old, &new);
	print_close(print);
	free(old.list);
	free(new.list);
}
