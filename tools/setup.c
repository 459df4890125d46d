// SPDX-License-Identifier: GPL-2.0
/* A whole configuration: each port's rule, each class's policy, mode and tracking. */

#include <string.h>

#include "memory.h"
#include "setup.h"

/**
 * setup_new() - A configuration as the module has it when it is loaded
 *
 * Return: the configuration, to be freed by free().
 */
struct setup *setup_new(void)
{
	struct setup *setup = memory_get(1, sizeof(*setup));

	setup->mode = PORTCLASS_MODE_ENFORCE;
	setup->track = PORTCLASS_TRACK_CONNTRACK;
	for (int s = 0; s < SCOPES; s++)
		for (int p = 0; p < PROTOS; p++)
			for (int c = 0; c < CLASSES; c++)
				setup->policy[s][p][c] = PORTCLASS_ACTION_ALLOW;
	return setup;
}

static void set_rule(struct setup *setup, const struct rule *rule)
{
	memset(&setup->port[rule->scope][rule->proto][rule->low], rule->action,
	       rule->high - rule->low + 1);
	for (unsigned int i = rule->low; i <= rule->high; i++)
		setup->from[rule->scope][rule->proto][i] = rule->from;
}

/**
 * setup_take() - What the kernel has told
 * @setup: from setup_new(); to be filled in
 * @config: what was told besides rules
 * @rules: the rules, with a port in one of them at most
 */
void setup_take(struct setup *setup, const struct config *config, const struct rules *rules)
{
	setup->mode = config->mode;
	setup->track = config->track;
	memcpy(setup->policy, config->policy, sizeof(setup->policy));
	for (size_t i = 0; i < rules->count; i++)
		set_rule(setup, &rules->list[i]);
}

/**
 * setup_policies() - The policies that differ from those of setup_new()
 * @setup: the configuration
 * @policies: to be filled in, in order
 *
 * Return: how many there are.
 */
size_t setup_policies(const struct setup *setup, struct policy policies[SETUP_POLICIES_MAX])
{
	size_t count = 0;

	for (int s = 0; s < SCOPES; s++)
		for (int p = 0; p < PROTOS; p++)
			for (int c = 0; c < CLASSES; c++)
				if (setup->policy[s][p][c] != PORTCLASS_ACTION_ALLOW)
					policies[count++] = (struct policy){
						s, p, c, setup->policy[s][p][c], NULL,
					};
	return count;
}

static void add_path(const struct setup *setup, unsigned int scope, unsigned int proto,
		     struct rules *rules)
{
	const struct sources *const *from = setup->from[scope][proto];
	const __u8 *port = setup->port[scope][proto];
	unsigned int low, end;

	for (low = 0; low < PORTS; low = end) {
		for (end = low + 1; end < PORTS && port[end] == port[low]; end++)
			if (from[end] != from[low])
				break;
		if (port[low] == PORTCLASS_ACTION_UNSET)
			continue;
		rules->list = memory_grow(rules->list, &rules->room, rules->count,
					  sizeof(*rules->list));
		rules->list[rules->count++] = (struct rule){
			scope, proto, port[low], low, end - 1, NULL, from[low],
		};
	}
}

/**
 * setup_rules() - The rules, with as few ranges as can be
 * @setup: the configuration
 * @rules: to be filled in, in order; its list to be freed by free()
 */
void setup_rules(const struct setup *setup, struct rules *rules)
{
	rules->count = 0;
	for (unsigned int s = 0; s < SCOPES; s++)
		for (unsigned int p = 0; p < PROTOS; p++)
			add_path(setup, s, p, rules);
}
