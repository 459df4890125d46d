// SPDX-License-Identifier: GPL-2.0
/* What the kernel's functions of these names do, as far as packet.c asks them to. */
#include "kernel.h"

const void *skb_header_pointer(const struct sk_buff *skb, int offset, int len,
			       void *buffer)
{
	int linear = skb->headlen, part;

	if (linear - offset >= len)
		return skb->data + offset;
	if (offset > (int)skb->len - len)
		return NULL;
	part = offset < linear ? linear - offset : 0;
	memcpy(buffer, skb->data + offset, part);
	memcpy((char *)buffer + part, skb->page + offset + part - linear, len - part);
	return buffer;
}

bool ipv6_ext_hdr(u8 nexthdr)
{
	return nexthdr == IPPROTO_HOPOPTS || nexthdr == IPPROTO_ROUTING ||
	       nexthdr == IPPROTO_FRAGMENT || nexthdr == IPPROTO_AH ||
	       nexthdr == IPPROTO_NONE || nexthdr == IPPROTO_DSTOPTS;
}

/* Of the last header only: with @target -1, @offset 0, and IP6_FH_F_AUTH set. */
int ipv6_find_hdr(const struct sk_buff *skb, unsigned int *offset, int target,
		  unsigned short *fragoff, int *flags)
{
	unsigned int at = skb->network + sizeof(struct ipv6hdr), len;
	u8 next = ipv6_hdr(skb)->nexthdr, header[2];
	const u8 *h;
	__be16 frag;

	for (; ipv6_ext_hdr(next) && next != IPPROTO_NONE; at += len) {
		h = skb_header_pointer(skb, at, sizeof(header), header);
		if (!h)
			return -EBADMSG;
		len = (h[1] + 1) * 8;
		if (next == IPPROTO_AH)
			break;
		if (next == IPPROTO_ROUTING && at + 4 > skb->len)
			return -EBADMSG;
		if (next == IPPROTO_FRAGMENT) {
			const void *f = skb_header_pointer(skb, at + 2, sizeof(frag),
							   &frag);

			*flags |= IP6_FH_F_FRAG;
			if (!f)
				return -EBADMSG;
			memcpy(&frag, f, sizeof(frag));
			*fragoff = ntohs(frag) & ~7;
			if (*fragoff && ipv6_ext_hdr(h[0]) && h[0] != IPPROTO_NONE)
				return -ENOENT;
			if (*fragoff)
				return h[0];
			len = 8;
		}
		if (skb->len - at < len)
			return -EBADMSG;
		next = h[0];
	}
	*offset = at;
	return next;
}
