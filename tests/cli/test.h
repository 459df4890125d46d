/* SPDX-License-Identifier: GPL-2.0 */
/* What each unit test needs. */
#ifndef PORTCLASSCTL_TEST_H
#define PORTCLASSCTL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#endif
