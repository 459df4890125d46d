/* SPDX-License-Identifier: GPL-2.0 */
/* A rule, as it is told in several places. */
#ifndef PORTCLASSCTL_RULE_H
#define PORTCLASSCTL_RULE_H

#include "model.h"
#include "print.h"
#include "sources.h"

/* Room for the sources of a rule, in brief. */
enum { RULE_FROM = SOURCES_TEXT + 8 };

const char *rule_from(const struct rule *rule, char text[RULE_FROM]);
enum colour rule_colour(enum portclass_action action);
void rule_print(struct print *print, const char *key, const struct rule *rule);

#endif
