// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "headroom": requests and replies
 *
 * Documentation/netlink/specs/headroom.yaml tells the protocol; what follows
 * from it (numbers, policies, the table of operations) is generated into
 * nl_gen.c. The statistics of cgroups have a file of their own, netlink_cgroup.c.
 */
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/utsname.h>
#include <net/genetlink.h>

#include "effort.h"
#include "hooks.h"
#include "netlink.h"
#include "nl_gen.h"
#include "nonresident.h"
#include "notify.h"
#include "registry.h"
#include "stall.h"
#include "trigger.h"

/**
 * hr_nl_refuse_attributes - for a request that takes none
 * @nlh: the request
 * @extack: for the sentence
 *
 * The policy refuses unknown attributes only for requests that have known ones.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int hr_nl_refuse_attributes(const struct nlmsghdr *nlh,
			    struct netlink_ext_ack *extack)
{
	if (!nlmsg_attrlen(nlh, GENL_HDRLEN))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, nlmsg_attrdata(nlh, GENL_HDRLEN),
			    "this request takes no attributes");
	return -EINVAL;
}

/**
 * hr_nl_uint - the value of an attribute of type uint
 * @attr: the attribute, whose length Linux 6.1 has not checked
 * @extack: where to say what is wrong
 * @value: result
 *
 * Context: process.
 * Return: 0 or -ERANGE.
 */
int hr_nl_uint(const struct nlattr *attr, struct netlink_ext_ack *extack, u64 *value)
{
	if (nla_len(attr) != sizeof(u32) && nla_len(attr) != sizeof(u64)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a number has 4 or 8 bytes");
		return -ERANGE;
	}
	*value = nla_get_uint(attr);
	return 0;
}

/**
 * hr_nl_id - the cgroup that a request names
 * @info: the request; it has the id in an attribute of the same number everywhere
 * @id: result
 *
 * Context: process.
 * Return: 0 or a negative errno, and then the sentence is set.
 */
int hr_nl_id(struct genl_info *info, u64 *id)
{
	const struct nlattr *attr = info->attrs[HEADROOM_A_CGROUP_ID];

	BUILD_BUG_ON((int)HEADROOM_A_CGROUP_ID != (int)HEADROOM_A_BLAME_ID);
	if (!attr) {
		/* The attribute that is missing is reported as such */
		(void)GENL_REQ_ATTR_CHECK(info, HEADROOM_A_CGROUP_ID);
		NL_SET_ERR_MSG(info->extack,
			       "name a cgroup: id is missing; dump to get all");
		return -EINVAL;
	}
	return hr_nl_uint(attr, info->extack, id);
}

/**
 * hr_nl_refuse_id - there is no such cgroup
 * @attr: where the request names it
 * @extack: where to say so
 *
 * Context: process.
 * Return: -ENOENT.
 */
int hr_nl_refuse_id(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "no cgroup with this id has the memory controller");
	return -ENOENT;
}

/* Where a dump of blame or stalls stands between two messages: the next id, or slot */
struct dump_cursor {
	unsigned long next;
};

static struct dump_cursor *cursor_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump_cursor) > sizeof(cb->ctx));
	return (struct dump_cursor *)cb->ctx;
}

