// SPDX-License-Identifier: GPL-2.0
/* Faults for static.sh's checks of the tool to find; no compiler's usual warnings do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* gcc -fanalyzer */
int planted_leak(const char *name)
{
	FILE *in = fopen(name, "r");

	return in ? fgetc(in) : 0;
}

/* clang-tidy */
char *planted_room(const char *text)
{
	return malloc(strlen(text + 1));
}
