/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel module itself. The only user of libkmod. */
#ifndef PORTCLASSCTL_MODULE_H
#define PORTCLASSCTL_MODULE_H

#include <stddef.h>

/* Each returns 0, or -1 with @why filled in. */
int module_load(const char *path, char *why, size_t size);
int module_unload(char *why, size_t size);

#endif
