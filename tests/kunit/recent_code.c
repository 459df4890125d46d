// SPDX-License-Identifier: GPL-2.0
/* The code under test: nothing of it is changed or replaced but the time. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <net/ipv6.h>

#include "recent_test.h"

unsigned long test_recent_jiffies;

#define jiffies	test_recent_jiffies

#include "../../kmod/recent.c"
