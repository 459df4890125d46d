// SPDX-License-Identifier: GPL-2.0
/* Words as they were typed: where each stands, and how to point at one. */

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "text.h"

enum {
	WIDTH = 76,		/* of a line that is shown */
	WORD_MAX = 48,		/* of a word in it */
};

/* What people typed may hold anything, and goes to a terminal. */
static void put(char *to, size_t size, const char *format, va_list args)
{
	vsnprintf(to, size, format, args);
	for (; *to; to++)
		*to = text_printable(*to);
}

/**
 * fault_set() - Say what is wrong with a word
 * @fault: to be filled in
 * @at: where the wrong part starts, NULL for a word that is missing
 * @length: how long it is
 * @why: what is wrong, as for printf()
 *
 * Return: -1, for the caller to return.
 */
int fault_set(struct fault *fault, const char *at, size_t length, const char *why, ...)
{
	va_list args;

	fault->at = at;
	fault->length = length;
	fault->valid[0] = '\0';
	va_start(args, why);
	put(fault->why, sizeof(fault->why), why, args);
	va_end(args);
	return -1;
}

/**
 * fault_hint() - Say what would be valid instead
 * @fault: has been filled in by fault_set()
 * @valid: what would be valid, as for printf()
 *
 * Return: -1, for the caller to return.
 */
int fault_hint(struct fault *fault, const char *valid, ...)
{
	va_list args;

	va_start(args, valid);
	put(fault->valid, sizeof(fault->valid), valid, args);
	va_end(args);
	return -1;
}

static void add(struct words *words, const char *text, unsigned int line)
{
	words->list = memory_grow(words->list, &words->room, words->count, sizeof(*words->list));
	words->list[words->count++] = (struct word){ text, line };
}

/**
 * words_take() - The words of the command line
 * @words: to be filled in, to be freed by words_free()
 * @argv: the words, which must stay
 * @count: how many there are
 */
void words_take(struct words *words, const char *const *argv, size_t count)
{
	*words = (struct words){ 0 };
	for (size_t i = 0; i < count; i++)
		add(words, argv[i], 0);
}

static void split(struct words *words)
{
	static const char blank[] = " \t\r\v\f";
	unsigned int number = 0;
	char *line, *word, *place, *rest = words->text;

	while ((line = strsep(&rest, "\n"))) {
		number++;
		line[strcspn(line, "#")] = '\0';
		for (word = strtok_r(line, blank, &place); word;
		     word = strtok_r(NULL, blank, &place))
			add(words, word, number);
	}
}

/**
 * words_read() - Words from a file, some on each line; "#" starts a comment
 * @words: to be filled in, to be freed by words_free()
 * @in: the file
 * @name: what to call it
 * @why: what went wrong, if anything did
 * @size: of @why
 *
 * Return: 0, -1 if the file can't be read, 1 if it is no text or too much of it.
 */
int words_read(struct words *words, FILE *in, const char *name, char *why, size_t size)
{
	struct text text;
	int err = text_read(&text, in, name, why, size);

	*words = (struct words){ .name = name, .text = text.bytes };
	if (err)
		return err;
	if (strlen(text.bytes) == text.size)
		return split(words), 0;
	snprintf(why, size, "%s is not text: it has a NUL byte", name);
	return 1;
}

/**
 * words_free() - Forget words
 * @words: the words
 */
void words_free(struct words *words)
{
	free(words->list);
	free(words->text);
	*words = (struct words){ 0 };
}

/**
 * words_find() - Which word a pointer points into
 * @words: the words
 * @at: anywhere in a word, its end included
 *
 * Return: the word's index, or the number of words if it is in none.
 */
size_t words_find(const struct words *words, const char *at)
{
	uintptr_t place = (uintptr_t)at;
	size_t i;

	for (i = 0; i < words->count; i++) {
		uintptr_t start = (uintptr_t)words->list[i].text;

		if (place >= start && place - start <= strlen(words->list[i].text))
			break;
	}
	return i;
}

/* How a word looks: in quotes if it would look like several or none, cut if it is too long. */
static size_t look(const char *text, char out[WORD_MAX + 6])
{
	size_t length = strlen(text), n = 0;
	bool quoted = !length || text[strcspn(text, " \t\n")];

	if (quoted)
		out[n++] = '\'';
	for (size_t i = 0; i < length && i < WORD_MAX; i++)
		out[n++] = text_printable(text[i]);
	if (length > WORD_MAX)
		n = stpcpy(out + n, "...") - out;
	if (quoted)
		out[n++] = '\'';
	out[n] = '\0';
	return n;
}

static bool beside(const struct words *words, size_t index, size_t middle)
{
	if (middle == words->count)
		middle--;
	return index < words->count && words->list[index].line == words->list[middle].line;
}

/* The words that are shown, of those on the same line: as many as fit, rather those before. */
static void window(const struct words *words, size_t middle, size_t *first, size_t *end)
{
	char buffer[WORD_MAX + 6];
	size_t width = middle < words->count ? look(words->list[middle].text, buffer) : 1;
	size_t next;

	*first = middle;
	while (*first && beside(words, *first - 1, middle)) {
		next = look(words->list[*first - 1].text, buffer) + 1;
		if (width + next > WIDTH - 12)
			break;
		width += next;
		--*first;
	}
	*end = middle < words->count ? middle + 1 : middle;
	while (beside(words, *end, middle)) {
		next = look(words->list[*end].text, buffer) + 1;
		if (width + next > WIDTH)
			break;
		width += next;
		++*end;
	}
}

/**
 * words_show() - Show a line of words, one of them underlined
 * @words: the words
 * @at: where the line under them starts; in none of them: behind the last one
 * @length: how long it is
 * @out: where to
 */
void words_show(const struct words *words, const char *at, size_t length, FILE *out)
{
	size_t middle = words_find(words, at), first, end, start = 0, column = 2;
	char buffer[WORD_MAX + 6];

	window(words, middle, &first, &end);
	fputs("  ", out);
	if (first && beside(words, first - 1, middle))
		column += fprintf(out, "... ");
	for (size_t i = first; i < end; i++) {
		size_t shown = look(words->list[i].text, buffer);

		if (i == middle) {
			size_t before = at - words->list[i].text + (buffer[0] == '\'');

			/* Of a word that is cut, the dots stand for the rest. */
			if (strlen(words->list[i].text) > WORD_MAX && before > WORD_MAX)
				before = WORD_MAX;
			start = column + before;
			if (length > shown - (start - column))
				length = shown - (start - column);
		}
		fprintf(out, "%s%s", buffer, i + 1 < end ? " " : "");
		column += shown + 1;
	}
	if (beside(words, end, middle))
		fputs(" ...", out);
	if (middle == words->count) {
		start = column;
		length = 1;
	}
	fprintf(out, "\n%*s^", (int)start, "");
	while (length-- > 1)
		fputc('~', out);
	fputc('\n', out);
}
