/* SPDX-License-Identifier: GPL-2.0 */
/* The grammar: words to structs. Knows no netlink. */
#ifndef PORTCLASSCTL_GRAMMAR_H
#define PORTCLASSCTL_GRAMMAR_H

#include <stddef.h>

#include "model.h"
#include "names.h"
#include "words.h"

/* Each port of each protocol on its own: nobody needs more in one call. */
enum { GRAMMAR_RULES_MAX = PROTOS * PORTS };

/* What a policy command can come to: each class of each protocol. */
enum { GRAMMAR_POLICIES_MAX = PROTOS * CLASSES };

size_t grammar_scope(const char *const *words, size_t count, enum portclass_scope *scope);
int grammar_choice(const struct names *names, const char *word, unsigned int *value,
		   struct fault *fault);
int grammar_only(const struct names *names, const char *const *words, size_t count,
		 unsigned int *value, struct fault *fault);
int grammar_end(const char *const *words, size_t count, struct fault *fault);
int grammar_ports(const char *const *words, size_t count, enum portclass_scope scope,
		  enum portclass_action action, struct rules *rules, struct fault *fault);
size_t grammar_find_from(const char *const *words, size_t count);
int grammar_no_port(const char *word, struct fault *fault);
int grammar_address(const char *text, size_t length, int *family, unsigned char bytes[16]);
int grammar_from(const char *const *words, size_t count, enum portclass_scope scope,
		 enum portclass_action action, const struct sources **from, struct fault *fault);
int grammar_rules(const char *const *words, size_t count, enum portclass_scope scope,
		  enum portclass_action action, struct rules *rules, struct fault *fault);
int grammar_policy(const char *const *words, size_t count,
		   struct policy policies[GRAMMAR_POLICIES_MAX], size_t *made,
		   struct fault *fault);
int grammar_mode(const char *const *words, size_t count, enum portclass_mode *mode,
		 struct fault *fault);
int grammar_track(const char *const *words, size_t count, enum portclass_track *track,
		  struct fault *fault);
int grammar_explain(const char *const *words, size_t count, struct rules *ports,
		    struct address *from, struct fault *fault);
int grammar_seconds(const char *word, unsigned int *milliseconds, struct fault *fault);
int grammar_duration(const char *word, unsigned int *seconds, struct fault *fault);
int grammar_reason(const char *word, struct fault *fault);
int grammar_count(const char *word, const char *what, unsigned int *count, struct fault *fault);

#endif
