// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of a table, told as ranges of ports with one action.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>

#include "table.h"

/* What the rule of a port says; one has to speak of it. */
static u8 action_of(const struct portclass_ruleset *rules, unsigned long port)
{
	if (!test_bit(port, rules->denied) ||
	    portclass_sources_find(rules->sources, port))
		return PORTCLASS_ACTION_ALLOW;
	if (rules->rejected && test_bit(port, rules->rejected))
		return PORTCLASS_ACTION_REJECT;
	return PORTCLASS_ACTION_DENY;
}

/* The first port from @from on whose bit is another one than @from's. */
static unsigned long next_turn(const unsigned long *map, unsigned long from)
{
	if (!map)
		return PORTCLASS_PORTS;
	return test_bit(from, map) ?
		find_next_zero_bit(map, PORTCLASS_PORTS, from) :
		find_next_bit(map, PORTCLASS_PORTS, from);
}

/* The first port from @port on that is open to some sources. */
static u32 next_sourced(const struct portclass_sources *sources, u32 port)
{
	unsigned int i;

	for (i = 0; sources && i < sources->count; i++)
		if (sources->list[i].high >= port)
			return max_t(u32, sources->list[i].low, port);
	return PORTCLASS_PORTS;
}

/* The last port of the range with one action that begins at @low. */
static u16 range_end(const struct portclass_ruleset *rules, unsigned long low)
{
	const struct portclass_sourced *sourced;
	unsigned long end;

	sourced = portclass_sources_find(rules->sources, low);
	if (sourced)
		return sourced->high;

	end = min3(next_turn(rules->ruled, low), next_turn(rules->denied, low),
		   next_turn(rules->rejected, low));
	return min_t(unsigned long, end, next_sourced(rules->sources, low)) - 1;
}

static struct portclass_prefixes *
from_of(const struct portclass_ruleset *rules, u16 port)
{
	const struct portclass_sourced *sourced;

	sourced = portclass_sources_find(rules->sources, port);
	return sourced ? sourced->from : NULL;
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
		unsigned long low;

		if (!rules->ruled)
			continue;
		low = find_next_bit(rules->ruled, PORTCLASS_PORTS,
				    from % PORTCLASS_PORTS);
		if (low == PORTCLASS_PORTS)
			continue;

		rule->scope = path / PORTCLASS_PROTOS;
		rule->proto = path % PORTCLASS_PROTOS;
		rule->action = action_of(rules, low);
		rule->low = low;
		rule->high = range_end(rules, low);
		rule->from = from_of(rules, low);
		return true;
	}

	return false;
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
	u16 low = key->port;

	if (!rules->ruled || !test_bit(low, rules->ruled))
		return false;

	rule->scope = key->scope;
	rule->proto = key->proto;
	rule->action = action_of(rules, low);
	rule->high = range_end(rules, low);
	rule->from = from_of(rules, low);
	while (low > 0 && test_bit(low - 1, rules->ruled) &&
	       action_of(rules, low - 1) == rule->action &&
	       from_of(rules, low - 1) == rule->from)
		low--;
	rule->low = low;
	return true;
}
