// SPDX-License-Identifier: GPL-2.0
/*
 * Change the generated family where the generator falls short
 *
 * The specification cannot express four things:
 *
 *	- The status reports the time that requests take. So each callback of the table is
 *	  replaced by one that calls it and measures the time.
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

static int timed_doit(struct sk_buff *request, struct genl_info *info)
{
	u64 begin = ktime_get_ns();
	int ret = generated[info->genlhdr->cmd].doit(request, info);

	hr_effort_add(&hr_effort.requests, begin);
	return ret;
}

static int timed_start(struct netlink_callback *cb)
{
	u64 begin = ktime_get_ns();
	int ret = generated[cmd_of(cb->nlh)].start(cb);

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

/* Replace the generated callbacks by the timed ones */
static void __init adapt_op(struct genl_split_ops *op)
{
	if (op->flags & GENL_CMD_CAP_DO) {
		generated[op->cmd].doit = op->doit;
		op->doit = timed_doit;
		return;
	}
	generated[op->cmd].start = op->start;
	generated[op->cmd].dumpit = op->dumpit;
	if (op->start)
		op->start = timed_start;
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
