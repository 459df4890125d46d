/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_SOCKET_H
#define _PORTCLASS_SOCKET_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/sock.h>

bool portclass_socket_has_peer(const struct sock *sk);
const struct sock *portclass_socket_of_udp(struct net *net,
					   const struct sk_buff *skb,
					   u8 family, __be16 sport,
					   __be16 dport);
struct sock *portclass_socket_of_tcp(struct net *net, const struct sk_buff *skb,
				     u8 family, __be16 sport, u16 dport);
bool portclass_socket_is_served(struct net *net, u8 family,
				const struct sock *sk, int ifindex);

#endif /* _PORTCLASS_SOCKET_H */
