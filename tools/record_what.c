// SPDX-License-Identifier: GPL-2.0
/* What a change was, in the words of the commands that make it; as much as a line holds. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "record.h"
#include "rule.h"

/* Of what is said, "and N more" apart: the rest of the line is for others. */
enum { WIDTH = 80 };

/* What is said so far, and how many things found no place. */
struct saying {
	char *text;
	size_t used;
	unsigned int more;
};

static void say(struct saying *saying, const char *separator, const char *format, ...)
	__printf(3, 4);

/* Whatever comes first has a place. */
static void say(struct saying *saying, const char *separator, const char *format, ...)
{
	char item[WIDTH + 1];
	va_list args;

	va_start(args, format);
	vsnprintf(item, sizeof(item), format, args);
	va_end(args);
	if (!saying->used)
		separator = "";
	if (saying->more || saying->used + strlen(separator) + strlen(item) > WIDTH)
		saying->more++;
	else
		saying->used += sprintf(saying->text + saying->used, "%s%s", separator, item);
}

/* What a change sets each policy to; unset: it does not. */
struct policies {
	enum portclass_action to[SCOPES][PROTOS][CLASSES];
};

/* Policies that the others of a scope agree with are said together: these say all, or a class. */
static bool same_in_class(const struct policies *set, int s, int c)
{
	return set->to[s][PORTCLASS_PROTO_TCP][c] == set->to[s][PORTCLASS_PROTO_UDP][c];
}

static bool same_in_proto(const struct policies *set, int s, int p)
{
	const enum portclass_action *to = set->to[s][p];

	return to[0] == to[1] && to[0] == to[2];
}

static void say_policy(struct saying *saying, int s, const char *proto, const char *class,
		       enum portclass_action action)
{
	if (action != PORTCLASS_ACTION_UNSET)
		say(saying, "; ", "policy %s%s%s %s %s", names_get(&names_scope, s),
		    *proto ? " " : "", proto, class, names_get(&names_action, action));
}

static void say_scope(struct saying *saying, const struct policies *set, int s)
{
	if (same_in_proto(set, s, 0) && same_in_proto(set, s, 1) && same_in_class(set, s, 0)) {
		say_policy(saying, s, "", "all", set->to[s][0][0]);
		return;
	}
	for (int p = 0; p < PROTOS; p++)
		if (same_in_proto(set, s, p))
			say_policy(saying, s, names_get(&names_proto, p), "all",
				   set->to[s][p][0]);
	for (int c = 0; c < CLASSES; c++) {
		const char *class = names_get(&names_class, c);
		bool same = same_in_class(set, s, c) && !same_in_proto(set, s, 0) &&
			    !same_in_proto(set, s, 1);

		for (int p = 0; p < PROTOS; p++)
			if (!same_in_proto(set, s, p) && !(same && p))
				say_policy(saying, s, same ? "" : names_get(&names_proto, p),
					   class, set->to[s][p][c]);
	}
}

/* Of two for one class, the later one stays. */
static void say_policies(struct saying *saying, const struct record *record)
{
	struct policies set = { 0 };

	for (size_t i = 0; i < record->policy_count; i++) {
		const struct policy *policy = &record->policies[i];

		set.to[policy->scope][policy->proto][policy->class] = policy->action;
	}
	for (int s = 0; s < SCOPES; s++)
		say_scope(saying, &set, s);
}

static bool goes_on(const struct rule *rule, const struct rule *before)
{
	return rule->action == before->action && rule->scope == before->scope && !rule->from &&
	       !before->from;
}

static void say_rules(struct saying *saying, const struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];
		char port[32], range[8] = "", from[RULE_FROM];

		if (rule->low != rule->high)
			snprintf(range, sizeof(range), "-%u", rule->high);
		snprintf(port, sizeof(port), "%s/%u%s", names_get(&names_proto, rule->proto),
			 rule->low, range);
		if (i && goes_on(rule, rule - 1))
			say(saying, " ", "%s", port);
		else
			say(saying, "; ", "%s %s %s%s", names_get(&names_action, rule->action),
			    names_get(&names_scope, rule->scope), port, rule_from(rule, from));
	}
}

/**
 * record_what() - Say what a change was
 * @record: the change
 * @what: to be filled in
 *
 * What is always short comes first, so that only policies and rules may find no place.
 */
void record_what(const struct record *record, char what[RECORD_WHAT])
{
	struct saying saying = { .text = what };

	*what = '\0';
	if (record->cause == PORTCLASS_CAUSE_PROMOTE)
		say(&saying, "; ", "shadow promote");
	else if (record->cause == PORTCLASS_CAUSE_SHADOW_DROP)
		say(&saying, "; ", "shadow drop");
	else if (record->cause == PORTCLASS_CAUSE_SHADOW)
		say(&saying, "; ", "shadow");
	if (record->flush)
		say(&saying, "; ", "flush");
	if (record->has_mode)
		say(&saying, "; ", "mode %s", names_get(&names_mode, record->mode));
	if (record->has_track)
		say(&saying, "; ", "track %s", names_get(&names_track, record->track));
	say_policies(&saying, record);
	say_rules(&saying, &record->rules);
	saying.more += record->left_out;
	if (saying.more)
		sprintf(what + saying.used, "%sand %u more", saying.used ? " " : "", saying.more);
}
