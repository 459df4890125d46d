/* SPDX-License-Identifier: GPL-2.0 */
/* Services that are the same on each machine: they stand in for /etc/services. */
#ifndef PORTCLASSCTL_SERVICES_TEST_H
#define PORTCLASSCTL_SERVICES_TEST_H

struct servent;

/**
 * struct test_service - A service
 * @name: its name
 * @proto: the protocol
 * @port: its port
 */
struct test_service {
	const char *name;
	const char *proto;
	unsigned int port;
};

extern const struct test_service services_known[];

/* In place of the C library's, by the linker. */
struct servent *__wrap_getservbyname(const char *name, const char *proto);
struct servent *__wrap_getservent(void);
void __wrap_setservent(int stay);
void __wrap_endservent(void);

#endif
