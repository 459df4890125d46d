/* SPDX-License-Identifier: GPL-2.0 */
/* One request and its answers. For client*.c only. */
#ifndef PORTCLASSCTL_CLIENT_EXCHANGE_H
#define PORTCLASSCTL_CLIENT_EXCHANGE_H

#include <netlink/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "client.h"
#include "words.h"

/**
 * struct client - A connection to the kernel's side
 * @sock: the socket
 * @family: the number that the family goes by, since it was loaded
 * @error: why the last request failed
 * @events: the socket that changes come by, NULL if nobody listens
 */
struct client {
	struct nl_sock *sock;
	int family;
	struct client_error error;
	struct nl_sock *events;
};

/**
 * struct mark - Where in a request a word went
 * @end: the first byte behind it, counted from the message's start
 * @word: the word
 */
struct mark {
	size_t end;
	const char *word;
};

/**
 * struct exchange - A request and what comes of it
 * @client: who asks
 * @msg: the request
 * @marks: where its words are, in order, or NULL
 * @mark_count: how many there are
 * @answer: takes each message of the answer, with its attributes; says 0, or
 *	    -1 after client_fail()
 * @restart: forgets what has come so far, for client_dump()
 * @arg: for @answer and @restart
 * @table: what is asked for
 * @messages: how many have come
 * @done: the last message has come
 * @failed: @client's error is set
 * @interrupted: something changed while the kernel was telling it
 */
struct exchange {
	struct client *client;
	struct nl_msg *msg;
	const struct mark *marks;
	size_t mark_count;
	int (*answer)(struct exchange *exchange, struct nlattr *attrs, int length);
	void (*restart)(void *arg);
	void *arg;
	enum client_table table;
	unsigned int messages;
	bool done;
	bool failed;
	bool interrupted;
};

int client_fail(struct client *client, const char *text, ...)
	__printf(2, 3);
int client_exchange(struct exchange *exchange);
int client_ask(struct exchange *exchange, int shadow);
int client_settle(struct client *client, int (*ask)(void *arg), void *arg);
int client_dump(struct exchange *exchange);
struct nl_msg *client_request(struct client *client, int command, int flags, size_t size);

#endif
