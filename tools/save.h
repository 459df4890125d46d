/* SPDX-License-Identifier: GPL-2.0 */
/* A configuration as statements: all of them, or what differs from another one's. */
#ifndef PORTCLASSCTL_SAVE_H
#define PORTCLASSCTL_SAVE_H

#include "print.h"
#include "setup.h"

void save_print(struct print *print, const struct setup *setup);
void save_diff(struct print *print, const struct setup *from, const struct setup *to);

#endif
