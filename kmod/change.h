/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_CHANGE_H
#define _PORTCLASS_CHANGE_H

#include "history.h"
#include "netns.h"
#include "table.h"

int portclass_change_publish(struct portclass_net *pn,
			     struct portclass_table *table,
			     struct portclass_change *change,
			     unsigned int confirm);
int portclass_change_confirm(struct portclass_net *pn,
			     struct portclass_change *change);
int portclass_change_shadow(struct portclass_net *pn,
			    struct portclass_shadow *shadow,
			    struct portclass_change *change);
unsigned int portclass_change_pending(const struct portclass_net *pn);
void portclass_change_init(struct portclass_net *pn);
void portclass_change_stop(struct portclass_net *pn);
void portclass_change_exit(struct portclass_net *pn);

#endif /* _PORTCLASS_CHANGE_H */
