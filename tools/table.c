// SPDX-License-Identifier: GPL-2.0
/* Aligned columns of text. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "table.h"

struct cell {
	char text[56];
	enum colour colour;
};

/*
 * The cells of the row that is being filled stay for the next one, so that what
 * many rows have in common needs to be said only once.
 */
struct table {
	const struct column *columns;
	size_t count;
	size_t width[TABLE_COLUMNS];
	struct cell current[TABLE_COLUMNS];
	struct cell *rows;
	size_t used;
	size_t room;
};

/**
 * colour_start() - What a terminal takes to show a colour from here on
 * @colour: the colour
 *
 * Return: a string to print.
 */
const char *colour_start(enum colour colour)
{
	static const char *const codes[] = {
		[COLOUR_NONE] = "",
		[COLOUR_HEADING] = "\033[1m",
		[COLOUR_GOOD] = "\033[32m",
		[COLOUR_BAD] = "\033[31m",
		[COLOUR_WARNING] = "\033[33m",
	};

	return codes[colour];
}

/**
 * colour_end() - What a terminal takes to show that colour no more
 * @colour: the colour
 *
 * Return: a string to print.
 */
const char *colour_end(enum colour colour)
{
	return colour == COLOUR_NONE ? "" : "\033[0m";
}

/**
 * table_new() - Start a table
 * @columns: its columns, which must stay
 * @count: how many there are
 *
 * Return: the table, to be freed by table_free().
 */
struct table *table_new(const struct column *columns, size_t count)
{
	struct table *table = memory_get(1, sizeof(*table));

	table->columns = columns;
	table->count = count < TABLE_COLUMNS ? count : TABLE_COLUMNS;
	for (size_t i = 0; i < table->count; i++)
		table->width[i] = strlen(columns[i].heading);
	return table;
}

/**
 * table_free() - Forget a table
 * @table: the table, or NULL
 */
void table_free(struct table *table)
{
	if (table)
		free(table->rows);
	free(table);
}

/**
 * table_cell() - Fill a cell of the current row
 * @table: the table
 * @key: what the column is called; one that the table doesn't have is left out
 * @text: what to write there
 * @colour: in which colour
 */
void table_cell(struct table *table, const char *key, const char *text, enum colour colour)
{
	for (size_t i = 0; i < table->count; i++) {
		struct cell *cell = &table->current[i];

		if (strcmp(table->columns[i].key, key))
			continue;
		snprintf(cell->text, sizeof(cell->text), "%s", text);
		cell->colour = colour;
	}
}

/**
 * table_row() - Add the current row to the table
 * @table: the table
 */
void table_row(struct table *table)
{
	struct cell *row;

	table->rows = memory_grow(table->rows, &table->room, table->used,
				  table->count * sizeof(*row));
	row = table->rows + table->used++ * table->count;
	memcpy(row, table->current, table->count * sizeof(*row));
	for (size_t i = 0; i < table->count; i++)
		if (strlen(row[i].text) > table->width[i])
			table->width[i] = strlen(row[i].text);
}

static void show_row(const struct table *table, const struct cell *row, bool coloured, FILE *out)
{
	size_t last = table->count;

	/* No blanks at the end of a line. */
	while (last && !*row[last - 1].text)
		last--;
	for (size_t i = 0; i < last; i++) {
		int pad = table->width[i] - strlen(row[i].text);
		enum colour colour = coloured ? row[i].colour : COLOUR_NONE;
		bool right = table->columns[i].right;

		fprintf(out, "%s%*s%s%s%s", i ? "  " : "", right ? pad : 0, "",
			colour_start(colour), row[i].text, colour_end(colour));
		if (!right && i + 1 < last)
			fprintf(out, "%*s", pad, "");
	}
	fputc('\n', out);
}

/**
 * table_show() - Write a table
 * @table: the table
 * @coloured: for a terminal that shows colours
 * @out: where to
 */
void table_show(const struct table *table, bool coloured, FILE *out)
{
	struct cell headings[TABLE_COLUMNS] = { 0 };

	for (size_t i = 0; i < table->count; i++) {
		headings[i].colour = COLOUR_HEADING;
		snprintf(headings[i].text, sizeof(headings[i].text), "%s",
			 table->columns[i].heading);
	}
	show_row(table, headings, coloured, out);
	for (size_t i = 0; i < table->used; i++)
		show_row(table, table->rows + i * table->count, coloured, out);
}
