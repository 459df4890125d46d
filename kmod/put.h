/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_PUT_H
#define _PORTCLASS_PUT_H

#include <linux/skbuff.h>

#include "stats.h"
#include "table.h"

int portclass_put_rule(struct sk_buff *skb, int type,
		       const struct portclass_rule *rule);
int portclass_put_class(struct sk_buff *skb, int type, unsigned int class,
			const struct portclass_stats *stats);
int portclass_put_port(struct sk_buff *skb, const struct portclass_key *key,
		       const struct portclass_stats *stats);

#endif /* _PORTCLASS_PUT_H */
