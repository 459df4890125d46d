/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_REQUEST_H
#define _PORTCLASS_REQUEST_H

#include <net/genetlink.h>

#include "table.h"

int portclass_request_check_attrs(const struct genl_info *info);
int portclass_request_check(struct genl_info *info);
int portclass_request_apply(struct portclass_table *table,
			    struct genl_info *info);

#endif /* _PORTCLASS_REQUEST_H */
