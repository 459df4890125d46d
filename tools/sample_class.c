// SPDX-License-Identifier: GPL-2.0
/* The counters by class, as a table of all scopes and protocols. */

#include "memory.h"
#include "names.h"
#include "sample.h"

static const struct column totals[] = {
	{ "scope", "SCOPE", false },
	{ "proto", "PROTO", false },
	{ "class", "CLASS", false },
	{ "flows", "FLOWS", true },
	{ "packets", "PACKETS", true },
	{ "bytes", "BYTES", true },
	{ "bytes_to", "BYTES-TO", true },
	{ "bytes_from", "BYTES-FROM", true },
	{ "denied_flows", "DENIED-FLOWS", true },
	{ "denied_packets", "DENIED-PACKETS", true },
	{ "denied_bytes", "DENIED-BYTES", true },
};

/* Room is short beside the totals: of what is denied, only the packets. */
static const struct column rates[] = {
	{ "scope", "SCOPE", false },
	{ "proto", "PROTO", false },
	{ "class", "CLASS", false },
	{ "flows", "FLOWS", true },
	{ "packets", "PACKETS", true },
	{ "bytes", "BYTES", true },
	{ "denied_packets", "DENIED", true },
	{ "flows/s", "FLOWS/S", true },
	{ "packets/s", "PACKETS/S", true },
	{ "bytes/s", "BYTES/S", true },
	{ "bytes_to/s", "TO/S", true },
	{ "bytes_from/s", "FROM/S", true },
	{ "denied_packets/s", "DENIED/S", true },
};

/* All that a shadow table counts. */
static const struct column denied[] = {
	{ "scope", "SCOPE", false },
	{ "proto", "PROTO", false },
	{ "class", "CLASS", false },
	{ "denied_flows", "FLOWS", true },
	{ "denied_packets", "PACKETS", true },
	{ "denied_bytes", "BYTES", true },
};

static void start_table(struct print *print, const struct sample_view *view)
{
	if (view->shadow)
		print_table(print, denied, ARRAY_SIZE(denied));
	else if (view->rates)
		print_table(print, rates, ARRAY_SIZE(rates));
	else
		print_table(print, totals, ARRAY_SIZE(totals));
}

static bool is_zero(const struct counters *counters)
{
	for (unsigned int i = 0; i < COUNTERS; i++)
		if (counters->count[i])
			return false;
	return true;
}

static void tell_class(struct print *print, const struct sample_view *view, unsigned int scope,
		       unsigned int proto, unsigned int class)
{
	const struct counters *now = &view->now->stats.path[scope][proto].class[class];
	const struct counters *before = NULL;

	if (view->before)
		before = &view->before->stats.path[scope][proto].class[class];
	print_object(print, NULL);
	print_string(print, "class", names_get(&names_class, class), COLOUR_NONE);
	sample_print_counters(print, now);
	print_close(print);
	sample_print_rates(print, view, now, before);
	print_row(print);
}

/* Rows that say nothing are left out of text, for there are eighteen. */
static void tell_path(struct print *print, const struct sample_view *view, unsigned int scope,
		      unsigned int proto)
{
	const struct path_stats *path = &view->now->stats.path[scope][proto];

	print_object(print, NULL);
	print_string(print, "scope", names_get(&names_scope, scope), COLOUR_NONE);
	print_string(print, "proto", names_get(&names_proto, proto), COLOUR_NONE);
	print_number(print, "malformed", path->malformed, HUMAN_EXACT, COLOUR_NONE);
	print_number(print, "fragments", path->fragments, HUMAN_EXACT, COLOUR_NONE);
	print_number(print, "unlisted", path->unlisted, HUMAN_EXACT, COLOUR_NONE);
	print_array(print, "classes");
	for (unsigned int c = 0; c < CLASSES; c++)
		if (print->json || view->all || !is_zero(&path->class[c]))
			tell_class(print, view, scope, proto, c);
	print_close(print);
	print_close(print);
}

static void tell_rest(struct print *print, const struct path_stats *path, unsigned int scope,
		      unsigned int proto)
{
	const struct {
		const char *what;
		__u64 count;
	} rest[] = {
		{ "malformed", path->malformed },
		{ "fragments", path->fragments },
		{ "unlisted", path->unlisted },
	};
	char buffer[HUMAN_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(rest); i++)
		if (rest[i].count)
			print_text(print, "%s %s %s: %s\n", names_get(&names_scope, scope),
				   names_get(&names_proto, proto), rest[i].what,
				   human_number(buffer, rest[i].count,
						print->exact ? HUMAN_EXACT : HUMAN_SI));
}

/**
 * sample_has_traffic() - Has any class counted anything?
 * @sample: with the counters by class
 *
 * Return: true if one has.
 */
bool sample_has_traffic(const struct sample *sample)
{
	for (unsigned int s = 0; s < SCOPES; s++)
		for (unsigned int p = 0; p < PROTOS; p++)
			for (unsigned int c = 0; c < CLASSES; c++)
				if (!is_zero(&sample->stats.path[s][p].class[c]))
					return true;
	return false;
}

/**
 * sample_print_classes() - Print the counters by class
 * @print: the output; a document is open
 * @view: what to print
 */
void sample_print_classes(struct print *print, const struct sample_view *view)
{
	const struct path_stats *path;
	bool table = view->all || sample_has_traffic(view->now);

	if (table)
		start_table(print, view);
	else
		print_text(print, "no traffic yet\n");
	if (table || print->json) {
		print_array(print, "paths");
		for (unsigned int s = 0; s < SCOPES; s++)
			for (unsigned int p = 0; p < PROTOS; p++)
				if (view->now->stats.path[s][p].present)
					tell_path(print, view, s, p);
		print_close(print);
	}
	print_table_end(print);
	for (unsigned int s = 0; s < SCOPES; s++)
		for (unsigned int p = 0; p < PROTOS; p++) {
			path = &view->now->stats.path[s][p];
			if (path->present && !print->json)
				tell_rest(print, path, s, p);
		}
}
