/* SPDX-License-Identifier: GPL-2.0 */
/* What goes to stderr when something was not done. */
#ifndef PORTCLASSCTL_REPORT_H
#define PORTCLASSCTL_REPORT_H

#include "client.h"
#include "words.h"

/* The exit statuses, as documented. */
enum {
	REPORT_DONE = 0,
	REPORT_REFUSED = 1,
	REPORT_USAGE = 2,
};

int report_failure(const char *text, ...)
	__printf(1, 2);
int report_fault(const struct words *words, const struct fault *fault);
int report_client(const struct words *words, const struct client_error *error);

#endif
