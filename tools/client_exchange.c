// SPDX-License-Identifier: GPL-2.0
/* One request and its answers: acknowledgments, errors and what the kernel says about them. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/netlink.h>

#include "client_exchange.h"

enum {
	/* Times to ask again, while somebody else changes what is being told. */
	TRIES = 10,
	/* The longest answer has one for each port, and others may send some, too. */
	MESSAGES_MAX = 2 * SCOPES * PROTOS * PORTS,
};

/* The last word that starts before the offset's attribute ends. */
static const char *word_at(const struct exchange *exchange, __u32 offset)
{
	for (size_t i = 0; i < exchange->mark_count; i++)
		if (offset < exchange->marks[i].end)
			return exchange->marks[i].word;
	return NULL;
}

static const char other_version[] = "the module and this command may be of different versions";

static const char *hint_for(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return "needs CAP_NET_ADMIN (try sudo)";
	case EOPNOTSUPP:
		return other_version;
	default:
		return NULL;
	}
}

/* The kernel's own words about an error, and the place in our request that it points at. */
static void read_extack(struct exchange *exchange, struct nlattr *attrs, int length)
{
	static const struct nla_policy policy[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_MSG] = { .type = NLA_STRING },
		[NLMSGERR_ATTR_OFFS] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_NEST] = { .type = NLA_U32 },
	};
	struct client_error *error = &exchange->client->error;
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	const char *text;
	size_t i, room;

	/* libnl has no const here, and writes nothing. */
	if (nla_parse(tb, NLMSGERR_ATTR_MAX, attrs, length, (struct nla_policy *)policy) < 0)
		return;
	if (tb[NLMSGERR_ATTR_MSG]) {
		text = nla_data(tb[NLMSGERR_ATTR_MSG]);
		room = nla_len(tb[NLMSGERR_ATTR_MSG]);
		if (room >= sizeof(error->text))
			room = sizeof(error->text) - 1;
		for (i = 0; i < room && text[i]; i++)
			error->text[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
		error->text[i] = '\0';
		/* Where the kernel says why, it knows the request. */
		if (error->hint == other_version)
			error->hint = NULL;
	}
	if (tb[NLMSGERR_ATTR_OFFS])
		error->word = word_at(exchange, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]));
	else if (tb[NLMSGERR_ATTR_MISS_NEST])
		error->word = word_at(exchange, nla_get_u32(tb[NLMSGERR_ATTR_MISS_NEST]));
}

/* @skip bytes of @hdr's payload come before the attributes that tell more. */
static void refused(struct exchange *exchange, int error, struct nlmsghdr *hdr, size_t skip)
{
	struct client *client = exchange->client;
	size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(skip);

	exchange->failed = true;
	client_fail(client, "%s", strerror(error));
	client->error.kernel = true;
	client->error.number = error;
	client->error.hint = hint_for(error);
	if (hdr->nlmsg_flags & NLM_F_ACK_TLVS && hdr->nlmsg_len > start)
		read_extack(exchange, (struct nlattr *)((char *)hdr + start),
			    hdr->nlmsg_len - start);
	else if (error == ENOENT)
		/* The family's number is nobody's: it went away since we asked for it. */
		client_fail(client, exchange->table == CLIENT_SHADOW ?
			    "the shadow table, or the module, went away meanwhile" :
			    "the portclass module was unloaded meanwhile");
	else if (error == EPROTONOSUPPORT)
		/* What a dump is told in between, see __netlink_dump_start(). */
		client_fail(client, "the portclass module is being unloaded");
}

/* Errors come negative, and none is past 4095. */
static int to_errno(int error)
{
	return error < 0 && error >= -4095 ? -error : EPROTO;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *answer, void *arg)
{
	struct nlmsghdr *hdr = (struct nlmsghdr *)((char *)answer - NLMSG_HDRLEN);
	struct exchange *exchange = arg;
	size_t skip = sizeof(*answer);

	(void)from;
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED) && answer->msg.nlmsg_len > NLMSG_HDRLEN)
		skip += answer->msg.nlmsg_len - NLMSG_HDRLEN;
	refused(exchange, to_errno(answer->error), hdr, skip);
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;

	(void)msg;
	exchange->done = true;
	return NL_STOP;
}

/* A dump that fails half-way says so in its last message. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct exchange *exchange = arg;
	int error;

	exchange->done = true;
	if (nlmsg_datalen(hdr) < (int)sizeof(error))
		return NL_OK;
	memcpy(&error, nlmsg_data(hdr), sizeof(error));
	if (error < 0 && !exchange->failed)
		refused(exchange, to_errno(error), hdr, sizeof(error));
	return NL_OK;
}

static int on_interrupt(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;

	(void)msg;
	exchange->interrupted = true;
	return NL_OK;
}

/* Only the kernel may answer, and not without an end. */
static int on_message(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;

	if (++exchange->messages > MESSAGES_MAX) {
		exchange->failed = true;
		client_fail(exchange->client, "the kernel's answer has no end");
		return NL_STOP;
	}
	return nlmsg_get_src(msg)->nl_pid ? NL_SKIP : NL_OK;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct exchange *exchange = arg;
	struct genlmsghdr *genl;

	/* The rest of a dump that nobody wants any more still has to be read. */
	if (exchange->failed || !exchange->answer || hdr->nlmsg_type != exchange->client->family)
		return NL_OK;
	if (!genlmsg_valid_hdr(hdr, 0)) {
		exchange->failed = true;
		client_fail(exchange->client, "the kernel's answer is cut off");
		return NL_OK;
	}
	genl = genlmsg_hdr(hdr);
	if (exchange->answer(exchange, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0)))
		exchange->failed = true;
	return NL_OK;
}

