/* SPDX-License-Identifier: GPL-2.0 */
/* A configuration file: statements, one a line, in the words of the command line. */
#ifndef PORTCLASSCTL_CONF_H
#define PORTCLASSCTL_CONF_H

#include "setup.h"
#include "text.h"

#define CONF_FILE "/etc/portclass.conf"

enum {
	CONF_TOLD_MAX = 100,		/* faults that are told */
	CONF_FAULTS_MAX = 1000,		/* faults that are looked for */
};

/**
 * enum conf_safe - What becomes of a host whose configuration file is broken
 * @CONF_SAFE_OPEN: it is left as it is, which is open when it boots
 * @CONF_SAFE_CLOSED: all that comes in is denied
 */
enum conf_safe {
	CONF_SAFE_OPEN,
	CONF_SAFE_CLOSED,
};

unsigned int conf_parse(const struct text *text, struct setup *setup, FILE *errors);
enum conf_safe conf_find_safe(const struct text *text);

#endif
