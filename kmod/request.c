// SPDX-License-Identifier: GPL-2.0
/*
 * What a request to change the configuration says, and what is wrong with it as
 * far as the generated policy can't tell.
 */
#include <linux/ctype.h>
#include <net/genetlink.h>

#include "genl.h"
#include "reject.h"
#include "request.h"

/* Attributes that may stand in a request more than once. */
#define REPEATED	(BIT(PORTCLASS_A_CONFIG_POLICY) | \
			 BIT(PORTCLASS_A_CONFIG_RULE))

/* Attributes of which one has to be there; the others say how to change. */
static const u8 changing[] = {
	PORTCLASS_A_CONFIG_MODE,
	PORTCLASS_A_CONFIG_FLUSH,
	PORTCLASS_A_CONFIG_POLICY,
	PORTCLASS_A_CONFIG_RULE,
	PORTCLASS_A_CONFIG_TRACK,
};

/* The parser lets the last one win; an author of two meant something else. */
static int refuse_twice(const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_ATTR(extack, attr, "attribute given twice");
	return -EINVAL;
}

/* Each one, as all that were sent are kept. */
static int check_reason(const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	const char *text = nla_data(attr);
	int i;

	for (i = 0; i < nla_len(attr) - 1; i++) {
		if (!iscntrl(text[i]))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr, "a reason is one line of text");
		return -EINVAL;
	}
	return 0;
}

/**
 * portclass_request_check_attrs() - check what every request is held to
 * @info: a request that changes something
 *
 * Context: any.
 * Return: 0; -EINVAL for an attribute that is given twice and for a reason with
 * control characters.
 */
int portclass_request_check_attrs(const struct genl_info *info)
{
	const struct nlattr *attrs = genlmsg_data(info->genlhdr);
	int len = genlmsg_len(info->genlhdr);
	const struct nlattr *attr;
	unsigned long seen = 0;
	int err, rem;

	nla_for_each_attr(attr, attrs, len, rem) {
		unsigned long bit = BIT(nla_type(attr));

		if (seen & bit & ~REPEATED)
			return refuse_twice(attr, info->extack);
		seen |= bit;
		if (nla_type(attr) != PORTCLASS_A_CONFIG_REASON)
			continue;
		err = check_reason(attr, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/*
 * The attributes of a nest, of which all up to and including @required must be
 * there. The generated policy has seen them: they are what they should be, and
 * aren't judged by it once more. A request may have 131,072 rules.
 */
static int read_nest(struct nlattr **tb, int max, int required,
		     unsigned long repeated, const struct nlattr *nest,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int i, rem;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	nla_for_each_nested(attr, nest, rem) {
		int type = nla_type(attr);

		if (type > max)
			return -EINVAL;
		if (tb[type] && !(repeated & BIT(type)))
			return refuse_twice(attr, extack);
		tb[type] = attr;
	}

	for (i = 1; i <= required; i++) {
		if (NL_REQ_ATTR_CHECK(extack, nest, tb, i)) {
			NL_SET_ERR_MSG_ATTR(extack, nest,
					    "an attribute is missing in here");
			return -EINVAL;
		}
	}
	return 0;
}

static int check_reject(const struct nlattr *action,
			struct netlink_ext_ack *extack)
{
	if (nla_get_u32(action) != PORTCLASS_ACTION_REJECT ||
	    portclass_reject_is_known())
		return 0;

	NL_SET_ERR_MSG_ATTR(extack, action, "this kernel can't reject, only deny");
	return -EOPNOTSUPP;
}

static int parse_policy(const struct nlattr *nest, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	int err;

	err = read_nest(tb, PORTCLASS_A_POLICY_MAX, PORTCLASS_A_POLICY_ACTION,
			0, nest, extack);
	return err ?: check_reject(tb[PORTCLASS_A_POLICY_ACTION], extack);
}

static int parse_prefix(const struct nlattr *nest,
			struct portclass_prefix *prefix,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[PORTCLASS_A_PREFIX_MAX + 1];
	const struct nlattr *address;
	unsigned int bit, len;
	const u8 *bytes;
	int err;

	err = read_nest(tb, PORTCLASS_A_PREFIX_MAX, PORTCLASS_A_PREFIX_LENGTH,
			0, nest, extack);
	if (err)
		return err;

	address = tb[PORTCLASS_A_PREFIX_ADDRESS];
	len = nla_len(address);
	memset(prefix, 0, sizeof(*prefix));
	prefix->length = nla_get_u8(tb[PORTCLASS_A_PREFIX_LENGTH]);
	if ((len != sizeof(struct in_addr) && len != sizeof(struct in6_addr)) ||
	    prefix->length > len * 8) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "no address of 4 or 16 bytes with so many bits");
		return -EINVAL;
	}

	bytes = nla_data(address);
	for (bit = prefix->length; bit < len * 8; bit++) {
		if (!(bytes[bit / 8] & 0x80 >> bit % 8))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "the address has bits behind its length");
		return -EINVAL;
	}

	prefix->family = len == sizeof(struct in_addr) ? NFPROTO_IPV4 :
							 NFPROTO_IPV6;
	memcpy(&prefix->base, bytes, len);
	return 0;
}

