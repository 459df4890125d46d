// SPDX-License-Identifier: GPL-2.0
/* Numbers for people: three digits and a unit. */

#include <stdio.h>

#include "human.h"

/* Tenths of any 64-bit number don't fit in 64 bits. */
#define wide unsigned __int128

/* A number in tenths. A part that is less than half of the last digit shown is rounded away. */
static const char *tenths(char out[HUMAN_SIZE], wide value, enum human_unit unit)
{
	static const char prefix[] = " KMGTPE";
	unsigned int base = unit == HUMAN_IEC ? 1024 : 1000, power = 0;
	const char *suffix = unit == HUMAN_IEC ? "i" : "";
	wide one = 1, shown;

	/* What would be rounded up to a whole next unit is written as that. */
	while ((value + 5 * one) / (10 * one) >= base && prefix[power + 1]) {
		one *= base;
		power++;
	}
	shown = (value + one / 2) / one;
	if (!power)
		suffix = "";
	if (shown < 100 && (power || shown % 10))
		snprintf(out, HUMAN_SIZE, "%u.%u%.*s%s", (unsigned int)shown / 10,
			 (unsigned int)shown % 10, !!power, prefix + power, suffix);
	else
		snprintf(out, HUMAN_SIZE, "%llu%.*s%s",
			 (unsigned long long)((value + 5 * one) / (10 * one)), !!power,
			 prefix + power, suffix);
	return out;
}

/**
 * human_number() - Write a number
 * @out: where to
 * @value: the number
 * @unit: how
 *
 * Return: @out.
 */
const char *human_number(char out[HUMAN_SIZE], __u64 value, enum human_unit unit)
{
	if (unit != HUMAN_EXACT)
		return tenths(out, (wide)value * 10, unit);
	snprintf(out, HUMAN_SIZE, "%llu", value);
	return out;
}

/**
 * human_rate() - Write how many there were in a second
 * @out: where to
 * @value: how many there were in all
 * @milliseconds: in how long a time
 * @unit: how; exact: to the nearest tenth
 *
 * Return: @out.
 */
const char *human_rate(char out[HUMAN_SIZE], __u64 value, __u64 milliseconds,
		       enum human_unit unit)
{
	wide rate = milliseconds ? ((wide)value * 10000 + milliseconds / 2) / milliseconds : 0;

	if (unit != HUMAN_EXACT)
		return tenths(out, rate, unit);
	snprintf(out, HUMAN_SIZE, "%llu.%u", (unsigned long long)(rate / 10),
		 (unsigned int)(rate % 10));
	return out;
}

/**
 * human_time() - Write how long something takes
 * @out: where to
 * @seconds: how long
 *
 * Return: @out.
 */
const char *human_time(char out[HUMAN_SIZE], unsigned int seconds)
{
	unsigned int minutes = seconds / 60;

	if (seconds < 120)
		snprintf(out, HUMAN_SIZE, "%u s", seconds);
	else if (minutes >= 120 && minutes % 60)
		snprintf(out, HUMAN_SIZE, "%u h %u min", minutes / 60, minutes % 60);
	else if (minutes >= 120)
		snprintf(out, HUMAN_SIZE, "%u h", minutes / 60);
	else if (seconds % 60)
		snprintf(out, HUMAN_SIZE, "%u min %u s", minutes, seconds % 60);
	else
		snprintf(out, HUMAN_SIZE, "%u min", minutes);
	return out;
}
