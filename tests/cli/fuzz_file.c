// SPDX-License-Identifier: GPL-2.0
/* Random bytes as a configuration file: what is taken is saved as itself. */

#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "save.h"
#include "sources.h"

/* Built with the name that the fuzzer knows. */
int fuzz_one_input(const unsigned char *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static char *save(const struct setup *setup, const struct setup *other)
{
	struct print print = { 0 };
	char *text = NULL;
	size_t size;

	print.out = open_memstream(&text, &size);
	check(print.out);
	print_start(&print);
	if (other)
		save_diff(&print, setup, other);
	else
		save_print(&print, setup);
	check(!print_end(&print));
	fclose(print.out);
	return text;
}

static unsigned int parse(const char *bytes, size_t size, struct setup *setup, char **errors)
{
	struct text text = { "fuzz", (char *)bytes, size };
	unsigned int faults;
	size_t length;
	FILE *out;

	*errors = NULL;
	out = open_memstream(errors, &length);
	check(out);
	faults = conf_parse(&text, setup, out);
	fclose(out);
	check(!faults == !length);
	/* Also of what is broken. */
	check(conf_find_safe(&text) <= CONF_SAFE_CLOSED);
	return faults;
}

/* What is said has nothing in it that a terminal would obey. */
static void check_printable(const char *text)
{
	for (; *text; text++)
		check((*text >= ' ' && *text <= '~') || *text == '\n');
}

static void check_same(const struct setup *setup)
{
	struct setup *again = setup_new();
	char *text = save(setup, NULL), *twice, *diff, *errors;

	check(!parse(text, strlen(text), again, &errors));
	check(!memcmp(again, setup, sizeof(*again)));
	twice = save(again, NULL);
	check(!strcmp(text, twice));
	diff = save(setup, again);
	check(!*diff);
	free(diff);
	free(twice);
	free(errors);
	free(text);
	free(again);
}

int fuzz_one_input(const unsigned char *data, size_t size)
{
	struct setup *setup = setup_new();
	char *bytes = malloc(size + 1), *errors;

	check(bytes);
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	if (!parse(bytes, size, setup, &errors))
		check_same(setup);
	check_printable(errors);
	free(errors);
	free(bytes);
	free(setup);
	sources_forget();
	return 0;
}
