// SPDX-License-Identifier: GPL-2.0
/*
 * What our own sockets tell of a flow, where nothing else does: a socket that
 * has a peer is part of a conversation; and if another one waits for peers on
 * the same port, it is the peer who has dialled.
 */
#include <net/inet_hashtables.h>
#include <net/inet6_hashtables.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>
#include <net/udp.h>

#include "compat.h"
#include "socket.h"

/**
 * portclass_socket_has_peer() - is a socket part of a conversation?
 * @sk: a socket of any kind, or NULL
 *
 * Context: RCU read-side section.
 * Return: true for a UDP socket that is connected, and for a TCP socket that
 * neither listens nor is unused.
 */
bool portclass_socket_has_peer(const struct sock *sk)
{
	int state;

	if (!sk || !sk_fullsock(sk))
		return false;

	state = READ_ONCE(sk->sk_state);
	return state != TCP_CLOSE && state != TCP_LISTEN;
}

/**
 * portclass_socket_of_udp() - find the socket that a UDP packet is for
 * @net: the namespace
 * @skb: a packet that comes in, at PRE_ROUTING or LOCAL_IN
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @sport: source port
 * @dport: destination port
 *
 * The kernel knows the receiver before (early demultiplexing) in the usual case
 * only.
 *
 * Context: RCU read-side section, for as long as the result is used; takes no
 * reference.
 * Return: the socket, or NULL.
 */
const struct sock *portclass_socket_of_udp(struct net *net,
					   const struct sk_buff *skb,
					   u8 family, __be16 sport,
					   __be16 dport)
{
	if (family == NFPROTO_IPV4)
		return portclass_compat_udp(__udp4_lib_lookup, net,
					    ip_hdr(skb)->saddr, sport,
					    ip_hdr(skb)->daddr, dport,
					    inet_iif(skb), inet_sdif(skb));
#if IS_ENABLED(CONFIG_IPV6)
	return portclass_compat_udp(__udp6_lib_lookup, net,
				    &ipv6_hdr(skb)->saddr, sport,
				    &ipv6_hdr(skb)->daddr, dport,
				    inet6_iif(skb), inet6_sdif(skb));
#else
	return NULL;
#endif
}

/**
 * portclass_socket_of_tcp() - find the socket that has the sender as its peer
 * @net: the namespace
 * @skb: a packet that comes in, at PRE_ROUTING or LOCAL_IN
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @sport: source port
 * @dport: destination port, host byte order
 *
 * Context: RCU read-side section.
 * Return: a socket of any kind, with a reference that sock_gen_put() gives back;
 * or NULL.
 */
struct sock *portclass_socket_of_tcp(struct net *net, const struct sk_buff *skb,
				     u8 family, __be16 sport, u16 dport)
{
	if (family == NFPROTO_IPV4)
		return portclass_compat_tcp(__inet_lookup_established, net,
					    ip_hdr(skb)->saddr, sport,
					    ip_hdr(skb)->daddr, dport,
					    inet_iif(skb), inet_sdif(skb));
#if IS_ENABLED(CONFIG_IPV6)
	return portclass_compat_tcp(__inet6_lookup_established, net,
				    &ipv6_hdr(skb)->saddr, sport,
				    &ipv6_hdr(skb)->daddr, dport,
				    inet6_iif(skb), inet6_sdif(skb));
#else
	return NULL;
#endif
}

static const struct sock *find_server4(struct net *net, const struct sock *sk,
				       int ifindex)
{
	if (sk->sk_protocol == IPPROTO_TCP)
		return portclass_compat_tcp(inet_lookup_listener, net, NULL, 0,
					    sk->sk_daddr, sk->sk_dport,
					    sk->sk_rcv_saddr, htons(sk->sk_num),
					    ifindex, 0);

	/* From nobody, so that no socket with a peer is found. */
	return portclass_compat_udp(__udp4_lib_lookup, net, 0, 0,
				    sk->sk_rcv_saddr, htons(sk->sk_num),
				    ifindex, 0);
}

#if IS_ENABLED(CONFIG_IPV6)
static const struct sock *find_server6(struct net *net, const struct sock *sk,
				       int ifindex)
{
	if (sk->sk_protocol == IPPROTO_TCP)
		return portclass_compat_tcp(inet6_lookup_listener, net, NULL, 0,
					    &sk->sk_v6_daddr, sk->sk_dport,
					    &sk->sk_v6_rcv_saddr, sk->sk_num,
					    ifindex, 0);

	return portclass_compat_udp(__udp6_lib_lookup, net, &in6addr_any, 0,
				    &sk->sk_v6_rcv_saddr, htons(sk->sk_num),
				    ifindex, 0);
}
#endif

/**
 * portclass_socket_is_served() - does a socket wait for peers on the same port?
 * @net: the namespace
 * @family: of the packets: NFPROTO_IPV4 or NFPROTO_IPV6
 * @sk: a TCP or UDP socket that has a peer
 * @ifindex: the device that they come by, or leave by
 *
 * Context: RCU read-side section; takes no reference.
 * Return: true if there is one, so that @sk came to be by a peer's dialling.
 */
bool portclass_socket_is_served(struct net *net, u8 family,
				const struct sock *sk, int ifindex)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (family == NFPROTO_IPV6)
		return find_server6(net, sk, ifindex);
#endif
	return find_server4(net, sk, ifindex);
}
