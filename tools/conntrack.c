// SPDX-License-Identifier: GPL-2.0
/* The tracking, and how full the table of connections is. */

#include <stdio.h>

#include "conntrack.h"
#include "names.h"

static bool read_number(const char *folder, const char *name, __u64 *number)
{
	char path[256];
	unsigned long long value;
	bool good;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "re");
	if (!in)
		return false;
	good = fscanf(in, "%llu", &value) == 1;
	if (good)
		*number = value;
	fclose(in);
	return good;
}

/**
 * conntrack_read() - See how full the table of connections is
 * @folder: where the kernel tells; it tells of the reader's network namespace
 *
 * Return: what there is, known if both numbers could be read.
 */
struct conntrack conntrack_read(const char *folder)
{
	struct conntrack conntrack = { 0 };

	conntrack.known = read_number(folder, "nf_conntrack_count", &conntrack.entries) &&
			  read_number(folder, "nf_conntrack_max", &conntrack.max);
	return conntrack;
}

static const char full[] =
	"full, the kernel drops what opens new flows (see nf_conntrack_max)";

static void print_usage(struct print *print, const char *name, const struct conntrack *conntrack)
{
	if (!conntrack->max)
		print_cell(print, "track", COLOUR_NONE, "%s, %llu entries in use", name,
			   conntrack->entries);
	else if (conntrack->entries < conntrack->max)
		print_cell(print, "track", COLOUR_NONE, "%s, %llu of %llu entries in use", name,
			   conntrack->entries, conntrack->max);
	else
		print_cell(print, "track", COLOUR_BAD, "%s, %llu of %llu entries in use: %s", name,
			   conntrack->entries, conntrack->max, full);
}

/**
 * conntrack_print() - Tell the tracking
 * @print: the output
 * @track: the tracking
 * @conntrack: the table of connections, if it is known
 */
void conntrack_print(struct print *print, enum portclass_track track,
		     const struct conntrack *conntrack)
{
	const char *name = names_get(&names_track, track);

	if (print->json || !conntrack->known)
		print_string(print, "track", name, COLOUR_NONE);
	if (!conntrack->known)
		return;
	print_usage(print, name, conntrack);
	if (!print->json)
		return;
	print_object(print, "conntrack");
	print_number(print, "entries", conntrack->entries, HUMAN_EXACT, COLOUR_NONE);
	print_number(print, "max", conntrack->max, HUMAN_EXACT, COLOUR_NONE);
	print_close(print);
}
