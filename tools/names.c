// SPDX-License-Identifier: GPL-2.0
/* The words of portclass: each enum and what its values are called. */

#include <string.h>

#include "memory.h"
#include "model.h"
#include "names.h"

static const char *const scopes[] = {
	[PORTCLASS_SCOPE_IN] = "in",
	[PORTCLASS_SCOPE_OUT] = "out",
	[PORTCLASS_SCOPE_FORWARD] = "forward",
};

static const char *const protos[] = {
	[PORTCLASS_PROTO_TCP] = "tcp",
	[PORTCLASS_PROTO_UDP] = "udp",
};

static const char *const classes[] = {
	[PORTCLASS_CLASS_WELL_KNOWN] = "well-known",
	[PORTCLASS_CLASS_REGISTERED] = "registered",
	[PORTCLASS_CLASS_DYNAMIC] = "dynamic",
};

static const char *const actions[] = {
	[PORTCLASS_ACTION_UNSET] = "unset",
	[PORTCLASS_ACTION_ALLOW] = "allow",
	[PORTCLASS_ACTION_DENY] = "deny",
	[PORTCLASS_ACTION_REJECT] = "reject",
};

static const char *const modes[] = {
	[PORTCLASS_MODE_ENFORCE] = "enforce",
	[PORTCLASS_MODE_OBSERVE] = "observe",
};

static const char *const tracks[] = {
	[PORTCLASS_TRACK_CONNTRACK] = "conntrack",
	[PORTCLASS_TRACK_NONE] = "none",
};

static const char *const causes[] = {
	[PORTCLASS_CAUSE_REQUEST] = "request",
	[PORTCLASS_CAUSE_CONFIRM] = "confirm",
	[PORTCLASS_CAUSE_REVERT] = "revert",
	[PORTCLASS_CAUSE_PROMOTE] = "promote",
	[PORTCLASS_CAUSE_SHADOW] = "shadow",
	[PORTCLASS_CAUSE_SHADOW_DROP] = "shadow-drop",
};

/* Keys of JSON and of tables, too. */
static const char *const counters[] = {
	[COUNTER_FLOWS] = "flows",
	[COUNTER_PACKETS] = "packets",
	[COUNTER_BYTES] = "bytes",
	[COUNTER_DENIED_FLOWS] = "denied_flows",
	[COUNTER_DENIED_PACKETS] = "denied_packets",
	[COUNTER_DENIED_BYTES] = "denied_bytes",
	[COUNTER_PACKETS_TO] = "packets_to",
	[COUNTER_BYTES_TO] = "bytes_to",
	[COUNTER_PACKETS_FROM] = "packets_from",
	[COUNTER_BYTES_FROM] = "bytes_from",
};

const struct names names_scope = { "SCOPE", scopes, ARRAY_SIZE(scopes), NULL };
const struct names names_proto = { "PROTO", protos, ARRAY_SIZE(protos), "any" };
const struct names names_class = { "CLASS", classes, ARRAY_SIZE(classes), "all" };
const struct names names_action = { "ACTION", actions, ARRAY_SIZE(actions), NULL };
const struct names names_mode = { "MODE", modes, ARRAY_SIZE(modes), NULL };
const struct names names_track = { "TRACKING", tracks, ARRAY_SIZE(tracks), NULL };
const struct names names_cause = { "CAUSE", causes, ARRAY_SIZE(causes), NULL };
const struct names names_counter = { "COUNTER", counters, ARRAY_SIZE(counters), NULL };

/**
 * names_find() - The value that a word stands for
 * @names: where to look
 * @text: the word
 * @length: its length; it need not end there
 *
 * Return: the value, @names->count for the one more word, or -1 if it is none of them.
 */
int names_find(const struct names *names, const char *text, size_t length)
{
	for (unsigned int i = 0; i < names->count; i++)
		if (strlen(names->list[i]) == length && !memcmp(names->list[i], text, length))
			return i;
	if (names->also && strlen(names->also) == length && !memcmp(names->also, text, length))
		return names->count;
	return -1;
}

/**
 * names_get() - What a value is called
 * @names: the enum's names
 * @value: the value
 *
 * Return: the name, "?" for a value that has none.
 */
const char *names_get(const struct names *names, unsigned int value)
{
	return value < names->count ? names->list[value] : "?";
}
