/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel as reading a packet takes, for ordinary programs. It
 * stands in for all headers that aren't part of the kernel's user space API.
 */
#ifndef _PORTCLASS_FUZZ_KERNEL_H
#define _PORTCLASS_FUZZ_KERNEL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <asm/byteorder.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#undef __always_inline
#define __always_inline	inline __attribute__((__always_inline__))
#define __aligned(n)	__attribute__((__aligned__(n)))
#define __percpu
#define likely(x)	(x)
#define unlikely(x)	(x)
#define READ_ONCE(x)	(x)
#define htons(x)	__cpu_to_be16(x)
#define ntohs(x)	__be16_to_cpu(x)

/* Named in headers, and never used here. */
#define this_cpu_inc(x)		((x)++)
#define this_cpu_add(x, n)	((x) += (n))
#define test_bit(n, bits)	((bits)[(n) / 64] >> (n) % 64 & 1)
typedef int refcount_t;
struct rcu_head { int unused; };
struct sock;
struct net;

#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

#define IP6_FH_F_FRAG	1
#define IP6_FH_F_AUTH	2

/* Its first bytes lie at @data, the rest in a page. */
struct sk_buff {
	unsigned char *data;
	const unsigned char *page;
	unsigned int len;
	unsigned int headlen;
	unsigned int network;
	bool gso;
};

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return skb->network;
}

static inline void *ip_hdr(const struct sk_buff *skb)
{
	return skb->data + skb->network;
}

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return ip_hdr(skb);
}

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->headlen;
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->gso;
}

const void *skb_header_pointer(const struct sk_buff *skb, int offset, int len,
			       void *buffer);
bool ipv6_ext_hdr(u8 nexthdr);
int ipv6_find_hdr(const struct sk_buff *skb, unsigned int *offset, int target,
		  unsigned short *fragoff, int *flags);

struct nf_conntrack_tuple {
	struct {
		union { __be16 all; } u;
		u8 protonum;
	} dst;
};

struct nf_conn {
	unsigned long status;
	struct nf_conn *master;
	struct { struct nf_conntrack_tuple tuple; } tuplehash[IP_CT_DIR_MAX];
	union { struct { struct { u8 flags; } seen[2]; } tcp; } proto;
};

/* Conntrack has seen none of these packets. */
static inline struct nf_conn *nf_ct_get(const struct sk_buff *skb,
					enum ip_conntrack_info *ctinfo)
{
	*ctinfo = IP_CT_NEW;
	return NULL;
}

#endif /* _PORTCLASS_FUZZ_KERNEL_H */
