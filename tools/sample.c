// SPDX-License-Identifier: GPL-2.0
/* The counters of a class or of a port. */

#include <stdio.h>

#include "names.h"
#include "sample.h"

static const enum human_unit units[COUNTERS] = {
	[COUNTER_FLOWS] = HUMAN_SI,
	[COUNTER_PACKETS] = HUMAN_SI,
	[COUNTER_BYTES] = HUMAN_IEC,
	[COUNTER_DENIED_FLOWS] = HUMAN_SI,
	[COUNTER_DENIED_PACKETS] = HUMAN_SI,
	[COUNTER_DENIED_BYTES] = HUMAN_IEC,
	[COUNTER_PACKETS_TO] = HUMAN_SI,
	[COUNTER_BYTES_TO] = HUMAN_IEC,
	[COUNTER_PACKETS_FROM] = HUMAN_SI,
	[COUNTER_BYTES_FROM] = HUMAN_IEC,
};

static bool is_denied(unsigned int counter)
{
	return counter >= COUNTER_DENIED_FLOWS && counter <= COUNTER_DENIED_BYTES;
}

/**
 * sample_growth() - How much a counter has grown
 * @now: the counters
 * @before: what they were before
 * @counter: which one
 *
 * A counter that is behind started anew: the module was loaded again.
 *
 * Return: by how much.
 */
__u64 sample_growth(const struct counters *now, const struct counters *before,
		    enum counter counter)
{
	__u64 more = now->count[counter], less = before->count[counter];

	return less <= more ? more - less : more;
}

/**
 * sample_print_counters() - Tell all counters of a class or of a port
 * @print: the output
 * @counters: the counters
 */
void sample_print_counters(struct print *print, const struct counters *counters)
{
	for (unsigned int i = 0; i < COUNTERS; i++)
		print_number(print, names_get(&names_counter, i), counters->count[i], units[i],
			     is_denied(i) && counters->count[i] ? COLOUR_BAD : COLOUR_NONE);
}

/**
 * sample_print_rates() - Fill the cells for what the counters have grown by in a second
 * @print: the output
 * @view: what is printed
 * @now: the counters
 * @before: what they were before; not looked at if the view has no sample before
 */
void sample_print_rates(struct print *print, const struct sample_view *view,
			const struct counters *now, const struct counters *before)
{
	char key[32], rate[HUMAN_SIZE] = "-";
	__u64 time;

	if (print->json || !view->rates)
		return;
	for (unsigned int i = 0; i < COUNTERS; i++) {
		if (view->before) {
			time = view->now->when - view->before->when;
			human_rate(rate, sample_growth(now, before, i), time,
				   print->exact ? HUMAN_EXACT : units[i]);
		}
		snprintf(key, sizeof(key), "%s/s", names_get(&names_counter, i));
		print_cell(print, key, COLOUR_NONE, "%s", rate);
	}
}
