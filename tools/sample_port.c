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
	{ "flow_rate", "FLOWS/S", true },
	{ "packet_rate", "PACKETS/S", true },
	{ "byte_rate", "BYTES/S", true },
	{ "denied_rate", "DENIED/S", true },
};

static unsigned int place(const struct port_stats *port)
{
	return (port->scope * PROTOS + port->proto) * PORTS + port->port;
}

static int compare(const void *a, const void *b)
{
	unsigned int first = place(a), second = place(b);

	return first < second ? -1 : first > second;
}

static void tell_rates(struct print *print, const struct sample_view *view,
		       const struct port_stats *now)
{
	static const struct port_stats none;
	const struct port_stats *before = NULL;

	if (view->before && view->before->ports.count)
		before = bsearch(now, view->before->ports.list, view->before->ports.count,
				 sizeof(*now), compare);
	/* A port that was not listed had nothing. */
	if (!before)
		before = &none;
	sample_print_rate(print, view, "flow_rate", now->flows, &before->flows, HUMAN_SI);
	sample_print_rate(print, view, "packet_rate", now->packets, &before->packets, HUMAN_SI);
	sample_print_rate(print, view, "byte_rate", now->bytes, &before->bytes, HUMAN_IEC);
	sample_print_rate(print, view, "denied_rate", now->denied_packets,
			  &before->denied_packets, HUMAN_SI);
}

static void tell_port(struct print *print, const struct sample_view *view,
		      const struct port_stats *port)
{
	const char *proto = names_get(&names_proto, port->proto);

	print_object(print, NULL);
	print_string(print, "scope", names_get(&names_scope, port->scope), COLOUR_NONE);
	print_string(print, "proto", proto, COLOUR_NONE);
	print_number(print, "port", port->port, HUMAN_EXACT, COLOUR_NONE);
	print_number(print, "flows", port->flows, HUMAN_SI, COLOUR_NONE);
	print_number(print, "packets", port->packets, HUMAN_SI, COLOUR_NONE);
	print_number(print, "bytes", port->bytes, HUMAN_IEC, COLOUR_NONE);
	print_number(print, "denied_packets", port->denied_packets, HUMAN_SI,
		     port->denied_packets ? COLOUR_BAD : COLOUR_NONE);
	print_close(print);
	if (print->json)
		return;
	print_cell(print, "name", COLOUR_NONE, "%s/%u", proto, port->port);
	print_cell(print, "service", COLOUR_NONE, "%s", service_name(port->proto, port->port));
	tell_rates(print, view, port);
	print_row(print);
}

/**
 * sample_print_ports() - Print the counters by port
 * @print: the output; a document is open
 * @view: what to print
 */
void sample_print_ports(struct print *print, const struct sample_view *view)
{
	const struct ports *ports = &view->now->ports;

	if (!ports->count)
		print_text(print, "no traffic yet\n");
	else
		print_table(print, view->rates ? rates : totals,
			    view->rates ? ARRAY_SIZE(rates) : ARRAY_SIZE(totals));
	print_array(print, "ports");
	for (size_t i = 0; i < ports->count; i++)
		tell_port(print, view, &ports->list[i]);
	print_close(print);
	print_table_end(print);
}
