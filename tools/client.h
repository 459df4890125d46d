/* SPDX-License-Identifier: GPL-2.0 */
/* Talks to the kernel. The files client*.c are the only ones that know libnl. */
#ifndef PORTCLASSCTL_CLIENT_H
#define PORTCLASSCTL_CLIENT_H

#include "history.h"
#include "model.h"

/**
 * struct client_error - Why something was not done
 * @kernel: the kernel says so
 * @number: by this number of errno.h, 0 if it says nothing
 * @text: what it is
 * @hint: what may help, or NULL
 * @word: the word that was typed and that the kernel doesn't like, or NULL
 */
struct client_error {
	bool kernel;
	int number;
	char text[256];
	const char *hint;
	const char *word;
};

/**
 * enum client_table - What is asked for
 * @CLIENT_LIVE: the table that decides on packets
 * @CLIENT_SHADOW: the one that is evaluated beside it
 */
enum client_table {
	CLIENT_LIVE,
	CLIENT_SHADOW,
};

/**
 * struct change - A change of the configuration, done as a whole or not at all
 * @flush: first forget all there is
 * @policies: policies to set
 * @policy_count: how many there are
 * @rules: rules to set
 * @rule_count: how many there are
 * @mode: mode to change to, NULL to leave it
 * @mode_word: the word that it was typed as
 * @track: tracking to change to, NULL to leave it
 * @track_word: the word that it was typed as
 * @confirm: seconds after which it is taken back unless it is confirmed, 0 for never
 * @force: even if another change waits to be confirmed
 * @reason: why, NULL if nobody says
 * @shadow: change nothing yet: what would come of it is the shadow table
 * @promote: all of it is what the shadow table has, which becomes the live one
 */
struct change {
	bool flush;
	const struct policy *policies;
	size_t policy_count;
	const struct rule *rules;
	size_t rule_count;
	const enum portclass_mode *mode;
	const char *mode_word;
	const enum portclass_track *track;
	const char *track_word;
	unsigned int confirm;
	bool force;
	const char *reason;
	bool shadow;
	bool promote;
};

struct client;

struct client *client_open(struct client_error *error);
void client_close(struct client *client);
const struct client_error *client_get_error(const struct client *client);

int client_set(struct client *client, const struct change *change);
int client_confirm(struct client *client, const char *reason);
int client_drop_shadow(struct client *client, const char *reason);
int client_get_config(struct client *client, enum client_table table, struct config *config);
int client_get_all(struct client *client, enum client_table table, struct config *config,
		   struct rules *rules);
int client_get_stats(struct client *client, enum client_table table,
		     const enum portclass_scope *only, struct stats *stats);
int client_get_ports(struct client *client, enum client_table table,
		     const enum portclass_scope *only, struct ports *ports);
int client_explain(struct client *client, const struct rule *port,
		   struct explanation *explanation);
int client_get_history(struct client *client, struct history *history);

/**
 * enum client_event - What has come to who listens
 * @CLIENT_EVENT_CHANGE: a change
 * @CLIENT_EVENT_LOST: nothing, but there were more changes than the socket could hold
 * @CLIENT_EVENT_FAILED: nothing, and nothing will: there is an error
 */
enum client_event {
	CLIENT_EVENT_CHANGE,
	CLIENT_EVENT_LOST,
	CLIENT_EVENT_FAILED,
};

int client_listen(struct client *client);
enum client_event client_next(struct client *client, struct record *record);

#endif
