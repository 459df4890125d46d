// SPDX-License-Identifier: GPL-2.0
/* Named network namespaces. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"

/**
 * netns_enter() - Go into a network namespace, for all sockets from here on
 * @name: its name, as "ip netns" knows it; has no slash
 * @why: what went wrong, if anything did
 * @size: of @why
 *
 * Return: 0, or -1.
 */
int netns_enter(const char *name, char *why, size_t size)
{
	char path[300];
	int fd, err;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT)
			snprintf(why, size, "there is no network namespace '%s' (see: ip netns)",
				 name);
		else
			snprintf(why, size, "cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	err = setns(fd, CLONE_NEWNET);
	if (err && errno == EPERM)
		snprintf(why, size, "cannot enter '%s': needs CAP_SYS_ADMIN (try sudo)", name);
	else if (err)
		snprintf(why, size, "'%s' is no network namespace: %s", name, strerror(errno));
	close(fd);
	return err;
}
