// SPDX-License-Identifier: GPL-2.0
/* The grammar of explain: one port, and where a packet for it comes from. */

#include <string.h>

#include "grammar.h"

static const char all_of_it[] = "explain is for one port: [SCOPE] PORT [from ADDRESS]";

static int one_port(const char *word, enum portclass_scope scope, struct rules *ports,
		    struct fault *fault)
{
	const char *range;

	/* Standard input is for lists. */
	if (!strcmp(word, "-")) {
		fault_set(fault, word, 1, "'-' is no port");
		return fault_hint(fault, "%s", all_of_it);
	}
	if (grammar_ports(&word, 1, scope, PORTCLASS_ACTION_UNSET, ports, fault))
		return -1;
	if (ports->list[0].low == ports->list[0].high)
		return 0;
	range = strchr(word, '/') + 1;
	fault_set(fault, range, strlen(range), "a range has no one answer");
	return fault_hint(fault, "%s", all_of_it);
}

static int source(const char *word, struct address *from, struct fault *fault)
{
	from->word = word;
	if (!grammar_address(word, strlen(word), &from->family, from->bytes))
		return 0;
	fault_set(fault, word, strlen(word), "'%s' is no address", word);
	return fault_hint(fault, "ADDRESS is of IPv4 or IPv6, as 192.0.2.7 or 2001:db8::7");
}

/* What comes behind the port. */
static int rest(const char *const *words, size_t count, enum portclass_scope scope,
		struct address *from, struct fault *fault)
{
	if (!count)
		return 0;
	if (strcmp(words[0], "from")) {
		grammar_end(words, count, fault);
		return fault_hint(fault, "%s", all_of_it);
	}
	if (scope == PORTCLASS_SCOPE_OUT) {
		fault_set(fault, words[0], strlen(words[0]), "from goes with in or forward");
		return fault_hint(fault, "what goes out comes from here");
	}
	if (count < 2) {
		fault_set(fault, NULL, 0, "an ADDRESS is missing");
		return fault_hint(fault, "%s", all_of_it);
	}
	return source(words[1], from, fault) ?: grammar_end(words + 2, count - 2, fault);
}

/**
 * grammar_explain() - [SCOPE] PORT [from ADDRESS]
 * @words: the words
 * @count: how many there are
 * @ports: what the port comes to, added to it: one for each protocol
 * @from: the address; its word is NULL if there is none
 * @fault: what is wrong with the words, if anything is
 *
 * Return: 0, or -1 if a word is wrong.
 */
int grammar_explain(const char *const *words, size_t count, struct rules *ports,
		    struct address *from, struct fault *fault)
{
	enum portclass_scope scope;
	size_t used = grammar_scope(words, count, &scope);

	*from = (struct address){ 0 };
	if (count == used)
		return grammar_ports(NULL, 0, scope, PORTCLASS_ACTION_UNSET, ports, fault);
	return one_port(words[used], scope, ports, fault) ?:
	       rest(words + used + 1, count - used - 1, scope, from, fault);
}
