/* SPDX-License-Identifier: GPL-2.0 */
/* The TCP ports that the session comes in by which a command is typed in, and from where. */
#ifndef PORTCLASSCTL_SESSION_H
#define PORTCLASSCTL_SESSION_H

#include <sys/types.h>

#include "model.h"

/* More than one is rare: who has logged in from one session into another on the same host. */
enum { SESSION_ENTRANCES = 8 };

/**
 * struct entrance - What a session comes in by
 * @port: a TCP port of this network namespace
 * @peer: who dialled it
 */
struct entrance {
	__u16 port;
	struct address peer;
};

/**
 * struct session - All that a session comes in by
 * @list: it
 * @count: how many there are
 */
struct session {
	struct entrance list[SESSION_ENTRANCES];
	size_t count;
};

void session_find(struct session *session, const char *proc, pid_t pid, const char *ssh);

#endif
