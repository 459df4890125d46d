// SPDX-License-Identifier: GPL-2.0
/*
 * Rules and policies in, effective bitmaps out. Knows no packet and no netlink.
 *
 * Rules are kept as bitmaps per (scope, protocol) instead of a list: which ports
 * a rule speaks of, which of these it denies, and which it rejects. So there is
 * no order of rules, no number of them to bound (24 KiB hold them all) and one
 * form in which a set of rules can be stored.
 */
#include <linux/bitmap.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "table.h"

/* Ports of a class, as [first, behind the last). */
static const struct {
	u32 first;
	u32 end;
} class_ports[PORTCLASS_CLASSES] = {
	[PORTCLASS_CLASS_WELL_KNOWN]	= { 0, 1024 },
	[PORTCLASS_CLASS_REGISTERED]	= { 1024, 49152 },
	[PORTCLASS_CLASS_DYNAMIC]	= { 49152, PORTCLASS_PORTS },
};

/* On the account of whoever asks: a namespace's owner may be anybody. */
static unsigned long *bitmap_new(void)
{
	return bitmap_zalloc(PORTCLASS_PORTS, GFP_KERNEL_ACCOUNT);
}

static void bitmap_drop(unsigned long **map)
{
	bitmap_free(*map);
	*map = NULL;
}

static void bitmap_put(unsigned long *map, unsigned int from, unsigned int len,
		       bool value)
{
	if (len == 1)
		__assign_bit(from, map, value);
	else if (value)
		bitmap_set(map, from, len);
	else
		bitmap_clear(map, from, len);
}

static int bitmap_dup(unsigned long **to, const unsigned long *from)
{
	if (!from)
		return 0;

	*to = bitmap_new();
	if (!*to)
		return -ENOMEM;

	bitmap_copy(*to, from, PORTCLASS_PORTS);
	return 0;
}

static bool is_denial(u8 action)
{
	return action == PORTCLASS_ACTION_DENY ||
	       action == PORTCLASS_ACTION_REJECT;
}

static void ruleset_drop(struct portclass_ruleset *rules)
{
	bitmap_drop(&rules->ruled);
	bitmap_drop(&rules->denied);
	bitmap_drop(&rules->rejected);
	portclass_sources_free(rules->sources);
	rules->sources = NULL;
}

static int ruleset_dup(struct portclass_ruleset *to,
		       const struct portclass_ruleset *from)
{
	if (bitmap_dup(&to->ruled, from->ruled) ||
	    bitmap_dup(&to->denied, from->denied) ||
	    bitmap_dup(&to->rejected, from->rejected))
		return -ENOMEM;

	to->sources = portclass_sources_dup(from->sources);
	return from->sources && !to->sources ? -ENOMEM : 0;
}

/**
 * portclass_table_alloc() - a table in which nothing is denied
 *
 * Context: process, may sleep.
 * Return: a table that the caller owns, compiled, of generation 1; NULL if
 * there is no memory.
 */
struct portclass_table *portclass_table_alloc(void)
{
	struct portclass_table *table;

	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;

	table->generation = 1;
	portclass_table_flush(table);
	return table;
}

/**
 * portclass_table_clone() - copy what a table was told, to change it
 * @from: the table to copy; kept alive by the caller
 *
 * Context: process, may sleep.
 * Return: a table that the caller owns and has to compile before it is
 * published; NULL if there is no memory.
 */
struct portclass_table *
portclass_table_clone(const struct portclass_table *from)
{
	struct portclass_table *table;
	unsigned int s, p;

	table = portclass_table_alloc();
	if (!table)
		return NULL;

	table->mode = from->mode;
	table->track = from->track;
	table->generation = from->generation;
	memcpy(table->policy, from->policy, sizeof(table->policy));

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			if (ruleset_dup(&table->rules[s][p],
					&from->rules[s][p])) {
				portclass_table_free(table);
				return NULL;
			}
		}
	}

	return table;
}

/**
 * portclass_table_free() - free a table that no packet can see
 * @table: never published, or a grace period has passed since; may be NULL
 *
 * Context: any.
 */
void portclass_table_free(struct portclass_table *table)
{
	unsigned int s, p;

	if (!table)
		return;

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			bitmap_drop(&table->deny[s][p]);
			bitmap_drop(&table->reject[s][p]);
			ruleset_drop(&table->rules[s][p]);
		}
	}
	kfree(table);
}

static void table_free_cb(struct rcu_head *rcu)
{
	portclass_table_free(container_of(rcu, struct portclass_table, rcu));
}

/**
 * portclass_table_free_rcu() - free a table that packets may still be reading
 * @table: replaced by another one already; may be NULL
 *
 * Context: any. The module waits with rcu_barrier() before it goes.
 */
void portclass_table_free_rcu(struct portclass_table *table)
{
	if (table)
		call_rcu(&table->rcu, table_free_cb);
}

/**
 * portclass_table_flush() - forget all rules, allow everywhere, enforce
 * @table: not published; to be compiled afterwards
 *
 * Context: any. The generation stays, and so does how flows are tracked.
 */
