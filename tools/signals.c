// SPDX-License-Identifier: GPL-2.0
/* How a command ends that goes on until somebody ends it. */

#include <unistd.h>

#include "signals.h"

/* All that was begun before was written to its end. */
static void end(int signal)
{
	(void)signal;
	_exit(0);
}

/**
 * signals_hold() - Let SIGINT and SIGTERM wait
 * @signals: becomes these two; where they are unblocked, they end the program with status 0
 *
 * So they find nothing that is printed in part, if they are unblocked only while
 * the kernel is waited for.
 */
void signals_hold(sigset_t *signals)
{
	const struct sigaction action = { .sa_handler = end };

	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigprocmask(SIG_BLOCK, signals, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}
