// SPDX-License-Identifier: GPL-2.0
/*
 * Rules and policies in, effective bitmaps out. Knows no packet and no netlink.
 *
 * Rules are kept as two bitmaps per (scope, protocol) instead of a list: which
 * ports a rule speaks of, and which of these it denies. So there is no order of
 * rules, no number of them to bound (16 KiB hold them all) and one form in
 * which a set of rules can be stored.
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

static void ruleset_drop(struct portclass_ruleset *rules)
{
	bitmap_drop(&rules->ruled);
	bitmap_drop(&rules->denied);
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
			struct portclass_ruleset *to = &table->rules[s][p];

			if (bitmap_dup(&to->ruled, from->rules[s][p].ruled) ||
			    bitmap_dup(&to->denied, from->rules[s][p].denied)) {
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
 * @action: allow or deny
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
 * Return: 0; -ENOMEM, and @table is as before.
 */
int portclass_table_set_rule(struct portclass_table *table,
			     const struct portclass_rule *rule)
{
	struct portclass_ruleset *rules = &table->rules[rule->scope][rule->proto];
	unsigned int len = rule->high - rule->low + 1;

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

	if (rule->action == PORTCLASS_ACTION_UNSET)
		bitmap_clear(rules->ruled, rule->low, len);
	else
		bitmap_set(rules->ruled, rule->low, len);

	if (rule->action == PORTCLASS_ACTION_DENY)
		bitmap_set(rules->denied, rule->low, len);
	else
		bitmap_clear(rules->denied, rule->low, len);

	return 0;
}

/* What the packet path shall read for one (scope, protocol). */
static int compile_one(const struct portclass_ruleset *rules, const u8 *policy,
		       unsigned long **deny)
{
	unsigned long *map;
	unsigned int c;

	map = bitmap_new();
	if (!map)
		return -ENOMEM;

	for (c = 0; c < PORTCLASS_CLASSES; c++)
		if (policy[c] == PORTCLASS_ACTION_DENY)
			bitmap_set(map, class_ports[c].first,
				   class_ports[c].end - class_ports[c].first);

	if (rules->ruled) {
		bitmap_andnot(map, map, rules->ruled, PORTCLASS_PORTS);
		bitmap_or(map, map, rules->denied, PORTCLASS_PORTS);
	}

	if (bitmap_empty(map, PORTCLASS_PORTS))
		bitmap_drop(&map);

	bitmap_free(*deny);
	*deny = map;
	return 0;
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
			struct portclass_ruleset *rules = &table->rules[s][p];

			if (rules->ruled &&
			    bitmap_empty(rules->ruled, PORTCLASS_PORTS))
				ruleset_drop(rules);

			err = compile_one(rules, table->policy[s][p],
					  &table->deny[s][p]);
			if (err)
				return err;
		}
	}

	return 0;
}

/**
 * portclass_table_next_rule() - walk the rules as ranges
 * @table: kept alive by the caller
 * @from: where to look on, (scope * PORTCLASS_PROTOS + proto) *
 *	PORTCLASS_PORTS + port; 0 to begin with
 * @rule: where to put what was found
 *
 * Neighbouring ports with the same action make one range, so the same rules
 * always read the same. A range ends at its protocol's last port; the place to
 * look on is the one behind @rule's last port.
 *
 * Context: any.
 * Return: true if there was another rule.
 */
bool portclass_table_next_rule(const struct portclass_table *table,
			       u32 from, struct portclass_rule *rule)
{
	for (; from < PORTCLASS_SCOPES * PORTCLASS_PROTOS * PORTCLASS_PORTS;
	     from = round_down(from, PORTCLASS_PORTS) + PORTCLASS_PORTS) {
		u32 path = from / PORTCLASS_PORTS;
		const struct portclass_ruleset *rules =
			&table->rules[path / PORTCLASS_PROTOS]
				     [path % PORTCLASS_PROTOS];
		unsigned long low, end, turn;
		bool denied;

		if (!rules->ruled)
			continue;
		low = find_next_bit(rules->ruled, PORTCLASS_PORTS,
				    from % PORTCLASS_PORTS);
		if (low == PORTCLASS_PORTS)
			continue;

		denied = test_bit(low, rules->denied);
		end = find_next_zero_bit(rules->ruled, PORTCLASS_PORTS, low);
		turn = denied ?
			find_next_zero_bit(rules->denied, PORTCLASS_PORTS, low) :
			find_next_bit(rules->denied, PORTCLASS_PORTS, low);

		rule->scope = path / PORTCLASS_PROTOS;
		rule->proto = path % PORTCLASS_PROTOS;
		rule->action = denied ? PORTCLASS_ACTION_DENY :
					PORTCLASS_ACTION_ALLOW;
		rule->low = low;
		rule->high = min(end, turn) - 1;
		return true;
	}

	return false;
}

/* Does a rule of that action speak of a port? */
static bool is_alike(const struct portclass_ruleset *rules, u16 port,
		     bool denied)
{
	return test_bit(port, rules->ruled) &&
	       test_bit(port, rules->denied) == denied;
}

/**
 * portclass_table_find_rule() - find the rule that decides on a port
 * @table: kept alive by the caller
 * @key: the port
 * @rule: where to put it, as the range that portclass_table_next_rule() has
 *
 * Context: any.
 * Return: true if there is one; else the policy decides.
 */
bool portclass_table_find_rule(const struct portclass_table *table,
			       const struct portclass_key *key,
			       struct portclass_rule *rule)
{
	const struct portclass_ruleset *rules =
		&table->rules[key->scope][key->proto];
	bool denied;

	if (!rules->ruled || !test_bit(key->port, rules->ruled))
		return false;

	denied = test_bit(key->port, rules->denied);
	*rule = (struct portclass_rule) {
		.low = key->port,
		.high = key->port,
		.scope = key->scope,
		.proto = key->proto,
		.action = denied ? PORTCLASS_ACTION_DENY :
				   PORTCLASS_ACTION_ALLOW,
	};
	while (rule->low > 0 && is_alike(rules, rule->low - 1, denied))
		rule->low--;
	while (rule->high < U16_MAX && is_alike(rules, rule->high + 1, denied))
		rule->high++;
	return true;
}
