// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/headroom.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "nl_gen.h"

#include <uapi/linux/headroom.h>

/* HEADROOM_CMD_CGROUP_GET - do */
static const struct nla_policy headroom_cgroup_get_nl_policy[HEADROOM_A_CGROUP_ID + 1] = {
	[HEADROOM_A_CGROUP_ID] = { .type = NLA_UINT, },
};

/* HEADROOM_CMD_BLAME_GET - do */
static const struct nla_policy headroom_blame_get_nl_policy[HEADROOM_A_BLAME_ID + 1] = {
	[HEADROOM_A_BLAME_ID] = { .type = NLA_UINT, },
};

/* Ops table for headroom */
static const struct genl_split_ops headroom_nl_ops[] = {
	{
		.cmd	= HEADROOM_CMD_STATUS_GET,
		.doit	= headroom_nl_status_get_doit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HEADROOM_CMD_CGROUP_GET,
		.doit		= headroom_nl_cgroup_get_doit,
		.policy		= headroom_cgroup_get_nl_policy,
		.maxattr	= HEADROOM_A_CGROUP_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= HEADROOM_CMD_CGROUP_GET,
		.start	= headroom_nl_cgroup_get_start,
		.dumpit	= headroom_nl_cgroup_get_dumpit,
		.done	= headroom_nl_cgroup_get_done,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= HEADROOM_CMD_BLAME_GET,
		.doit		= headroom_nl_blame_get_doit,
		.policy		= headroom_blame_get_nl_policy,
		.maxattr	= HEADROOM_A_BLAME_ID,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= HEADROOM_CMD_BLAME_GET,
		.start	= headroom_nl_blame_get_start,
		.dumpit	= headroom_nl_blame_get_dumpit,
		.done	= headroom_nl_blame_get_done,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= HEADROOM_CMD_STALL_GET,
		.start	= headroom_nl_stall_get_start,
		.dumpit	= headroom_nl_stall_get_dumpit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
};

struct genl_family headroom_nl_family __ro_after_init = {
	.name		= HEADROOM_FAMILY_NAME,
	.version	= HEADROOM_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= headroom_nl_ops,
	.n_split_ops	= ARRAY_SIZE(headroom_nl_ops),
};
