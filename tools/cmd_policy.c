// SPDX-License-Identifier: GPL-2.0
/* policy: change what happens to a class where no rule speaks. */

#include "cmd.h"
#include "grammar.h"

/**
 * cmd_policy() - policy [SCOPE] CLASS|all allow|deny|reject [PROTO]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_policy(const struct cmd *cmd)
{
	struct policy policies[GRAMMAR_POLICIES_MAX];
	struct fault fault;
	size_t made;

	if (grammar_policy(cmd->words, cmd->count, policies, &made, &fault))
		return report_fault(cmd->line, &fault);
	return cmd_change(cmd, cmd->line, &(struct change){
		.policies = policies,
		.policy_count = made,
	});
}
