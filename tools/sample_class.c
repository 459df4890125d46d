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
	{ "flow_rate", "FLOWS/S", true },
	{ "packet_rate", "PACKETS/S", true },
	{ "byte_rate", "BYTES/S", true },
	{ "denied_rate", "DENIED/S", true },
};

/**
 * sample_print_rate() - Fill a cell with a rate
 * @print: the output
 * @view: what is printed
 * @key: the column
 * @now: the counter
 * @before: what it was before, NULL if nothing was
 * @unit: how to write it
 */
void sample_print_rate(struct print *print, const struct sample_view *view, const char *key,
		       __u64 now, const __u64 *before, enum human_unit unit)
{
	__u64 more = now, time;
	char buffer[HUMAN_SIZE];

	if (!view->rates)
		return;
	if (!view->before) {
		print_cell(print, key, COLOUR_NONE, "-");
		return;
	}
	/* A counter that is behind started anew: the module was loaded again. */
	if (before && *before <= now)
		more = now - *before;
	time = view->now->when - view->before->when;
	print_cell(print, key, COLOUR_NONE, "%s",
		   human_rate(buffer, more, time, print->exact ? HUMAN_EXACT : unit));
}

static enum colour denied(__u64 value)
{
	return value ? COLOUR_BAD : COLOUR_NONE;
}

static bool is_zero(const struct class_stats *class)
{
	return !(class->flows | class->packets | class->bytes | class->denied_flows |
		 class->denied_packets | class->denied_bytes);
}

static void tell_class(struct print *print, const struct sample_view *view, unsigned int scope,
		       unsigned int proto, unsigned int class)
{
	const struct class_stats *now = &view->now->stats.path[scope][proto].class[class];
	const struct class_stats *before = now;

	if (view->before)
		before = &view->before->stats.path[scope][proto].class[class];
	print_object(print, NULL);
	print_string(print, "class", names_get(&names_class, class), COLOUR_NONE);
	print_number(print, "flows", now->flows, HUMAN_SI, COLOUR_NONE);
	print_number(print, "packets", now->packets, HUMAN_SI, COLOUR_NONE);
	print_number(print, "bytes", now->bytes, HUMAN_IEC, COLOUR_NONE);
	print_number(print, "denied_flows", now->denied_flows, HUMAN_SI,
		     denied(now->denied_flows));
	print_number(print, "denied_packets", now->denied_packets, HUMAN_SI,
		     denied(now->denied_packets));
	print_number(print, "denied_bytes", now->denied_bytes, HUMAN_IEC,
		     denied(now->denied_bytes));
	print_close(print);
	sample_print_rate(print, view, "flow_rate", now->flows, &before->flows, HUMAN_SI);
	sample_print_rate(print, view, "packet_rate", now->packets, &before->packets, HUMAN_SI);
	sample_print_rate(print, view, "byte_rate", now->bytes, &before->bytes, HUMAN_IEC);
	sample_print_rate(print, view, "denied_rate", now->denied_packets,
			  &before->denied_packets, HUMAN_SI);
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

static bool has_traffic(const struct sample_view *view)
{
	for (unsigned int s = 0; s < SCOPES; s++)
		for (unsigned int p = 0; p < PROTOS; p++)
			for (unsigned int c = 0; c < CLASSES; c++)
				if (!is_zero(&view->now->stats.path[s][p].class[c]))
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
	bool table = view->all || has_traffic(view);

	if (table)
		print_table(print, view->rates ? rates : totals,
			    view->rates ? ARRAY_SIZE(rates) : ARRAY_SIZE(totals));
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
