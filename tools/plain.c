// SPDX-License-Identifier: GPL-2.0
/* What others wrote, made fit for a terminal and for JSON. */

#include "plain.h"

/* The character that text starts with, and its length; 0 if it is no UTF-8. */
static size_t decode(const char *text, unsigned int *character)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = text[0];
	size_t length;

	*character = first;
	if (first < 0x80)
		return 1;
	if (first < 0xc0 || first >= 0xf8)
		return 0;
	length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	*character = first & (0x7f >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (text[i] & 0x3f);
	}
	if (*character < least[length] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return length;
}

/* Terminals obey C0 and C1, break lines at some, and write backwards after others. */
static bool is_harmless(unsigned int c)
{
	return c >= ' ' && !(c >= 0x7f && c <= 0x9f) && c != 0x61c &&
	       !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff && !(c >= 0xfff9 && c <= 0xfffb) &&
	       !(c >= 0xe0000 && c <= 0xe0fff);
}

/**
 * plain_find() - Look for what is not fit to be printed
 * @text: the text
 * @length: becomes the length of what was found
 *
 * Return: where the first such thing is, or NULL if all is well.
 */
const char *plain_find(const char *text, size_t *length)
{
	unsigned int character;
	size_t size;

	for (; *text; text += size) {
		size = decode(text, &character);
		*length = size ?: 1;
		if (!size || !is_harmless(character))
			return text;
	}
	return NULL;
}

/**
 * plain_make() - Put question marks for all that is not fit to be printed
 * @text: the text
 */
void plain_make(char *text)
{
	size_t length;

	while ((text = (char *)plain_find(text, &length)))
		while (length--)
			*text++ = '?';
}
