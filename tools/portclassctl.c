// SPDX-License-Identifier: GPL-2.0
/* portclassctl: the table of commands. */

#include <stdlib.h>
#include <string.h>

#include "../kmod/version.h"
#include "cmd.h"
#include "conf.h"
#include "grammar.h"
#include "memory.h"
#include "options.h"
#include "suggest.h"

static const struct command {
	const char *name;
	int (*run)(const struct cmd *cmd);
	unsigned int takes;
} commands[] = {
	{ "allow", cmd_allow, CHANGE },
	{ "deny", cmd_deny, CHANGE },
	{ "reject", cmd_reject, CHANGE },
	{ "unset", cmd_unset, CHANGE },
	{ "policy", cmd_policy, CHANGE },
	{ "mode", cmd_mode, CHANGE },
	{ "track", cmd_track, CHANGE },
	{ "confirm", cmd_confirm, REASON | NETNS },
	{ "show", cmd_show, NETNS },
	{ "save", cmd_save, NETNS },
	{ "apply", cmd_apply, APPLY },
	{ "restore", cmd_restore, NETNS },
	{ "shadow", cmd_shadow, SHADOW },
	{ "stats", cmd_stats, STATS },
	{ "explain", cmd_explain, NETNS },
	{ "history", cmd_history, LIMIT | NETNS },
	{ "monitor", cmd_monitor, COUNT | NETNS },
	{ "flush", cmd_flush, CHANGE },
	{ "load", cmd_load, 0 },
	{ "unload", cmd_unload, 0 },
};

static const char usage[] =
	"Usage: portclassctl [OPTION]... COMMAND ...\n"
	"\n"
	"  allow|deny|reject|unset [SCOPE] PORT...  change rules; PORT... may be -, for stdin\n"
	"  allow [SCOPE] PORT... from SOURCE...     for some sources, and for no others\n"
	"  policy [SCOPE] CLASS|all allow|deny|reject [PROTO]   change the default of a class\n"
	"  mode enforce|observe                     drop what is denied, or only count it\n"
	"  track conntrack|none                     tell flows by connection tracking, or not\n"
	"  confirm                                  keep the change that waits to be confirmed\n"
	"  show                                     the configuration\n"
	"  save                                     the configuration, as a file\n"
	"  apply [FILE|-] [--check|--diff]          make the file the configuration, all at once;\n"
	"                                           or only read it, or tell what would change\n"
	"  restore [FILE|-]                         apply, or what the file says on-error; at boot\n"
	"  shadow [FILE|-] [--limit N]              evaluate a file beside the configuration, and\n"
	"                                           drop nothing; alone: what it would have denied\n"
	"  shadow promote | drop                    make it the configuration; forget it\n"
	"  stats [SCOPE] [--by class|port] [--watch[=SECONDS]] [--count N] [--all]\n"
	"        [--sort KEY] [--limit N]           the counters; KEY and N are for ports\n"
	"  explain [SCOPE] PORT [from ADDRESS]      what becomes of a packet, and why\n"
	"  history [--limit N]                      the last changes: who, when, what and why\n"
	"  monitor [--count N]                      changes, as they happen\n"
	"  flush                                    forget rules, policies and mode\n"
	"  load [FILE.ko] | unload                  the kernel module\n"
	"\n"
	"  SCOPE  in (the default), out or forward    PROTO  tcp, udp or any\n"
	"  CLASS  well-known, registered or dynamic   PORT   tcp/443, any/5000-5010, https\n"
	"  KEY    port, flows, packets, bytes or denied     FILE   " CONF_FILE "\n"
	"  SOURCE 192.0.2.7, 192.0.2.0/24, 2001:db8::/32\n"
	"\n"
	"  Changes: --confirm TIME (60, 60s, 5m or 1h) takes it back then, unless it is confirmed;\n"
	"  --force, even if it locks you out or another one waits; --reason TEXT, also of confirm\n"
	"\n"
	"  -j, --json         JSON rather than text   -e, --exact    all digits of a number\n"
	"  -n, --netns NAME   in this network namespace\n"
	"      --color auto|always|never\n"
	"  -V, --version                              -h, --help\n";

/* Print what needs no command. */
static int print_and_exit(const char *text)
{
	struct print print = { .out = stdout };

	print_text(&print, "%s", text);
	return cmd_print_end(&print);
}

static int no_command(const char *word, struct fault *fault)
{
	struct suggest meant;

	suggest_start(&meant, word, strlen(word));
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		suggest_offer(&meant, commands[i].name);
	fault_set(fault, word, strlen(word), "there is no command '%s'%s%s%s", word,
		  *meant.word ? "; did you mean " : "", meant.word, *meant.word ? "?" : "");
	return fault_hint(fault, "COMMAND is %s; see: portclassctl --help",
			  "allow, deny, reject, unset, policy, mode, track, confirm, show, save, apply, restore, shadow, stats, explain, history, monitor, flush, load or unload");
}

static const struct command *find_command(const struct parsed *parsed, struct fault *fault)
{
	const struct command *command;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		command = &commands[i];
		if (!strcmp(parsed->words[0], command->name))
			return options_check(parsed, command->name, command->takes, fault) ?
			       NULL : command;
	}
	no_command(parsed->words[0], fault);
	return NULL;
}

static int run(struct parsed *parsed, const struct words *line)
{
	const struct command *command;
	struct fault fault;

	if (!parsed->count) {
		fputs(usage, stderr);
		return REPORT_USAGE;
	}
	command = find_command(parsed, &fault);
	if (!command)
		return report_fault(line, &fault);
	parsed->cmd.line = line;
	parsed->cmd.words = parsed->words + 1;
	parsed->cmd.count = parsed->count - 1;
	return command->run(&parsed->cmd);
}

/* Return: the exit status. */
static int parse_and_run(int argc, char **argv, struct parsed *parsed, const struct words *line)
{
	struct fault fault;

	switch (options_parse(parsed, argc, argv, &fault)) {
	case 0:
		return run(parsed, line);
	case OPTIONS_VERSION:
		return print_and_exit("portclassctl " PORTCLASS_VERSION "\n");
	case OPTIONS_HELP:
		return print_and_exit(usage);
	default:
		return report_fault(line, &fault);
	}
}

/**
 * main() - portclassctl
 * @argc: how many words there are
 * @argv: the words
 *
 * Return: the exit status.
 */
int main(int argc, char **argv)
{
	struct parsed parsed = { 0 };
	struct words line;
	int status;

	words_take(&line, (const char *const *)argv, argc);
	if (argc)
		line.list[0].text = "portclassctl";
	parsed.words = memory_get(argc, sizeof(*parsed.words));
	status = parse_and_run(argc, argv, &parsed, &line);
	free(parsed.words);
	words_free(&line);
	return status;
}
