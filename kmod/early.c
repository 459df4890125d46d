// SPDX-License-Identifier: GPL-2.0
/*
 * Denied openers to an address of ours, dropped before conntrack and routing are
 * paid for: TCP SYNs, and UDP that nobody of ours has asked for. Each is counted
 * as it would be behind them (hook.c), and whatever is in doubt goes on to there.
 *
 * Registered while something is denied in the scope "in"; for a packet that is
 * not, it is its header and one bit.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/sock.h>

#include "compat.h"
#include "counters.h"
#include "early.h"
#include "end.h"
#include "netns.h"
#include "quick.h"
#include "recent.h"
#include "socket.h"
#include "track.h"

/* What conntrack takes for the beginning of a flow, with no other flag of weight. */
static __always_inline bool is_syn(const struct tcphdr *tcp)
{
	return (tcp_flag_word(tcp) & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST |
				      TCP_FLAG_FIN | TCP_FLAG_URG)) == TCP_FLAG_SYN;
}

/* A VRF has its own idea of what is local, and its own sockets. */
static bool is_in_vrf(const struct net_device *dev)
{
	return netif_is_l3_master(dev) || netif_is_l3_slave(dev);
}

static bool is_bridged(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return nf_bridge_info_exists(skb);
#else
	return false;
#endif
}

/*
 * Has nobody said anything of it yet? Others may have chosen its conntrack zone
 * or that it has none, its socket, or its route; then they know better.
 */
static bool is_plain(const struct sk_buff *skb, const struct net_device *in)
{
	return skb->pkt_type == PACKET_HOST && !skb_get_nfct(skb) && !skb->sk &&
	       !skb_dst(skb) && !is_bridged(skb) && !is_in_vrf(in);
}

/* As routing would say: to the host, by whatever device; but not to a VRF. */
static bool is_for_us(const struct sk_buff *skb, const struct portclass_where *at)
{
	const struct net_device *dev;

	if (at->family == NFPROTO_IPV4) {
		dev = __ip_dev_find(at->state->net, ip_hdr(skb)->daddr, false);
		return dev && !is_in_vrf(dev);
	}
#if IS_ENABLED(CONFIG_IPV6)
	return ipv6_chk_addr(at->state->net, &ipv6_hdr(skb)->daddr,
			     at->state->in, 0);
#else
	return false;
#endif
}

/* Can what comes in here go on to elsewhere? */
static bool is_router(const struct portclass_where *at)
{
	struct in_device *in;

	if (at->family == NFPROTO_IPV4) {
		in = __in_dev_get_rcu(at->state->in);
		return !in || IN_DEV_FORWARD(in);
	}
#if IS_ENABLED(CONFIG_IPV6)
	return READ_ONCE(at->state->net->ipv6.devconf_all->forwarding) ||
	       portclass_compat_force_forwarding(at->state->in);
#else
	return true;
#endif
}

/*
 * Where answers to our own UDP come, and are denied by the policies of their
 * classes until conntrack says what they are: not to be looked up twice.
 */
static bool may_be_answer(struct net *net, u16 port)
{
	int low, high;

	inet_get_local_port_range(net, &low, &high);
	return port >= low && port <= high;
}

static bool has_asked(const struct sk_buff *skb, const struct portclass_where *at,
		      const struct portclass_packet *pkt)
{
	const struct sock *sk;

	sk = portclass_socket_of_udp(at->state->net, skb, at->family,
				     htons(pkt->peer_port),
				     htons(pkt->dialled.port));
	return portclass_socket_has_peer(sk);
}

/* Both ends may have dialled at the same time, or this is an old one anew. */
static bool has_dialled(const struct sk_buff *skb, const struct portclass_where *at,
			const struct portclass_packet *pkt)
{
	struct sock *sk;

	sk = portclass_socket_of_tcp(at->state->net, skb, at->family,
				     htons(pkt->peer_port), pkt->dialled.port);
	if (sk)
		sock_gen_put(sk);
	return sk;
}

/*
 * Without tracking, a packet is judged by the port that others leave it with:
 * whoever comes behind us may translate it.
 */
static bool may_be_changed(const struct portclass_net *pn,
			   const struct portclass_where *at)
{
	const struct net *net = at->state->net;
	const struct nf_hook_entries *hooks;
	unsigned int count;

	if (at->family == NFPROTO_IPV4)
		hooks = rcu_dereference(net->nf.hooks_ipv4[NF_INET_PRE_ROUTING]);
	else
		hooks = rcu_dereference(net->nf.hooks_ipv6[NF_INET_PRE_ROUTING]);
	/* They may have been taken away meanwhile, in which case nobody does. */
	count = hooks ? hooks->num_hook_entries : 0;
	return count && hooks->hooks[count - 1].priv != pn;
}

