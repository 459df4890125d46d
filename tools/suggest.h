/* SPDX-License-Identifier: GPL-2.0 */
/* Which word was probably meant. */
#ifndef PORTCLASSCTL_SUGGEST_H
#define PORTCLASSCTL_SUGGEST_H

#include <stddef.h>

/**
 * struct suggest - The nearest word so far
 * @text: what was typed
 * @length: its length
 * @distance: how many letters the nearest is away
 * @word: the nearest one, empty if none is near
 */
struct suggest {
	const char *text;
	size_t length;
	unsigned int distance;
	char word[32];
};

void suggest_start(struct suggest *suggest, const char *text, size_t length);
void suggest_offer(struct suggest *suggest, const char *word);

#endif
