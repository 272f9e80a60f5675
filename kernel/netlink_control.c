// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "headroom": operations that change something
 *
 * Each refusal says what to do, and which attribute it is about. Before Linux 6.7 the
 * policy does not look at the length of a uint, so that is done here.
 */
#include <net/genetlink.h>

#include "config.h"
#include "netlink.h"
#include "nl_gen.h"
#include "nonresident.h"

#define REFUSE(_info, _attr, _err, _sentence)				\
({									\
	NL_SET_ERR_MSG_ATTR((_info)->extack, (_info)->attrs[_attr], _sentence); \
	_err;								\
})

/* A uint, if it is there. Returns 0 or -ERANGE. */
static int read_uint(struct genl_info *info, int attr, u64 *value)
{
	const struct nlattr *nla = info->attrs[attr];

	if (!nla)
		return 0;
	if (nla_len(nla) != sizeof(u32) && nla_len(nla) != sizeof(u64))
		return REFUSE(info, attr, -ERANGE, "a number has 4 or 8 bytes");
	*value = nla_get_uint(nla);
	return 0;
}

/**
 * headroom_netlink_put_config - what config-get and config-ntf report
 * @skb: the message
 * @config: the parameters
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int headroom_netlink_put_config(struct sk_buff *skb, const struct headroom_config *config)
{
	if (nla_put_u32(skb, HEADROOM_A_CONFIG_SAMPLE_SHIFT, config->sample_shift) ||
	    nla_put_uint(skb, HEADROOM_A_CONFIG_TABLE_ENTRIES, config->table_entries) ||
	    nla_put_u32(skb, HEADROOM_A_CONFIG_STALLS, config->stalls) ||
	    nla_put_u32(skb, HEADROOM_A_CONFIG_SWAP_KPROBES, config->swap_kprobes))
		return -EMSGSIZE;
	return 0;
}

int headroom_nl_config_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct headroom_config config;
	struct sk_buff *skb;
	void *hdr;
	int err;

	err = headroom_netlink_refuse_attributes(info->nlhdr, info->extack);
	if (err)
		return err;
	headroom_config_get(&config);
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put_reply(skb, info, &headroom_nl_family, 0,
				HEADROOM_CMD_CONFIG_GET);
	if (!hdr || headroom_netlink_put_config(skb, &config)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* Which parameters a request names, and their values; ranges are checked */
static int read_config(struct genl_info *info, struct headroom_config *config,
		       unsigned int *which)
{
	u64 entries = 0;
	int err;

	*which = 0;
	if (info->attrs[HEADROOM_A_CONFIG_SAMPLE_SHIFT]) {
		*which |= HEADROOM_CONFIG_SAMPLE_SHIFT;
		config->sample_shift =
			nla_get_u32(info->attrs[HEADROOM_A_CONFIG_SAMPLE_SHIFT]);
	}
	if (info->attrs[HEADROOM_A_CONFIG_STALLS]) {
		*which |= HEADROOM_CONFIG_STALLS;
		config->stalls = nla_get_u32(info->attrs[HEADROOM_A_CONFIG_STALLS]);
	}
	if (info->attrs[HEADROOM_A_CONFIG_TABLE_ENTRIES])
		*which |= HEADROOM_CONFIG_TABLE_ENTRIES;
	err = read_uint(info, HEADROOM_A_CONFIG_TABLE_ENTRIES, &entries);
	if (err)
		return err;
	if (entries > HEADROOM_MAX_TABLE_ENTRIES)
		return REFUSE(info, HEADROOM_A_CONFIG_TABLE_ENTRIES, -ERANGE,
			      "table-entries: use 0 (automatic) to 33554432");
	config->table_entries = entries;
	return 0;
}

int headroom_nl_config_set_doit(struct sk_buff *request, struct genl_info *info)
{
	struct headroom_config config = {};
	unsigned int which, failed;
	int err;

	BUILD_BUG_ON(HEADROOM_MAX_TABLE_ENTRIES != 33554432);
	err = read_config(info, &config, &which);
	if (err)
		return err;
	if (!which) {
		NL_SET_ERR_MSG(info->extack,
			       "name a parameter: sample-shift, table-entries or stalls");
		return -EINVAL;
	}
	err = headroom_config_set(&config, which, &failed);
	if (!err)
		return 0;
	if (failed & HEADROOM_CONFIG_STALLS)
		return REFUSE(info, HEADROOM_A_CONFIG_STALLS, err,
			      "stalls cannot be tracked, the kernel's log says why; nothing was changed");
	if (which & HEADROOM_CONFIG_TABLE_ENTRIES)
		return REFUSE(info, HEADROOM_A_CONFIG_TABLE_ENTRIES, err,
			      "no memory for so large a table: name fewer table-entries; nothing was changed");
	return REFUSE(info, HEADROOM_A_CONFIG_SAMPLE_SHIFT, err,
		      "no memory for the table: name table-entries as well; nothing was changed");
}

int headroom_nl_trigger_add_doit(struct sk_buff *request, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int headroom_nl_trigger_del_doit(struct sk_buff *request, struct genl_info *info)
{
	return -EOPNOTSUPP;
}
