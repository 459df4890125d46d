/* SPDX-License-Identifier: GPL-2.0 */
/* What portclass knows, as plain structs: words become these, and so do the kernel's answers. */
#ifndef PORTCLASSCTL_MODEL_H
#define PORTCLASSCTL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/portclass.h>
#include <linux/types.h>

enum {
	SCOPES = PORTCLASS_SCOPE_FORWARD + 1,
	PROTOS = PORTCLASS_PROTO_UDP + 1,
	CLASSES = PORTCLASS_CLASS_DYNAMIC + 1,
	PORTS = 65536,
};

/**
 * struct rule - An action for a range of ports
 * @scope: who starts the flows that it is for
 * @proto: their protocol
 * @action: what becomes of them; unset in a request means: no rule any more
 * @low: the first port
 * @high: the last port, included
 * @word: the word that it was typed as, NULL if the kernel told of it
 */
struct rule {
	enum portclass_scope scope;
	enum portclass_proto proto;
	enum portclass_action action;
	__u16 low;
	__u16 high;
	const char *word;
};

/**
 * struct rules - A list of rules that grows
 * @list: the rules
 * @count: how many there are
 * @room: how many fit without growing
 */
struct rules {
	struct rule *list;
	size_t count;
	size_t room;
};

/**
 * struct policy - The default for a class, where no rule speaks
 * @scope: who starts the flows that it is for
 * @proto: their protocol
 * @class: the class of their service port
 * @action: allow or deny
 * @word: the word that it was typed as, NULL if the kernel told of it
 */
struct policy {
	enum portclass_scope scope;
	enum portclass_proto proto;
	enum portclass_class class;
	enum portclass_action action;
	const char *word;
};

/**
 * struct config - The configuration of a namespace, without its rules
 * @version: the module's version
 * @active: its packet hooks are in place
 * @generation: goes up with each change
 * @mode: enforce or observe
 * @policy: allow or deny, of each class
 */
struct config {
	char version[64];
	bool active;
	__u32 generation;
	enum portclass_mode mode;
	enum portclass_action policy[SCOPES][PROTOS][CLASSES];
};

/**
 * struct class_stats - Counters of one class
 * @flows: flows that were judged
 * @packets: packets that were judged
 * @bytes: their bytes, from the IP header on
 * @denied_flows: the part of @flows that was denied
 * @denied_packets: the part of @packets that was denied
 * @denied_bytes: the part of @bytes that was denied
 */
struct class_stats {
	__u64 flows;
	__u64 packets;
	__u64 bytes;
	__u64 denied_flows;
	__u64 denied_packets;
	__u64 denied_bytes;
};

/**
 * struct path_stats - Counters of one scope and protocol
 * @present: the kernel told of it
 * @malformed: packets with an impossible transport header
 * @fragments: non-first fragments
 * @unlisted: packets that are in no port's counters
 * @class: counters of each class
 */
struct path_stats {
	bool present;
	__u64 malformed;
	__u64 fragments;
	__u64 unlisted;
	struct class_stats class[CLASSES];
};

/* All counters by class. */
struct stats {
	struct path_stats path[SCOPES][PROTOS];
};

/**
 * struct port_stats - Counters of one port
 * @scope: who started the flows
 * @proto: their protocol
 * @port: their service port
 * @flows: flows that were judged
 * @packets: packets that were judged
 * @bytes: their bytes
 * @denied_packets: the part of @packets that was denied
 */
struct port_stats {
	enum portclass_scope scope;
	enum portclass_proto proto;
	__u16 port;
	__u64 flows;
	__u64 packets;
	__u64 bytes;
	__u64 denied_packets;
};

/**
 * struct ports - A list of ports with traffic, in order
 * @list: the ports
 * @count: how many there are
 * @room: how many fit without growing
 */
struct ports {
	struct port_stats *list;
	size_t count;
	size_t room;
};

#endif
