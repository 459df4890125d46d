/* SPDX-License-Identifier: GPL-2.0 */
/* Named network namespaces. */
#ifndef PORTCLASSCTL_NETNS_H
#define PORTCLASSCTL_NETNS_H

#include <stddef.h>

int netns_enter(const char *name, char *why, size_t size);

#endif
