// SPDX-License-Identifier: GPL-2.0
/* portclassctl: options and the table of commands. */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kmod/version.h"
#include "cmd.h"
#include "conf.h"
#include "grammar.h"
#include "memory.h"
#include "suggest.h"

/* What an option is known by, past all letters: from OPTION_BY on, only some commands take it. */
enum {
	OPTION_COLOR = 256,
	OPTION_BY,
	OPTION_SORT,
	OPTION_LIMIT,
	OPTION_WATCH,
	OPTION_COUNT,
	OPTION_ALL,
	OPTION_CONFIRM,
	OPTION_FORCE,
	OPTION_REASON,
	OPTION_CHECK,
	OPTION_DIFF,
	OPTION_END,
};

enum { OPTIONS = OPTION_END - OPTION_BY };

/* Which of them a command takes, and whether it is about one network namespace. */
enum {
	LIMIT = 1 << (OPTION_LIMIT - OPTION_BY),
	COUNT = 1 << (OPTION_COUNT - OPTION_BY),
	REASON = 1 << (OPTION_REASON - OPTION_BY),
	NETNS = 1 << OPTIONS,
	/* Those up to --all, those from --confirm on, and with --check and --diff. */
	STATS = ((1 << (OPTION_CONFIRM - OPTION_BY)) - 1) | NETNS,
	APPLY = (NETNS << 1) - (1 << (OPTION_CONFIRM - OPTION_BY)),
	CHANGE = APPLY & ~(3 << (OPTION_CHECK - OPTION_BY)),
};

static const struct command {
	const char *name;
	int (*run)(const struct cmd *cmd);
	unsigned int takes;
} commands[] = {
	{ "allow", cmd_allow, CHANGE },
	{ "deny", cmd_deny, CHANGE },
	{ "unset", cmd_unset, CHANGE },
	{ "policy", cmd_policy, CHANGE },
	{ "mode", cmd_mode, CHANGE },
	{ "track", cmd_track, CHANGE },
	{ "confirm", cmd_confirm, REASON | NETNS },
	{ "show", cmd_show, NETNS },
	{ "save", cmd_save, NETNS },
	{ "apply", cmd_apply, APPLY },
	{ "restore", cmd_restore, NETNS },
	{ "stats", cmd_stats, STATS },
	{ "explain", cmd_explain, NETNS },
	{ "history", cmd_history, LIMIT | NETNS },
	{ "monitor", cmd_monitor, COUNT | NETNS },
	{ "flush", cmd_flush, CHANGE },
	{ "load", cmd_load, 0 },
	{ "unload", cmd_unload, 0 },
};

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "netns", required_argument, NULL, 'n' },
	{ "exact", no_argument, NULL, 'e' },
	{ "color", required_argument, NULL, OPTION_COLOR },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "diff", no_argument, NULL, OPTION_DIFF },
	{ "by", required_argument, NULL, OPTION_BY },
	{ "sort", required_argument, NULL, OPTION_SORT },
	{ "limit", required_argument, NULL, OPTION_LIMIT },
	{ "watch", optional_argument, NULL, OPTION_WATCH },
	{ "count", required_argument, NULL, OPTION_COUNT },
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "confirm", required_argument, NULL, OPTION_CONFIRM },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "reason", required_argument, NULL, OPTION_REASON },
	{ 0 },
};

/* Words are taken in the order in which they come, options or not, so that argv stays as typed. */
static const char letters[] = "-:jn:eVh";

static const char usage[] =
	"Usage: portclassctl [OPTION]... COMMAND ...\n"
	"\n"
	"  allow|deny|unset [SCOPE] PORT...         change rules; PORT... may be -, for stdin\n"
	"  policy [SCOPE] CLASS|all allow|deny [PROTO]   change the default of a class\n"
	"  mode enforce|observe                     drop what is denied, or only count it\n"
	"  track conntrack|none                     tell flows by connection tracking, or not\n"
	"  confirm                                  keep the change that waits to be confirmed\n"
	"  show                                     the configuration\n"
	"  save                                     the configuration, as a file\n"
	"  apply [FILE|-] [--check|--diff]          make the file the configuration, all at once;\n"
	"                                           or only read it, or tell what would change\n"
	"  restore [FILE|-]                         apply, or what the file says on-error; at boot\n"
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
	"\n"
	"  Changes: --confirm TIME (60, 60s, 5m or 1h) takes it back then, unless it is confirmed;\n"
	"  --force, even if it locks you out or another one waits; --reason TEXT, also of confirm\n"
	"\n"
	"  -j, --json         JSON rather than text   -e, --exact    all digits of a number\n"
	"  -n, --netns NAME   in this network namespace\n"
	"      --color auto|always|never\n"
	"  -V, --version                              -h, --help\n";

