// SPDX-License-Identifier: GPL-2.0
/* The options of the command line, and which of them go with a command. */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grammar.h"
#include "memory.h"
#include "options.h"
#include "suggest.h"

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "netns", required_argument, NULL, 'n' },
	{ "exact", no_argument, NULL, 'e' },
	{ "color", required_argument, NULL, OPTION_COLOR },
	{ "version", no_argument, NULL, OPTIONS_VERSION },
	{ "help", no_argument, NULL, OPTIONS_HELP },
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

/**
 * options_parse() - Take the options out of a command line
 * @parsed: to be filled in; its words have room for all of @argv
 * @argc: how many words there are
 * @argv: the words
 * @fault: what is wrong with one, if anything is
 *
 * Return: 0, -1 if a word is wrong, or OPTIONS_VERSION or OPTIONS_HELP if that is all there is
 * to do.
 */
int options_parse(struct parsed *parsed, int argc, char **argv, struct fault *fault)
{
	int option, at = 1;

	opterr = 0;
	parsed->cmd.coloured = has_colours();
	parsed->cmd.terminal = is_terminal();
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (option == OPTIONS_VERSION || option == OPTIONS_HELP)
			return option;
		if (take_option(parsed, argv[at], option, fault))
			return -1;
		/* Nothing is reordered: the next option is read from here, maybe the same word. */
		at = optind;
	}
	while (optind < argc)
		parsed->words[parsed->count++] = argv[optind++];
	return 0;
}

/* Of apply: what only looks at the file has nothing to confirm or to force, nor a reason. */
static int check_apply(const struct parsed *parsed, struct fault *fault)
{
	if (!parsed->cmd.check && !parsed->cmd.diff)
		return 0;
	for (int i = OPTION_CONFIRM; i <= OPTION_REASON; i++) {
		const char *given = parsed->given[i - OPTION_BY];

		if (given)
			return fault_set(fault, given, strlen(given),
					 "%s changes nothing; this goes with a change",
					 parsed->cmd.check ? "--check" : "--diff");
	}
	return 0;
}

/* Of shadow: only to promote it changes something, and alone it prints. */
static int check_shadow(const struct parsed *parsed, struct fault *fault)
{
	bool promotes = parsed->count > 1 && !strcmp(parsed->words[1], "promote");
	const char *limit = parsed->given[OPTION_LIMIT - OPTION_BY];

	if (limit && parsed->count > 1)
		return fault_set(fault, limit, strlen(limit), "--limit goes with shadow alone");
	for (int i = OPTION_CONFIRM; i <= OPTION_REASON; i++) {
		const char *given = parsed->given[i - OPTION_BY];

		if (given && parsed->count < 2)
			return fault_set(fault, given, strlen(given), "this goes with a change");
		if (given && !promotes && i != OPTION_REASON)
			return fault_set(fault, given, strlen(given),
					 "a shadow table changes nothing; this goes with promote");
	}
	return 0;
}

/**
 * options_check() - Options that don't go together, or not with the command
 * @parsed: the command line
 * @command: what the command is called
 * @takes: what it takes
 * @fault: what is wrong with an option, if anything is
 *
 * Return: 0, or -1 if one is wrong.
 */
int options_check(const struct parsed *parsed, const char *command, unsigned int takes,
		  struct fault *fault)
{
	for (int i = 0; i < OPTIONS; i++)
		if (parsed->given[i] && !(takes & 1 << i))
			return fault_set(fault, parsed->given[i], strlen(parsed->given[i]),
					 "%s has no such option", command);
	if (parsed->netns && !(takes & NETNS))
		return fault_set(fault, parsed->netns, strlen(parsed->netns),
				 "a module is loaded for all network namespaces");
	if (parsed->cmd.check && parsed->cmd.diff)
		return fault_set(fault, parsed->given[OPTION_DIFF - OPTION_BY],
				 strlen(parsed->given[OPTION_DIFF - OPTION_BY]),
				 "%s and %s don't go together", "--check", "--diff");
	if (takes == SHADOW)
		return check_shadow(parsed, fault);
	if (takes == APPLY)
		return check_apply(parsed, fault);
	return takes == STATS ? check_stats(parsed, fault) : 0;
}
