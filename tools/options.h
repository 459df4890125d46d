/* SPDX-License-Identifier: GPL-2.0 */
/* The options of the command line, and which of them go with a command. */
#ifndef PORTCLASSCTL_OPTIONS_H
#define PORTCLASSCTL_OPTIONS_H

#include "cmd.h"

/* Options that leave nothing else to do, by their letters. */
enum {
	OPTIONS_VERSION = 'V',
	OPTIONS_HELP = 'h',
};

/* What an option is known by, past all letters: from OPTION_BY on, only some commands take it. */
enum {
	OPTION_COLOR = 256,
	OPTION_BY,
	OPTION_SORT,
	OPTION_LIMIT,
	OPTION_WATCH,
	OPTION_COUNT,
	OPTION_ALL,
	OPTION_CONFIRM,
	OPTION_FORCE,
	OPTION_REASON,
	OPTION_CHECK,
	OPTION_DIFF,
	OPTION_END,
};

enum { OPTIONS = OPTION_END - OPTION_BY };

/* Which of them a command takes, and whether it is about one network namespace. */
enum {
	LIMIT = 1 << (OPTION_LIMIT - OPTION_BY),
	COUNT = 1 << (OPTION_COUNT - OPTION_BY),
	REASON = 1 << (OPTION_REASON - OPTION_BY),
	NETNS = 1 << OPTIONS,
	/* Those up to --all, those from --confirm on, and with --check and --diff. */
	STATS = ((1 << (OPTION_CONFIRM - OPTION_BY)) - 1) | NETNS,
	APPLY = (NETNS << 1) - (1 << (OPTION_CONFIRM - OPTION_BY)),
	CHANGE = APPLY & ~(3 << (OPTION_CHECK - OPTION_BY)),
	SHADOW = CHANGE | LIMIT,
};

/**
 * struct parsed - A command line, options taken
 * @cmd: what the command is told
 * @words: the words that are no options
 * @count: how many there are
 * @netns: where a namespace was asked for, or NULL
 * @given: the options that only some commands take, where they were given, or NULL
 * @values: their values, or NULL
 */
struct parsed {
	struct cmd cmd;
	const char **words;
	size_t count;
	const char *netns;
	const char *given[OPTIONS];
	const char *values[OPTIONS];
};

int options_parse(struct parsed *parsed, int argc, char **argv, struct fault *fault);
int options_check(const struct parsed *parsed, const char *command, unsigned int takes,
		  struct fault *fault);

#endif
