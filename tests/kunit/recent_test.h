/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_RECENT_TEST_H
#define _PORTCLASS_RECENT_TEST_H

/* What recent.c takes for the time. */
extern unsigned long test_recent_jiffies;

#endif /* _PORTCLASS_RECENT_TEST_H */