void portclass_table_flush(struct portclass_table *table)
{
	unsigned int s, p;

	for (s = 0; s < PORTCLASS_SCOPES; s++)
		for (p = 0; p < PORTCLASS_PROTOS; p++)
			ruleset_drop(&table->rules[s][p]);

	memset(table->policy, PORTCLASS_ACTION_ALLOW, sizeof(table->policy));
	table->mode = PORTCLASS_MODE_ENFORCE;
}

/**
 * portclass_table_set_policy() - set the default of a class
 * @table: not published; to be compiled afterwards
 * @scope: whose
 * @proto: whose
 * @class: whose
 * @action: allow, deny or reject
 *
 * Context: any.
 */
void portclass_table_set_policy(struct portclass_table *table,
				enum portclass_scope scope,
				enum portclass_proto proto,
				enum portclass_class class,
				enum portclass_action action)
{
	table->policy[scope][proto][class] = action;
}

/**
 * portclass_table_set_rule() - set or unset the rule of each port of a range
 * @table: not published; to be compiled afterwards
 * @rule: the range and its action
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM, -E2BIG (too many rules with sources), and @table says what
 * it said before.
 */
int portclass_table_set_rule(struct portclass_table *table,
			     const struct portclass_rule *rule)
{
	struct portclass_ruleset *rules = &table->rules[rule->scope][rule->proto];
	unsigned int len = rule->high - rule->low + 1;
	int err;

	if (!rules->ruled) {
		if (rule->action == PORTCLASS_ACTION_UNSET)
			return 0;
		rules->ruled = bitmap_new();
		rules->denied = bitmap_new();
		if (!rules->ruled || !rules->denied) {
			ruleset_drop(rules);
			return -ENOMEM;
		}
	}
	if (!rules->rejected && rule->action == PORTCLASS_ACTION_REJECT) {
		rules->rejected = bitmap_new();
		if (!rules->rejected)
			return -ENOMEM;
	}

	err = portclass_sources_set(&rules->sources, rule->low, rule->high,
				    rule->from);
	if (err)
		return err;

	bitmap_put(rules->ruled, rule->low, len,
		   rule->action != PORTCLASS_ACTION_UNSET);
	bitmap_put(rules->denied, rule->low, len,
		   is_denial(rule->action) || rule->from);
	if (rules->rejected)
		bitmap_put(rules->rejected, rule->low, len,
			   rule->action == PORTCLASS_ACTION_REJECT);
	return 0;
}

/*
 * What the packet path shall read for one (scope, protocol): the ports of the
 * classes that are marked by their policy, and where a rule speaks, those that
 * it marks.
 */
static int compile_one(unsigned long **to, const bool *by_policy,
		       const unsigned long *ruled, const unsigned long *by_rule)
{
	unsigned long *map;
	unsigned int c;

	bitmap_drop(to);
	if (!by_rule && !memchr_inv(by_policy, false, PORTCLASS_CLASSES))
		return 0;

	map = bitmap_new();
	if (!map)
		return -ENOMEM;

	for (c = 0; c < PORTCLASS_CLASSES; c++)
		if (by_policy[c])
			bitmap_set(map, class_ports[c].first,
				   class_ports[c].end - class_ports[c].first);

	if (ruled)
		bitmap_andnot(map, map, ruled, PORTCLASS_PORTS);
	if (by_rule)
		bitmap_or(map, map, by_rule, PORTCLASS_PORTS);

	if (bitmap_empty(map, PORTCLASS_PORTS))
		bitmap_drop(&map);

	*to = map;
	return 0;
}

static int compile_path(struct portclass_table *table, unsigned int s,
			unsigned int p)
{
	struct portclass_ruleset *rules = &table->rules[s][p];
	bool denied[PORTCLASS_CLASSES], rejected[PORTCLASS_CLASSES];
	unsigned int c;
	int err;

	if (rules->ruled && bitmap_empty(rules->ruled, PORTCLASS_PORTS))
		ruleset_drop(rules);
	if (rules->rejected && bitmap_empty(rules->rejected, PORTCLASS_PORTS))
		bitmap_drop(&rules->rejected);

	for (c = 0; c < PORTCLASS_CLASSES; c++) {
		denied[c] = is_denial(table->policy[s][p][c]);
		rejected[c] = table->policy[s][p][c] == PORTCLASS_ACTION_REJECT;
	}

	err = compile_one(&table->deny[s][p], denied, rules->ruled,
			  rules->denied);
	if (err)
		return err;
	return compile_one(&table->reject[s][p], rejected, rules->ruled,
			   rules->rejected);
}

/**
 * portclass_table_compile() - compute the effective bitmaps
 * @table: not published
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM, and @table can only be freed.
 */
int portclass_table_compile(struct portclass_table *table)
{
	unsigned int s, p;
	int err;

	for (s = 0; s < PORTCLASS_SCOPES; s++) {
		for (p = 0; p < PORTCLASS_PROTOS; p++) {
			err = compile_path(table, s, p);
			if (err)
				return err;
		}
	}

	return 0;
}
