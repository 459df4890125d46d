// SPDX-License-Identifier: GPL-2.0
/* What becomes of a packet that opens a flow, and why. */

#include "explain.h"
#include "memory.h"
#include "names.h"
#include "sample.h"
#include "service.h"

/* What decides, the first that applies. */
enum decider {
	DECIDER_LOOPBACK,
	DECIDER_NOTHING,
	DECIDER_RULE,
	DECIDER_POLICY,
};

static enum decider decider_of(const struct explain_view *view)
{
	if (view->loopback)
		return DECIDER_LOOPBACK;
	if (!view->it.active)
		return DECIDER_NOTHING;
	return view->it.ruled ? DECIDER_RULE : DECIDER_POLICY;
}

/* Whether portclass looks at the packet at all. */
static bool is_judged(const struct explain_view *view)
{
	return decider_of(view) >= DECIDER_RULE;
}

static bool is_denied(const struct explain_view *view)
{
	return is_judged(view) && view->it.verdict != PORTCLASS_ACTION_ALLOW;
}

static bool passes(const struct explain_view *view)
{
	return !is_denied(view) || view->it.mode == PORTCLASS_MODE_OBSERVE;
}

static void print_headline(struct print *print, const struct explain_view *view)
{
	static const char *const how[SCOPES] = {
		[PORTCLASS_SCOPE_IN] = "dialled by a peer",
		[PORTCLASS_SCOPE_OUT] = "dialled by this host",
		[PORTCLASS_SCOPE_FORWARD] = "passing through",
	};
	const struct explanation *it = &view->it;
	const char *service, *verdict = "allowed";
	enum colour colour = COLOUR_GOOD;

	if (print->json)
		return;
	if (is_denied(view)) {
		verdict = passes(view) ? "passes, counted as denied" :
			  view->it.verdict == PORTCLASS_ACTION_REJECT ? "rejected" : "denied";
		colour = COLOUR_BAD;
	} else if (decider_of(view) == DECIDER_NOTHING) {
		verdict = "passes";
	}
	service = service_name(it->proto, it->port);
	if (!print->coloured)
		colour = COLOUR_NONE;
	print_text(print, "%s/%u%s%s%s, %s%s: %s%s%s\n", names_get(&names_proto, it->proto),
		   it->port, *service ? " (" : "", service, *service ? ")" : "",
		   view->loopback ? "dialled from " : how[it->scope],
		   view->loopback ? view->from : "", colour_start(colour), verdict,
		   colour_end(colour));
}

static void print_decider(struct print *print, const struct explain_view *view)
{
	static const char *const words[] = {
		[DECIDER_LOOPBACK] = "loopback",
		[DECIDER_NOTHING] = "nothing",
		[DECIDER_RULE] = "rule",
		[DECIDER_POLICY] = "policy",
	};
	static const char key[] = "decided by";
	const struct explanation *it = &view->it;
	const struct rule *rule = &it->rule;
	const char *scope = names_get(&names_scope, it->scope);
	const char *proto = names_get(&names_proto, it->proto);
	const char *action = names_get(&names_action, it->ruled ? rule->action : it->policy);
	enum decider decider = decider_of(view);

	if (print->json)
		print_string(print, "decided_by", words[decider], COLOUR_NONE);
	if (decider == DECIDER_LOOPBACK)
		print_cell(print, key, COLOUR_NONE, "the loopback device, which is never judged");
	else if (decider == DECIDER_NOTHING)
		print_cell(print, key, COLOUR_NONE,
			   "nothing: nothing is configured here, and nothing is counted");
	else if (decider == DECIDER_POLICY)
		print_cell(print, key, COLOUR_NONE, "policy %s %s %s %s", scope, proto,
			   names_get(&names_class, it->class), action);
	else if (rule->low == rule->high)
		print_cell(print, key, COLOUR_NONE, "rule %s %s/%u", action, proto, rule->low);
	else
		print_cell(print, key, COLOUR_NONE, "rule %s %s/%u-%u", action, proto, rule->low,
			   rule->high);
}

