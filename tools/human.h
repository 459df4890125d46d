/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers for people: three digits and a unit. */
#ifndef PORTCLASSCTL_HUMAN_H
#define PORTCLASSCTL_HUMAN_H

#include <linux/types.h>

/* Room for any number, exact or not. */
enum { HUMAN_SIZE = 24 };

/**
 * enum human_unit - How to write a number
 * @HUMAN_EXACT: all its digits
 * @HUMAN_SI: by thousands: K, M, G ...
 * @HUMAN_IEC: by 1024: Ki, Mi, Gi ...
 */
enum human_unit {
	HUMAN_EXACT,
	HUMAN_SI,
	HUMAN_IEC,
};

const char *human_number(char out[HUMAN_SIZE], __u64 value, enum human_unit unit);
const char *human_rate(char out[HUMAN_SIZE], __u64 value, __u64 milliseconds,
		       enum human_unit unit);
const char *human_time(char out[HUMAN_SIZE], unsigned int seconds);

#endif