/**
 * struct parsed - A command line, options taken
 * @cmd: what the command is told
 * @words: the words that are no options
 * @count: how many there are
 * @netns: where a namespace was asked for, or NULL
 * @given: the options that only some commands take, where they were given, or NULL
 * @values: their values, or NULL
 */
struct parsed {
	struct cmd cmd;
	const char **words;
	size_t count;
	const char *netns;
	const char *given[OPTIONS];
	const char *values[OPTIONS];
};

static bool is_terminal(void)
{
	const char *kind = getenv("TERM");

	return isatty(STDOUT_FILENO) && kind && *kind && strcmp(kind, "dumb");
}

static bool has_colours(void)
{
	const char *none = getenv("NO_COLOR");

	return is_terminal() && !(none && *none);
}

/* One of some words, which belong to an option. */
static int option_word(const char *option, const char *const *list, unsigned int count,
		       const char *word, struct fault *fault)
{
	const struct names names = { option, list, count, NULL };
	unsigned int value;

	return grammar_choice(&names, word, &value, fault) ? -1 : (int)value;
}

static int take_color(struct parsed *parsed, const char *word, struct fault *fault)
{
	static const char *const list[] = { "auto", "always", "never" };
	int value = option_word("value of --color", list, ARRAY_SIZE(list), word, fault);

	parsed->cmd.coloured = value == 1 || (!value && has_colours());
	return value < 0 ? -1 : 0;
}

static int take_by(struct parsed *parsed, const char *word, struct fault *fault)
{
	static const char *const list[] = { "class", "port" };
	int value = option_word("value of --by", list, ARRAY_SIZE(list), word, fault);

	parsed->cmd.by_port = value == 1;
	return value < 0 ? -1 : 0;
}

static int take_sort(struct parsed *parsed, const char *word, struct fault *fault)
{
	static const char *const list[] = {
		[SAMPLE_SORT_PORT] = "port",
		[SAMPLE_SORT_FLOWS] = "flows",
		[SAMPLE_SORT_PACKETS] = "packets",
		[SAMPLE_SORT_BYTES] = "bytes",
		[SAMPLE_SORT_DENIED] = "denied",
	};
	int value = option_word("value of --sort", list, ARRAY_SIZE(list), word, fault);

	parsed->cmd.sort = value;
	return value < 0 ? -1 : 0;
}

static int take_netns(struct parsed *parsed, const char *name, struct fault *fault)
{
	parsed->cmd.netns = name;
	if (*name && !strchr(name, '/') && strcmp(name, ".") && strcmp(name, "..") &&
	    strlen(name) < 256)
		return 0;
	fault_set(fault, name, strlen(name), "'%s' is no name of a network namespace", name);
	return fault_hint(fault, "NAME is one that 'ip netns' shows, with no slash");
}

/* What getopt_long() does not take; it says as much by optopt. */
static int bad_option(const char *word, int option, struct fault *fault)
{
	bool is_long = word[0] == '-' && word[1] == '-';
	size_t length = is_long ? strcspn(word, "=") : strlen(word);
	char letter[3] = { '-', optopt, '\0' };
	struct suggest meant;

	if (option == ':')
		return fault_set(fault, word, length, "%.*s needs a value",
				 is_long ? (int)length : 2, is_long ? word : letter);
	if (is_long && optopt)
		return fault_set(fault, word, strlen(word), "%.*s takes no value", (int)length,
				 word);
	suggest_start(&meant, word + 2, is_long ? length - 2 : 0);
	for (const struct option *known = options; is_long && known->name; known++)
		suggest_offer(&meant, known->name);
	fault_set(fault, word, length, "there is no option %.*s%s%s%s",
		  is_long ? (int)length : 2, is_long ? word : letter,
		  *meant.word ? "; did you mean --" : "", meant.word, *meant.word ? "?" : "");
	return fault_hint(fault, "see: portclassctl --help");
}

