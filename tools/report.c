// SPDX-License-Identifier: GPL-2.0
/* What goes to stderr when something was not done. */

#include <stdarg.h>
#include <string.h>

#include "report.h"

/**
 * report_failure() - Something was not done, and it is not the words' fault
 * @text: what and why, as for printf(); further lines are hints
 *
 * Return: the exit status.
 */
int report_failure(const char *text, ...)
{
	va_list args;

	fputs("portclassctl: ", stderr);
	va_start(args, text);
	vfprintf(stderr, text, args);
	va_end(args);
	fputc('\n', stderr);
	return REPORT_REFUSED;
}

/* On the command line people see for themselves where the word is; not so in what they piped. */
static void place(const struct words *words, const char *at)
{
	size_t index = words_find(words, at), nth = 1;

	fputs("portclassctl: ", stderr);
	if (!words->name)
		return;
	fputs(words->name, stderr);
	if (index < words->count) {
		while (nth <= index &&
		       words->list[index - nth].line == words->list[index].line)
			nth++;
		fprintf(stderr, ", line %u, word %zu", words->list[index].line, nth);
	}
	fputs(": ", stderr);
}

/**
 * report_fault() - A word is wrong
 * @words: where it was typed
 * @fault: which and why
 *
 * Return: the exit status.
 */
int report_fault(const struct words *words, const struct fault *fault)
{
	place(words, fault->at);
	fprintf(stderr, "%s\n", fault->why);
	if (words->count)
		words_show(words, fault->at, fault->length, stderr);
	if (*fault->valid)
		fprintf(stderr, "  %s\n", fault->valid);
	return REPORT_USAGE;
}

/**
 * report_client() - A request failed
 * @words: where its words were typed
 * @error: why it failed
 *
 * Return: the exit status.
 */
int report_client(const struct words *words, const struct client_error *error)
{
	place(words, error->word);
	fprintf(stderr, "%s%s\n", error->kernel ? "kernel: " : "", error->text);
	if (error->word)
		words_show(words, error->word, strlen(error->word), stderr);
	if (error->hint)
		fprintf(stderr, "  %s\n", error->hint);
	return REPORT_REFUSED;
}
