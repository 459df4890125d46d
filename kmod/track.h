/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_TRACK_H
#define _PORTCLASS_TRACK_H

#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <uapi/linux/portclass.h>

#include "packet.h"

struct nf_conn;

void portclass_track_open(void);
void portclass_track_close(void);
bool portclass_track_has_conntrack(void);

int portclass_track_get(struct net *net, enum portclass_track track);
void portclass_track_put(struct net *net, enum portclass_track track);

struct nf_conn *portclass_track_find(struct net *net, const struct sk_buff *skb,
				     u8 family, unsigned int *dir);
void portclass_track_release(struct nf_conn *ct);
bool portclass_track_opens(struct net *net, struct sk_buff *skb, u8 family,
			   const struct portclass_packet *pkt, bool ask);

#endif /* _PORTCLASS_TRACK_H */
