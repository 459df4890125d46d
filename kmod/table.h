/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _PORTCLASS_TABLE_H
#define _PORTCLASS_TABLE_H

#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/types.h>
#include <uapi/linux/portclass.h>

#include "sources.h"

#define PORTCLASS_SCOPES	(PORTCLASS_SCOPE_FORWARD + 1)
#define PORTCLASS_PROTOS	(PORTCLASS_PROTO_UDP + 1)
#define PORTCLASS_CLASSES	(PORTCLASS_CLASS_DYNAMIC + 1)
#define PORTCLASS_PORTS		65536

/**
 * struct portclass_key - what a packet is judged or counted under
 * @port: service port, host byte order
 * @scope: enum portclass_scope
 * @proto: enum portclass_proto
 */
struct portclass_key {
	u16 port;
	u8 scope;
	u8 proto;
};

/**
 * struct portclass_rule - one action for a range of ports
 * @low: first port, host byte order
 * @high: last port, included; not below @low
 * @scope: enum portclass_scope
 * @proto: enum portclass_proto
 * @action: enum portclass_action
 * @from: if allowed, to whom alone; NULL for everybody. Somebody else's
 */
struct portclass_rule {
	u16 low;
	u16 high;
	u8 scope;
	u8 proto;
	u8 action;
	struct portclass_prefixes *from;
};

/**
 * struct portclass_ruleset - the rules of one (scope, protocol), a bit a port
 * @ruled: ports that a rule speaks of; NULL if none
 * @denied: those of @ruled that are denied, or rejected; NULL together with
 *	@ruled
 * @rejected: those of @denied that are rejected; NULL if none ever was
 * @sources: those of @denied that are open to some sources; NULL if none ever
 *	was
 */
struct portclass_ruleset {
	unsigned long *ruled;
	unsigned long *denied;
	unsigned long *rejected;
	struct portclass_sources *sources;
};

/**
 * struct portclass_table - the configuration of one namespace
 * @deny: effective bitmaps by (scope, protocol), a set bit is a denied port;
 *	NULL where nothing is denied
 * @mode: enum portclass_mode
 * @track: enum portclass_track
 * @generation: goes up by one with each published change
 * @policy: enum portclass_action by (scope, protocol, class), never UNSET
 * @reject: those of @deny that get an answer; read for denied packets only
 * @rules: what @deny is computed from, together with @policy
 * @rcu: frees the table behind its last reader
 *
 * A table is changed by nobody once it is published. The packet path reads
 * the first cache line of it and one bit; the rest is the control path's.
 */
struct portclass_table {
	unsigned long *deny[PORTCLASS_SCOPES][PORTCLASS_PROTOS];
	u8 mode;
	u8 track;
	u32 generation;

	unsigned long *reject[PORTCLASS_SCOPES][PORTCLASS_PROTOS];
	u8 policy[PORTCLASS_SCOPES][PORTCLASS_PROTOS][PORTCLASS_CLASSES];
	struct portclass_ruleset rules[PORTCLASS_SCOPES][PORTCLASS_PROTOS];
	struct rcu_head rcu;
};

/**
 * portclass_class_of() - the class of a port (RFC 6335, section 6)
 * @port: host byte order
 *
 * Context: any.
 * Return: enum portclass_class.
 */
static inline enum portclass_class portclass_class_of(u16 port)
{
	if (port < 1024)
		return PORTCLASS_CLASS_WELL_KNOWN;
	if (port < 49152)
		return PORTCLASS_CLASS_REGISTERED;
	return PORTCLASS_CLASS_DYNAMIC;
}

/**
 * portclass_table_denies() - the one test that decides on a packet
 * @table: a compiled table
 * @key: what to look up; its scope and proto are trusted to be in range
 *
 * Context: any; the caller holds what keeps @table alive.
 * Return: true if @key is denied, whatever the mode.
 */
static inline bool portclass_table_denies(const struct portclass_table *table,
					  const struct portclass_key *key)
{
	const unsigned long *deny = table->deny[key->scope][key->proto];

	return deny && test_bit(key->port, deny);
}

/**
 * portclass_table_rejects() - does a denied packet get an answer?
 * @table: a compiled table
 * @key: what is denied
 *
 * Context: any; the caller holds what keeps @table alive.
 * Return: true if @key is rejected.
 */
static inline bool portclass_table_rejects(const struct portclass_table *table,
					   const struct portclass_key *key)
{
	const unsigned long *reject = table->reject[key->scope][key->proto];

	return reject && test_bit(key->port, reject);
}

/**
 * portclass_table_admits() - is a denied port open to a source?
 * @table: a compiled table
 * @key: what is denied
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @address: of who has dialled
 *
 * Context: any; the caller holds what keeps @table alive.
 * Return: true if a rule allows him.
 */
static inline bool portclass_table_admits(const struct portclass_table *table,
					  const struct portclass_key *key,
					  u8 family, const void *address)
{
	const struct portclass_sources *sources;

	sources = table->rules[key->scope][key->proto].sources;
	return sources &&
	       portclass_sources_admit(sources, key->port, family, address);
}

/**
 * portclass_table_denies_any() - does a scope deny anything at all?
 * @table: a compiled table
 * @scope: the scope to ask about
 *
 * Context: any; the caller holds what keeps @table alive.
 * Return: true if a port of any protocol is denied in @scope.
 */
static inline bool
portclass_table_denies_any(const struct portclass_table *table,
			   enum portclass_scope scope)
{
	return table->deny[scope][PORTCLASS_PROTO_TCP] ||
	       table->deny[scope][PORTCLASS_PROTO_UDP];
}

struct portclass_table *portclass_table_alloc(void);
struct portclass_table *
portclass_table_clone(const struct portclass_table *from);
void portclass_table_free(struct portclass_table *table);
void portclass_table_free_rcu(struct portclass_table *table);

void portclass_table_flush(struct portclass_table *table);
void portclass_table_set_policy(struct portclass_table *table,
				enum portclass_scope scope,
				enum portclass_proto proto,
				enum portclass_class class,
				enum portclass_action action);
int portclass_table_set_rule(struct portclass_table *table,
			     const struct portclass_rule *rule);
int portclass_table_compile(struct portclass_table *table);
bool portclass_table_next_rule(const struct portclass_table *table,
			       u32 from, struct portclass_rule *rule);
bool portclass_table_find_rule(const struct portclass_table *table,
			       const struct portclass_key *key,
			       struct portclass_rule *rule);

#endif /* _PORTCLASS_TABLE_H */
