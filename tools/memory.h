/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that either comes or ends the program: a tool this short-lived has nothing to save. */
#ifndef PORTCLASSCTL_MEMORY_H
#define PORTCLASSCTL_MEMORY_H

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

void *memory_get(size_t count, size_t size);
void *memory_grow(void *list, size_t *room, size_t count, size_t size);
char *memory_copy(const char *text);

#endif