static void print_rule(struct print *print, const struct rule *rule)
{
	print_object(print, "rule");
	print_string(print, "scope", names_get(&names_scope, rule->scope), COLOUR_NONE);
	print_string(print, "proto", names_get(&names_proto, rule->proto), COLOUR_NONE);
	print_string(print, "action", names_get(&names_action, rule->action), COLOUR_NONE);
	print_number(print, "low", rule->low, HUMAN_EXACT, COLOUR_NONE);
	print_number(print, "high", rule->high, HUMAN_EXACT, COLOUR_NONE);
	print_close(print);
}

/* Only JSON has what doesn't matter to this packet. */
static void print_reasons(struct print *print, const struct explain_view *view)
{
	const struct explanation *it = &view->it;
	enum portclass_action decision = it->ruled ? it->rule.action : it->policy;

	print_decider(print, view);
	if (print->json)
		print_string(print, "policy", names_get(&names_action, it->policy), COLOUR_NONE);
	else if (decider_of(view) == DECIDER_RULE)
		print_cell(print, "policy", COLOUR_NONE, "%s, without the rule",
			   names_get(&names_action, it->policy));
	if (print->json && it->ruled)
		print_rule(print, &it->rule);
	if (is_judged(view) && it->verdict != decision)
		print_cell(print, "but", COLOUR_BAD,
			   "the packet path has %s: this is a fault of the module",
			   names_get(&names_action, it->verdict));
	if (!print->json && !is_judged(view))
		return;
	print_string(print, "mode", names_get(&names_mode, it->mode), COLOUR_NONE);
	conntrack_print(print, it->track, &view->conntrack);
}

static void print_counters(struct print *print, const struct explain_view *view)
{
	static const struct column columns[] = {
		{ "what", "COUNTED", false },
		{ "flows", "FLOWS", true },
		{ "packets", "PACKETS", true },
		{ "bytes", "BYTES", true },
		{ "bytes_to", "BYTES-TO", true },
		{ "bytes_from", "BYTES-FROM", true },
		{ "denied_flows", "DENIED-FLOWS", true },
		{ "denied_packets", "DENIED-PACKETS", true },
		{ "denied_bytes", "DENIED-BYTES", true },
	};
	const struct explanation *it = &view->it;
	const char *proto = names_get(&names_proto, it->proto);

	print_text(print, "\n");
	print_table(print, columns, ARRAY_SIZE(columns));
	print_cell(print, "what", COLOUR_NONE, "%s/%u", proto, it->port);
	print_object(print, "port_counters");
	sample_print_counters(print, &it->port_counters);
	print_close(print);
	print_row(print);
	print_cell(print, "what", COLOUR_NONE, "%s %s", proto, names_get(&names_class, it->class));
	print_object(print, "class_counters");
	sample_print_counters(print, &it->class_counters);
	print_close(print);
	print_row(print);
	print_table_end(print);
}

/**
 * explain_print() - Tell what becomes of a packet, and why
 * @print: the output; an array or, in text, nothing is open
 * @view: what there is to tell
 */
void explain_print(struct print *print, const struct explain_view *view)
{
	const struct explanation *it = &view->it;

	print_headline(print, view);
	print_object(print, NULL);
	print_string(print, "scope", names_get(&names_scope, it->scope), COLOUR_NONE);
	if (print->json) {
		print_string(print, "proto", names_get(&names_proto, it->proto), COLOUR_NONE);
		print_number(print, "port", it->port, HUMAN_EXACT, COLOUR_NONE);
	}
	print_string(print, "class", names_get(&names_class, it->class), COLOUR_NONE);
	if (print->json) {
		print_flag(print, "active", it->active);
		print_string(print, "verdict",
			     names_get(&names_action, is_denied(view) ? it->verdict :
					      PORTCLASS_ACTION_ALLOW), COLOUR_NONE);
		print_flag(print, "passes", passes(view));
	}
	if (print->json && view->from)
		print_string(print, "from", view->from, COLOUR_NONE);
	else if (view->from && !view->loopback)
		print_cell(print, "from", COLOUR_NONE, "%s: as from anywhere, no rule has a source",
			   view->from);
	print_reasons(print, view);
	if (print->json || is_judged(view))
		print_counters(print, view);
	print_close(print);
}
