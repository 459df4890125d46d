// SPDX-License-Identifier: GPL-2.0
/* What a configuration file comes to. */

#include "parsed.h"
#include "test.h"

struct setup *parsed;
char *parsed_faults;

/**
 * parsed_bytes() - Parse a configuration file
 * @bytes: what is in it
 * @size: how many bytes that is
 *
 * Return: how much is wrong with it.
 */
unsigned int parsed_bytes(const char *bytes, size_t size)
{
	struct text text = { "a test", (char *)bytes, size };
	unsigned int faults;
	FILE *errors;
	size_t length;

	free(parsed);
	free(parsed_faults);
	parsed = setup_new();
	errors = open_memstream(&parsed_faults, &length);
	faults = conf_parse(&text, parsed, errors);
	fclose(errors);
	assert_int_equal(!faults, !length);
	return faults;
}

/**
 * parsed_text() - Parse a configuration file
 * @text: what is in it
 *
 * Return: how much is wrong with it.
 */
unsigned int parsed_text(const char *text)
{
	return parsed_bytes(text, strlen(text));
}
