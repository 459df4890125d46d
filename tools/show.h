/* SPDX-License-Identifier: GPL-2.0 */
/* Policies and rules, of the live table or of its shadow. */
#ifndef PORTCLASSCTL_SHOW_H
#define PORTCLASSCTL_SHOW_H

#include "model.h"
#include "print.h"

void show_policies(struct print *print, const struct config *config);
void show_rules(struct print *print, const struct rules *rules);

#endif