static int put_evictor(struct sk_buff *skb, const struct hr_evictor *evictor)
{
	struct nlattr *nest = nla_nest_start(skb, HEADROOM_A_BLAME_EVICTOR);

	if (!nest ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_ID, evictor->id) ||
	    nla_put_u32(skb, HEADROOM_A_EVICTOR_REASON, evictor->reason) ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_EVICTIONS, evictor->pages.evictions) ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_REFAULTS, evictor->pages.refaults) ||
	    nla_put_uint(skb, HEADROOM_A_EVICTOR_ERROR, evictor->error))
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
	void *hdr;

	hdr = genlmsg_put(skb, to->portid, to->seq, &headroom_nl_family,
			  to->flags, HEADROOM_CMD_BLAME_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (to->cb)
		genl_dump_check_consistent(to->cb, hdr);
	if (put_blame(skb, blame)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int headroom_nl_blame_get_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct hr_nl_origin to = {
		.portid = info->snd_portid,
		.seq = info->snd_seq,
	};
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
	hr_registry_lock();
	hr_registry_sync();
	found = hr_registry_blame(&key, &blame, true);
	hr_registry_unlock();
	if (!found)
		return hr_nl_refuse_id(info->attrs[HEADROOM_A_BLAME_ID],
					     info->extack);
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	err = skb ? fill_blame(skb, &to, &blame) : -ENOMEM;
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

int headroom_nl_blame_get_start(struct netlink_callback *cb)
{
	int err = hr_nl_refuse_attributes(cb->nlh, cb->extack);

	if (err)
		return err;
	cursor_of(cb)->next = 0;
	hr_registry_lock();
	hr_registry_sync();
	hr_registry_unlock();
	return 0;
}

int headroom_nl_blame_get_done(struct netlink_callback *cb)
{
	return 0;
}

int headroom_nl_blame_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump_cursor *cursor = cursor_of(cb);
	const struct hr_nl_origin to = {
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
		.cb = cb,
	};
	struct hr_blame_totals blame;
	int err = 0;

	hr_registry_lock();
	cb->seq = hr_registry_epoch();
	while (hr_registry_blame(&cursor->next, &blame, false)) {
		if (blame.nr)
			err = fill_blame(skb, &to, &blame);
		if (err)
			break;
		cursor->next++;
	}
	hr_registry_unlock();
	return hr_nl_dumped(skb, err);
}

static int fill_stalled(struct sk_buff *skb, const struct hr_nl_origin *to,
			const struct hr_stalled *stalled)
{
	void *hdr;

	hdr = genlmsg_put(skb, to->portid, to->seq, &headroom_nl_family,
			  to->flags, HEADROOM_CMD_STALL_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, HEADROOM_A_STALLED_PID, stalled->pid) ||
	    nla_put_uint(skb, HEADROOM_A_STALLED_CGROUP, stalled->cgroup) ||
	    nla_put_u32(skb, HEADROOM_A_STALLED_CAUSE, stalled->cause) ||
	    nla_put_uint(skb, HEADROOM_A_STALLED_TIME, stalled->ns)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int headroom_nl_stall_get_start(struct netlink_callback *cb)
{
	cursor_of(cb)->next = 0;
	return hr_nl_refuse_attributes(cb->nlh, cb->extack);
}

int headroom_nl_stall_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump_cursor *cursor = cursor_of(cb);
	const struct hr_nl_origin to = {
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
	};
	struct hr_stalled stalled;
	unsigned int next;
	int err = 0;

	rcu_read_lock();
	while ((next = hr_stall_next(cursor->next, &stalled))) {
		err = fill_stalled(skb, &to, &stalled);
		if (err)
			break;
		cursor->next = next;
	}
	rcu_read_unlock();
	return hr_nl_dumped(skb, err);
}

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

	for (i = 0; (hook = hr_hook(i)); i++) {
		if (hook->unused)
			continue;
		nest = nla_nest_start(skb, HEADROOM_A_STATUS_HOOK);
		if (!nest ||
		    nla_put_string(skb, HEADROOM_A_HOOK_NAME, hook->name) ||
		    nla_put_u32(skb, HEADROOM_A_HOOK_REQUIRED, hook->required) ||
		    nla_put_u32(skb, HEADROOM_A_HOOK_ATTACHED, hook->attached) ||
		    nla_put_string(skb, HEADROOM_A_HOOK_COVERS, hook->covers))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_lost(struct sk_buff *skb)
{
	struct hr_dropped lost;
	struct nlattr *nest;

	hr_dropped_read(&lost);
	nest = nla_nest_start(skb, HEADROOM_A_STATUS_DROPPED);
	if (!nest ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_TABLE_FULL, lost.table_full) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_TABLE_BUSY, lost.table_busy) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_CGROUP_UNKNOWN, lost.cgroup_unknown) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_DISTANCE_UNKNOWN, lost.distance_unknown) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_STALL_SLOTS, lost.stall_slots) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_RECLAIM_SLOTS, lost.reclaim_slots) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_HISTOGRAMS, lost.histograms) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_NOTIFICATIONS, lost.notifications) ||
	    nla_put_uint(skb, HEADROOM_A_DROPPED_RESIZED, lost.resized))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_status(struct sk_buff *skb)
{
	struct hr_nonresident_use table;
	unsigned int cgroups;

	hr_nonresident_read(&table);
	hr_registry_lock();
	hr_registry_sync();
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
	    put_hooks(skb) || put_lost(skb))
		return -EMSGSIZE;
	return 0;
}

