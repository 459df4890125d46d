/* SPDX-License-Identifier: GPL-2.0 */
/* The words of portclass: each enum and what its values are called. */
#ifndef PORTCLASSCTL_NAMES_H
#define PORTCLASSCTL_NAMES_H

#include <stddef.h>

/**
 * struct names - What the values of an enum are called
 * @what: what such a word is called in the grammar, as SCOPE
 * @list: the name of each value
 * @count: how many there are
 * @also: one more word that the grammar takes in this place, or NULL
 */
struct names {
	const char *what;
	const char *const *list;
	unsigned int count;
	const char *also;
};

extern const struct names names_scope;
extern const struct names names_proto;
extern const struct names names_class;
extern const struct names names_action;
extern const struct names names_mode;
extern const struct names names_track;
extern const struct names names_cause;
extern const struct names names_counter;

int names_find(const struct names *names, const char *text, size_t length);
const char *names_get(const struct names *names, unsigned int value);

#endif
