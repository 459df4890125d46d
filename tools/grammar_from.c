// SPDX-License-Identifier: GPL-2.0
/* The grammar of sources: from ADDRESS[/LENGTH]... */

#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>

#include "grammar.h"
#include "sources.h"

static const char a_source[] =
	"SOURCE is an address or a network, as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32";

/**
 * grammar_address() - An address that starts a word
 * @text: the word
 * @length: how much of it is the address
 * @family: becomes AF_INET or AF_INET6
 * @bytes: becomes the address
 *
 * Return: 0, or -1 if it is none.
 */
int grammar_address(const char *text, size_t length, int *family, unsigned char bytes[16])
{
	char copy[INET6_ADDRSTRLEN];

	if (length >= sizeof(copy))
		return -1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	memset(bytes, 0, 16);
	*family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	return inet_pton(*family, copy, bytes) == 1 ? 0 : -1;
}

static int prefix_length(const char *text, int family, unsigned int *value, struct fault *fault)
{
	unsigned int max = sources_bits(family);
	size_t digits = strspn(text, "0123456789");

	*value = 0;
	for (size_t i = 0; i < digits; i++)
		if (*value <= max)
			*value = 10 * *value + (text[i] - '0');
	if (digits && !text[digits] && *value <= max && !(*text == '0' && digits > 1))
		return 0;
	fault_set(fault, text, strlen(text), "'%s' is no length of an IPv%d network", text,
		  family == AF_INET ? 4 : 6);
	return fault_hint(fault, "ADDRESS/LENGTH, LENGTH is a decimal number from 0 to %u", max);
}

/* What would have been right is the network that the address is in, or the address alone. */
static int behind_length(const char *word, const struct prefix *prefix, struct fault *fault)
{
	struct prefix network = *prefix, alone = *prefix;
	char first[SOURCES_TEXT], second[SOURCES_TEXT];

	for (unsigned int bit = prefix->length; bit < sources_bits(prefix->family); bit++)
		network.bytes[bit / 8] &= ~(0x80 >> bit % 8);
	alone.length = sources_bits(prefix->family);
	fault_set(fault, word, strlen(word), "%s has bits behind its length", word);
	return fault_hint(fault, "the network is %s, the address alone %s",
			  sources_text(&network, first), sources_text(&alone, second));
}

/* Packets have IPv4 addresses as such: these could never be anybody's. */
static bool is_mapped(const struct prefix *prefix)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	return prefix->family == AF_INET6 && prefix->length >= 96 &&
	       !memcmp(prefix->bytes, mapped, sizeof(mapped));
}

static int source(const char *word, struct prefix *prefix, struct fault *fault)
{
	const char *slash = strchr(word, '/');
	size_t length = slash ? (size_t)(slash - word) : strlen(word);

	if (grammar_address(word, length, &prefix->family, prefix->bytes)) {
		fault_set(fault, word, length, "'%.*s' is no address", (int)length, word);
		return fault_hint(fault, "%s", a_source);
	}
	prefix->length = sources_bits(prefix->family);
	if (slash && prefix_length(slash + 1, prefix->family, &prefix->length, fault))
		return -1;
	if (!sources_is_whole(prefix))
		return behind_length(word, prefix, fault);
	if (!is_mapped(prefix))
		return 0;
	fault_set(fault, word, strlen(word), "%s never is where a packet comes from", word);
	return fault_hint(fault, "an IPv4 address is written as such, as 192.0.2.7");
}

/* Whether sources may stand here at all. */
static int check_place(const char *word, enum portclass_scope scope, enum portclass_action action,
		       struct fault *fault)
{
	if (action != PORTCLASS_ACTION_ALLOW) {
		fault_set(fault, word, strlen(word), "only allow has sources");
		return fault_hint(fault, "%s", action == PORTCLASS_ACTION_UNSET ?
				  "unset [SCOPE] PORT... forgets rules and their sources" :
				  "allow [SCOPE] PORT... from SOURCE... denies all others");
	}
	if (scope != PORTCLASS_SCOPE_OUT)
		return 0;
	fault_set(fault, word, strlen(word), "from goes with in or forward");
	return fault_hint(fault, "what goes out comes from here");
}

/**
 * grammar_find_from() - Where the sources start
 * @words: words behind a scope
 * @count: how many there are
 *
 * Return: the index of "from", or @count if it isn't there.
 */
size_t grammar_find_from(const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count && strcmp(words[i], "from"); i++)
		;
	return i;
}

/**
 * grammar_no_port() - Sources of nothing
 * @word: the word "from"
 * @fault: becomes what is wrong with it
 *
 * Return: -1, for the caller to return.
 */
int grammar_no_port(const char *word, struct fault *fault)
{
	fault_set(fault, word, strlen(word), "a port comes before 'from'");
	return fault_hint(fault, "[SCOPE] PORT... from SOURCE..., as tcp/22 from 192.0.2.0/24");
}

/**
 * grammar_from() - [from SOURCE...]
 * @words: from, and the words behind it
 * @count: how many there are, 0 for everywhere
 * @scope: of the rules that they are for
 * @action: of these rules
 * @from: what they come to, NULL for everywhere
 * @fault: what is wrong with them, if anything is
 *
 * Return: 0, or -1 if a word is wrong.
 */
int grammar_from(const char *const *words, size_t count, enum portclass_scope scope,
		 enum portclass_action action, const struct sources **from, struct fault *fault)
{
	struct prefix list[SOURCES_MAX];

	*from = NULL;
	if (!count)
		return 0;
	if (check_place(words[0], scope, action, fault))
		return -1;
	if (count == 1) {
		fault_set(fault, NULL, 0, "a SOURCE is missing");
		return fault_hint(fault, "%s", a_source);
	}
	for (size_t i = 1; i < count; i++) {
		if (i > SOURCES_MAX)
			return fault_set(fault, words[i], strlen(words[i]),
					 "more than %d sources", SOURCES_MAX);
		if (source(words[i], &list[i - 1], fault))
			return -1;
	}
	*from = sources_make(list, count - 1);
	return 0;
}

/**
 * grammar_rules() - PORT... [from SOURCE...]
 * @words: the words
 * @count: how many there are
 * @scope: the scope of the rules
 * @action: their action
 * @rules: what the words come to, added to it
 * @fault: what is wrong with them, if anything is
 *
 * Return: 0, or -1 if a word is wrong.
 */
int grammar_rules(const char *const *words, size_t count, enum portclass_scope scope,
		  enum portclass_action action, struct rules *rules, struct fault *fault)
{
	size_t ports = grammar_find_from(words, count), first = rules->count;
	const struct sources *from;

	if (!ports && count)
		return grammar_no_port(words[0], fault);
	if (grammar_ports(words, ports, scope, action, rules, fault) ||
	    grammar_from(words + ports, count - ports, scope, action, &from, fault))
		return -1;
	for (size_t i = first; i < rules->count; i++)
		rules->list[i].from = from;
	return 0;
}
