/* SPDX-License-Identifier: GPL-2.0 */
/* The TCP ports that the session comes in by which a command is typed in. */
#ifndef PORTCLASSCTL_SESSION_H
#define PORTCLASSCTL_SESSION_H

#include <sys/types.h>

#include "model.h"

/* More than one is rare: who has logged in from one session into another on the same host. */
enum { SESSION_PORTS = 8 };

/**
 * struct session - What a session comes in by
 * @ports: TCP ports of this network namespace that somebody dialled
 * @count: how many there are
 */
struct session {
	__u16 ports[SESSION_PORTS];
	size_t count;
};

void session_find(struct session *session, const char *proc, pid_t pid, const char *ssh);

#endif
