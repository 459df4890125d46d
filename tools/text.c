// SPDX-License-Identifier: GPL-2.0
/* Text that is read from outside: how much of it, line by line, and how to show it to people. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "text.h"

enum {
	WIDTH = 76,		/* of a line that is shown */
	BEFORE = WIDTH - 16,	/* of that, at most, in front of what is pointed at */
};

/**
 * text_printable() - What to show for a byte
 * @c: the byte, which may be anything
 *
 * Return: the byte if it is a printable ASCII character, else "?".
 */
char text_printable(char c)
{
	return c >= ' ' && c <= '~' ? c : '?';
}

/**
 * text_read() - Read all there is
 * @text: to be filled in, to be freed by text_free() whatever this returns
 * @in: the file
 * @name: what to call it
 * @why: what went wrong, if anything did
 * @size: of @why
 *
 * Return: 0, -1 if it can't be read, 1 if it is too much; @text has the first part of it then.
 */
int text_read(struct text *text, FILE *in, const char *name, char *why, size_t size)
{
	size_t used = 0, room = 0, got;

	*text = (struct text){ .name = name };
	do {
		text->bytes = memory_grow(text->bytes, &room, used + 1, 1);
		got = fread(text->bytes + used, 1, room - used - 1, in);
		used += got;
	} while (got && used <= TEXT_MAX);
	text->bytes[used] = '\0';
	text->size = used;

	if (ferror(in)) {
		snprintf(why, size, "cannot read %s: %s", name, strerror(errno));
		return -1;
	}
	if (used <= TEXT_MAX)
		return 0;
	snprintf(why, size, "%s is longer than %d MiB", name, TEXT_MAX >> 20);
	return 1;
}

/**
 * text_free() - Forget a text
 * @text: the text
 */
void text_free(struct text *text)
{
	free(text->bytes);
	*text = (struct text){ 0 };
}

/**
 * text_next() - The next line; it ends at LF or CR LF
 * @text: the text
 * @line: the line before it, { 0 } at first; to be filled in
 *
 * Return: whether there is one.
 */
bool text_next(const struct text *text, struct line *line)
{
	const char *start = line->number ? line->start + line->length : text->bytes;
	const char *behind = text->bytes + text->size, *end;

	if (line->number && start < behind)
		start += *start == '\r' ? 2 : 1;
	if (start >= behind)
		return false;
	end = memchr(start, '\n', behind - start);
	line->length = (end ?: behind) - start;
	if (end && line->length && end[-1] == '\r')
		line->length--;
	line->start = start;
	line->number++;
	return true;
}

/* Bytes of the character; 0 if it is none: too long a form, too big, half of a pair. */
static size_t utf8(const unsigned char *at, size_t length, unsigned int *character)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size = at[0] < 0x80 ? 1 : at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 :
		      at[0] < 0xf8 ? 4 : 0;

	if (!size || size > length)
		return 0;
	*character = size == 1 ? at[0] : at[0] & (0x7f >> size);
	for (size_t i = 1; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (at[i] & 0x3f);
	}
	if (*character < least[size] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return size;
}

static bool is_control(unsigned int character)
{
	return (character < ' ' && character != '\t') || (character >= 0x7f && character < 0xa0);
}

/**
 * text_check() - A line has nothing in it that a person can't see
 * @line: the line; "#" starts a comment, which may have any UTF-8 characters
 * @fault: what is wrong with it, if anything is
 *
 * Return: 0, or -1 if something is.
 */
int text_check(const struct line *line, struct fault *fault)
{
	const char *at = line->start, *end = at + line->length;
	bool comment = false;
	unsigned int c = 0;
	size_t size;

	if (line->length > TEXT_LINE_MAX) {
		fault_set(fault, at + TEXT_LINE_MAX, 1, "the line is longer than %d bytes",
			  TEXT_LINE_MAX);
		return fault_hint(fault, "take several lines: each is a statement of its own");
	}
	for (; at < end; at += size) {
		comment = comment || *at == '#';
		size = utf8((const unsigned char *)at, end - at, &c);
		if (!size)
			return fault_set(fault, at, 1, "the byte 0x%02x is no UTF-8 here",
					 (unsigned char)*at);
		if (!c)
			return fault_set(fault, at, 1, "a NUL byte");
		if (is_control(c))
			return fault_set(fault, at, size, "the control character U+%04X", c);
		if (c >= 0x80 && !comment) {
			fault_set(fault, at, size, "the character U+%04X outside a comment", c);
			return fault_hint(fault, "statements are ASCII, blanks included");
		}
	}
	return 0;
}

/**
 * text_show() - Show a line, a part of it underlined
 * @line: the line, which may have anything in it
 * @at: where that part starts, within the line or at its end
 * @length: how many bytes it has
 * @out: where to
 */
void text_show(const struct line *line, const char *at, size_t length, FILE *out)
{
	size_t place = at - line->start, first = place > BEFORE ? place - BEFORE : 0;
	size_t end = line->length - first > WIDTH ? first + WIDTH : line->length;

	fputs(first ? "  ... " : "  ", out);
	for (size_t i = first; i < end; i++)
		fputc(line->start[i] == '\t' ? ' ' : text_printable(line->start[i]), out);
	fprintf(out, "%s\n%*s^", end < line->length ? " ..." : "",
		(int)(place - first + (first ? 6 : 2)), "");
	for (size_t i = place + 1; i < end && i < place + length; i++)
		fputc('~', out);
	fputc('\n', out);
}
