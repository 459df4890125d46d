/* SPDX-License-Identifier: GPL-2.0 */
/* Attributes of an answer, of which nothing is taken on trust. For client*.c only. */
#ifndef PORTCLASSCTL_CLIENT_PARSE_H
#define PORTCLASSCTL_CLIENT_PARSE_H

#include "client_exchange.h"
#include "names.h"

/* More rules or ports can't be, whatever the kernel says. */
enum { CLIENT_ENTRIES_MAX = SCOPES * PROTOS * PORTS };

/**
 * struct client_attrs - A set of attributes, of the biggest kind at most
 * @tb: the last one of each kind, or NULL
 * @names: what each is called, NULL for one that need not be there
 */
struct client_attrs {
	struct nlattr *tb[PORTCLASS_A_HISTORY_MAX + 1];
	const char *const *names;
};

int client_parse(struct client *client, struct client_attrs *set, int max, struct nlattr *attrs,
		 int length, const struct nla_policy *policy);
int client_parse_nest(struct client *client, struct client_attrs *set, int max,
		      struct nlattr *nest, const struct nla_policy *policy);
int client_parse_enum(struct client *client, struct nlattr *attr, const struct names *names,
		      unsigned int *value);
int client_parse_path(struct client *client, const struct client_attrs *set, unsigned int *scope,
		      unsigned int *proto);
int client_parse_rule(struct client *client, struct nlattr *nest, struct rule *rule);
int client_parse_policy(struct client *client, struct nlattr *nest, struct policy *to);
int client_parse_record(struct client *client, struct nlattr *attrs, int length,
			struct record *record);

int client_parse_class_counters(struct client *client, const struct client_attrs *set,
				struct counters *counters);
int client_parse_port_counters(struct client *client, const struct client_attrs *set,
			       struct counters *counters);

#endif
