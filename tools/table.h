/* SPDX-License-Identifier: GPL-2.0 */
/* Aligned columns of text. */
#ifndef PORTCLASSCTL_TABLE_H
#define PORTCLASSCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS = 16 };

/**
 * enum colour - What a cell says, for who sees colours
 * @COLOUR_NONE: nothing special
 * @COLOUR_HEADING: what is below
 * @COLOUR_GOOD: passes
 * @COLOUR_BAD: is denied
 * @COLOUR_WARNING: is about to go
 */
enum colour {
	COLOUR_NONE,
	COLOUR_HEADING,
	COLOUR_GOOD,
	COLOUR_BAD,
	COLOUR_WARNING,
};

/**
 * struct column - A column
 * @key: what its cells are called
 * @heading: what stands above them
 * @right: they are aligned to the right
 */
struct column {
	const char *key;
	const char *heading;
	bool right;
};

struct table;

struct table *table_new(const struct column *columns, size_t count);
void table_free(struct table *table);
void table_cell(struct table *table, const char *key, const char *text, enum colour colour);
void table_row(struct table *table);
void table_show(const struct table *table, bool coloured, FILE *out);

const char *colour_start(enum colour colour);
const char *colour_end(enum colour colour);

#endif
