/* SPDX-License-Identifier: GPL-2.0 */
/* Text that is read from outside: how much of it, line by line, and how to show it to people. */
#ifndef PORTCLASSCTL_TEXT_H
#define PORTCLASSCTL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "words.h"

enum {
	TEXT_MAX = 16 << 20,	/* bytes that are read */
	TEXT_LINE_MAX = 8192,	/* bytes of a line, one statement: a rule with all its sources */
};

/**
 * struct text - What was read
 * @name: what it was read from
 * @bytes: all of it, and a NUL byte behind
 * @size: how many bytes these are, the last one left out
 */
struct text {
	const char *name;
	char *bytes;
	size_t size;
};

/**
 * struct line - A line of a text
 * @number: counted from 1; 0 before the first one
 * @start: where it starts
 * @length: its bytes, without the end of line
 */
struct line {
	unsigned int number;
	const char *start;
	size_t length;
};

char text_printable(char c);
int text_read(struct text *text, FILE *in, const char *name, char *why, size_t size);
void text_free(struct text *text);
bool text_next(const struct text *text, struct line *line);
int text_check(const struct line *line, struct fault *fault);
void text_show(const struct line *line, const char *at, size_t length, FILE *out);

#endif
