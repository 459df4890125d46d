// SPDX-License-Identifier: GPL-2.0
/* A kernel that answers what a test tells it to: it stands behind sendmsg() and recvmsg(). */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/portclass.h>

#include "kernel_fake.h"
#include "memory.h"

/* What the next recvmsg() gets: bytes, or an error. */
struct datagram {
	void *data;
	size_t length;
	int error;
};

struct fake_kernel fake;

static struct datagram *queue;
static size_t first, end, room;

/**
 * fake_reset() - Forget all, and start anew
 * @answer: called with each request but those for the family's number
 */
void fake_reset(void (*answer)(void))
{
	while (first < end)
		free(queue[first++].data);
	first = 0;
	end = 0;
	free(fake.request);
	fake = (struct fake_kernel){ .answer = answer };
}

/**
 * fake_queue() - Answer with bytes
 * @data: the bytes
 * @length: how many there are
 */
void fake_queue(const void *data, size_t length)
{
	queue = memory_grow(queue, &room, end, sizeof(*queue));
	queue[end].data = memory_get(1, length);
	queue[end].length = length;
	queue[end].error = 0;
	memcpy(queue[end++].data, data, length);
}

/**
 * fake_fail() - Answer with an error of the socket
 * @error: one of errno.h
 */
void fake_fail(int error)
{
	fake_queue("", 1);
	queue[end - 1].error = error;
}

/**
 * fake_send() - Answer with a message
 * @msg: the message; freed here
 */
void fake_send(struct nl_msg *msg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);

	hdr->nlmsg_seq = fake.request->nlmsg_seq;
	hdr->nlmsg_pid = fake.request->nlmsg_pid;
	fake_queue(hdr, hdr->nlmsg_len);
	nlmsg_free(msg);
}

/**
 * fake_message() - Start a message of the family
 * @command: the command
 * @flags: netlink's
 *
 * Return: the message, for fake_send().
 */
struct nl_msg *fake_message(int command, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(1 << 16);

	genlmsg_put(msg, 0, 0, FAKE_FAMILY, 0, flags, command, PORTCLASS_FAMILY_VERSION);
	return msg;
}

/**
 * fake_done() - End a dump
 * @error: 0 or a negative errno
 * @flags: besides NLM_F_MULTI
 */
void fake_done(int error, int flags)
{
	struct nl_msg *msg;

	if (fake.endless)
		return;
	msg = nlmsg_alloc();
	nlmsg_put(msg, 0, 0, NLMSG_DONE, 0, NLM_F_MULTI | flags);
	nlmsg_append(msg, &error, sizeof(error), NLMSG_ALIGNTO);
	fake_send(msg);
}

/**
 * fake_error() - Refuse a request, or acknowledge it
 * @error: 0 or a negative errno
 * @text: what the kernel says about it, or NULL
 * @offset: the place in the request that it means, or NULL
 */
void fake_error(int error, const char *text, const __u32 *offset)
{
	struct nlmsgerr body = { .error = error, .msg = *fake.request };
	struct nl_msg *msg;

	if (fake.endless && !error)
		return;
	msg = nlmsg_alloc();
	nlmsg_put(msg, 0, 0, NLMSG_ERROR, 0,
		  NLM_F_CAPPED | (text || offset ? NLM_F_ACK_TLVS : 0));
	nlmsg_append(msg, &body, sizeof(body), NLMSG_ALIGNTO);
	if (text)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, text);
	if (offset)
		nla_put_u32(msg, NLMSGERR_ATTR_OFFS, *offset);
	fake_send(msg);
}

static void put_group(struct nl_msg *msg)
{
	struct nlattr *groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	struct nlattr *group = nla_nest_start(msg, 1);

	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, FAKE_GROUP);
	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, PORTCLASS_MCGRP_HISTORY);
	nla_nest_end(msg, group);
	nla_nest_end(msg, groups);
}

static void answer_family(void)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (fake.gone) {
		nlmsg_free(msg);
		fake_error(-ENOENT, NULL, NULL);
		return;
	}

	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_NEWFAMILY, 2);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, FAKE_FAMILY);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, PORTCLASS_FAMILY_NAME);
	put_group(msg);
	fake_send(msg);
	fake_error(0, NULL, NULL);
}

/* In place of the C library's, also for what libnl calls. */
ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	const struct iovec *part = msg->msg_iov;

	(void)fd;
	(void)flags;
	free(fake.request);
	fake.request = memory_get(1, part->iov_len);
	memcpy(fake.request, part->iov_base, part->iov_len);
	if (fake.request->nlmsg_type == GENL_ID_CTRL) {
		answer_family();
	} else {
		fake.requests++;
		fake.answer();
	}
	return part->iov_len;
}

/* In place of the C library's, also for what libnl calls. */
ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK, .nl_pid = fake.sender };
	struct datagram *next = &queue[first];
	size_t length;

	(void)fd;
	if (first == end && fake.endless) {
		first = 0;
		end = 0;
		fake.answer();
		next = queue;
	}
	if (first == end) {
		errno = EAGAIN;
		return -1;
	}
	if (next->error) {
		errno = next->error;
		free(next->data);
		first++;
		return -1;
	}
	length = next->length < msg->msg_iov->iov_len ? next->length : msg->msg_iov->iov_len;
	if (length)
		memcpy(msg->msg_iov->iov_base, next->data, length);
	memcpy(msg->msg_name, &from, sizeof(from));
	msg->msg_namelen = sizeof(from);
	msg->msg_controllen = 0;
	msg->msg_flags = length < next->length ? MSG_TRUNC : 0;
	if (flags & MSG_TRUNC)
		length = next->length;
	if (!(flags & MSG_PEEK)) {
		free(next->data);
		first++;
	}
	return length;
}

/* In place of the C library's, also for what libnl calls. No socket option matters here but one. */
int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	(void)fd;
	(void)length;
	if (level != SOL_NETLINK || name != NETLINK_ADD_MEMBERSHIP)
		return 0;
	if (fake.no_groups) {
		errno = EPERM;
		return -1;
	}
	fake.groups[fake.group_count++ % FAKE_GROUPS] = *(const int *)value;
	return 0;
}
