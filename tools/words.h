/* SPDX-License-Identifier: GPL-2.0 */
/* Words as they were typed: where each stands, and how to point at one. */
#ifndef PORTCLASSCTL_WORDS_H
#define PORTCLASSCTL_WORDS_H

#include <stddef.h>
#include <stdio.h>

#ifndef __printf
#define __printf(text, first) __attribute__(( \
	__format__(__printf__, text, first)))
#endif

/**
 * struct word - A word
 * @text: the word
 * @line: the line that it stands on; 0 on the command line
 */
struct word {
	const char *text;
	unsigned int line;
};

/**
 * struct words - Words in the order in which they were typed
 * @name: what they were read from, NULL for the command line
 * @list: the words
 * @count: how many there are
 * @room: how many fit without growing
 * @text: the memory that they are in, NULL for the command line
 */
struct words {
	const char *name;
	struct word *list;
	size_t count;
	size_t room;
	char *text;
};

/**
 * struct fault - What is wrong with a word
 * @at: where the wrong part starts, in the word itself; NULL: a word is missing at the end
 * @length: how long the wrong part is
 * @why: what is wrong, in one short line
 * @valid: what would be valid, may be empty
 */
struct fault {
	const char *at;
	size_t length;
	char why[160];
	char valid[240];
};

int fault_set(struct fault *fault, const char *at, size_t length, const char *why, ...)
	__printf(4, 5);
int fault_hint(struct fault *fault, const char *valid, ...)
	__printf(2, 3);

void words_take(struct words *words, const char *const *argv, size_t count);
int words_read(struct words *words, FILE *in, const char *name, char *why, size_t size);
void words_free(struct words *words);
size_t words_find(const struct words *words, const char *at);
void words_show(const struct words *words, const char *at, size_t length, FILE *out);

#endif
