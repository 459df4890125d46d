/* SPDX-License-Identifier: GPL-2.0 */
/* The commands, and what they are told. */
#ifndef PORTCLASSCTL_CMD_H
#define PORTCLASSCTL_CMD_H

#include "client.h"
#include "print.h"
#include "report.h"
#include "sample.h"
#include "words.h"

/**
 * struct cmd - A command line without its grammar
 * @line: all its words, to point at
 * @words: those behind the command, options left out
 * @count: how many there are
 * @netns: the network namespace, NULL for the present one
 * @json: print JSON
 * @exact: print all digits
 * @coloured: print colours
 * @terminal: print on a terminal that can be cleared
 * @check: read a file, and leave it at that
 * @diff: print what a file would change
 * @all: print what is zero, too
 * @by_port: by port rather than by class
 * @sort: which ports come first
 * @limit: only so many ports or changes, 0 for all
 * @watch: again after so many milliseconds, 0 for once only
 * @rounds: so often, 0 for ever
 * @confirm: take the change back after so many seconds, 0 for never
 * @force: change it, whatever waits to be confirmed and whoever is locked out
 * @reason: why it is changed, NULL if nobody says
 */
struct cmd {
	const struct words *line;
	const char *const *words;
	size_t count;
	const char *netns;
	bool json;
	bool exact;
	bool coloured;
	bool terminal;
	bool check;
	bool diff;
	bool all;
	bool by_port;
	enum sample_sort sort;
	unsigned int limit;
	unsigned int watch;
	unsigned int rounds;
	unsigned int confirm;
	bool force;
	const char *reason;
};

struct client *cmd_connect(const struct cmd *cmd);
int cmd_change(const struct cmd *cmd, const struct words *words, const struct change *change);
void cmd_tell_pending(struct print *print, const struct cmd *cmd, unsigned int seconds);
const char *cmd_say(const struct cmd *cmd, const char *word, char text[320]);
struct print cmd_print(const struct cmd *cmd);
int cmd_print_end(struct print *print);

/* Each returns the exit status. */
int cmd_allow(const struct cmd *cmd);
int cmd_deny(const struct cmd *cmd);
int cmd_reject(const struct cmd *cmd);
int cmd_unset(const struct cmd *cmd);
int cmd_policy(const struct cmd *cmd);
int cmd_mode(const struct cmd *cmd);
int cmd_track(const struct cmd *cmd);
int cmd_flush(const struct cmd *cmd);
int cmd_confirm(const struct cmd *cmd);
int cmd_show(const struct cmd *cmd);
int cmd_save(const struct cmd *cmd);
int cmd_apply(const struct cmd *cmd);
int cmd_restore(const struct cmd *cmd);
int cmd_shadow(const struct cmd *cmd);
int cmd_stats(const struct cmd *cmd);
int cmd_explain(const struct cmd *cmd);
int cmd_history(const struct cmd *cmd);
int cmd_monitor(const struct cmd *cmd);
int cmd_load(const struct cmd *cmd);
int cmd_unload(const struct cmd *cmd);

#endif
