// SPDX-License-Identifier: GPL-2.0
/* Changes as they happen, until the module is unloaded. */

#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>

#include "client_parse.h"

/* Bytes of changes that may wait: some hundreds. */
enum { EVENTS_SIZE = 1 << 18 };

/* What a message has come to. */
struct arrival {
	struct client *client;
	struct record *record;
	bool changed;
	bool gone;
};

static int fail_gone(struct client *client)
{
	return client_fail(client, "the portclass module was unloaded");
}

static int join(struct client *client, int group)
{
	int err = nl_socket_add_membership(client->events, group);

	if (!err)
		return 0;
	client_fail(client, "cannot listen to changes: %s", nl_geterror(err));
	if (err == -NLE_PERM)
		client->error.hint = "needs CAP_NET_ADMIN (try sudo)";
	return -1;
}

/* Changes may come faster than they are printed. Who may not ask for more room does with less. */
static void make_room(struct client *client)
{
	int fd = nl_socket_get_fd(client->events), size = EVENTS_SIZE;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

/**
 * client_listen() - Listen to changes from here on
 * @client: the connection
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_listen(struct client *client)
{
	int err, group;

	client->events = nl_socket_alloc();
	if (!client->events)
		return client_fail(client, "out of memory");
	err = genl_connect(client->events);
	if (err)
		return client_fail(client, "no netlink socket: %s", nl_geterror(err));
	make_room(client);
	/* First to the family's end, so that there is no moment at which it could be missed. */
	if (join(client, GENL_ID_CTRL))
		return -1;
	group = genl_ctrl_resolve_grp(client->sock, PORTCLASS_FAMILY_NAME,
				      PORTCLASS_MCGRP_HISTORY);
	if (group < 0)
		return client_fail(client, "the module tells nobody of changes: %s",
				   nl_geterror(group));
	return join(client, group);
}

static bool is_our_end(const struct client *client, struct nlmsghdr *hdr)
{
	struct nlattr *name, *id;
	struct genlmsghdr *genl;

	if (hdr->nlmsg_type != GENL_ID_CTRL || !genlmsg_valid_hdr(hdr, 0))
		return false;
	genl = genlmsg_hdr(hdr);
	name = nla_find(genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0),
			CTRL_ATTR_FAMILY_NAME);
	id = nla_find(genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), CTRL_ATTR_FAMILY_ID);
	return genl->cmd == CTRL_CMD_DELFAMILY && name && id && nla_len(id) >= 2 &&
	       nla_get_u16(id) == client->family &&
	       !nla_strcmp(name, PORTCLASS_FAMILY_NAME);
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct arrival *arrival = arg;
	struct genlmsghdr *genl;

	/* Only the kernel may tell. */
	if (nlmsg_get_src(msg)->nl_pid)
		return NL_SKIP;
	if (is_our_end(arrival->client, hdr)) {
		arrival->gone = true;
		return NL_STOP;
	}
	if (hdr->nlmsg_type != arrival->client->family || !genlmsg_valid_hdr(hdr, 0))
		return NL_SKIP;
	genl = genlmsg_hdr(hdr);
	if (genl->cmd != PORTCLASS_CMD_HISTORY_NTF || arrival->changed)
		return NL_SKIP;
	arrival->changed = true;
	if (!client_parse_record(arrival->client, genlmsg_attrdata(genl, 0),
				 genlmsg_attrlen(genl, 0), arrival->record))
		return NL_OK;
	history_free_record(arrival->record);
	return -NLE_FAILURE;
}

static int on_any(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

/* What was lost may have been the end of the family, which then has no number, or another one. */
static enum client_event lost(struct client *client)
{
	if (genl_ctrl_resolve(client->sock, PORTCLASS_FAMILY_NAME) == client->family)
		return CLIENT_EVENT_LOST;
	fail_gone(client);
	return CLIENT_EVENT_FAILED;
}

static enum client_event receive(struct client *client, struct nl_cb *cb, struct arrival *arrival)
{
	int err;

	do {
		err = nl_recvmsgs(client->events, cb);
		/* As libnl calls ENOBUFS. */
		if (err == -NLE_NOMEM)
			return lost(client);
	} while (err >= 0 && !arrival->changed && !arrival->gone);
	if (arrival->gone)
		fail_gone(client);
	else if (err >= 0)
		return CLIENT_EVENT_CHANGE;
	else if (!arrival->changed)
		client_fail(client, "cannot listen to changes: %s", nl_geterror(err));
	return CLIENT_EVENT_FAILED;
}

/**
 * client_next() - Wait for a change
 * @client: a connection that listens
 * @record: to be filled in, if there is one; to be freed by history_free_record() then
 *
 * Return: what has come; with @client's error set if nothing more will.
 */
enum client_event client_next(struct client *client, struct record *record)
{
	struct arrival arrival = { .client = client, .record = record };
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	enum client_event event;

	if (!cb) {
		client_fail(client, "out of memory");
		return CLIENT_EVENT_FAILED;
	}
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, &arrival);
	/* What nobody asked for has no number in a sequence. */
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_any, NULL);
	event = receive(client, cb, &arrival);
	nl_cb_put(cb);
	return event;
}