static unsigned int count_sources(const struct nlattr *rule)
{
	const struct nlattr *attr;
	unsigned int count = 0;
	int rem;

	nla_for_each_nested(attr, rule, rem)
		count += nla_type(attr) == PORTCLASS_A_RULE_FROM;
	return count;
}

static int check_sources(const struct nlattr *nest,
			 const struct portclass_rule *rule,
			 const struct nlattr *first,
			 struct netlink_ext_ack *extack)
{
	struct portclass_prefix prefix;
	const struct nlattr *attr;
	int rem, err;

	if (rule->action != PORTCLASS_ACTION_ALLOW) {
		NL_SET_ERR_MSG_ATTR(extack, first,
				    "only an allowed port has sources");
		return -EINVAL;
	}
	if (rule->scope == PORTCLASS_SCOPE_OUT) {
		NL_SET_ERR_MSG_ATTR(extack, first,
				    "what we dial ourselves has no sources");
		return -EINVAL;
	}
	if (count_sources(nest) > PORTCLASS_PREFIXES_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, first, "more than 100 sources");
		return -EINVAL;
	}

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != PORTCLASS_A_RULE_FROM)
			continue;
		err = parse_prefix(attr, &prefix, extack);
		if (err)
			return err;
	}
	return 0;
}

/* Of a rule that has been checked. */
static int take_sources(const struct nlattr *nest, struct portclass_rule *rule,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err, i = 0;

	rule->from = portclass_prefixes_alloc(count_sources(nest));
	if (!rule->from)
		return -ENOMEM;

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != PORTCLASS_A_RULE_FROM)
			continue;
		err = parse_prefix(attr, &rule->from->list[i++], extack);
		if (err)
			return err;
	}
	portclass_prefixes_seal(rule->from);
	return 0;
}

/* @from: one of its sources, or NULL; see take_sources(). */
static int parse_rule(const struct nlattr *nest, struct portclass_rule *rule,
		      const struct nlattr **from, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[PORTCLASS_A_RULE_MAX + 1];
	int err;

	err = read_nest(tb, PORTCLASS_A_RULE_MAX, PORTCLASS_A_RULE_PORT_LOW,
			BIT(PORTCLASS_A_RULE_FROM), nest, extack);
	if (err)
		return err;

	rule->scope = nla_get_u32(tb[PORTCLASS_A_RULE_SCOPE]);
	rule->proto = nla_get_u32(tb[PORTCLASS_A_RULE_PROTO]);
	rule->action = nla_get_u32(tb[PORTCLASS_A_RULE_ACTION]);
	rule->low = nla_get_u16(tb[PORTCLASS_A_RULE_PORT_LOW]);
	rule->high = rule->low;
	rule->from = NULL;
	err = check_reject(tb[PORTCLASS_A_RULE_ACTION], extack);
	if (err)
		return err;
	if (tb[PORTCLASS_A_RULE_PORT_HIGH])
		rule->high = nla_get_u16(tb[PORTCLASS_A_RULE_PORT_HIGH]);

	if (rule->high < rule->low) {
		NL_SET_ERR_MSG_ATTR(extack, tb[PORTCLASS_A_RULE_PORT_HIGH],
				    "last port is below the first one");
		return -EINVAL;
	}

	*from = tb[PORTCLASS_A_RULE_FROM];
	return 0;
}

