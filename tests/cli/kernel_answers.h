/* SPDX-License-Identifier: GPL-2.0 */
/* Answers of a kernel: right ones, from which a test may leave something out, and wrong ones. */
#ifndef PORTCLASSCTL_KERNEL_ANSWERS_H
#define PORTCLASSCTL_KERNEL_ANSWERS_H

#include <stdbool.h>
#include <linux/types.h>

/*
 * What right answers leave out: an attribute of the message, one of its nests, so
 * many of the nests that there may be; 0 for nothing.
 */
extern int answer_without, answer_nest_without, answer_less;

/* Seconds until a change is taken back, 0 if none waits. */
extern unsigned int answer_pending;

/* There is a shadow table. */
extern bool answer_shadow;

/* Sources of each rule: how many, of how many bytes and bits, -1 for none; its action then. */
extern unsigned int answer_sources;
extern int answer_source_size, answer_source_length, answer_source_action;

/* What answer_refusal() says; no text and no offset if they are 0. */
extern int answer_error;
extern const char *answer_text;
extern __u32 answer_offset;

/* A test that is given a client. */
#define client_test(name) \
	cmocka_unit_test_setup_teardown(name, answer_setup, answer_teardown)

int answer_setup(void **state);
int answer_teardown(void **state);

void answer_all(void);
void answer_restless_config(void);
void answer_restless_rules(void);
void answer_never_resting_rules(void);
void answer_stats(void);
void answer_ports(void);
void answer_restless_ports(void);
void answer_explanation(void);
void answer_odd_explanation(void);
void answer_open_explanation(void);
void answer_history(void);
void answer_odd_rule(void);
void answer_nothing(void);
void answer_no_end(void);
void answer_failing_dump(void);
void answer_refusal(void);

void answer_event(int cause, unsigned int generation);
void answer_end(int family, const char *name);

#endif
