/* SPDX-License-Identifier: GPL-2.0 */
/* Whose an address is. */
#ifndef PORTCLASSCTL_ADDRESS_H
#define PORTCLASSCTL_ADDRESS_H

#include "model.h"

bool address_is_ours(const struct address *address);

#endif
