// SPDX-License-Identifier: GPL-2.0
/* The code under test: nothing of it is changed or replaced. */
#include "../../kmod/early.c"
