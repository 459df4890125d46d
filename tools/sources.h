/* SPDX-License-Identifier: GPL-2.0 */
/* Sources: the addresses that a rule opens its ports to. */
#ifndef PORTCLASSCTL_SOURCES_H
#define PORTCLASSCTL_SOURCES_H

#include "model.h"

enum {
	SOURCES_MAX = 100,		/* of a rule; the kernel takes no more */
	SOURCES_RANGES_MAX = 128,	/* of a scope and protocol that have some; nor of these */
	SOURCES_TEXT = 56,		/* room for one as text */
};

/**
 * struct prefix - Addresses that begin alike
 * @family: AF_INET or AF_INET6
 * @bytes: the first one, in network byte order
 * @length: in how many bits they are alike
 */
struct prefix {
	int family;
	unsigned char bytes[16];
	unsigned int length;
};

/**
 * struct sources - The sources of a rule; two that mean the same are one
 * @next: others
 * @count: how many there are
 * @list: in order of family and address, none of them within another one
 */
struct sources {
	struct sources *next;
	size_t count;
	struct prefix list[];
};

unsigned int sources_bits(int family);
bool sources_is_whole(const struct prefix *prefix);
const struct sources *sources_make(struct prefix *list, size_t count);
void sources_forget(void);
const struct prefix *sources_find(const struct sources *sources, const struct address *address);
const char *sources_text(const struct prefix *prefix, char text[SOURCES_TEXT]);

#endif
