// SPDX-License-Identifier: GPL-2.0
/* What services are called. */

#include <netdb.h>
#include <string.h>
#include <arpa/inet.h>

#include "memory.h"
#include "names.h"
#include "service.h"

static const char *services[PROTOS][PORTS];

/* Once for all: getservbyport() reads the whole file for each port, and there may be thousands. */
static void read_all(void)
{
	struct servent *entry;
	const char **place;
	int proto;

	setservent(1);
	while ((entry = getservent())) {
		proto = names_find(&names_proto, entry->s_proto, strlen(entry->s_proto));
		if (proto < 0 || proto >= PROTOS)
			continue;
		place = &services[proto][ntohs(entry->s_port)];
		if (!*place)
			*place = memory_copy(entry->s_name);
	}
	endservent();
}

/**
 * service_name() - What the service on a port is called
 * @proto: the protocol
 * @port: the port
 *
 * Return: the name, "" if it has none.
 */
const char *service_name(enum portclass_proto proto, __u16 port)
{
	static bool known;

	if (!known)
		read_all();
	known = true;
	return services[proto][port] ?: "";
}
