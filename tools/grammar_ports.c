// SPDX-License-Identifier: GPL-2.0
/* The grammar of ports: PROTO/PORT, PROTO/LOW-HIGH and service names. */

#include <ctype.h>
#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <arpa/inet.h>

#include "grammar.h"
#include "memory.h"
#include "suggest.h"

static const char a_port[] =
	"PORT is PROTO/NUMBER, PROTO/LOW-HIGH or a service name, as tcp/443, any/50-59 or https";

static const char a_number[] = "a port is a decimal number from 0 to 65535";

/* What the words have come to so far, and for what. */
struct request {
	enum portclass_scope scope;
	enum portclass_action action;
	struct rules *rules;
	struct fault *fault;
};

static int add(struct request *request, const char *word, enum portclass_proto proto, __u16 low,
	       __u16 high)
{
	struct rules *rules = request->rules;

	if (rules->count >= GRAMMAR_RULES_MAX)
		return fault_set(request->fault, word, strlen(word),
				 "more than %d ranges in one call", GRAMMAR_RULES_MAX);
	rules->list = memory_grow(rules->list, &rules->room, rules->count, sizeof(*rules->list));
	rules->list[rules->count++] = (struct rule){
		request->scope, proto, request->action, low, high, word, NULL,
	};
	return 0;
}

/* Strictly so: what strtoul() takes besides (signs, blanks, 0x) is a slip of the pen here. */
static int port_number(const char *text, size_t length, __u16 *port, struct fault *fault)
{
	unsigned int value = 0;

	if (!length) {
		fault_set(fault, text, 0, "a port number is missing");
		return fault_hint(fault, "%s", a_number);
	}
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9') {
			fault_set(fault, text, length, "'%.*s' is no port number", (int)length,
				  text);
			return fault_hint(fault, "%s", a_number);
		}
		if (value <= PORTS)
			value = 10 * value + (text[i] - '0');
	}
	if (text[0] == '0' && length > 1) {
		fault_set(fault, text, length, "'%.*s' has a leading zero", (int)length, text);
		return fault_hint(fault, "%s, with no zero before it", a_number);
	}
	if (value >= PORTS) {
		fault_set(fault, text, length, "port %.*s is past 65535", (int)length, text);
		return fault_hint(fault, "%s", a_number);
	}
	*port = value;
	return 0;
}

static int port_range(struct request *request, const char *word, const char *text,
		      unsigned int proto)
{
	const char *dash = strchr(text, '-');
	size_t length = dash ? (size_t)(dash - text) : strlen(text);
	__u16 low = 0, high;

	if (dash == text) {
		fault_set(request->fault, text, strlen(text), "'%s' is no port number", text);
		return fault_hint(request->fault, "%s", a_number);
	}
	if (port_number(text, length, &low, request->fault))
		return -1;
	high = low;
	if (dash && port_number(dash + 1, strlen(dash + 1), &high, request->fault))
		return -1;
	if (low > high) {
		fault_set(request->fault, text, strlen(text), "the range %s ends before it starts",
			  text);
		return fault_hint(request->fault, "LOW-HIGH, as %u-%u", high, low);
	}
	for (unsigned int p = 0; p < PROTOS; p++)
		if ((proto == p || proto == PROTOS) && add(request, word, p, low, high))
			return -1;
	return 0;
}

static int no_service(const char *name, const char *under, struct fault *fault)
{
	struct suggest meant;
	struct servent *entry;

	suggest_start(&meant, name, strlen(name));
	setservent(1);
	while ((entry = getservent())) {
		suggest_offer(&meant, entry->s_name);
		for (char **alias = entry->s_aliases; *alias; alias++)
			suggest_offer(&meant, *alias);
	}
	endservent();
	if (!*under)
		suggest_offer(&meant, "from");
	fault_set(fault, name, strlen(name), "no service is called '%s'%s%s%s", name, under,
		  *meant.word ? "; did you mean " : "", meant.word);
	if (*meant.word)
		strncat(fault->why, "?", sizeof(fault->why) - strlen(fault->why) - 1);
	return fault_hint(fault, "%s", a_port);
}

/* The same name may stand for different ports of the protocols. */
static int port_service(struct request *request, const char *word, const char *name,
			unsigned int proto)
{
	struct servent *entry;
	bool found = false;
	__u16 port;

	for (unsigned int p = 0; p < PROTOS; p++) {
		if (proto != p && proto != PROTOS)
			continue;
		entry = getservbyname(name, names_get(&names_proto, p));
		if (!entry)
			continue;
		port = ntohs(entry->s_port);
		if (add(request, word, p, port, port))
			return -1;
		found = true;
	}
	if (found)
		return 0;
	return no_service(name, proto == PROTOS ? "" : proto ? " under udp" : " under tcp",
			  request->fault);
}

/* A word without a slash, and all that people type there. */
static int bare(struct request *request, const char *word)
{
	struct fault *fault = request->fault;
	size_t length = strlen(word);

	if (isdigit((unsigned char)word[0])) {
		fault_set(fault, word, length, "'%s' has no PROTO", word);
		return fault_hint(fault, "%s", a_port);
	}
	if (names_find(&names_scope, word, length) >= 0) {
		fault_set(fault, word, length, "SCOPE comes once, before the first port");
		return fault_hint(fault, "[SCOPE] PORT..., SCOPE is in, out or forward");
	}
	if (names_find(&names_proto, word, length) >= 0) {
		fault_set(fault, word, length, "'%s' has no port", word);
		return fault_hint(fault, "%s", a_port);
	}
	if (!strcmp(word, "from"))
		return fault_set(fault, word, length,
				 "'from' comes behind the ports, on the command line");
	if (!strcmp(word, "-"))
		return fault_set(fault, word, length,
				 "'-', for ports from standard input, stands alone");
	if (!isalpha((unsigned char)word[0])) {
		fault_set(fault, word, length, "'%s' is no port", word);
		return fault_hint(fault, "%s", a_port);
	}
	return port_service(request, word, word, PROTOS);
}

static int port_word(struct request *request, const char *word)
{
	const char *slash = strchr(word, '/');
	int proto;

	if (!slash)
		return bare(request, word);
	proto = names_find(&names_proto, word, slash - word);
	if (proto < 0) {
		fault_set(request->fault, word, slash - word, "'%.*s' is no PROTO",
			  (int)(slash - word), word);
		return fault_hint(request->fault, "PROTO is tcp, udp or any");
	}
	if (isalpha((unsigned char)slash[1]))
		return port_service(request, word, slash + 1, proto);
	return port_range(request, word, slash + 1, proto);
}

/**
 * grammar_ports() - PORT...
 * @words: the words
 * @count: how many there are
 * @scope: the scope of the rules
 * @action: their action
 * @rules: what the words come to, added to it
 * @fault: what is wrong with them, if anything is
 *
 * Return: 0, or -1 if a word is wrong.
 */
int grammar_ports(const char *const *words, size_t count, enum portclass_scope scope,
		  enum portclass_action action, struct rules *rules, struct fault *fault)
{
	struct request request = { scope, action, rules, fault };

	if (!count) {
		fault_set(fault, NULL, 0, "a port is missing");
		return fault_hint(fault, "%s", a_port);
	}
	for (size_t i = 0; i < count; i++)
		if (port_word(&request, words[i]))
			return -1;
	return 0;
}
