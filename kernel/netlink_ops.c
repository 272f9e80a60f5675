// SPDX-License-Identifier: GPL-2.0
/*
 * Change the generated family where the generator falls short
 *
 * The specification cannot express five things:
 *
 *	- A request needs a right that netlink_rights.c knows. So each callback of the table
 *	  with which a request begins is replaced by one that checks it first.
 *	- The status reports the time that requests take. The same callbacks measure it.
 *	- Before Linux 6.2 do and dump of a command are one entry of the table. The
 *	  generator writes two, which are merged here.
 *	- Only CAP_SYS_ADMIN may join the group "events".
 *	- The family exists only in the initial network namespace.
 *
 * All changes are made once, before the family is registered.
 */
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "effort.h"
#include "netlink_ops.h"
#include "netlink_rights.h"
#include "nl_gen.h"

/* The callbacks of the generated table, by command */
static struct {
	int (*doit)(struct sk_buff *request, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
} generated[HEADROOM_CMD_MAX + 1] __ro_after_init;

static int cmd_of(const struct nlmsghdr *nlh)
{
	return ((const struct genlmsghdr *)nlmsg_data(nlh))->cmd;
}

static int checked_doit(struct sk_buff *request, struct genl_info *info)
{
	u8 cmd = info->genlhdr->cmd;
	u64 begin = ktime_get_ns();
	int ret = hr_nl_authorize(request, cmd, info->extack) ?:
		  generated[cmd].doit(request, info);

	hr_effort_add(&hr_effort.requests, begin);
	return ret;
}

/* Runs in the task that sends, as doit does; dumpit may run in one that only receives */
static int checked_start(struct netlink_callback *cb)
{
	u8 cmd = cmd_of(cb->nlh);
	u64 begin = ktime_get_ns();
	int ret = hr_nl_authorize(cb->skb, cmd, cb->extack) ?: generated[cmd].start(cb);

	hr_effort_add(&hr_effort.requests, begin);
	return ret;
}

static int timed_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 begin = ktime_get_ns();
	int ret = generated[cmd_of(cb->nlh)].dumpit(skb, cb);

	hr_effort_add(&hr_effort.requests, begin);
	return ret;
}

/*
 * Merge the policies of do and dump, which then accept the attributes of both:
 * netlink_cgroup.c refuses the wrong ones. Only cgroup-get has attributes in its dump.
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

/* The do entry comes first; add the dump entry to it */
static void __init merge_ops(struct genl_split_ops *to, const struct genl_split_ops *op)
{
	merge_policies(to, op);
	to->start = op->start;
	to->dumpit = op->dumpit;
	to->done = op->done;
	to->flags |= op->flags;
}

/* Replace the generated callbacks; each dump has a start, or nothing would check its rights */
static void __init adapt_op(struct genl_split_ops *op)
{
	if (op->flags & GENL_CMD_CAP_DO) {
		generated[op->cmd].doit = op->doit;
		op->doit = checked_doit;
		return;
	}
	WARN_ON(!op->start);
	generated[op->cmd].start = op->start;
	op->start = checked_start;
	generated[op->cmd].dumpit = op->dumpit;
	op->dumpit = timed_dumpit;
}

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

/**
 * hr_nl_adapt_family - change the generated family as the head of this file says
 * @family: the family, not yet registered
 *
 * Context: process.
 */
void __init hr_nl_adapt_family(struct genl_family *family)
{
	/* The generator always sets it, but cgroups do not belong to a network namespace */
	family->netnsok = false;
	adapt_ops(family);
	adapt_groups(family);
}
