// SPDX-License-Identifier: GPL-2.0
/* The code under test: nothing of it is changed or replaced but its memory. */
#include "../../kmod/table.c"
#include "../../kmod/table_walk.c"
#include "../../kmod/sources.c"
