// SPDX-License-Identifier: GPL-2.0
/* A configuration file, and the change that makes it the configuration. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "source.h"

static int read_text(const char *path, struct text *text)
{
	bool piped = !strcmp(path, "-");
	FILE *in = piped ? stdin : fopen(path, "re");
	char why[512];
	int err;

	if (!in) {
		*text = (struct text){ .name = path };
		return report_failure("cannot read %s: %s", path, strerror(errno));
	}
	err = text_read(text, in, piped ? "standard input" : path, why, sizeof(why));
	if (!piped)
		fclose(in);
	if (err)
		report_failure("%s", why);
	return err < 0 ? REPORT_REFUSED : err ? REPORT_USAGE : REPORT_DONE;
}

/**
 * source_make_change() - The change that makes a configuration the running one
 * @source: whose setup it is; its change is filled in
 */
void source_make_change(struct source *source)
{
	setup_rules(source->setup, &source->rules);
	source->change = (struct change){
		.flush = true,
		.policies = source->policies,
		.policy_count = setup_policies(source->setup, source->policies),
		.rules = source->rules.list,
		.rule_count = source->rules.count,
		.mode = &source->setup->mode,
		.track = &source->setup->track,
	};
}

/**
 * source_read() - Read a file
 * @source: to be filled in, to be freed by source_free() whatever this returns
 * @path: where it is; "-" for standard input
 *
 * Return: the exit status, after a report of all that is wrong.
 */
int source_read(struct source *source, const char *path)
{
	int status;

	*source = (struct source){ .setup = setup_new() };
	status = read_text(path, &source->text);
	if (status)
		return status;
	if (conf_parse(&source->text, source->setup, stderr))
		return REPORT_USAGE;
	source_make_change(source);
	return REPORT_DONE;
}

/**
 * source_free() - Forget a file
 * @source: the file
 */
void source_free(struct source *source)
{
	text_free(&source->text);
	free(source->setup);
	free(source->rules.list);
}