static int make_room(struct client *client, struct nl_msg *msg)
{
	/* The kernel counts some of its own bookkeeping as part of the message. */
	int fd = nl_socket_get_fd(client->sock), size = nlmsg_hdr(msg)->nlmsg_len + 4096, got = 0;
	socklen_t length = sizeof(got);

	if (size <= 32768)
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &got, &length) || got >= size)
		return 0;
	client_fail(client, "the request is too big: %u bytes, and this user may send %d at once",
		    nlmsg_hdr(msg)->nlmsg_len, got);
	client->error.hint = "ask for fewer ports, or for ranges, or raise net.core.wmem_max";
	return -1;
}

static struct nl_cb *callbacks(struct exchange *exchange)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	if (!cb)
		return NULL;
	nl_cb_set(cb, NL_CB_MSG_IN, NL_CB_CUSTOM, on_message, exchange);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, exchange);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, exchange);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, exchange);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupt, exchange);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, exchange);
	return cb;
}

static int receive(struct exchange *exchange, struct nl_cb *cb)
{
	struct client *client = exchange->client;
	unsigned int before;
	int err;

	do {
		before = exchange->messages;
		err = nl_recvmsgs(client->sock, cb);
		if (exchange->failed)
			return -1;
		if (err == -NLE_AGAIN)
			return client_fail(client, "no answer from the kernel");
		if (err < 0)
			return client_fail(client, "no good answer from the kernel: %s",
					   nl_geterror(err));
		/* A datagram with nothing in it; libnl leaves it in the socket, for ever. */
		if (exchange->messages == before)
			return client_fail(client, "no good answer from the kernel: no message");
	} while (!exchange->done);
	return 0;
}

/**
 * client_exchange() - Send a request and take the answers
 * @exchange: the request; the message is freed by the caller
 *
 * After an error, answers may be left in the socket: the client is only good to be closed then.
 *
 * Return: 0, or -1 with the client's error set.
 */
int client_exchange(struct exchange *exchange)
{
	struct client *client = exchange->client;
	struct nl_cb *cb;
	int err;

	exchange->messages = 0;
	exchange->done = false;
	exchange->failed = false;
	exchange->interrupted = false;
	nl_complete_msg(client->sock, exchange->msg);
	if (make_room(client, exchange->msg))
		return -1;
	err = nl_send(client->sock, exchange->msg);
	if (err == -NLE_MSGSIZE)
		return client_fail(client, "the request is too big: %u bytes",
				   nlmsg_hdr(exchange->msg)->nlmsg_len);
	if (err < 0)
		return client_fail(client, "cannot send the request: %s", nl_geterror(err));
	cb = callbacks(exchange);
	if (!cb)
		return client_fail(client, "out of memory");
	err = receive(exchange, cb);
	nl_cb_put(cb);
	return err;
}

/**
 * client_ask() - Send a request that may be about the shadow table, and take the answers
 * @exchange: the request; the message is freed by the caller
 * @shadow: the attribute that says so, which has room left
 *
 * Return: 0, or -1 with the client's error set.
 */
int client_ask(struct exchange *exchange, int shadow)
{
	if (exchange->table == CLIENT_SHADOW && nla_put_flag(exchange->msg, shadow))
		return client_fail(exchange->client, "the request did not fit its message");
	return client_exchange(exchange);
}

/**
 * client_settle() - Ask until nothing changes meanwhile
 * @client: who asks
 * @ask: says 0, -1 with @client's error set, or 1 if something changed
 * @arg: for @ask
 *
 * Return: 0, or -1 with @client's error set.
 */
int client_settle(struct client *client, int (*ask)(void *arg), void *arg)
{
	int err;

	for (int i = 0; i < TRIES; i++) {
		err = ask(arg);
		if (err <= 0)
			return err;
	}
	return client_fail(client, "the configuration keeps changing; tried %d times", TRIES);
}

static int dump(void *arg)
{
	struct exchange *exchange = arg;

	nlmsg_hdr(exchange->msg)->nlmsg_seq = NL_AUTO_SEQ;
	exchange->restart(exchange->arg);
	return client_exchange(exchange) ?: exchange->interrupted;
}

/**
 * client_dump() - Take a whole dump, again if something changed meanwhile
 * @exchange: the request; freed here
 *
 * Return: 0, or -1 with the client's error set.
 */
int client_dump(struct exchange *exchange)
{
	int err = client_settle(exchange->client, dump, exchange);

	nlmsg_free(exchange->msg);
	return err;
}
