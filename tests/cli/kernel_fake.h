/* SPDX-License-Identifier: GPL-2.0 */
/* A kernel that answers what a test tells it to: it stands behind sendmsg() and recvmsg(). */
#ifndef PORTCLASSCTL_KERNEL_FAKE_H
#define PORTCLASSCTL_KERNEL_FAKE_H

#include <stdbool.h>
#include <netlink/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

enum {
	FAKE_FAMILY = 0x23,
	FAKE_GROUP = 7,
	FAKE_GROUPS = 4,
};

/**
 * struct fake_kernel - What goes in and out
 * @answer: called with each request; queues what is to be answered
 * @request: the last request
 * @requests: how many came
 * @sender: the port that answers come from; the kernel's is 0
 * @endless: no answer ends: it comes again and again
 * @gone: the family is unknown
 * @no_groups: nobody may listen to a group
 * @groups: the groups that somebody listens to
 * @group_count: how many there are
 */
struct fake_kernel {
	void (*answer)(void);
	struct nlmsghdr *request;
	unsigned int requests;
	__u32 sender;
	bool endless;
	bool gone;
	bool no_groups;
	int groups[FAKE_GROUPS];
	unsigned int group_count;
};

extern struct fake_kernel fake;

void fake_reset(void (*answer)(void));
void fake_queue(const void *data, size_t length);
void fake_fail(int error);
void fake_send(struct nl_msg *msg);
struct nl_msg *fake_message(int command, int flags);
void fake_done(int error, int flags);
void fake_error(int error, const char *text, const __u32 *offset);

#endif
