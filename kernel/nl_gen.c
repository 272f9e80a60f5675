// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/headroom.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "nl_gen.h"

#include <uapi/linux/headroom.h>

/* HEADROOM_CMD_CGROUP_GET - do */
static const struct nla_policy headroom_cgroup_get_do_nl_policy[HEADROOM_A_CGROUP_ID + 1] = {
	[HEADROOM_A_CGROUP_ID] = { .type = NLA_UINT, },
};

/* HEADROOM_CMD_CGROUP_GET - dump */
static const struct nla_policy headroom_cgroup_get_dump_nl_policy[HEADROOM_A_CGROUP_DETAIL + 1] = {
	[HEADROOM_A_CGROUP_ANCESTOR] = { .type = NLA_UINT, },
	[HEADROOM_A_CGROUP_SINCE] = { .type = NLA_UINT, },
	[HEADROOM_A_CGROUP_DETAIL] = NLA_POLICY_MASK(NLA_U32, 0x1f),
};

/* HEADROOM_CMD_BLAME_GET - do */
static const struct nla_policy headroom_blame_get_nl_policy[HEADROOM_A_BLAME_ID + 1] = {
	[HEADROOM_A_BLAME_ID] = { .type = NLA_UINT, },
};

/* HEADROOM_CMD_PARAMS_SET - do */
static const struct nla_policy headroom_params_set_nl_policy[HEADROOM_A_PARAMS_STALLS + 1] = {
	[HEADROOM_A_PARAMS_SAMPLE_SHIFT] = NLA_POLICY_MAX(NLA_U32, 10),
	[HEADROOM_A_PARAMS_TABLE_ENTRIES] = { .type = NLA_UINT, },
	[HEADROOM_A_PARAMS_STALLS] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* HEADROOM_CMD_TRIGGER_ADD - do */
static const struct nla_policy headroom_trigger_add_nl_policy[HEADROOM_A_TRIGGER_CLEAR + 1] = {
	[HEADROOM_A_TRIGGER_CGROUP] = { .type = NLA_UINT, },
	[HEADROOM_A_TRIGGER_SCOPE] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[HEADROOM_A_TRIGGER_METRIC] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[HEADROOM_A_TRIGGER_CAUSE] = NLA_POLICY_RANGE(NLA_U32, 1, 13),
	[HEADROOM_A_TRIGGER_THRESHOLD] = { .type = NLA_UINT, },
	[HEADROOM_A_TRIGGER_WINDOW] = { .type = NLA_UINT, },
	[HEADROOM_A_TRIGGER_INTERVAL] = { .type = NLA_UINT, },
	[HEADROOM_A_TRIGGER_CLEAR] = { .type = NLA_UINT, },
};

/* HEADROOM_CMD_TRIGGER_DEL - do */
static const struct nla_policy headroom_trigger_del_nl_policy[HEADROOM_A_TRIGGER_ID + 1] = {
	[HEADROOM_A_TRIGGER_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* Ops table for headroom */
static const struct genl_split_ops headroom_nl_ops[] = {
	{
		.cmd	= HEADROOM_CMD_STATUS_GET,
		.doit	= headroom_nl_status_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HEADROOM_CMD_CGROUP_GET,
		.doit		= headroom_nl_cgroup_get_doit,
		.policy		= headroom_cgroup_get_do_nl_policy,
		.maxattr	= HEADROOM_A_CGROUP_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HEADROOM_CMD_CGROUP_GET,
		.start		= headroom_nl_cgroup_get_start,
		.dumpit		= headroom_nl_cgroup_get_dumpit,
		.done		= headroom_nl_cgroup_get_done,
		.policy		= headroom_cgroup_get_dump_nl_policy,
		.maxattr	= HEADROOM_A_CGROUP_DETAIL,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= HEADROOM_CMD_BLAME_GET,
		.doit		= headroom_nl_blame_get_doit,
		.policy		= headroom_blame_get_nl_policy,
		.maxattr	= HEADROOM_A_BLAME_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= HEADROOM_CMD_BLAME_GET,
		.start	= headroom_nl_blame_get_start,
		.dumpit	= headroom_nl_blame_get_dumpit,
		.done	= headroom_nl_blame_get_done,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= HEADROOM_CMD_STALL_GET,
		.start	= headroom_nl_stall_get_start,
		.dumpit	= headroom_nl_stall_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= HEADROOM_CMD_PARAMS_GET,
		.doit	= headroom_nl_params_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HEADROOM_CMD_PARAMS_SET,
		.doit		= headroom_nl_params_set_doit,
		.policy		= headroom_params_set_nl_policy,
		.maxattr	= HEADROOM_A_PARAMS_STALLS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HEADROOM_CMD_TRIGGER_ADD,
		.doit		= headroom_nl_trigger_add_doit,
		.policy		= headroom_trigger_add_nl_policy,
		.maxattr	= HEADROOM_A_TRIGGER_CLEAR,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HEADROOM_CMD_TRIGGER_DEL,
		.doit		= headroom_nl_trigger_del_doit,
		.policy		= headroom_trigger_del_nl_policy,
		.maxattr	= HEADROOM_A_TRIGGER_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group headroom_nl_mcgrps[] = {
	[HEADROOM_NLGRP_EVENTS] = { "events", },
};

struct genl_family headroom_nl_family __ro_after_init = {
	.name		= HEADROOM_FAMILY_NAME,
	.version	= HEADROOM_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= headroom_nl_ops,
	.n_split_ops	= ARRAY_SIZE(headroom_nl_ops),
	.mcgrps		= headroom_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(headroom_nl_mcgrps),
};
