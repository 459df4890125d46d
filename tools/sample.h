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
 * enum sample_sort - What comes first of the ports
 * @SAMPLE_SORT_PORT: as the kernel tells them: by scope, protocol and number
 * @SAMPLE_SORT_FLOWS: most flows
 * @SAMPLE_SORT_PACKETS: most packets
 * @SAMPLE_SORT_BYTES: most bytes
 * @SAMPLE_SORT_DENIED: most denied packets
 */
enum sample_sort {
	SAMPLE_SORT_PORT,
	SAMPLE_SORT_FLOWS,
	SAMPLE_SORT_PACKETS,
	SAMPLE_SORT_BYTES,
	SAMPLE_SORT_DENIED,
};

/**
 * struct sample_view - What to print of a sample
 * @now: the sample
 * @before: the one before, NULL if this is the first
 * @rates: print rates; what they are is known from the second sample on
 * @all: print what is zero, too
 * @shadow: it is what the shadow table would have denied, and nothing else
 * @sort: which ports come first: by their rates, as soon as they are known
 * @limit: only so many ports, 0 for all
 */
struct sample_view {
	const struct sample *now;
	const struct sample *before;
	bool rates;
	bool all;
	bool shadow;
	enum sample_sort sort;
	size_t limit;
};

/**
 * struct sample_port - A port in its place
 * @now: its counters
 * @before: what they were before, NULL if there is no sample before
 * @weight: what it is sorted by, the highest first
 */
struct sample_port {
	const struct port_stats *now;
	const struct counters *before;
	__u64 weight;
};

bool sample_has_traffic(const struct sample *sample);
void sample_print_classes(struct print *print, const struct sample_view *view);
void sample_print_ports(struct print *print, const struct sample_view *view);
struct sample_port *sample_sort_ports(const struct sample_view *view);

__u64 sample_growth(const struct counters *now, const struct counters *before,
		    enum counter counter);
void sample_print_counters(struct print *print, const struct counters *counters);
void sample_print_rates(struct print *print, const struct sample_view *view,
			const struct counters *now, const struct counters *before);

#endif
