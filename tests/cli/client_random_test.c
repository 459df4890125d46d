// SPDX-License-Identifier: GPL-2.0
/* The client against a kernel whose answers have a few wrong bytes. */

#include <errno.h>
#include <time.h>

#include "client.h"
#include "kernel_answers.h"
#include "kernel_fake.h"
#include "sources.h"
#include "test.h"

enum { RANDOM_ROUNDS = 20000 };

/* Which answers there would be, and of how many requests in a row the last one is mutated. */
static void (*answer_right)(void);
static unsigned int mutated_request, mutations;

static void answer_mutated(void)
{
	struct sockaddr_nl from;
	char buffer[4096];
	struct iovec part = { buffer, sizeof(buffer) };
	struct msghdr msg = { .msg_name = &from, .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t length;

	answer_right();
	if (fake.requests != mutated_request)
		return;
	/* Each datagram goes once round the queue. */
	for (int i = 0; i < 1 + random() % 3; i++) {
		length = recvmsg(0, &msg, 0);
		if (length <= NLMSG_HDRLEN)
			return;
		for (long n = random() % 4; n; n--)
			buffer[NLMSG_HDRLEN + random() % (length - NLMSG_HDRLEN)] ^=
				1 << random() % 8;
		if (random() % 8 == 0)
			length = NLMSG_HDRLEN + random() % (length - NLMSG_HDRLEN);
		((struct nlmsghdr *)buffer)->nlmsg_len = length;
		fake_queue(buffer, length);
		mutations++;
	}
}

static void assert_rules(const struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		assert_true(rules->list[i].low <= rules->list[i].high &&
			    (!rules->list[i].from ||
			     rules->list[i].action == PORTCLASS_ACTION_ALLOW) &&
			    rules->list[i].scope <= PORTCLASS_SCOPE_FORWARD &&
			    rules->list[i].proto <= PORTCLASS_PROTO_UDP);
}

static void assert_explanation(const struct explanation *it)
{
	assert_true(it->scope == PORTCLASS_SCOPE_IN && it->port == 23 &&
		    it->class <= PORTCLASS_CLASS_DYNAMIC && it->mode <= PORTCLASS_MODE_OBSERVE &&
		    it->track <= PORTCLASS_TRACK_NONE && it->verdict != PORTCLASS_ACTION_UNSET &&
		    it->verdict <= PORTCLASS_ACTION_REJECT &&
		    it->policy <= PORTCLASS_ACTION_REJECT);
}

static void assert_record(const struct record *record)
{
	assert_true(record->cause <= PORTCLASS_CAUSE_SHADOW_DROP &&
		    record->mode <= PORTCLASS_MODE_OBSERVE &&
		    record->track <= PORTCLASS_TRACK_NONE && !strchr(record->reason, '\033') &&
		    !strchr(record->by.command, '\033'));
	assert_rules(&record->rules);
}

static void ask_history(struct client *client)
{
	struct history history;

	if (!client_get_history(client, &history))
		for (size_t i = 0; i < history.count; i++)
			assert_record(&history.list[i]);
	history_free(&history);
}

static struct rules rules;
static struct ports ports;

static void ask(struct client *client, int what)
{
	static const struct rule rule = { .low = 23, .high = 23, .word = "tcp/23" };
	static const struct change change = { .rules = &rule, .rule_count = 1 };
	struct explanation it;
	struct config config;
	struct stats stats;

	switch (what) {
	case 0:
		client_get_all(client, CLIENT_LIVE, &config, &rules);
		assert_rules(&rules);
		break;
	case 1:
		client_get_stats(client, CLIENT_LIVE, NULL, &stats);
		break;
	case 2:
		client_get_ports(client, CLIENT_LIVE, NULL, &ports);
		break;
	case 3:
		if (!client_explain(client, &rule, &it))
			assert_explanation(&it);
		break;
	case 4:
		ask_history(client);
		break;
	case 5:
		client_set(client, &change);
		break;
	}
}

static void test_random(void **state)
{
	static void (*const answers[])(void) = {
		answer_all, answer_stats, answer_ports, answer_explanation, answer_history,
		answer_refusal,
	};
	const char *given = getenv("SEED");
	unsigned int seed = given ? strtoul(given, NULL, 10) : (unsigned long)time(NULL);

	fprintf(stderr, "# client_random_test: SEED=%u\n", seed);
	srandom(seed);
	answer_error = -EINVAL;
	answer_text = "no";
	answer_offset = 60;
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		answer_teardown(state);
		assert_int_equal(answer_setup(state), 0);
		answer_right = answers[i % 6];
		mutated_request = i % 6 ? 1 : 1 + random() % 3;
		fake.answer = answer_mutated;
		answer_sources = random() % 3;
		ask(*state, i % 6);
		if (i % 1000 == 0) {
			rules.count = 0;
			sources_forget();
		}
	}
	assert_true(mutations >= RANDOM_ROUNDS);
	free(rules.list);
	free(ports.list);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		client_test(test_random),
	};

	return cmocka_run_group_tests_name("client_random", tests, NULL, NULL);
}
