/* SPDX-License-Identifier: GPL-2.0 */
/* What others wrote, made fit for a terminal and for JSON. */
#ifndef PORTCLASSCTL_PLAIN_H
#define PORTCLASSCTL_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

const char *plain_find(const char *text, size_t *length);
void plain_make(char *text);

#endif
