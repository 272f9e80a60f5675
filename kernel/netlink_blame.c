// SPDX-License-Identifier: GPL-2.0
/*
 * Answer blame-get: the evictors of one cgroup, or of all
 */
#include <linux/skbuff.h>
#include <net/genetlink.h>

#include "blame.h"
#include "netlink_message.h"
#include "nl_gen.h"
#include "registry.h"

static int put_evictor(struct sk_buff *skb, const struct hr_evictor *evictor)
{
	struct nlattr *nest = nla_nest_start(skb, HEADROOM_A_BLAME_EVICTOR);

	if (!nest ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_ID, evictor->id) ||
	    nla_put_u32(skb, HEADROOM_A_EVICTOR_REASON, evictor->reason) ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_EVICTIONS, evictor->pages.evictions) ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_REFAULTS, evictor->pages.refaults) ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_ERROR, evictor->error) ||
	    (evictor->merged && nla_put_flag(skb, HEADROOM_A_EVICTOR_MERGED)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_blame(struct sk_buff *skb, const struct hr_blame_totals *blame)
{
	struct nlattr *nest;
	unsigned int i;

	if (nla_put_uint(skb, HEADROOM_A_BLAME_ID, blame->id))
		return -EMSGSIZE;
	for (i = 0; i < blame->nr; i++)
		if (put_evictor(skb, &blame->evictor[i]))
			return -EMSGSIZE;
	nest = nla_nest_start(skb, HEADROOM_A_BLAME_OTHERS);
	if (!nest ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_EVICTIONS, blame->others.evictions) ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_REFAULTS, blame->others.refaults))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_blame(struct sk_buff *skb, const struct hr_nl_origin *to,
		      const struct hr_blame_totals *blame)
{
	void *hdr = hr_nl_begin(skb, to, HEADROOM_CMD_BLAME_GET);

	return hr_nl_end(skb, hdr, hdr ? put_blame(skb, blame) : 0);
}

/* The smallest id that a dump has not visited yet */
static unsigned long *next_id(struct netlink_callback *cb)
{
	return (unsigned long *)cb->ctx;
}

int headroom_nl_blame_get_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct hr_nl_origin to = hr_nl_reply_to(info);
	struct hr_blame_totals blame;
	struct sk_buff *skb;
	unsigned long key;
	bool found;
	u64 id;
	int err;

	err = hr_nl_id(info, &id);
	if (err)
		return err;
	key = id;
	hr_registry_lock_synced();
	found = hr_registry_blame(&key, &blame, true);
	hr_registry_unlock();
	if (!found)
		return hr_nl_refuse_id(info->attrs[HEADROOM_A_BLAME_ID], info->extack);
	skb = hr_nl_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	err = skb ? fill_blame(skb, &to, &blame) : -ENOMEM;
	return hr_nl_reply(skb, info, err);
}

int headroom_nl_blame_get_start(struct netlink_callback *cb)
{
	int err = hr_nl_refuse_attributes(cb->nlh, cb->extack);

	if (err)
		return err;
	*next_id(cb) = 0;
	hr_registry_lock_synced();
	hr_registry_unlock();
	return 0;
}

int headroom_nl_blame_get_done(struct netlink_callback *cb)
{
	return 0;
}

int headroom_nl_blame_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct hr_nl_origin to = hr_nl_dump_to(cb);
	unsigned long *next = next_id(cb);
	struct hr_blame_totals blame;
	int err = 0;

	hr_registry_lock();
	cb->seq = hr_registry_epoch();
	while (hr_registry_blame(next, &blame, false)) {
		if (blame.nr)
			err = fill_blame(skb, &to, &blame);
		if (err)
			break;
		(*next)++;
	}
	hr_registry_unlock();
	return hr_nl_dumped(skb, err);
}
