/* SPDX-License-Identifier: GPL-2.0 */
/* A change that was made, in a line for people, or as JSON. */
#ifndef PORTCLASSCTL_RECORD_H
#define PORTCLASSCTL_RECORD_H

#include "history.h"
#include "print.h"

/* Room for what a change was, and for who made it. */
enum {
	RECORD_WHAT = 160,
	RECORD_WHO = 256,
};

void record_what(const struct record *record, char what[RECORD_WHAT]);
void record_who(const struct author *by, char who[RECORD_WHO]);
void record_print(struct print *print, const struct record *record);

#endif
