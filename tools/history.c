// SPDX-License-Identifier: GPL-2.0
/* The changes that there have been. */

#include <stdlib.h>

#include "history.h"

/**
 * history_free_record() - Forget a change
 * @record: the change
 */
void history_free_record(struct record *record)
{
	free(record->policies);
	free(record->rules.list);
	*record = (struct record){ 0 };
}

/**
 * history_free() - Forget all changes
 * @history: the changes
 */
void history_free(struct history *history)
{
	for (size_t i = 0; i < history->count; i++)
		history_free_record(&history->list[i]);
	free(history->list);
	*history = (struct history){ 0 };
}

/**
 * history_find_waiting() - Find the change that waits to be confirmed
 * @history: the changes
 *
 * Others may have been forced upon it; they share its fate.
 *
 * Return: the first one that waits, NULL if none does or it is forgotten.
 */
const struct record *history_find_waiting(const struct history *history)
{
	const struct record *waiting = NULL;

	for (size_t i = 0; i < history->count; i++) {
		enum portclass_cause cause = history->list[i].cause;

		if (cause == PORTCLASS_CAUSE_CONFIRM || cause == PORTCLASS_CAUSE_REVERT)
			waiting = NULL;
		else if (!waiting && history->list[i].confirm)
			waiting = &history->list[i];
	}
	return waiting;
}
