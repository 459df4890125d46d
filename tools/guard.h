/* SPDX-License-Identifier: GPL-2.0 */
/* Keeps people from locking themselves out. */
#ifndef PORTCLASSCTL_GUARD_H
#define PORTCLASSCTL_GUARD_H

#include "client.h"
#include "words.h"

bool guard_locks_out(const struct explanation *now, const struct address *peer,
		     const struct change *change);
int guard_check(struct client *client, const struct words *line, const struct change *change);

#endif
