// SPDX-License-Identifier: GPL-2.0
/* The grammar: words to structs. Knows no netlink. */

#include <stdio.h>
#include <string.h>

#include "grammar.h"
#include "suggest.h"

/* "a, b or c", for what would be valid. */
static void enumerate(const struct names *names, unsigned int from, char *out, size_t size)
{
	unsigned int count = names->count + !!names->also;
	size_t used = 0;

	for (unsigned int i = from; i < count; i++) {
		used += snprintf(out + used, size - used, "%s%s",
				 i == from ? "" : i + 1 < count ? ", " : " or ",
				 i < names->count ? names->list[i] : names->also);
		if (used >= size)
			break;
	}
}

static int choice(const struct names *names, unsigned int from, const char *text, size_t length,
		  unsigned int *value, struct fault *fault)
{
	int found = names_find(names, text, length);
	struct suggest meant;
	char valid[128];

	if (found >= (int)from) {
		*value = found;
		return 0;
	}
	suggest_start(&meant, text, length);
	for (unsigned int i = from; i < names->count; i++)
		suggest_offer(&meant, names->list[i]);
	enumerate(names, from, valid, sizeof(valid));
	fault_set(fault, text, length, "'%.*s' is no %s%s%s%s", (int)length, text, names->what,
		  *meant.word ? "; did you mean " : "", meant.word, *meant.word ? "?" : "");
	fault_hint(fault, "%s is %s", names->what, valid);
	return -1;
}

/**
 * grammar_choice() - A word that is one of some
 * @names: the words that are valid
 * @word: the word
 * @value: what it stands for; @names->count for the one more word
 * @fault: what is wrong with it, if anything is
 *
 * Return: 0, or -1 if it is none of them.
 */
int grammar_choice(const struct names *names, const char *word, unsigned int *value,
		   struct fault *fault)
{
	return choice(names, 0, word, strlen(word), value, fault);
}

/**
 * grammar_scope() - A scope, if the first word is one
 * @words: the words
 * @count: how many there are
 * @scope: the scope, in if there is none
 *
 * Return: the number of words that were used: 0 or 1.
 */
size_t grammar_scope(const char *const *words, size_t count, enum portclass_scope *scope)
{
	int found = count ? names_find(&names_scope, words[0], strlen(words[0])) : -1;

	*scope = found < 0 ? PORTCLASS_SCOPE_IN : (enum portclass_scope)found;
	return found >= 0;
}

/**
 * grammar_end() - No more words
 * @words: the words that are left
 * @count: how many there are
 * @fault: what is wrong with them, if there are any
 *
 * Return: 0, or -1 if there is a word left.
 */
int grammar_end(const char *const *words, size_t count, struct fault *fault)
{
	return count ? fault_set(fault, words[0], strlen(words[0]), "one word too many") : 0;
}

static int policy_words(const char *const *words, size_t count, unsigned int *class,
			unsigned int *action, unsigned int *proto, struct fault *fault)
{
	*proto = PROTOS;
	if (!count) {
		fault_set(fault, NULL, 0, "a CLASS is missing");
		return fault_hint(fault, "CLASS is well-known, registered, dynamic or all");
	}
	if (grammar_choice(&names_class, words[0], class, fault))
		return -1;
	if (count < 2) {
		fault_set(fault, NULL, 0, "an ACTION is missing");
		return fault_hint(fault, "ACTION is allow, deny or reject");
	}
	/* A policy always is one of the others: unset, the first action, is for rules. */
	if (choice(&names_action, PORTCLASS_ACTION_ALLOW, words[1], strlen(words[1]), action,
		   fault))
		return -1;
	if (count > 2 && grammar_choice(&names_proto, words[2], proto, fault))
		return -1;
	return count > 3 ? grammar_end(words + 3, count - 3, fault) : 0;
}

/**
 * grammar_policy() - [SCOPE] CLASS|all allow|deny|reject [PROTO]
 * @words: the words
 * @count: how many there are
 * @policies: what they come to
 * @made: how many policies that is
 * @fault: what is wrong with them, if anything is
 *
 * Return: 0, or -1 if a word is wrong.
 */
int grammar_policy(const char *const *words, size_t count,
		   struct policy policies[GRAMMAR_POLICIES_MAX], size_t *made,
		   struct fault *fault)
{
	unsigned int class = 0, action = 0, proto = 0, c, p;
	enum portclass_scope scope;
	size_t used;

