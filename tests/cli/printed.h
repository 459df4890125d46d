/* SPDX-License-Identifier: GPL-2.0 */
/* What a function prints, as a string. */
#ifndef PORTCLASSCTL_PRINTED_H
#define PORTCLASSCTL_PRINTED_H

#include "print.h"

char *printed(struct print print, void (*tell)(struct print *print));

#endif
