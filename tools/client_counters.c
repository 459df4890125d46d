// SPDX-License-Identifier: GPL-2.0
/* Counters in an answer: a class has them under other numbers than a port. */

#include "client_parse.h"

static const int class_attrs[COUNTERS] = {
	[COUNTER_FLOWS] = PORTCLASS_A_CLASS_STATS_FLOWS,
	[COUNTER_PACKETS] = PORTCLASS_A_CLASS_STATS_PACKETS,
	[COUNTER_BYTES] = PORTCLASS_A_CLASS_STATS_BYTES,
	[COUNTER_DENIED_FLOWS] = PORTCLASS_A_CLASS_STATS_DENIED_FLOWS,
	[COUNTER_DENIED_PACKETS] = PORTCLASS_A_CLASS_STATS_DENIED_PACKETS,
	[COUNTER_DENIED_BYTES] = PORTCLASS_A_CLASS_STATS_DENIED_BYTES,
	[COUNTER_PACKETS_TO] = PORTCLASS_A_CLASS_STATS_PACKETS_TO,
	[COUNTER_BYTES_TO] = PORTCLASS_A_CLASS_STATS_BYTES_TO,
	[COUNTER_PACKETS_FROM] = PORTCLASS_A_CLASS_STATS_PACKETS_FROM,
	[COUNTER_BYTES_FROM] = PORTCLASS_A_CLASS_STATS_BYTES_FROM,
};

static const int port_attrs[COUNTERS] = {
	[COUNTER_FLOWS] = PORTCLASS_A_PORT_STATS_FLOWS,
	[COUNTER_PACKETS] = PORTCLASS_A_PORT_STATS_PACKETS,
	[COUNTER_BYTES] = PORTCLASS_A_PORT_STATS_BYTES,
	[COUNTER_DENIED_FLOWS] = PORTCLASS_A_PORT_STATS_DENIED_FLOWS,
	[COUNTER_DENIED_PACKETS] = PORTCLASS_A_PORT_STATS_DENIED_PACKETS,
	[COUNTER_DENIED_BYTES] = PORTCLASS_A_PORT_STATS_DENIED_BYTES,
	[COUNTER_PACKETS_TO] = PORTCLASS_A_PORT_STATS_PACKETS_TO,
	[COUNTER_BYTES_TO] = PORTCLASS_A_PORT_STATS_BYTES_TO,
	[COUNTER_PACKETS_FROM] = PORTCLASS_A_PORT_STATS_PACKETS_FROM,
	[COUNTER_BYTES_FROM] = PORTCLASS_A_PORT_STATS_BYTES_FROM,
};

static int parse(struct client *client, const struct client_attrs *set, const int attrs[COUNTERS],
		 const char *whose, struct counters *counters)
{
	struct nlattr *attr;

	for (unsigned int i = 0; i < COUNTERS; i++) {
		attr = set->tb[attrs[i]];
		if (!attr || nla_len(attr) < (int)sizeof(__u64))
			return client_fail(client, "the kernel's answer lacks %s's %s", whose,
					   names_get(&names_counter, i));
		counters->count[i] = nla_get_u64(attr);
	}
	return 0;
}

/**
 * client_parse_class_counters() - Take all counters of a class
 * @client: the connection
 * @set: class-stats attributes
 * @counters: to be filled in
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_parse_class_counters(struct client *client, const struct client_attrs *set,
				struct counters *counters)
{
	return parse(client, set, class_attrs, "a class", counters);
}

/**
 * client_parse_port_counters() - Take all counters of a port
 * @client: the connection
 * @set: port-stats attributes
 * @counters: to be filled in
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_parse_port_counters(struct client *client, const struct client_attrs *set,
			       struct counters *counters)
{
	return parse(client, set, port_attrs, "a port", counters);
}
