// SPDX-License-Identifier: GPL-2.0
/*
 * Answer stall-get: the tasks that are stalled now
 */
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <net/genetlink.h>

#include "netlink_message.h"
#include "nl_gen.h"
#include "stall.h"

static int put_stalled(struct sk_buff *skb, const struct hr_stalled *stalled)
{
	if (nla_put_u32(skb, HEADROOM_A_STALLED_PID, stalled->pid) ||
	    nla_put_uint(skb, HEADROOM_A_STALLED_CGROUP, stalled->cgroup) ||
	    nla_put_u32(skb, HEADROOM_A_STALLED_CAUSE, stalled->cause) ||
	    nla_put_uint(skb, HEADROOM_A_STALLED_TIME, stalled->ns))
		return -EMSGSIZE;
	return 0;
}

static int fill_stalled(struct sk_buff *skb, const struct hr_nl_origin *to,
			const struct hr_stalled *stalled)
{
	void *hdr = hr_nl_begin(skb, to, HEADROOM_CMD_STALL_GET);

	return hr_nl_end(skb, hdr, hdr ? put_stalled(skb, stalled) : 0);
}

/* The slot at which the next message of a dump continues */
static unsigned int *next_slot(struct netlink_callback *cb)
{
	return (unsigned int *)cb->ctx;
}

int headroom_nl_stall_get_start(struct netlink_callback *cb)
{
	*next_slot(cb) = 0;
	return hr_nl_refuse_attributes(cb->nlh, cb->extack);
}

int headroom_nl_stall_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	unsigned int *slot = next_slot(cb);
	const struct hr_nl_origin to = hr_nl_dump_to(cb);
	struct hr_stalled stalled;
	unsigned int next;
	int err = 0;

	rcu_read_lock();
	while ((next = hr_stall_next(*slot, &stalled))) {
		err = fill_stalled(skb, &to, &stalled);
		if (err)
			break;
		*slot = next;
	}
	rcu_read_unlock();
	return hr_nl_dumped(skb, err);
}
