// SPDX-License-Identifier: GPL-2.0
/* The changes that there have been: as the kernel tells them, at once and as they happen. */

#include <errno.h>
#include <linux/genetlink.h>

#include "client.h"
#include "kernel_answers.h"
#include "kernel_fake.h"
#include "memory.h"
#include "test.h"

static void assert_error(struct client *client, const char *text)
{
	const char *said = client_get_error(client)->text;

	if (!strstr(said, text))
		fail_msg("'%s' does not say '%s'", said, text);
}

static void assert_request(const struct record *record)
{
	assert_int_equal(record->cause, PORTCLASS_CAUSE_REQUEST);
	assert_int_equal(record->time, 1795309574123456789);
	assert_true(record->by.known);
	assert_int_equal(record->by.uid, 0);
	assert_true(record->by.logged_in);
	assert_int_equal(record->by.login_uid, 1000);
	assert_int_equal(record->by.pid, 4711);
	assert_string_equal(record->by.command, "a?[2Jb");
	assert_string_equal(record->reason, "grüß???");
	assert_int_equal(record->confirm, 60);
	assert_true(record->flush);
	assert_true(record->has_mode);
	assert_int_equal(record->mode, PORTCLASS_MODE_OBSERVE);
	assert_true(record->has_track);
	assert_int_equal(record->track, PORTCLASS_TRACK_NONE);
	assert_int_equal(record->policy_count, 1);
	assert_int_equal(record->policies[0].scope, PORTCLASS_SCOPE_OUT);
	assert_int_equal(record->policies[0].class, PORTCLASS_CLASS_DYNAMIC);
	assert_int_equal(record->policies[0].action, PORTCLASS_ACTION_ALLOW);
	assert_int_equal(record->rules.count, 2);
	assert_int_equal(record->rules.list[1].low, 5);
	assert_int_equal(record->rules.list[1].high, 9);
	assert_int_equal(record->left_out, 17);
}

static void test_history(void **state)
{
	struct history history;

	fake.answer = answer_history;
	assert_int_equal(client_get_history(*state, &history), 0);
	assert_int_equal(genlmsg_hdr(fake.request)->cmd, PORTCLASS_CMD_HISTORY_GET);
	assert_true(fake.request->nlmsg_flags & NLM_F_DUMP);
	assert_int_equal(history.count, 3);
	assert_int_equal(history.list[0].generation, 5);
	assert_request(&history.list[0]);
	assert_int_equal(history.list[1].cause, PORTCLASS_CAUSE_CONFIRM);
	assert_int_equal(history.list[2].cause, PORTCLASS_CAUSE_REVERT);
	assert_false(history.list[2].by.known);
	assert_false(history.list[2].flush);
	assert_string_equal(history.list[2].reason, "");
	history_free(&history);
	assert_null(history.list);
}

static void test_missing(void **state)
{
	static const int needed[] = {
		PORTCLASS_A_HISTORY_GENERATION, PORTCLASS_A_HISTORY_CAUSE,
		PORTCLASS_A_HISTORY_TIME, PORTCLASS_A_HISTORY_PID, PORTCLASS_A_HISTORY_COMMAND,
	};
	struct history history;

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		answer_teardown(state);
		assert_int_equal(answer_setup(state), 0);
		fake.answer = answer_history;
		answer_without = needed[i];
		assert_int_equal(client_get_history(*state, &history), -1);
		assert_error(*state, "the kernel's answer lacks ");
		history_free(&history);
	}
}

/* Who starts with the system has not logged in. */
static void test_no_login(void **state)
{
	struct history history;

	fake.answer = answer_history;
	answer_without = PORTCLASS_A_HISTORY_LOGIN_UID;
	assert_int_equal(client_get_history(*state, &history), 0);
	assert_true(history.list[0].by.known);
	assert_false(history.list[0].by.logged_in);
	history_free(&history);
}

