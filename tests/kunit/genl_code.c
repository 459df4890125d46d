// SPDX-License-Identifier: GPL-2.0
/*
 * The generated policies, by which requests are parsed before the code under
 * test sees them. The handlers that stand beside them are never called.
 */
#define portclass_nl_get_doit			no_doit
#define portclass_nl_set_doit			no_doit
#define portclass_nl_explain_doit		no_doit
#define portclass_nl_confirm_doit		no_doit
#define portclass_nl_shadow_promote_doit	no_doit
#define portclass_nl_shadow_drop_doit		no_doit
#define portclass_nl_rule_get_dumpit		no_dumpit
#define portclass_nl_stats_get_dumpit		no_dumpit
#define portclass_nl_port_stats_get_dumpit	no_dumpit
#define portclass_nl_history_get_dumpit		no_dumpit

#include "../../kmod/genl.c"

#include "request_build.h"

int no_doit(struct sk_buff *skb, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int no_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return -EOPNOTSUPP;
}

/* As genl_rcv_msg() does it. */
int test_request_parse(struct test_request *request)
{
	struct genl_info *info = &request->info;

	memset(info, 0, sizeof(*info));
	memset(&request->extack, 0, sizeof(request->extack));
	info->nlhdr = nlmsg_hdr(request->skb);
	info->genlhdr = nlmsg_data(info->nlhdr);
	info->attrs = request->attrs;
	info->extack = &request->extack;
	return nlmsg_parse(info->nlhdr, GENL_HDRLEN, request->attrs, PORTCLASS_A_CONFIG_MAX,
			   portclass_set_nl_policy, &request->extack);
}
