// SPDX-License-Identifier: GPL-2.0
/* stats: the counters, once or again and again. */

#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include "cmd.h"
#include "grammar.h"
#include "signals.h"

static __u64 milliseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* A connection for each sample: the module may have come back under another number. */
static int take(const struct cmd *cmd, const enum portclass_scope *only, struct sample *sample)
{
	struct client *client = cmd_connect(cmd);
	int err;

	if (!client)
		return REPORT_REFUSED;
	if (cmd->by_port)
		err = client_get_ports(client, CLIENT_LIVE, only, &sample->ports);
	else
		err = client_get_stats(client, CLIENT_LIVE, only, &sample->stats);
	sample->when = milliseconds(CLOCK_MONOTONIC);
	if (err)
		report_client(cmd->line, client_get_error(client));
	client_close(client);
	return err ? REPORT_REFUSED : REPORT_DONE;
}

/* Above each round: on a terminal in place of the last one, otherwise below it. */
static void head(const struct cmd *cmd, struct print *print, bool first)
{
	time_t now = time(NULL);
	char text[32] = "";
	struct tm when;

	if (localtime_r(&now, &when))
		strftime(text, sizeof(text), "%F %T", &when);
	if (cmd->terminal)
		print_text(print, "\033[H\033[J");
	else if (!first)
		print_text(print, "\n");
	print_text(print, "%s, every %g s\n", text, cmd->watch / 1000.0);
}

static int tell(const struct cmd *cmd, const struct sample *now, const struct sample *before)
{
	struct sample_view view = {
		.now = now, .before = before, .rates = cmd->watch, .all = cmd->all,
		.sort = cmd->sort, .limit = cmd->limit,
	};
	struct print print = cmd_print(cmd);

	if (cmd->watch)
		head(cmd, &print, !before);
	print_start(&print);
	if (print.json)
		print_string(&print, "by", cmd->by_port ? "port" : "class", COLOUR_NONE);
	if (print.json && cmd->watch)
		print_number(&print, "time_ms", milliseconds(CLOCK_REALTIME), HUMAN_EXACT,
			     COLOUR_NONE);
	if (cmd->by_port)
		sample_print_ports(&print, &view);
	else
		sample_print_classes(&print, &view);
	return cmd_print_end(&print);
}

/* Wait for the next round. Return: true if a signal says that there is none. */
static bool is_over(const sigset_t *signals, __u64 next)
{
	__u64 now = milliseconds(CLOCK_MONOTONIC), rest = next > now ? next - now : 0;
	struct timespec wait = { rest / 1000, rest % 1000 * 1000000 };

	return sigtimedwait(signals, NULL, &wait) > 0;
}

static int watch(const struct cmd *cmd, const enum portclass_scope *only, struct sample *samples)
{
	__u64 next = milliseconds(CLOCK_MONOTONIC);
	int status = REPORT_DONE;
	sigset_t signals;

	signals_hold(&signals);
	/* Signals wait while a round is printed, so that none is in part. */
	for (unsigned int i = 0; !status; i++) {
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
		status = take(cmd, only, &samples[i % 2]);
		sigprocmask(SIG_BLOCK, &signals, NULL);
		if (!status)
			status = tell(cmd, &samples[i % 2], i ? &samples[(i + 1) % 2] : NULL);
		if (cmd->rounds && i + 1 == cmd->rounds)
			break;
		/* What took longer than a round is not caught up with. */
		next += cmd->watch;
		if (next < samples[i % 2].when)
			next = samples[i % 2].when;
		if (!status && is_over(&signals, next))
			break;
	}
	return status;
}

/**
 * cmd_stats() - stats [SCOPE] [--by class|port] [--sort KEY] [--limit N] [--watch[=SECONDS]]
 * @cmd: the command line
 *
 * Return: the exit status.
 */
int cmd_stats(const struct cmd *cmd)
{
	const enum portclass_scope *only;
	enum portclass_scope scope;
	struct sample *samples;
	struct fault fault;
	unsigned int value;
	int status;

	if (cmd->count && grammar_choice(&names_scope, cmd->words[0], &value, &fault)) {
		if (cmd->watch && isdigit((unsigned char)cmd->words[0][0]))
			fault_hint(&fault, "seconds go with an equals sign: --watch=%s",
				   cmd->words[0]);
		return report_fault(cmd->line, &fault);
	}
	if (cmd->count > 1) {
		grammar_end(cmd->words + 1, cmd->count - 1, &fault);
		return report_fault(cmd->line, &fault);
	}
	only = grammar_scope(cmd->words, cmd->count, &scope) ? &scope : NULL;

	samples = calloc(2, sizeof(*samples));
	if (!samples)
		return report_failure("out of memory");
	if (cmd->watch)
		status = watch(cmd, only, samples);
	else
		status = take(cmd, only, samples) ?: tell(cmd, samples, NULL);
	free(samples[0].ports.list);
	free(samples[1].ports.list);
	free(samples);
	return status;
}
