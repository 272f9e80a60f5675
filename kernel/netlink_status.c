// SPDX-License-Identifier: GPL-2.0
/*
 * Answer status-get: the state of the module and what it could not record
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/utsname.h>
#include <net/genetlink.h>

#include "cgroup.h"
#include "dropped.h"
#include "effort.h"
#include "hist_alloc.h"
#include "hooks.h"
#include "netlink_message.h"
#include "nl_gen.h"
#include "nonresident.h"
#include "notify.h"
#include "registry.h"
#include "stall.h"
#include "trigger.h"

static u32 stalled_now(void)
{
	struct hr_stalled stalled;
	unsigned int i = 0;
	u32 nr = 0;

	rcu_read_lock();
	while ((i = hr_stall_next(i, &stalled)))
		nr++;
	rcu_read_unlock();
	return nr;
}

static int put_hooks(struct sk_buff *skb)
{
	const struct hr_hook *hook;
	struct nlattr *nest;
	unsigned int i;

	/* Pairs with WRITE_ONCE() in set_attached() of hooks.c; needs no order */
	for (i = 0; (hook = hr_hook(i)); i++) {
		if (hook->unused)
			continue;
		nest = nla_nest_start(skb, HEADROOM_A_STATUS_HOOK);
		if (!nest ||
		    nla_put_string(skb, HEADROOM_A_HOOK_NAME, hook->name) ||
		    nla_put_u32(skb, HEADROOM_A_HOOK_REQUIRED, hook->required) ||
		    nla_put_u32(skb, HEADROOM_A_HOOK_ATTACHED, READ_ONCE(hook->attached)) ||
		    nla_put_string(skb, HEADROOM_A_HOOK_COVERS, hook->covers))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_dropped(struct sk_buff *skb)
{
	struct hr_dropped dropped;
	struct nlattr *nest;

	hr_dropped_read(&dropped);
	nest = nla_nest_start(skb, HEADROOM_A_STATUS_DROPPED);
	if (!nest ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_TABLE_FULL, dropped.table_full) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_TABLE_BUSY, dropped.table_busy) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_CGROUP_UNKNOWN, dropped.cgroup_unknown) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_DISTANCE_UNKNOWN, dropped.distance_unknown) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_STALL_SLOTS, dropped.stall_slots) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_RECLAIM_SLOTS, dropped.reclaim_slots) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_HISTOGRAMS, dropped.histograms) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_NOTIFICATIONS, dropped.notifications) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_RESIZED, dropped.resized) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_DIRECT_WRITES, dropped.direct_writes))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_status(struct sk_buff *skb)
{
	struct hr_nonresident_use table;
	unsigned int cgroups;

	hr_nonresident_read(&table);
	hr_registry_lock_synced();
	cgroups = hr_registry_cgroups();
	hr_registry_unlock();

	if (nla_put_string(skb, HEADROOM_A_STATUS_VERSION, HEADROOM_VERSION) ||
	    nla_put_u32(skb, HEADROOM_A_STATUS_PAGE_SIZE, PAGE_SIZE) ||
	    nla_put_u32(skb, HEADROOM_A_STATUS_SAMPLE_SHIFT,
			hr_nonresident_shift()) ||
	    nla_put_uint(skb, HEADROOM_A_STATUS_TABLE_ENTRIES, table.entries) ||
	    nla_put_uint(skb, HEADROOM_A_STATUS_TABLE_USED, table.used) ||
	    nla_put_uint(skb, HEADROOM_A_STATUS_TABLE_BYTES, table.bytes) ||
	    nla_put_uint(skb, HEADROOM_A_STATUS_TABLE_REMEMBERED,
			 table.remembered) ||
	    nla_put_u32(skb, HEADROOM_A_STATUS_CGROUPS, cgroups) ||
	    nla_put_u32(skb, HEADROOM_A_STATUS_CGROUP_BYTES,
			sizeof(struct hr_cgroup)) ||
	    nla_put_u32(skb, HEADROOM_A_STATUS_PSI, hr_stall_told_apart()) ||
	    nla_put_u32(skb, HEADROOM_A_STATUS_STALLS, hr_stall_tracked()) ||
	    nla_put_u32(skb, HEADROOM_A_STATUS_STALLED, stalled_now()) ||
	    nla_put_u32(skb, HEADROOM_A_STATUS_HISTOGRAM_BYTES,
			sizeof(struct hr_hist)) ||
	    nla_put_uint(skb, HEADROOM_A_STATUS_HISTOGRAMS,
			 hr_hist_alloc_used()) ||
	    nla_put_string(skb, HEADROOM_A_STATUS_KERNEL, utsname()->release) ||
	    nla_put_u32(skb, HEADROOM_A_STATUS_TRIGGERS, hr_triggers()) ||
	    nla_put_uint(skb, HEADROOM_A_STATUS_WORKER_TIME,
			 atomic64_read(&hr_effort.work)) ||
	    nla_put_uint(skb, HEADROOM_A_STATUS_REQUEST_TIME,
			 atomic64_read(&hr_effort.requests)) ||
	    nla_put_uint(skb, HEADROOM_A_STATUS_EVENT_SEQ, hr_notify_seq()) ||
	    put_hooks(skb) || put_dropped(skb))
		return -EMSGSIZE;
	return 0;
}

static int fill_status(struct sk_buff *skb, const struct hr_nl_origin *to)
{
	void *hdr = hr_nl_begin(skb, to, HEADROOM_CMD_STATUS_GET);

	return hr_nl_end(skb, hdr, hdr ? put_status(skb) : 0);
}

int headroom_nl_status_get_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct hr_nl_origin to = hr_nl_reply_to(info);
	struct sk_buff *skb;
	int err;

	err = hr_nl_refuse_attributes(info->nlhdr, info->extack);
	if (err)
		return err;
	skb = hr_nl_new(2 * PAGE_SIZE, GFP_KERNEL);
	err = skb ? fill_status(skb, &to) : -ENOMEM;
	return hr_nl_reply(skb, info, err);
}
