/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_HISTORY_H
#define _PORTCLASS_HISTORY_H

#include <linux/sched.h>
#include <linux/uidgid.h>
#include <net/genetlink.h>
#include <uapi/linux/portclass.h>

/* Changes that are kept, and bytes of what each asked for: 75 KiB at most. */
#define PORTCLASS_HISTORY_CHANGES	64
#define PORTCLASS_HISTORY_BYTES		1024

/**
 * struct portclass_change - a change of the configuration
 * @time: nanoseconds since 1970, UTC
 * @generation: of the configuration after it
 * @cause: enum portclass_cause
 * @by: who asked for it; unset if it was the kernel
 * @by.uid: his
 * @by.login_uid: as which he has logged in, if he has
 * @by.pid: of his process, as the initial PID namespace numbers it
 * @by.command: of his process
 * @left_out: rules and policies that @attrs has no room for
 * @length: of @attrs, bytes
 * @attrs: what was asked for, as attributes of the set "history"
 */
struct portclass_change {
	u64 time;
	u32 generation;
	u8 cause;
	struct {
		kuid_t uid;
		kuid_t login_uid;
		pid_t pid;
		char command[TASK_COMM_LEN];
	} by;
	u32 left_out;
	unsigned int length;
	u8 attrs[];
};

/**
 * struct portclass_history - the last changes of a namespace
 * @count: changes there have been
 * @ring: the last of them, by their number modulo its size
 */
struct portclass_history {
	u64 count;
	struct portclass_change *ring[PORTCLASS_HISTORY_CHANGES];
};

struct portclass_history *portclass_history_alloc(void);
void portclass_history_free(struct portclass_history *history);
void portclass_history_add(struct portclass_history *history,
			   struct portclass_change *change);

struct portclass_change *portclass_change_alloc(enum portclass_cause cause,
						const struct genl_info *info);
int portclass_change_put(struct sk_buff *skb, struct user_namespace *owner,
			 const struct portclass_change *change);

#endif /* _PORTCLASS_HISTORY_H */