/* By which change others are kept waiting. */
static void test_waiting(void **state)
{
	enum {
		R = PORTCLASS_CAUSE_REQUEST,
		C = PORTCLASS_CAUSE_CONFIRM,
		B = PORTCLASS_CAUSE_REVERT,
		P = PORTCLASS_CAUSE_PROMOTE,
	};
	static const struct {
		int cause[5];
		__u32 confirm[5];
		int found;
	} cases[] = {
		{ { R, R, R, R, R }, { 0, 0, 0, 0, 0 }, -1 },
		{ { R, R, R, R, R }, { 0, 0, 0, 0, 9 }, 4 },
		{ { R, R, R, R, R }, { 0, 9, 0, 8, 0 }, 1 },
		{ { R, C, R, R, R }, { 9, 0, 0, 0, 0 }, -1 },
		{ { R, B, R, R, R }, { 9, 0, 0, 0, 0 }, -1 },
		{ { R, B, R, R, R }, { 9, 0, 0, 7, 7 }, 3 },
		{ { R, R, R, R, C }, { 9, 9, 9, 9, 0 }, -1 },
		{ { R, C, R, C, R }, { 9, 0, 9, 0, 9 }, 4 },
		{ { R, P, R, R, R }, { 0, 9, 0, 0, 0 }, 1 },
		{ { P, R, P, R, P }, { 0, 9, 0, 0, 9 }, 1 },
		{ { R, P, B, P, R }, { 0, 9, 0, 0, 0 }, -1 },
	};
	struct record list[5];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct history history = { .list = list, .count = 5 };
		const struct record *found;

		for (int j = 0; j < 5; j++)
			list[j] = (struct record){
				.cause = cases[i].cause[j], .confirm = cases[i].confirm[j],
			};
		found = history_find_waiting(&history);
		if (cases[i].found < 0)
			assert_null(found);
		else
			assert_ptr_equal(found, &list[cases[i].found]);
	}
}

static void assert_change(struct client *client, __u32 generation)
{
	struct record record;

	assert_int_equal(client_next(client, &record), CLIENT_EVENT_CHANGE);
	assert_int_equal(record.generation, generation);
	if (record.cause == PORTCLASS_CAUSE_REQUEST)
		assert_request(&record);
	history_free_record(&record);
}

static void test_events(void **state)
{
	struct record record;

	assert_int_equal(client_listen(*state), 0);
	assert_int_equal(fake.group_count, 2);
	assert_int_equal(fake.groups[0], GENL_ID_CTRL);
	assert_int_equal(fake.groups[1], FAKE_GROUP);
	answer_event(PORTCLASS_CAUSE_REQUEST, 7);
	answer_event(PORTCLASS_CAUSE_CONFIRM, 7);
	assert_change(*state, 7);
	assert_change(*state, 7);
	/* What others lose is theirs. */
	answer_end(FAKE_FAMILY, "another");
	answer_end(FAKE_FAMILY + 1, PORTCLASS_FAMILY_NAME);
	answer_event(PORTCLASS_CAUSE_REVERT, 8);
	assert_change(*state, 8);
	answer_end(FAKE_FAMILY, PORTCLASS_FAMILY_NAME);
	assert_int_equal(client_next(*state, &record), CLIENT_EVENT_FAILED);
	assert_error(*state, "the portclass module was unloaded");
}

static void test_lost_events(void **state)
{
	struct record record;

	assert_int_equal(client_listen(*state), 0);
	fake_fail(ENOBUFS);
	assert_int_equal(client_next(*state, &record), CLIENT_EVENT_LOST);
	answer_event(PORTCLASS_CAUSE_REQUEST, 9);
	assert_change(*state, 9);
	/* The end of the family may have been among what was lost. */
	fake_fail(ENOBUFS);
	fake.gone = true;
	assert_int_equal(client_next(*state, &record), CLIENT_EVENT_FAILED);
	assert_error(*state, "the portclass module was unloaded");
}

static void test_odd_events(void **state)
{
	struct record record;

	assert_int_equal(client_listen(*state), 0);
	answer_without = PORTCLASS_A_HISTORY_TIME;
	answer_event(PORTCLASS_CAUSE_REQUEST, 7);
	assert_int_equal(client_next(*state, &record), CLIENT_EVENT_FAILED);
	assert_error(*state, "the kernel's answer lacks the time of a change");
	answer_without = 0;
	/* Only the kernel may tell: nothing is left after what somebody else says. */
	fake.sender = 4711;
	answer_event(PORTCLASS_CAUSE_REQUEST, 7);
	assert_int_equal(client_next(*state, &record), CLIENT_EVENT_FAILED);
	assert_error(*state, "cannot listen");
}

static void test_may_not_listen(void **state)
{
	fake.no_groups = true;
	assert_int_equal(client_listen(*state), -1);
	assert_error(*state, "cannot listen to changes");
	assert_string_equal(client_get_error(*state)->hint, "needs CAP_NET_ADMIN (try sudo)");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		client_test(test_history),
		client_test(test_missing),
		client_test(test_no_login),
		cmocka_unit_test(test_waiting),
		client_test(test_events),
		client_test(test_lost_events),
		client_test(test_odd_events),
		client_test(test_may_not_listen),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
