/* SPDX-License-Identifier: GPL-2.0 */
/* Rules and policies of a request. For client*.c only. */
#ifndef PORTCLASSCTL_CLIENT_PUT_H
#define PORTCLASSCTL_CLIENT_PUT_H

#include "client_exchange.h"

/* Four numbers of 4 bytes, in a nest. */
enum { CLIENT_POLICY_SIZE = NLA_HDRLEN + 4 * (NLA_HDRLEN + 4) };

size_t client_rule_size(const struct rule *rule);
int client_put_rule(struct nl_msg *msg, const struct rule *rule);
int client_put_policy(struct nl_msg *msg, const struct policy *policy);

#endif
