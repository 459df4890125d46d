// SPDX-License-Identifier: GPL-2.0
/* What a function prints, as a string. */

#include "printed.h"
#include "test.h"

/**
 * printed() - Print with a function, and keep what comes out
 * @print: how to print
 * @tell: prints, in a document that is open
 *
 * Return: what was printed, to be freed by free().
 */
char *printed(struct print print, void (*tell)(struct print *print))
{
	char *text = NULL;
	size_t size;

	print.out = open_memstream(&text, &size);
	print_start(&print);
	tell(&print);
	assert_int_equal(print_end(&print), 0);
	fclose(print.out);
	return text;
}
