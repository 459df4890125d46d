/* SPDX-License-Identifier: GPL-2.0 */
/* A configuration file, and the change that makes it the configuration. */
#ifndef PORTCLASSCTL_SOURCE_H
#define PORTCLASSCTL_SOURCE_H

#include "client.h"
#include "conf.h"

/**
 * struct source - A file, and what it comes to
 * @text: what is in it
 * @setup: the configuration that it says
 * @policies: what of that are policies
 * @rules: what of that are rules
 * @change: all of it, and nothing is left of what was
 */
struct source {
	struct text text;
	struct setup *setup;
	struct policy policies[SETUP_POLICIES_MAX];
	struct rules rules;
	struct change change;
};

int source_read(struct source *source, const char *path);
void source_make_change(struct source *source);
void source_free(struct source *source);

#endif
