/* SPDX-License-Identifier: GPL-2.0 */
/* What a configuration file comes to. */
#ifndef PORTCLASSCTL_PARSED_H
#define PORTCLASSCTL_PARSED_H

#include "conf.h"

/* Of the last one: what it came to, and what was told to be wrong with it. */
extern struct setup *parsed;
extern char *parsed_faults;

unsigned int parsed_bytes(const char *bytes, size_t size);
unsigned int parsed_text(const char *text);

#endif