static int take_option(struct parsed *parsed, const char *word, int option, struct fault *fault)
{
	struct cmd *cmd = &parsed->cmd;

	if (option >= OPTION_BY) {
		parsed->given[option - OPTION_BY] = word;
		parsed->values[option - OPTION_BY] = optarg;
	}
	switch (option) {
	case 1:
		parsed->words[parsed->count++] = optarg;
		return 0;
	case 'j':
		cmd->json = true;
		return 0;
	case 'e':
		cmd->exact = true;
		return 0;
	case 'n':
		parsed->netns = optarg;
		return take_netns(parsed, optarg, fault);
	case OPTION_COLOR:
		return take_color(parsed, optarg, fault);
	case OPTION_CHECK:
		cmd->check = true;
		return 0;
	case OPTION_DIFF:
		cmd->diff = true;
		return 0;
	case OPTION_BY:
		return take_by(parsed, optarg, fault);
	case OPTION_SORT:
		return take_sort(parsed, optarg, fault);
	case OPTION_LIMIT:
		return grammar_count(optarg, "ports or changes", &cmd->limit, fault);
	case OPTION_WATCH:
		cmd->watch = 2000;
		return optarg ? grammar_seconds(optarg, &cmd->watch, fault) : 0;
	case OPTION_COUNT:
		return grammar_count(optarg, "rounds or changes", &cmd->rounds, fault);
	case OPTION_ALL:
		cmd->all = true;
		return 0;
	case OPTION_CONFIRM:
		return grammar_duration(optarg, &cmd->confirm, fault);
	case OPTION_FORCE:
		cmd->force = true;
		return 0;
	case OPTION_REASON:
		cmd->reason = optarg;
		return grammar_reason(optarg, fault);
	default:
		return bad_option(word, option, fault);
	}
}

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
			  "allow, deny, unset, policy, mode, track, confirm, show, save, apply, restore, stats, explain, history, monitor, flush, load or unload");
}

/* Of stats, which alone has them together. */
static int check_stats(const struct parsed *parsed, struct fault *fault)
{
	const char *rounds = parsed->values[OPTION_COUNT - OPTION_BY];
	const char *sort = parsed->values[OPTION_SORT - OPTION_BY];
	const char *only_ports = sort ?: parsed->values[OPTION_LIMIT - OPTION_BY];

	if (rounds && !parsed->cmd.watch)
		return fault_set(fault, rounds, strlen(rounds), "--count goes with --watch");
	if (only_ports && !parsed->cmd.by_port)
		return fault_set(fault, only_ports, strlen(only_ports), "%s goes with --by port",
				 sort ? "--sort" : "--limit");
	return 0;
}

/* Options that don't go together, or not with the command. */
static int check(const struct parsed *parsed, const struct command *command, struct fault *fault)
{
	for (int i = 0; i < OPTIONS; i++)
		if (parsed->given[i] && !(command->takes & 1 << i))
			return fault_set(fault, parsed->given[i], strlen(parsed->given[i]),
					 "%s has no such option", command->name);
	if (parsed->netns && !(command->takes & NETNS))
		return fault_set(fault, parsed->netns, strlen(parsed->netns),
				 "a module is loaded for all network namespaces");
	if (parsed->cmd.check && parsed->cmd.diff)
		return fault_set(fault, parsed->given[OPTION_DIFF - OPTION_BY],
				 strlen(parsed->given[OPTION_DIFF - OPTION_BY]),
				 "%s and %s don't go together", "--check", "--diff");
	return command->takes == STATS ? check_stats(parsed, fault) : 0;
}

static const struct command *find_command(const struct parsed *parsed, struct fault *fault)
{
	const struct command *command;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		command = &commands[i];
		if (!strcmp(parsed->words[0], command->name))
			return check(parsed, command, fault) ? NULL : command;
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
	int option, at = 1;

	opterr = 0;
	parsed->cmd.coloured = has_colours();
	parsed->cmd.terminal = is_terminal();
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (option == 'V')
			return print_and_exit("portclassctl " PORTCLASS_VERSION "\n");
		if (option == 'h')
			return print_and_exit(usage);
		if (take_option(parsed, argv[at], option, &fault))
			return report_fault(line, &fault);
		/* Nothing is reordered: the next option is read from here, maybe the same word. */
		at = optind;
	}
	while (optind < argc)
		parsed->words[parsed->count++] = argv[optind++];
	return run(parsed, line);
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
