/* SPDX-License-Identifier: GPL-2.0 */
/* A whole configuration: each port's rule, each class's policy, mode and tracking. */
#ifndef PORTCLASSCTL_SETUP_H
#define PORTCLASSCTL_SETUP_H

#include "model.h"

/* Each class of each path, as policies. */
enum { SETUP_POLICIES_MAX = SCOPES * PROTOS * CLASSES };

/**
 * struct setup - A configuration; two that mean the same are equal
 * @mode: enforce or observe
 * @track: how the flow of a packet is told
 * @policy: allow, deny or reject, of each class
 * @port: the action of each port's rule, unset if it has none
 * @from: and what it opens the port to, NULL for everywhere
 */
struct setup {
	enum portclass_mode mode;
	enum portclass_track track;
	enum portclass_action policy[SCOPES][PROTOS][CLASSES];
	__u8 port[SCOPES][PROTOS][PORTS];
	const struct sources *from[SCOPES][PROTOS][PORTS];
};

struct setup *setup_new(void);
void setup_take(struct setup *setup, const struct config *config, const struct rules *rules);
size_t setup_policies(const struct setup *setup, struct policy policies[SETUP_POLICIES_MAX]);
void setup_rules(const struct setup *setup, struct rules *rules);

#endif
