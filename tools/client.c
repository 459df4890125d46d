// SPDX-License-Identifier: GPL-2.0
/* The connection to the kernel's side. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>

#include "client_exchange.h"
#include "memory.h"

enum { ANSWER_SECONDS = 30 };

static const char not_loaded[] = "the portclass module is not loaded";

/**
 * client_fail() - Say why something was not done
 * @client: who was to do it
 * @text: why, as for printf()
 *
 * Return: -1, for the caller to return.
 */
int client_fail(struct client *client, const char *text, ...)
{
	va_list args;

	client->error = (struct client_error){ 0 };
	va_start(args, text);
	vsnprintf(client->error.text, sizeof(client->error.text), text, args);
	va_end(args);
	return -1;
}

/**
 * client_get_error() - Why the last request failed
 * @client: who asked
 *
 * Return: the error, good until the next request.
 */
const struct client_error *client_get_error(const struct client *client)
{
	return &client->error;
}

/* What libnl does itself is only told when it fails; what is too old for an option does without. */
static void set_options(struct client *client)
{
	struct timeval wait = { .tv_sec = ANSWER_SECONDS };
	int fd = nl_socket_get_fd(client->sock), on = 1;

	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
}

/* A connection is made, or the reason why not is in @client's error. */
static int connect_to(struct client *client)
{
	int err;

	if (!client->sock)
		return client_fail(client, "out of memory");
	err = genl_connect(client->sock);
	if (err)
		return client_fail(client, "no netlink socket: %s", nl_geterror(err));
	set_options(client);
	client->family = genl_ctrl_resolve(client->sock, PORTCLASS_FAMILY_NAME);
	if (client->family == -NLE_OBJ_NOTFOUND) {
		client_fail(client, not_loaded);
		client->error.hint = "try: portclassctl load";
		return -1;
	}
	if (client->family < 0)
		return client_fail(client, "the kernel does not tell of generic netlink: %s",
				   nl_geterror(client->family));
	return 0;
}

/**
 * client_open() - Connect to the kernel's side, in the present network namespace
 * @error: why that failed, if it did
 *
 * Return: the connection, to be closed by client_close(), or NULL.
 */
struct client *client_open(struct client_error *error)
{
	struct client *client = memory_get(1, sizeof(*client));

	client->sock = nl_socket_alloc();
	if (!connect_to(client))
		return client;
	*error = client->error;
	client_close(client);
	return NULL;
}

/**
 * client_close() - End a connection
 * @client: the connection, or NULL
 */
void client_close(struct client *client)
{
	if (client && client->sock)
		nl_socket_free(client->sock);
	if (client && client->events)
		nl_socket_free(client->events);
	free(client);
}

/**
 * client_request() - A request without its attributes
 * @client: who asks
 * @command: the command
 * @flags: besides NLM_F_REQUEST and NLM_F_ACK
 * @size: room for the attributes
 *
 * Return: the message, or NULL with @client's error set.
 */
struct nl_msg *client_request(struct client *client, int command, int flags, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + size);

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0,
			       NLM_F_REQUEST | NLM_F_ACK | flags, command,
			       PORTCLASS_FAMILY_VERSION))
		return msg;
	nlmsg_free(msg);
	client_fail(client, "out of memory");
	return NULL;
}
