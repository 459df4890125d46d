// SPDX-License-Identifier: GPL-2.0
/*
 * What xdp-filter does for ports, for XDP and for tc: an array by port, of each
 * processor's own, whose entries say whether a port is let in, and count. What it
 * doesn't let in is dropped, and not counted.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#define SECTION(name)	__attribute__((section(name), used))
#define LET_IN		1
#define ONE		64	/* the lowest bits are flags */

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;

struct {
	int (*type)[BPF_MAP_TYPE_PERCPU_ARRAY];
	int (*max_entries)[65536];
	int (*pinning)[1];	/* by name */
	__u32 *key;
	__u64 *value;
} bench_ports SECTION(".maps");

static inline __attribute__((always_inline)) int passes(void *data, void *end)
{
	struct ethhdr *eth = data;
	struct udphdr *udp;	/* TCP's ports are at the same place */
	__u64 *entry;
	__u8 protocol;
	__u32 port;

	if ((void *)(eth + 1) > end)
		return 1;
	if (eth->h_proto == __builtin_bswap16(ETH_P_IP)) {
		struct iphdr *iph = (void *)(eth + 1);

		if ((void *)(iph + 1) > end)
			return 1;
		protocol = iph->protocol;
		udp = (void *)iph + iph->ihl * 4;
	} else if (eth->h_proto == __builtin_bswap16(ETH_P_IPV6)) {
		struct ipv6hdr *iph = (void *)(eth + 1);

		if ((void *)(iph + 1) > end)
			return 1;
		protocol = iph->nexthdr;
		udp = (void *)(iph + 1);
	} else {
		return 1;
	}
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return 1;
	if ((void *)(udp + 1) > end)
		return 0;

	port = __builtin_bswap16(udp->dest);
	entry = bpf_map_lookup_elem(&bench_ports, &port);
	if (!entry || !(*entry & LET_IN))
		return 0;
	*entry += ONE;
	return 1;
}

SECTION("xdp") int in_xdp(struct xdp_md *ctx)
{
	return passes((void *)(long)ctx->data, (void *)(long)ctx->data_end) ?
		XDP_PASS : XDP_DROP;
}

SECTION("tc") int in_tc(struct __sk_buff *skb)
{
	return passes((void *)(long)skb->data, (void *)(long)skb->data_end) ?
		TC_ACT_OK : TC_ACT_SHOT;
}

char _license[] SECTION("license") = "GPL";
