/* SPDX-License-Identifier: GPL-2.0 */
/* The command and its kernel in one program, to be fuzzed or followed. */
#ifndef PORTCLASSCTL_FUZZ_ANSWERS_H
#define PORTCLASSCTL_FUZZ_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUZZ_COMMANDS = 14 };

int fuzz_command(unsigned int index, char **out);

/* Built with the name that the fuzzer knows. */
int fuzz_one_input(const unsigned char *data, size_t size);

/* The command's main(), renamed. */
int portclassctl_main(int argc, char **argv);

/* What has been printed; here one may look whether it was initialised. */
#ifdef FUZZ_PRINTED
void fuzz_printed(const char *text);
#else
static inline void fuzz_printed(const char *text)
{
	(void)text;
}
#endif

#endif
