// SPDX-License-Identifier: GPL-2.0
/* What becomes of a packet that opens a flow, and why. */

#include "explain.h"
#include "memory.h"
#include "names.h"
#include "rule.h"
#include "sample.h"
#include "service.h"
#include "sources.h"

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

/* The sources of the rule that decides, or NULL. */
static const struct sources *sources_of(const struct explain_view *view)
{
	return decider_of(view) == DECIDER_RULE ? view->it.rule.from : NULL;
}

/* The source that the packet comes from, or NULL. */
static const struct prefix *source_of(const struct explain_view *view)
{
	const struct sources *sources = sources_of(view);

	return sources && view->from.word ? sources_find(sources, &view->from) : NULL;
}

static bool is_denied(const struct explain_view *view)
{
	return is_judged(view) && view->it.verdict != PORTCLASS_ACTION_ALLOW && !source_of(view);
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
	if (sources_of(view) && !view->from.word) {
		verdict = "allowed from its sources only";
	} else if (is_denied(view)) {
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
		   view->loopback ? view->from.word : "", colour_start(colour), verdict,
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
	char from[RULE_FROM];
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
		print_cell(print, key, COLOUR_NONE, "rule %s %s/%u%s", action, proto, rule->low,
			   rule_from(rule, from));
	else
		print_cell(print, key, COLOUR_NONE, "rule %s %s/%u-%u%s", action, proto, rule->low,
			   rule->high, rule_from(rule, from));
}

static void print_sources(struct print *print, const struct sources *sources)
{
	char text[SOURCES_TEXT];

	for (size_t i = 0; i < sources->count; i++)
		print_cell(print, "source", COLOUR_NONE, "%s",
			   sources_text(&sources->list[i], text));
}

/* Only JSON has what doesn't matter to this packet. */
static void print_reasons(struct print *print, const struct explain_view *view)
{
	const struct explanation *it = &view->it;
	enum portclass_action decision = it->ruled ? it->rule.action : it->policy;
	const struct sources *sources = sources_of(view);

	/* As the packet path has it: it looks for the sources of what is denied. */
	if (sources)
		decision = PORTCLASS_ACTION_DENY;
	print_decider(print, view);
	if (sources && sources->count > 1)
		print_sources(print, sources);
	if (print->json)
		print_string(print, "policy", names_get(&names_action, it->policy), COLOUR_NONE);
	else if (decider_of(view) == DECIDER_RULE)
		print_cell(print, "policy", COLOUR_NONE, "%s, without the rule",
			   names_get(&names_action, it->policy));
	if (print->json && it->ruled)
		rule_print(print, "rule", &it->rule);
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

/* Where it comes from, and whether that matters. */
static void print_from(struct print *print, const struct explain_view *view)
{
	const struct prefix *source = source_of(view);
	const char *from = view->from.word;
	char text[SOURCES_TEXT];

	if (print->json) {
		print_string(print, "from", from, COLOUR_NONE);
		if (source)
			print_string(print, "source", sources_text(source, text), COLOUR_NONE);
	} else if (source) {
		print_cell(print, "from", COLOUR_NONE, "%s, by its source %s", from,
			   sources_text(source, text));
	} else if (sources_of(view)) {
		print_cell(print, "from", COLOUR_NONE, "%s, which is none of its sources", from);
	} else if (!view->loopback) {
		print_cell(print, "from", COLOUR_NONE,
			   "%s: as from anywhere, the port has no sources", from);
	}
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
	if (view->from.word)
		print_from(print, view);
	print_reasons(print, view);
	if (print->json || is_judged(view))
		print_counters(print, view);
	print_close(print);
}
