/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _BENCH_H
#define _BENCH_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>

#define BENCH_DEVICE	"bench0"

/**
 * enum bench_path - what a packet goes through
 * @BENCH_IN: the hooks of LOCAL_IN
 * @BENCH_TRACKED: those of PRE_ROUTING, where conntrack is, and of LOCAL_IN
 * @BENCH_RECEIVE: all from the device's driver on
 */
enum bench_path {
	BENCH_IN,
	BENCH_TRACKED,
	BENCH_RECEIVE,
};

/**
 * enum bench_kind - what sort of packets
 * @BENCH_UDP: datagrams
 * @BENCH_SYN: what opens a TCP connection
 * @BENCH_SYNACK: the answer to it
 * @BENCH_ACK: a segment of an open one, with data
 * @BENCH_FLOOD: a datagram to the lowest port, of one of few flows, and then
 *	BENCH_FLOODED SYNs to the next port
 */
enum bench_kind {
	BENCH_UDP,
	BENCH_SYN,
	BENCH_SYNACK,
	BENCH_ACK,
	BENCH_FLOOD,
};

#define BENCH_FLOODED	7

/**
 * struct bench_job - which packets to push where
 * @net: the namespace
 * @dev: its device, that they come in by
 * @path: enum bench_path
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @kind: enum bench_kind
 * @low: the lowest port that they are for
 * @ports: to how many ports from there on, all in turn
 * @flows: from how many source ports to each
 * @packets: how many
 * @quiet: without interrupts in between
 */
struct bench_job {
	struct net *net;
	struct net_device *dev;
	enum bench_path path;
	u8 family;
	enum bench_kind kind;
	u16 low;
	unsigned int ports;
	unsigned int flows;
	unsigned int packets;
	bool quiet;
};

/**
 * struct bench_result - what came of it
 * @ns: time it took
 * @ticks: the same by the processor's counter; under QEMU's -icount these are
 *	instructions
 * @accepted: packets that went through
 * @dropped: packets that didn't
 */
struct bench_result {
	u64 ns;
	u64 ticks;
	unsigned int accepted;
	unsigned int dropped;
};

struct sk_buff *bench_packet_alloc(const struct bench_job *job,
				   enum bench_kind kind, unsigned int shift);
void bench_packet_set_ports(struct sk_buff *skb, u16 source, u16 dest);

int bench_push(const struct bench_job *job, struct bench_result *result);
void bench_push_section(bool start);
int bench_push_open(const struct bench_job *job);

int bench_held_hook(struct net *net);
int bench_held_track(struct net *net);
int bench_held_sink(struct net *net, u16 port);
void bench_held_release(void);
unsigned int bench_held_sunk(void);

#endif /* _BENCH_H */
