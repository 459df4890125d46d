/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a command has to say, as text or as JSON: each fact is told once, by one
 * call. JSON has them all, by key and nested. Text has a table of those whose
 * keys are columns of it, and outside a table a line for each.
 */
#ifndef PORTCLASSCTL_PRINT_H
#define PORTCLASSCTL_PRINT_H

#include "human.h"
#include "table.h"
#include "words.h"

enum { PRINT_DEPTH = 8 };

/**
 * struct print - Where facts go, and how
 * @out: the file
 * @json: as JSON
 * @coloured: text, for a terminal that shows colours
 * @exact: text, with all digits of a number
 * @depth: how many objects and arrays are open
 * @array: for each of them: an array
 * @filled: for each of them: has something in it
 * @table: the table that is being filled, or NULL
 */
struct print {
	FILE *out;
	bool json;
	bool coloured;
	bool exact;
	unsigned int depth;
	bool array[PRINT_DEPTH];
	bool filled[PRINT_DEPTH];
	struct table *table;
};

void print_start(struct print *print);
int print_end(struct print *print);
void print_object(struct print *print, const char *key);
void print_array(struct print *print, const char *key);
void print_close(struct print *print);

void print_string(struct print *print, const char *key, const char *value, enum colour colour);
void print_flag(struct print *print, const char *key, bool value);
void print_number(struct print *print, const char *key, __u64 value, enum human_unit unit,
		  enum colour colour);

void print_table(struct print *print, const struct column *columns, size_t count);
void print_row(struct print *print);
void print_table_end(struct print *print);
void print_cell(struct print *print, const char *key, enum colour colour, const char *format, ...)
	__printf(4, 5);
void print_text(struct print *print, const char *text, ...)
	__printf(2, 3);

#endif
