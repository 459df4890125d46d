// SPDX-License-Identifier: GPL-2.0
/* Whose an address is. */

#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "address.h"

/**
 * struct question - Which way to an address?
 * @hdr: netlink's header
 * @route: what is asked
 * @attr: the header of
 * @to: the address
 */
struct question {
	struct nlmsghdr hdr;
	struct rtmsg route;
	struct rtattr attr;
	unsigned char to[16];
};

union answer {
	struct nlmsghdr hdr;
	char room[4096];
};

/* Who has no address yet sends from it, and nobody else; as a destination it is this host. */
static bool is_unspecified(const struct address *address)
{
	static const unsigned char zeros[16];

	return !memcmp(address->bytes, zeros, address->family == AF_INET ? 4 : 16);
}

static bool ask(int fd, const struct address *address, union answer *answer)
{
	size_t size = address->family == AF_INET ? 4 : 16;
	struct question question = {
		.hdr = {
			.nlmsg_len = offsetof(struct question, to) + size,
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.route = { .rtm_family = address->family, .rtm_dst_len = 8 * size },
		.attr = { .rta_len = RTA_LENGTH(size), .rta_type = RTA_DST },
	};
	ssize_t got;

	memcpy(question.to, address->bytes, size);
	if (send(fd, &question, question.hdr.nlmsg_len, 0) < 0)
		return false;
	got = recv(fd, answer, sizeof(*answer), 0);
	return got >= (ssize_t)NLMSG_SPACE(sizeof(struct rtmsg)) &&
	       answer->hdr.nlmsg_type == RTM_NEWROUTE;
}

/**
 * address_is_ours() - Does a packet to an address stay in the present network namespace?
 * @address: the address
 *
 * The kernel's routes know: of addresses, of whole networks as 127.0.0.0/8, and that a broadcast
 * or multicast address is nobody's. Whether a socket can be bound to it says less: that depends
 * on net.ipv4.ip_nonlocal_bind.
 *
 * Return: true if it does.
 */
bool address_is_ours(const struct address *address)
{
	const struct rtmsg *route;
	union answer answer;
	bool ours;
	int fd;

	if (is_unspecified(address))
		return false;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return false;
	route = NLMSG_DATA(&answer.hdr);
	ours = ask(fd, address, &answer) && route->rtm_type == RTN_LOCAL;
	close(fd);
	return ours;
}
