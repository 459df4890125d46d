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

struct sources;

/**
 * struct rule - An action for a range of ports
 * @scope: who starts the flows that it is for
 * @proto: their protocol
 * @action: what becomes of them; unset in a request means: no rule any more
 * @low: the first port
 * @high: the last port, included
 * @word: the word that it was typed as, NULL if the kernel told of it
 * @from: what an allowed one opens the ports to, NULL for everywhere
 */
struct rule {
	enum portclass_scope scope;
	enum portclass_proto proto;
	enum portclass_action action;
	__u16 low;
	__u16 high;
	const char *word;
	const struct sources *from;
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
 * @action: allow, deny or reject
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
 * @track: how the flow of a packet is told
 * @pending: seconds until a change is taken back that waits to be confirmed, 0 if none does
 * @shadow: there is a shadow table
 * @policy: allow, deny or reject, of each class
 */
struct config {
	char version[64];
	bool active;
	__u32 generation;
	enum portclass_mode mode;
	enum portclass_track track;
	__u32 pending;
	bool shadow;
	enum portclass_action policy[SCOPES][PROTOS][CLASSES];
};

/**
 * enum counter - What is counted, of a class and of a port
 * @COUNTER_FLOWS: flows that were judged
 * @COUNTER_PACKETS: packets that were judged
 * @COUNTER_BYTES: their bytes, from the IP header on
 * @COUNTER_DENIED_FLOWS: the part of the flows that was denied
 * @COUNTER_DENIED_PACKETS: the part of the packets that was denied
 * @COUNTER_DENIED_BYTES: the part of the bytes that was denied
 * @COUNTER_PACKETS_TO: the part of the packets that went towards the service
 * @COUNTER_BYTES_TO: their bytes
 * @COUNTER_PACKETS_FROM: the part of the packets that came from the service
 * @COUNTER_BYTES_FROM: their bytes
 * @COUNTERS: how many there are
 */
enum counter {
	COUNTER_FLOWS,
	COUNTER_PACKETS,
	COUNTER_BYTES,
	COUNTER_DENIED_FLOWS,
	COUNTER_DENIED_PACKETS,
	COUNTER_DENIED_BYTES,
	COUNTER_PACKETS_TO,
	COUNTER_BYTES_TO,
	COUNTER_PACKETS_FROM,
	COUNTER_BYTES_FROM,
	COUNTERS,
};

/* The counters of a class or of a port. */
struct counters {
	__u64 count[COUNTERS];
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
	struct counters class[CLASSES];
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
 * @counters: what was counted
 */
struct port_stats {
	enum portclass_scope scope;
	enum portclass_proto proto;
	__u16 port;
	struct counters counters;
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

/**
 * struct explanation - What becomes of a packet that opens a flow, and why
 * @scope: who sends it
 * @proto: its protocol
 * @port: the port that it dials
 * @class: the class of that port
 * @active: the packet hooks of the namespace are in place
 * @mode: enforce or observe
 * @track: how the flow of a packet is told
 * @verdict: what the packet path finds for the port
 * @policy: what the class has, which decides where no rule does
 * @ruled: a rule decides
 * @rule: that rule
 * @port_counters: what was counted under the port
 * @class_counters: what was counted under the class
 */
struct explanation {
	enum portclass_scope scope;
	enum portclass_proto proto;
	__u16 port;
	enum portclass_class class;
	bool active;
	enum portclass_mode mode;
	enum portclass_track track;
	enum portclass_action verdict;
	enum portclass_action policy;
	bool ruled;
	struct rule rule;
	struct counters port_counters;
	struct counters class_counters;
};

/**
 * struct address - An IP address
 * @family: AF_INET or AF_INET6
 * @bytes: the address, in network byte order
 * @word: the word that it was typed as, NULL if there is no address
 */
struct address {
	int family;
	unsigned char bytes[16];
	const char *word;
};

#endif
