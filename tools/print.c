// SPDX-License-Identifier: GPL-2.0
/* What a command has to say, as text or as JSON: each fact is told once, by one call. */

#include <assert.h>
#include <stdarg.h>
#include <json-c/json.h>

#include "print.h"

/* A comma if something comes before, and the key unless this is an element of an array. */
static void next(struct print *print, const char *key)
{
	unsigned int level = print->depth - 1;

	if (print->filled[level])
		fputc(',', print->out);
	print->filled[level] = true;
	if (!print->array[level])
		fprintf(print->out, "\"%s\":", key);
}

/* Facts are written one by one, as there may be hundreds of thousands; how, json-c knows. */
static void put(struct print *print, struct json_object *value)
{
	fputs(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE), print->out);
	json_object_put(value);
}

static void open_level(struct print *print, const char *key, bool array)
{
	if (!print->json)
		return;
	assert(print->depth < PRINT_DEPTH);
	if (print->depth)
		next(print, key);
	fputc(array ? '[' : '{', print->out);
	print->array[print->depth] = array;
	print->filled[print->depth++] = false;
}

/**
 * print_start() - Start a document, which is an object
 * @print: where to
 */
void print_start(struct print *print)
{
	open_level(print, NULL, false);
}

/**
 * print_end() - End a document, and have all of it written
 * @print: where to
 *
 * Return: 0, or -1 with errno set if not all of it could be written.
 */
int print_end(struct print *print)
{
	print_table_end(print);
	if (print->json) {
		assert(print->depth == 1);
		print_close(print);
		fputc('\n', print->out);
	}
	return fflush(print->out) || ferror(print->out) ? -1 : 0;
}

/**
 * print_object() - Start an object in what is open
 * @print: where to
 * @key: what it is called, NULL in an array
 */
void print_object(struct print *print, const char *key)
{
	open_level(print, key, false);
}

/**
 * print_array() - Start an array in what is open
 * @print: where to
 * @key: what it is called, NULL in an array
 */
void print_array(struct print *print, const char *key)
{
	open_level(print, key, true);
}

/**
 * print_close() - End the object or array that was started last
 * @print: where to
 */
void print_close(struct print *print)
{
	if (!print->json)
		return;
	assert(print->depth);
	fputc(print->array[--print->depth] ? ']' : '}', print->out);
}

static void text(struct print *print, const char *key, const char *value, enum colour colour)
{
	if (print->table) {
		table_cell(print->table, key, value, colour);
		return;
	}
	if (!print->coloured)
		colour = COLOUR_NONE;
	fprintf(print->out, "%-12s%s%s%s\n", key, colour_start(colour), value, colour_end(colour));
}

/**
 * print_string() - Tell a fact that is a word
 * @print: where to
 * @key: what it is called
 * @value: the word
 * @colour: its colour, in text
 */
void print_string(struct print *print, const char *key, const char *value, enum colour colour)
{
	if (!print->json) {
		text(print, key, value, colour);
		return;
	}
	next(print, key);
	put(print, json_object_new_string(value));
}

/**
 * print_flag() - Tell a fact that is true or not
 * @print: where to
 * @key: what it is called
 * @value: whether it is true
 */
void print_flag(struct print *print, const char *key, bool value)
{
	if (!print->json) {
		text(print, key, value ? "yes" : "no", COLOUR_NONE);
		return;
	}
	next(print, key);
	put(print, json_object_new_boolean(value));
}

/**
 * print_number() - Tell a fact that is a number
 * @print: where to
 * @key: what it is called
 * @value: the number
 * @unit: how to write it in text; JSON always has all digits
 * @colour: its colour, in text
 */
void print_number(struct print *print, const char *key, __u64 value, enum human_unit unit,
		  enum colour colour)
{
	char buffer[HUMAN_SIZE];

	if (!print->json) {
		text(print, key, human_number(buffer, value, print->exact ? HUMAN_EXACT : unit),
		     colour);
		return;
	}
	next(print, key);
	put(print, json_object_new_uint64(value));
}

/**
 * print_table() - From here on, text is a table
 * @print: where to
 * @columns: its columns, by key
 * @count: how many there are
 */
void print_table(struct print *print, const struct column *columns, size_t count)
{
	print_table_end(print);
	if (!print->json)
		print->table = table_new(columns, count);
}

/**
 * print_row() - The facts that were told since the last row make a row of the table
 * @print: where to
 */
void print_row(struct print *print)
{
	if (print->table)
		table_row(print->table);
}

/**
 * print_table_end() - The table, if there is one, is complete
 * @print: where to
 */
void print_table_end(struct print *print)
{
	if (!print->table)
		return;
	table_show(print->table, print->coloured, print->out);
	table_free(print->table);
	print->table = NULL;
}

/**
 * print_cell() - Tell in text what JSON says in another way
 * @print: where to
 * @key: what it is called
 * @colour: its colour
 * @format: what to write, as for printf()
 */
void print_cell(struct print *print, const char *key, enum colour colour, const char *format, ...)
{
	char buffer[160];
	va_list args;

	if (print->json)
		return;
	va_start(args, format);
	vsnprintf(buffer, sizeof(buffer), format, args);
	va_end(args);
	text(print, key, buffer, colour);
}

/**
 * print_text() - Write something that is for people only
 * @print: where to
 * @text: what to write, as for printf()
 */
void print_text(struct print *print, const char *text, ...)
{
	va_list args;

	if (print->json)
		return;
	va_start(args, text);
	vfprintf(print->out, text, args);
	va_end(args);
}
