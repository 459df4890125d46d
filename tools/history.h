/* SPDX-License-Identifier: GPL-2.0 */
/* The changes that there have been: who made them, when, why, and what they were. */
#ifndef PORTCLASSCTL_HISTORY_H
#define PORTCLASSCTL_HISTORY_H

#include "model.h"

/**
 * struct author - Who asked for a change
 * @known: somebody did; otherwise it was the kernel itself
 * @uid: his user
 * @logged_in: he has logged in, as
 * @login_uid: this user
 * @pid: of his process
 * @command: of his process, fit to be printed
 */
struct author {
	bool known;
	__u32 uid;
	bool logged_in;
	__u32 login_uid;
	__u32 pid;
	char command[64];
};

/**
 * struct record - A change that was made
 * @generation: of the configuration after it
 * @cause: why it was made
 * @time: nanoseconds since 1970
 * @by: who asked for it
 * @reason: his reason, fit to be printed; empty if he gave none
 * @confirm: to be confirmed within so many seconds, 0 if it needn't be
 * @flush: it forgot all there was
 * @has_mode: it changed to
 * @mode: this mode
 * @has_track: it changed to
 * @track: this tracking
 * @policies: policies that it set
 * @policy_count: how many there are
 * @policy_room: how many fit without growing
 * @rules: rules that it set
 * @left_out: how many more rules and policies it had
 */
struct record {
	__u32 generation;
	enum portclass_cause cause;
	__u64 time;
	struct author by;
	char reason[256];
	__u32 confirm;
	bool flush;
	bool has_mode;
	enum portclass_mode mode;
	bool has_track;
	enum portclass_track track;
	struct policy *policies;
	size_t policy_count;
	size_t policy_room;
	struct rules rules;
	__u32 left_out;
};

/**
 * struct history - The last changes, the oldest first
 * @list: the changes
 * @count: how many there are
 * @room: how many fit without growing
 */
struct history {
	struct record *list;
	size_t count;
	size_t room;
};

void history_free_record(struct record *record);
void history_free(struct history *history);
const struct record *history_find_waiting(const struct history *history);

#endif