int headroom_nl_status_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb;
	void *hdr;
	int err;

	err = hr_nl_refuse_attributes(info->nlhdr, info->extack);
	if (err)
		return err;
	skb = genlmsg_new(2 * PAGE_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put(skb, info->snd_portid, info->snd_seq,
			  &headroom_nl_family, 0, HEADROOM_CMD_STATUS_GET);
	err = hdr ? put_status(skb) : -EMSGSIZE;
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/*
 * Requests pass through here, so that their time is counted whoever answers them. The
 * generated table is kept for that, by operation.
 */
static struct {
	int (*doit)(struct sk_buff *request, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
} answer[HEADROOM_CMD_MAX + 1] __ro_after_init;

static int cmd_of(const struct nlmsghdr *nlh)
{
	return ((const struct genlmsghdr *)nlmsg_data(nlh))->cmd;
}

static int timed_doit(struct sk_buff *request, struct genl_info *info)
{
	u64 begin = ktime_get_ns();
	int ret = answer[info->genlhdr->cmd].doit(request, info);

	hr_effort_add(&hr_effort.requests, begin);
	return ret;
}

static int timed_start(struct netlink_callback *cb)
{
	u64 begin = ktime_get_ns();
	int ret = answer[cmd_of(cb->nlh)].start(cb);

	hr_effort_add(&hr_effort.requests, begin);
	return ret;
}

static int timed_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 begin = ktime_get_ns();
	int ret = answer[cmd_of(cb->nlh)].dumpit(skb, cb);

	hr_effort_add(&hr_effort.requests, begin);
	return ret;
}

/*
 * Where do and dump are one entry, either takes the attributes of both. There is one
 * operation whose dump has any.
 */
static void __init merge_policies(struct genl_split_ops *to, const struct genl_split_ops *op)
{
	static struct nla_policy policy[HEADROOM_A_CGROUP_MAX + 1] __ro_after_init;

	if (!op->policy)
		return;
	if (WARN_ON(op->maxattr > HEADROOM_A_CGROUP_MAX || to->maxattr > op->maxattr ||
		    policy[op->maxattr].type))
		return;
	memcpy(policy, op->policy, (op->maxattr + 1) * sizeof(*policy));
	memcpy(policy, to->policy, (to->maxattr + 1) * sizeof(*policy));
	to->policy = policy;
	to->maxattr = op->maxattr;
}

/* Do comes first, and dump is what is added */
static void __init merge_ops(struct genl_split_ops *to, const struct genl_split_ops *op)
{
	merge_policies(to, op);
	to->start = op->start;
	to->dumpit = op->dumpit;
	to->done = op->done;
	to->flags |= op->flags;
}

/* What is for do and what is for dump are in the same place, where they are two entries */
static void __init adapt_op(struct genl_split_ops *op)
{
	if (op->flags & GENL_CMD_CAP_DO) {
		answer[op->cmd].doit = op->doit;
		op->doit = timed_doit;
		return;
	}
	answer[op->cmd].start = op->start;
	answer[op->cmd].dumpit = op->dumpit;
	if (op->start)
		op->start = timed_start;
	op->dumpit = timed_dumpit;
}

/* What the generator does not know; see Documentation/design.rst */
static void __init adapt_ops(struct genl_family *family)
{
	static struct genl_split_ops ops[2 * HEADROOM_CMD_MAX] __ro_after_init;
	unsigned int i, nr = 0;

	for (i = 0; i < family->n_split_ops; i++) {
		struct genl_split_ops op = family->split_ops[i];

		adapt_op(&op);
		if (HR_MERGE_OPS && nr && ops[nr - 1].cmd == op.cmd)
			merge_ops(&ops[nr - 1], &op);
		else
			ops[nr++] = op;
	}
	family->split_ops = ops;
	family->n_split_ops = nr;
}

#ifndef GENL_MCAST_CAP_SYS_ADMIN
#error "Headroom needs a kernel that can refuse a multicast group: 6.1.68, 6.6.7, 6.7, or newer"
#endif

static void __init adapt_groups(struct genl_family *family)
{
	static struct genl_multicast_group groups[1] __ro_after_init;

	BUILD_BUG_ON(HEADROOM_NLGRP_EVENTS != 0);
	groups[0] = family->mcgrps[0];
	groups[0].flags = GENL_MCAST_CAP_SYS_ADMIN;
	family->mcgrps = groups;
	family->n_mcgrps = ARRAY_SIZE(groups);
}

/* A socket is closed: its triggers go with it */
static int release(struct notifier_block *nb, unsigned long event, void *arg)
{
	const struct netlink_notify *socket = arg;

	if (event == NETLINK_URELEASE && socket->protocol == NETLINK_GENERIC &&
	    net_eq(socket->net, &init_net))
		hr_trigger_release(socket->portid);
	return NOTIFY_DONE;
}

static struct notifier_block released = {
	.notifier_call = release,
};

/**
 * hr_netlink_init - answer requests
 *
 * Context: process, may sleep; everything that requests reach is there.
 * Return: 0 or a negative errno.
 */
int __init hr_netlink_init(void)
{
	int err;

	/* The generator knows only families that are; cgroups are global */
	headroom_nl_family.netnsok = false;
	adapt_ops(&headroom_nl_family);
	adapt_groups(&headroom_nl_family);
	err = netlink_register_notifier(&released);
	if (err)
		return err;
	err = genl_register_family(&headroom_nl_family);
	if (err) {
		netlink_unregister_notifier(&released);
		return err;
	}
	hr_notify_init();
	return 0;
}

/**
 * hr_netlink_exit - no more requests, and no more notifications
 *
 * Context: process, may sleep. When it returns, no request is being answered.
 */
void hr_netlink_exit(void)
{
	hr_trigger_stop();
	hr_notify_exit();
	genl_unregister_family(&headroom_nl_family);
	netlink_unregister_notifier(&released);
}
