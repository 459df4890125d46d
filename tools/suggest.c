// SPDX-License-Identifier: GPL-2.0
/* Which word was probably meant. */

#include <string.h>

#include "suggest.h"

enum { WORD_MAX = 31 };

/**
 * suggest_start() - Look for the word that was meant
 * @suggest: to be filled in
 * @text: what was typed
 * @length: its length
 */
void suggest_start(struct suggest *suggest, const char *text, size_t length)
{
	suggest->text = text;
	suggest->length = length;
	/* One letter wrong in a short word, two in a longer one; more is another word. */
	suggest->distance = length < 4 ? 2 : 3;
	suggest->word[0] = '\0';
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Letters to add, remove, change, or swap with the next one. */
static unsigned int distance(const char *a, size_t m, const char *b, size_t n)
{
	unsigned int d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= m; i++)
		for (size_t j = 0; j <= n; j++) {
			if (!i || !j) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			d[i][j] = least(d[i][j], 1 + least(d[i - 1][j], d[i][j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[m][n];
}

/**
 * suggest_offer() - Offer a word that would be valid
 * @suggest: remembers it if none was nearer
 * @word: the word
 */
void suggest_offer(struct suggest *suggest, const char *word)
{
	size_t length = strlen(word);
	unsigned int away;

	if (length > WORD_MAX || suggest->length > WORD_MAX)
		return;
	away = distance(suggest->text, suggest->length, word, length);
	if (away >= suggest->distance || away >= length)
		return;
	suggest->distance = away;
	memcpy(suggest->word, word, length + 1);
}
