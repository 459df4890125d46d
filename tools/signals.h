/* SPDX-License-Identifier: GPL-2.0 */
/* How a command ends that goes on until somebody ends it. */
#ifndef PORTCLASSCTL_SIGNALS_H
#define PORTCLASSCTL_SIGNALS_H

#include <signal.h>

void signals_hold(sigset_t *signals);

#endif
