// SPDX-License-Identifier: GPL-2.0
/*
 * Packets as a network card's driver would hand them on: checksums verified.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "bench.h"

#define HERE	0x0a090001	/* 10.9.0.1, the device's own */
#define THERE	0x0a090002
#define LENGTH		64		/* behind the headers */
#define HEADROOM	256		/* what XDP wants */

static void put_v4(struct sk_buff *skb, bool back, u8 protocol)
{
	struct iphdr *iph = ip_hdr(skb);

	iph->version = 4;
	iph->ihl = 5;
	iph->tot_len = htons(skb->len);
	iph->ttl = 64;
	iph->protocol = protocol;
	iph->saddr = htonl(back ? HERE : THERE);
	iph->daddr = htonl(back ? THERE : HERE);
	ip_send_check(iph);
}

static void put_v6(struct sk_buff *skb, bool back, u8 protocol)
{
	struct ipv6hdr *iph = ipv6_hdr(skb);

	iph->version = 6;
	iph->payload_len = htons(skb->len - sizeof(*iph));
	iph->nexthdr = protocol;
	iph->hop_limit = 64;
	/* fd09::1 is the device's own. */
	ipv6_addr_set(&iph->saddr, htonl(0xfd090000), 0, 0, htonl(back ? 1 : 2));
	ipv6_addr_set(&iph->daddr, htonl(0xfd090000), 0, 0, htonl(back ? 2 : 1));
}

static void put_tcp(struct sk_buff *skb, enum bench_kind kind)
{
	struct tcphdr *tcp = tcp_hdr(skb);

	tcp->doff = 5;
	tcp->window = htons(0xffff);
	switch (kind) {
	case BENCH_SYN:
		tcp->syn = 1;
		tcp->seq = htonl(1000);
		break;
	case BENCH_SYNACK:
		tcp->syn = 1;
		tcp->ack = 1;
		tcp->seq = htonl(2000);
		tcp->ack_seq = htonl(1001);
		break;
	default:
		tcp->ack = 1;
		tcp->psh = 1;
		tcp->seq = htonl(1001);
		tcp->ack_seq = htonl(2001);
	}
}

/**
 * bench_packet_alloc() - make a packet
 * @job: of which job
 * @kind: its sort; a SYNACK goes the other way
 * @shift: by how many bytes more than a driver would to move it on in memory
 *
 * Context: any.
 * Return: one that belongs to the caller, its ports still 0; NULL if there is
 * no memory.
 */
struct sk_buff *bench_packet_alloc(const struct bench_job *job,
				   enum bench_kind kind, unsigned int shift)
{
	bool v4 = job->family == NFPROTO_IPV4, udp = kind == BENCH_UDP;
	unsigned int header = v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	unsigned int length = udp ? sizeof(struct udphdr) + LENGTH :
				    sizeof(struct tcphdr);
	u8 protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
	bool back = kind == BENCH_SYNACK;
	struct sk_buff *skb;

	if (kind == BENCH_ACK)
		length += LENGTH;

	skb = alloc_skb(shift + HEADROOM + ETH_HLEN + header + length, GFP_ATOMIC);
	if (!skb)
		return NULL;

	skb_reserve(skb, shift + HEADROOM);
	skb_reset_mac_header(skb);
	skb_reserve(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, header);
	memset(eth_hdr(skb), 0, ETH_HLEN);
	memset(skb_put(skb, header + length), 0, header + length);
	if (v4)
		put_v4(skb, back, protocol);
	else
		put_v6(skb, back, protocol);
	if (udp)
		udp_hdr(skb)->len = htons(length);
	else
		put_tcp(skb, kind);

	eth_hdr(skb)->h_proto = htons(v4 ? ETH_P_IP : ETH_P_IPV6);
	skb->dev = job->dev;
	skb->protocol = htons(v4 ? ETH_P_IP : ETH_P_IPV6);
	skb->pkt_type = PACKET_HOST;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

/**
 * bench_packet_set_ports() - make it a packet of another flow
 * @skb: what bench_packet_alloc() has made
 * @source: host byte order
 * @dest: host byte order
 *
 * Context: any.
 */
void bench_packet_set_ports(struct sk_buff *skb, u16 source, u16 dest)
{
	/* At the same place in TCP. */
	struct udphdr *udp = udp_hdr(skb);

	udp->source = htons(source);
	udp->dest = htons(dest);
}
