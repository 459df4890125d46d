/* SPDX-License-Identifier: GPL-2.0 */
/* The counters at one time, and what is printed of them. */
#ifndef PORTCLASSCTL_SAMPLE_H
#define PORTCLASSCTL_SAMPLE_H

#include "model.h"
#include "print.h"

/**
 * struct sample - The counters at one time
 * @when: by a clock that nobody sets, in milliseconds
 * @stats: by class, or
 * @ports: by port
 */
struct sample {
	__u64 when;
	struct stats stats;
	struct ports ports;
};

/**
 * struct sample_view - What to print of a sample
 * @now: the sample
 * @before: the one before, NULL if this is the first
 * @rates: print rates; what they are is known from the second sample on
 * @all: print what is zero, too
 */
struct sample_view {
	const struct sample *now;
	const struct sample *before;
	bool rates;
	bool all;
};

void sample_print_classes(struct print *print, const struct sample_view *view);
void sample_print_ports(struct print *print, const struct sample_view *view);
void sample_print_rate(struct print *print, const struct sample_view *view, const char *key,
		       __u64 now, const __u64 *before, enum human_unit unit);

#endif