static int check_rule(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct portclass_rule rule;
	const struct nlattr *from;
	int err;

	err = parse_rule(attr, &rule, &from, extack);
	return err || !from ? err : check_sources(attr, &rule, from, extack);
}

/**
 * portclass_request_check() - say all that is wrong with a request
 * @info: the request
 *
 * All that can be said without knowing the configuration. Applying it reads it
 * once more, to keep nothing of a request's size.
 *
 * Context: any.
 * Return: 0; -EINVAL, -EOPNOTSUPP and what the policy's checks return, with the
 * attribute and the reason in extack.
 */
int portclass_request_check(struct genl_info *info)
{
	const struct nlattr *attrs = genlmsg_data(info->genlhdr);
	int len = genlmsg_len(info->genlhdr);
	const struct nlattr *attr;
	unsigned int i;
	int err, rem;

	err = portclass_request_check_attrs(info);
	if (err)
		return err;

	if (info->attrs[PORTCLASS_A_CONFIG_SHADOW] &&
	    info->attrs[PORTCLASS_A_CONFIG_CONFIRM]) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[PORTCLASS_A_CONFIG_CONFIRM],
				    "a shadow table changes nothing yet");
		return -EINVAL;
	}

	for (i = 0; i < ARRAY_SIZE(changing) && !info->attrs[changing[i]]; i++)
		;
	if (i == ARRAY_SIZE(changing)) {
		NL_SET_ERR_MSG(info->extack, "the request changes nothing");
		return -EINVAL;
	}

	nla_for_each_attr(attr, attrs, len, rem) {
		struct nlattr *tb[PORTCLASS_A_POLICY_MAX + 1];

		if (nla_type(attr) == PORTCLASS_A_CONFIG_RULE)
			err = check_rule(attr, info->extack);
		else if (nla_type(attr) == PORTCLASS_A_CONFIG_POLICY)
			err = parse_policy(attr, tb, info->extack);
		if (err)
			return err;
	}

	return 0;
}

static int apply_policy(struct portclass_table *table,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[PORTCLASS_A_POLICY_MAX + 1];
	int err;

	err = parse_policy(attr, tb, extack);
	if (err)
		return err;

	portclass_table_set_policy(table,
				   nla_get_u32(tb[PORTCLASS_A_POLICY_SCOPE]),
				   nla_get_u32(tb[PORTCLASS_A_POLICY_PROTO]),
				   nla_get_u32(tb[PORTCLASS_A_POLICY_CLASS]),
				   nla_get_u32(tb[PORTCLASS_A_POLICY_ACTION]));
	return 0;
}

static int apply_rule(struct portclass_table *table, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct portclass_rule rule;
	const struct nlattr *from;
	int err;

	err = parse_rule(attr, &rule, &from, extack);
	if (err)
		return err;

	if (from)
		err = take_sources(attr, &rule, extack);
	if (!err)
		err = portclass_table_set_rule(table, &rule);
	if (err == -E2BIG)
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "more than 128 rules with sources");
	portclass_prefixes_put(rule.from);
	return err;
}

/**
 * portclass_request_apply() - do to a table what a request says
 * @table: which nobody sees yet; compiled on success
 * @info: the request, which has been checked
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM; -E2BIG (too many rules with sources); then @table can only
 * be freed.
 */
int portclass_request_apply(struct portclass_table *table,
			    struct genl_info *info)
{
	const struct nlattr *attr;
	int rem, err = 0;

	if (info->attrs[PORTCLASS_A_CONFIG_FLUSH])
		portclass_table_flush(table);

	/* Each sort is about something else, so their order says nothing. */
	nla_for_each_attr(attr, genlmsg_data(info->genlhdr),
			  genlmsg_len(info->genlhdr), rem) {
		switch (nla_type(attr)) {
		case PORTCLASS_A_CONFIG_POLICY:
			err = apply_policy(table, attr, info->extack);
			break;
		case PORTCLASS_A_CONFIG_RULE:
			err = apply_rule(table, attr, info->extack);
			break;
		case PORTCLASS_A_CONFIG_MODE:
			table->mode = nla_get_u32(attr);
			break;
		case PORTCLASS_A_CONFIG_TRACK:
			table->track = nla_get_u32(attr);
			break;
		}
		if (err)
			return err;
	}

	table->generation++;
	return portclass_table_compile(table);
}
