// SPDX-License-Identifier: GPL-2.0
/* Random text as ports, policies and all: it is taken or refused, and can be pointed at. */

#include <stdlib.h>
#include <string.h>

#include "grammar.h"
#include "memory.h"
#include "sources.h"

/* Built with the name that the fuzzer knows. */
int fuzz_one_input(const unsigned char *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_rules(const struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		check(rules->list[i].low <= rules->list[i].high);
		check(rules->list[i].proto < PROTOS);
		check(rules->list[i].word);
		check(!rules->list[i].from || (rules->list[i].from->count &&
					       rules->list[i].from->count <= SOURCES_MAX));
	}
}

static void feed(const struct words *words, const char *const *list, FILE *out)
{
	struct policy policies[GRAMMAR_POLICIES_MAX];
	enum portclass_scope scope;
	enum portclass_track track;
	enum portclass_mode mode;
	struct rules rules = { 0 };
	struct address from;
	struct fault fault;
	size_t used, made;
	unsigned int value;

	used = grammar_scope(list, words->count, &scope);
	if (grammar_rules(list + used, words->count - used, scope, PORTCLASS_ACTION_ALLOW, &rules,
			  &fault))
		words_show(words, fault.at, fault.length, out);
	check_rules(&rules);
	sources_forget();
	free(rules.list);
	if (grammar_policy(list, words->count, policies, &made, &fault))
		words_show(words, fault.at, fault.length, out);
	else
		check(made && made <= GRAMMAR_POLICIES_MAX);
	rules = (struct rules){ 0 };
	if (grammar_explain(list, words->count, &rules, &from, &fault))
		words_show(words, fault.at, fault.length, out);
	else
		check(rules.count && rules.count <= PROTOS &&
		      rules.list[0].low == rules.list[0].high && (!from.word || from.family));
	free(rules.list);
	grammar_mode(list, words->count, &mode, &fault);
	grammar_track(list, words->count, &track, &fault);
	for (size_t i = 0; i < words->count; i++) {
		grammar_seconds(list[i], &value, &fault);
		grammar_count(list[i], "things", &value, &fault);
		if (!grammar_duration(list[i], &value, &fault))
			check(value >= 1 && value <= 28800);
		if (grammar_reason(list[i], &fault))
			words_show(words, fault.at, fault.length, out);
	}
}

int fuzz_one_input(const unsigned char *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "r"), *out = fopen("/dev/null", "w");
	struct words words;
	const char **list;
	char why[160];

	if (in && out && !words_read(&words, in, "fuzz", why, sizeof(why))) {
		list = memory_get(words.count, sizeof(*list));
		for (size_t i = 0; i < words.count; i++)
			list[i] = words.list[i].text;
		if (words.count)
			feed(&words, list, out);
		free(list);
	}
	if (in) {
		words_free(&words);
		fclose(in);
	}
	if (out)
		fclose(out);
	return 0;
}
