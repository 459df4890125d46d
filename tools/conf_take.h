/* SPDX-License-Identifier: GPL-2.0 */
/* The statements of a configuration file, and what contradicts what. For conf*.c only. */
#ifndef PORTCLASSCTL_CONF_TAKE_H
#define PORTCLASSCTL_CONF_TAKE_H

#include "conf.h"
#include "names.h"

/**
 * struct origin - Which lines a configuration comes from, 0 for those that nothing was said of
 * @mode: the mode
 * @track: the tracking
 * @policy: each policy
 * @port: each port's rule
 */
struct origin {
	unsigned int mode;
	unsigned int track;
	unsigned int policy[SCOPES][PROTOS][CLASSES];
	unsigned int port[SCOPES][PROTOS][PORTS];
};

/**
 * struct conf - A file that is being read
 * @text: the file
 * @line: its present line
 * @words: the words of that line
 * @count: how many there are
 * @copy: what they point into: the line, cut into words
 * @statements: how many came before this one
 * @setup: what the statements have come to
 * @origin: and which ones
 * @sourced: a rule has sources
 * @rules: room for the rules of one word
 * @faults: how much was wrong
 * @errors: where that is told
 */
struct conf {
	const struct text *text;
	struct line line;
	const char *words[TEXT_LINE_MAX / 2 + 1];
	size_t count;
	char copy[TEXT_LINE_MAX + 1];
	unsigned int statements;
	struct setup *setup;
	struct origin *origin;
	bool sourced;
	struct rules rules;
	unsigned int faults;
	FILE *errors;
};

extern const struct names conf_names_safe;

int conf_take(struct conf *conf);
int conf_wrong(struct conf *conf, const struct fault *fault);

#endif
