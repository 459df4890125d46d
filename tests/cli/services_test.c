// SPDX-License-Identifier: GPL-2.0
/* Services that are the same on each machine: they stand in for /etc/services. */

#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <arpa/inet.h>

#include "services_test.h"

const struct test_service services_known[] = {
	{ "ssh", "tcp", 22 },
	{ "domain", "tcp", 53 },
	{ "domain", "udp", 53 },
	{ "tftp", "udp", 69 },
	{ "http", "tcp", 80 },
	{ "https", "tcp", 443 },
	{ "https", "udp", 443 },
	{ "http-alt", "tcp", 8080 },
	{ "two-ports", "tcp", 1000 },
	{ "two-ports", "udp", 2000 },
	{ "elsewhere", "sctp", 3000 },
	{ 0 },
};

static unsigned int next;

static struct servent *entry(const struct test_service *service)
{
	static char *no_aliases;
	static struct servent entry;

	entry.s_name = (char *)service->name;
	entry.s_proto = (char *)service->proto;
	entry.s_port = htons(service->port);
	entry.s_aliases = &no_aliases;
	return &entry;
}

struct servent *__wrap_getservbyname(const char *name, const char *proto)
{
	for (const struct test_service *s = services_known; s->name; s++)
		if (!strcmp(s->name, name) && !strcmp(s->proto, proto))
			return entry(s);
	return NULL;
}

struct servent *__wrap_getservent(void)
{
	return services_known[next].name ? entry(&services_known[next++]) : NULL;
}

void __wrap_setservent(int stay)
{
	(void)stay;
	next = 0;
}

void __wrap_endservent(void)
{
}
