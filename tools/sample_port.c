// SPDX-License-Identifier: GPL-2.0
/* The counters by port, as a table of the ports with traffic. */

#include <stdlib.h>

#include "memory.h"
#include "names.h"
#include "sample.h"
#include "service.h"

static const struct column totals[] = {
	{ "scope", "SCOPE", false },
	{ "name", "PORT", false },
	{ "service", "SERVICE", false },
	{ "flows", "FLOWS", true },
	{ "packets", "PACKETS", true },
	{ "bytes", "BYTES", true },
	{ "bytes_to", "BYTES-TO", true },
	{ "bytes_from", "BYTES-FROM", true },
	{ "denied_flows", "DENIED-FLOWS", true },
	{ "denied_packets", "DENIED-PACKETS", true },
};

static const struct column rates[] = {
	{ "scope", "SCOPE", false },
	{ "name", "PORT", false },
	{ "service", "SERVICE", false },
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
	{ "name", "PORT", false },
	{ "service", "SERVICE", false },
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

static void tell_port(struct print *print, const struct sample_view *view,
		      const struct sample_port *place)
{
	const struct port_stats *port = place->now;
	const char *proto = names_get(&names_proto, port->proto);

	print_object(print, NULL);
	print_string(print, "scope", names_get(&names_scope, port->scope), COLOUR_NONE);
	print_string(print, "proto", proto, COLOUR_NONE);
	print_number(print, "port", port->port, HUMAN_EXACT, COLOUR_NONE);
	sample_print_counters(print, &port->counters);
	print_close(print);
	if (print->json)
		return;
	print_cell(print, "name", COLOUR_NONE, "%s/%u", proto, port->port);
	print_cell(print, "service", COLOUR_NONE, "%s", service_name(port->proto, port->port));
	sample_print_rates(print, view, &port->counters, place->before);
	print_row(print);
}

/**
 * sample_print_ports() - Print the counters by port
 * @print: the output; a document is open
 * @view: what to print
 */
void sample_print_ports(struct print *print, const struct sample_view *view)
{
	size_t total = view->now->ports.count, count = total;
	struct sample_port *places = sample_sort_ports(view);

	if (view->limit && view->limit < total)
		count = view->limit;
	if (print->json)
		print_number(print, "total", total, HUMAN_EXACT, COLOUR_NONE);
	if (!total)
		print_text(print, "no traffic yet\n");
	else
		start_table(print, view);
	print_array(print, "ports");
	for (size_t i = 0; i < count; i++)
		tell_port(print, view, &places[i]);
	print_close(print);
	print_table_end(print);
	if (count < total)
		print_text(print, "and %zu more\n", total - count);
	free(places);
}
