// SPDX-License-Identifier: GPL-2.0
/* Memory that either comes or ends the program: a tool this short-lived has nothing to save. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void *checked(void *memory)
{
	if (!memory) {
		fputs("portclassctl: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

/**
 * memory_get() - Zeroed memory
 * @count: how many elements
 * @size: of so many bytes each
 *
 * Return: the memory, to be freed by free().
 */
void *memory_get(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size));
}

/**
 * memory_grow() - Make room for one more element
 * @list: the elements so far, or NULL
 * @room: how many fit; updated
 * @count: how many there are
 * @size: bytes of one
 *
 * Return: the list, which may have moved.
 */
void *memory_grow(void *list, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return list;
	*room = *room ? 2 * *room : 16;
	return checked(reallocarray(list, *room, size));
}

/**
 * memory_copy() - A copy of a string
 * @text: the string
 *
 * Return: the copy, to be freed by free().
 */
char *memory_copy(const char *text)
{
	return checked(strdup(text));
}
