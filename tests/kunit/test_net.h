/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_TEST_NET_H
#define _PORTCLASS_TEST_NET_H

#include <kunit/test.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>

/*
 * A device of the test in the initial namespace, on a network of several hosts:
 * 192.0.2.0/24 and 2001:db8::/64, in which each has its number as its last byte.
 */
enum test_host {
	TEST_US = 1,	/* the device has this address */
	TEST_PEER,
	TEST_INSIDE,	/* behind us, if we translate addresses */
	TEST_OTHER,
	TEST_HOSTS,
};

/* Of suites: a case can count on the device, and on loopback's being up. */
int test_net_up(struct kunit_suite *suite);
void test_net_down(struct kunit_suite *suite);

struct net_device *test_net_device(void);
union nf_inet_addr test_net_address(u8 family, enum test_host host);

/* What a socket is for. */
enum test_socket {
	TEST_UDP,
	TEST_TCP,
	TEST_TCP_LISTENS,
};

/*
 * A socket of family AF_INET or AF_INET6, bound to port @port of @host, which is
 * TEST_US, or 0 for any address. It goes with test_sockets_close(), the exit of
 * suites that use it, and may share its port with others.
 */
struct socket *test_socket(struct kunit *test, int family, enum test_socket kind,
			   enum test_host host, u16 port);
/* It finds a peer; if its family is AF_INET6, through IPv4 if @family says so. */
void test_socket_connect(struct kunit *test, struct socket *sock, u8 family,
			 enum test_host host, u16 port);
/* The same, but it doesn't wait for TCP's peer, who may never answer. */
void test_socket_dial(struct kunit *test, struct socket *sock, u8 family,
		      enum test_host host, u16 port);
/* The other end of a connection to a socket that listens. */
struct socket *test_socket_accept(struct kunit *test, struct socket *sock);
void test_socket_close(struct kunit *test, struct socket *sock);
void test_sockets_close(struct kunit *test);

#endif /* _PORTCLASS_TEST_NET_H */