/*
 * Is it a flow of its own, that is dropped wherever it is? A flow of TCP that is
 * known already, and isn't a socket's of ours, passes through; where nothing
 * does, conntrack needn't be asked for that.
 */
static bool opens(const struct portclass_net *pn,
		  const struct portclass_table *table, struct sk_buff *skb,
		  const struct portclass_where *at,
		  const struct portclass_packet *pkt)
{
	bool tcp = pkt->proto == PORTCLASS_PROTO_TCP;
	bool ask = true;

	if (!tcp && (may_be_answer(at->state->net, pkt->dialled.port) ||
		     has_asked(skb, at, pkt)))
		return false;
	if (table->track == PORTCLASS_TRACK_NONE)
		return !may_be_changed(pn, at);

	if (tcp && !is_router(at)) {
		if (has_dialled(skb, at, pkt))
			return false;
		ask = false;
	}
	return portclass_track_opens(at->state->net, skb, at->family, pkt, ask);
}

static const void *source_of(const struct sk_buff *skb, u8 family)
{
	return family == NFPROTO_IPV4 ? (const void *)&ip_hdr(skb)->saddr :
					(const void *)&ipv6_hdr(skb)->saddr;
}

/* A packet to a denied port, without options and in one piece. */
static noinline unsigned int drop(struct portclass_net *pn,
				  const struct portclass_table *table,
				  struct sk_buff *skb,
				  const struct nf_hook_state *state,
				  struct portclass_key key, u16 peer_port)
{
	const struct portclass_where at = { state, state->pf, PORTCLASS_SCOPE_IN };
	const struct portclass_packet pkt = {
		.dialled = key, .proto = key.proto, .peer_port = peer_port,
	};
	struct portclass_seen seen = {
		.bytes = skb->len, .way = PORTCLASS_WAY_TO, .denied = true,
	};

	if (table->mode != PORTCLASS_MODE_ENFORCE ||
	    rcu_access_pointer(pn->shadow) ||
	    portclass_table_rejects(table, &key) ||
	    !is_plain(skb, state->in) || !is_for_us(skb, &at) ||
	    portclass_table_admits(table, &key, at.family, source_of(skb, at.family)) ||
	    !opens(pn, table, skb, &at, &pkt))
		return NF_ACCEPT;

	/* Without conntrack, datagrams make no flow. */
	if (key.proto == PORTCLASS_PROTO_TCP ||
	    table->track == PORTCLASS_TRACK_CONNTRACK)
		seen.opens = portclass_recent_add(pn->counters->recent, skb,
						  at.family, &pkt);
	if (!portclass_ports_count(&pn->counters->ports, &key, &seen))
		portclass_counters_add(pn->counters, &key, &seen);
	return NF_DROP;
}

/* To a port that may be denied: a SYN, or any datagram. */
static __always_inline bool read(const struct sk_buff *skb, u8 family,
				 struct portclass_packet *pkt)
{
	unsigned int offset;
	const void *header;
	u8 protocol;

	header = portclass_quick_header(skb, family, &protocol, &offset);
	if (unlikely(!header))
		return false;
	if (protocol == IPPROTO_TCP)
		return is_syn(header) &&
		       portclass_quick_tcp(skb, header, offset, pkt);
	return protocol == IPPROTO_UDP &&
	       portclass_quick_udp(skb, header, offset, pkt);
}

static __always_inline unsigned int judge(struct portclass_net *pn,
					  struct sk_buff *skb,
					  const struct nf_hook_state *state,
					  u8 family)
{
	const struct portclass_table *table;
	struct portclass_packet pkt;

	if (!read(skb, family, &pkt))
		return NF_ACCEPT;
	pkt.dialled.scope = PORTCLASS_SCOPE_IN;

	table = rcu_dereference(pn->table);
	if (likely(!portclass_table_denies(table, &pkt.dialled)) ||
	    state->in->flags & IFF_LOOPBACK)
		return NF_ACCEPT;
	return drop(pn, table, skb, state, pkt.dialled, pkt.peer_port);
}

static unsigned int early_v4(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	return judge(priv, skb, state, NFPROTO_IPV4);
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int early_v6(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	return judge(priv, skb, state, NFPROTO_IPV6);
}
#endif

/*
 * Behind reassembly and the raw chains of others, who may say not to track it;
 * just before conntrack.
 */
const struct nf_hook_ops portclass_early_hook_ops[PORTCLASS_EARLY_HOOKS] = {
	{
		.hook = early_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK - 1,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = early_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_CONNTRACK - 1,
	},
#endif
};
