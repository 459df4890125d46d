/* SPDX-License-Identifier: GPL-2.0 */
/* The tracking, and how full the table of connections is. */
#ifndef PORTCLASSCTL_CONNTRACK_H
#define PORTCLASSCTL_CONNTRACK_H

#include "model.h"
#include "print.h"

#define CONNTRACK_FOLDER	"/proc/sys/net/netfilter"

/**
 * struct conntrack - The table of connections of a network namespace
 * @known: it could be read
 * @entries: connections in it
 * @max: how many there may be; 0 for any number
 */
struct conntrack {
	bool known;
	__u64 entries;
	__u64 max;
};

struct conntrack conntrack_read(const char *folder);
void conntrack_print(struct print *print, enum portclass_track track,
		     const struct conntrack *conntrack);

#endif