	used = grammar_scope(words, count, &scope);
	if (policy_words(words + used, count - used, &class, &action, &proto, fault))
		return -1;
	*made = 0;
	for (p = 0; p < PROTOS; p++)
		for (c = 0; c < CLASSES; c++)
			if ((proto == p || proto == PROTOS) && (class == c || class == CLASSES))
				policies[(*made)++] = (struct policy){
					scope, p, c, action, words[used],
				};
	return 0;
}

/**
 * grammar_only() - One word, which is one of some, and no more
 * @names: the words that are valid
 * @words: the words
 * @count: how many there are
 * @value: what they come to
 * @fault: what is wrong with them, if anything is
 *
 * Return: 0, or -1 if a word is wrong.
 */
int grammar_only(const struct names *names, const char *const *words, size_t count,
		 unsigned int *value, struct fault *fault)
{
	char valid[128];

	if (!count) {
		enumerate(names, 0, valid, sizeof(valid));
		fault_set(fault, NULL, 0, "a %s is missing", names->what);
		return fault_hint(fault, "%s is %s", names->what, valid);
	}
	return grammar_choice(names, words[0], value, fault) ?:
	       grammar_end(words + 1, count - 1, fault);
}

/**
 * grammar_mode() - enforce|observe
 * @words: the words
 * @count: how many there are
 * @mode: what they come to
 * @fault: what is wrong with them, if anything is
 *
 * Return: 0, or -1 if a word is wrong.
 */
int grammar_mode(const char *const *words, size_t count, enum portclass_mode *mode,
		 struct fault *fault)
{
	unsigned int value = 0;

	if (grammar_only(&names_mode, words, count, &value, fault))
		return -1;
	*mode = value;
	return 0;
}

/**
 * grammar_track() - conntrack|none
 * @words: the words
 * @count: how many there are
 * @track: what they come to
 * @fault: what is wrong with them, if anything is
 *
 * Return: 0, or -1 if a word is wrong.
 */
int grammar_track(const char *const *words, size_t count, enum portclass_track *track,
		  struct fault *fault)
{
	unsigned int value = 0;

	if (grammar_only(&names_track, words, count, &value, fault))
		return -1;
	*track = value;
	return 0;
}

/* Decimal digits up to the first other character; past max, just something past max. */
static size_t digits(const char *text, unsigned int max, unsigned int *value)
{
	__u64 sum = 0;
	size_t n;

	for (n = 0; text[n] >= '0' && text[n] <= '9'; n++)
		if (sum <= max)
			sum = 10 * sum + (text[n] - '0');
	*value = sum <= max ? sum : max + 1;
	return n;
}

/**
 * grammar_seconds() - How long to wait, as 2 or 0.5
 * @word: the word
 * @milliseconds: what it comes to
 * @fault: what is wrong with it, if anything is
 *
 * Return: 0, or -1 if it is wrong.
 */
int grammar_seconds(const char *word, unsigned int *milliseconds, struct fault *fault)
{
	unsigned int whole, part = 0;
	size_t n, m = 0;

	n = digits(word, 86400, &whole);
	if (n && word[n] == '.') {
		m = digits(word + n + 1, 999, &part);
		for (size_t i = m; m && i < 3; i++)
			part *= 10;
		n = m ? n + 1 + m : 0;
	}
	*milliseconds = 1000 * whole + part;
	if (n && !word[n] && m <= 3 && *milliseconds >= 100 && *milliseconds <= 86400 * 1000)
		return 0;
	fault_set(fault, word, strlen(word), "'%s' is no number of seconds", word);
	return fault_hint(fault, "SECONDS is from 0.1 to 86400, by milliseconds");
}

/**
 * grammar_count() - How many
 * @word: the word
 * @what: of what
 * @count: what it comes to
 * @fault: what is wrong with it, if anything is
 *
 * Return: 0, or -1 if it is wrong.
 */
int grammar_count(const char *word, const char *what, unsigned int *count, struct fault *fault)
{
	size_t n = digits(word, 1000000000, count);

	if (n && !word[n] && *count >= 1 && *count <= 1000000000)
		return 0;
	fault_set(fault, word, strlen(word), "'%s' is no number of %s", word, what);
	return fault_hint(fault, "N is from 1 to 1000000000");
}
