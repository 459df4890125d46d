/* SPDX-License-Identifier: GPL-2.0 */
/* What becomes of a packet that opens a flow, and why. */
#ifndef PORTCLASSCTL_EXPLAIN_H
#define PORTCLASSCTL_EXPLAIN_H

#include "conntrack.h"
#include "model.h"
#include "print.h"

/**
 * struct explain_view - What there is to explain
 * @it: what the kernel says
 * @from: where the packet comes from; its word is NULL for anywhere
 * @loopback: it comes by the loopback device
 * @conntrack: the table of connections, if it is known
 */
struct explain_view {
	struct explanation it;
	struct address from;
	bool loopback;
	struct conntrack conntrack;
};

void explain_print(struct print *print, const struct explain_view *view);

#endif
