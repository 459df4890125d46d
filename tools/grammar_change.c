// SPDX-License-Identifier: GPL-2.0
/* The grammar of what goes with a change: how long it waits to be confirmed, and its reason. */

#include <string.h>

#include "grammar.h"
#include "plain.h"

enum {
	SECONDS_MAX = 8 * 60 * 60,	/* the kernel takes no more */
	REASON_MAX = 200,		/* bytes; so does it of these */
};

/* Seconds that a unit has; 0 for what is none. */
static unsigned int unit_seconds(const char *unit)
{
	if (!strcmp(unit, "") || !strcmp(unit, "s"))
		return 1;
	if (!strcmp(unit, "m"))
		return 60;
	return strcmp(unit, "h") ? 0 : 60 * 60;
}

/**
 * grammar_duration() - How long a change waits to be confirmed, as 60, 90s, 5m or 1h
 * @word: the word
 * @seconds: what it comes to
 * @fault: what is wrong with it, if anything is
 *
 * Return: 0, or -1 if it is wrong.
 */
int grammar_duration(const char *word, unsigned int *seconds, struct fault *fault)
{
	size_t digits = strspn(word, "0123456789");
	unsigned int value = 0, unit = unit_seconds(word + digits);

	for (size_t i = 0; i < digits; i++)
		if (value <= SECONDS_MAX)
			value = 10 * value + (word[i] - '0');
	*seconds = 0;
	if (digits && unit && value <= SECONDS_MAX)
		*seconds = value * unit;
	if (*seconds >= 1 && *seconds <= SECONDS_MAX)
		return 0;
	fault_set(fault, word, strlen(word), "'%s' is no time to wait for a confirmation", word);
	return fault_hint(fault, "TIME is from 1s to 8h, as 60, 60s, 5m or 1h");
}

/**
 * grammar_reason() - Why something is changed
 * @word: the word
 * @fault: what is wrong with it, if anything is
 *
 * Return: 0, or -1 if it is wrong.
 */
int grammar_reason(const char *word, struct fault *fault)
{
	const char *at;
	size_t length;

	if (!*word) {
		fault_set(fault, word, 0, "the reason is empty");
		return fault_hint(fault, "TEXT is one line of at most %d bytes", REASON_MAX);
	}
	at = plain_find(word, &length);
	if (at) {
		fault_set(fault, at, length, "a reason holds no control characters");
		return fault_hint(fault, "TEXT is one line of UTF-8");
	}
	length = strlen(word);
	if (length <= REASON_MAX)
		return 0;
	fault_set(fault, word + REASON_MAX, length - REASON_MAX, "the reason is too long");
	return fault_hint(fault, "TEXT is at most %d bytes, this has %zu", REASON_MAX, length);
}
