// SPDX-License-Identifier: GPL-2.0
/* A change that was made, in a line for people, or as JSON. */

#include <pwd.h>
#include <stdio.h>
#include <time.h>

#include "names.h"
#include "plain.h"
#include "record.h"
#include "rule.h"

static void user_name(__u32 uid, char name[64])
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		snprintf(name, 64, "%s", user->pw_name);
	else
		snprintf(name, 64, "%u", uid);
	plain_make(name);
}

/**
 * record_who() - Say who made a change
 * @by: who it was
 * @who: to be filled in
 */
void record_who(const struct author *by, char who[RECORD_WHO])
{
	char login[64], user[64];

	if (!by->known) {
		snprintf(who, RECORD_WHO, "the kernel");
		return;
	}
	user_name(by->uid, user);
	if (by->logged_in && by->login_uid != by->uid) {
		user_name(by->login_uid, login);
		snprintf(who, RECORD_WHO, "%s as %s, %s[%u]", login, user, by->command, by->pid);
	} else {
		snprintf(who, RECORD_WHO, "%s, %s[%u]", user, by->command, by->pid);
	}
}

static void coloured(struct print *print, enum colour colour, const char *text)
{
	if (!print->coloured)
		colour = COLOUR_NONE;
	print_text(print, "%s%s%s", colour_start(colour), text, colour_end(colour));
}

static void print_line(struct print *print, const struct record *record)
{
	time_t seconds = record->time / 1000000000;
	char when[32] = "", who[RECORD_WHO], what[RECORD_WHAT], soon[HUMAN_SIZE];
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%F %T", &tm);
	record_who(&record->by, who);
	record_what(record, what);
	print_text(print, "%s  #%u  %s: ", when, record->generation, who);
	if (record->cause == PORTCLASS_CAUSE_CONFIRM)
		coloured(print, COLOUR_GOOD, "confirmed");
	else if (record->cause == PORTCLASS_CAUSE_REVERT)
		coloured(print, COLOUR_BAD, "taken back, as nobody confirmed it");
	else
		print_text(print, "%s", what);
	if (record->confirm)
		print_text(print, ", to be confirmed in %s", human_time(soon, record->confirm));
	if (*record->reason)
		print_text(print, "  \"%s\"", record->reason);
	print_text(print, "\n");
}

static void print_author(struct print *print, const struct author *by)
{
	char name[64];

	if (!by->known)
		return;
	user_name(by->uid, name);
	print_number(print, "uid", by->uid, HUMAN_EXACT, COLOUR_NONE);
	print_string(print, "user", name, COLOUR_NONE);
	if (by->logged_in) {
		user_name(by->login_uid, name);
		print_number(print, "login_uid", by->login_uid, HUMAN_EXACT, COLOUR_NONE);
		print_string(print, "login_user", name, COLOUR_NONE);
	}
	print_number(print, "pid", by->pid, HUMAN_EXACT, COLOUR_NONE);
	print_string(print, "command", by->command, COLOUR_NONE);
}

static void print_lists(struct print *print, const struct record *record)
{
	print_array(print, "policy");
	for (size_t i = 0; i < record->policy_count; i++) {
		const struct policy *policy = &record->policies[i];

		print_object(print, NULL);
		print_string(print, "scope", names_get(&names_scope, policy->scope), COLOUR_NONE);
		print_string(print, "proto", names_get(&names_proto, policy->proto), COLOUR_NONE);
		print_string(print, "class", names_get(&names_class, policy->class), COLOUR_NONE);
		print_string(print, "action", names_get(&names_action, policy->action),
			     COLOUR_NONE);
		print_close(print);
	}
	print_close(print);
	print_array(print, "rules");
	for (size_t i = 0; i < record->rules.count; i++)
		rule_print(print, NULL, &record->rules.list[i]);
	print_close(print);
	print_number(print, "left_out", record->left_out, HUMAN_EXACT, COLOUR_NONE);
}

static void print_facts(struct print *print, const struct record *record)
{
	print_number(print, "generation", record->generation, HUMAN_EXACT, COLOUR_NONE);
	print_string(print, "cause", names_get(&names_cause, record->cause), COLOUR_NONE);
	print_number(print, "time_ns", record->time, HUMAN_EXACT, COLOUR_NONE);
	print_author(print, &record->by);
	if (*record->reason)
		print_string(print, "reason", record->reason, COLOUR_NONE);
	if (record->confirm)
		print_number(print, "confirm", record->confirm, HUMAN_EXACT, COLOUR_NONE);
	print_flag(print, "flush", record->flush);
	if (record->has_mode)
		print_string(print, "mode", names_get(&names_mode, record->mode), COLOUR_NONE);
	if (record->has_track)
		print_string(print, "track", names_get(&names_track, record->track), COLOUR_NONE);
	print_lists(print, record);
}

/**
 * record_print() - Tell a change that was made
 * @print: the output; in JSON, the object that it goes into is open
 * @record: the change
 */
void record_print(struct print *print, const struct record *record)
{
	print_line(print, record);
	if (print->json)
		print_facts(print, record);
}
