/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/headroom.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_HEADROOM_GEN_H
#define _LINUX_HEADROOM_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/headroom.h>

int headroom_nl_cgroup_get_start(struct netlink_callback *cb);
int headroom_nl_blame_get_start(struct netlink_callback *cb);
int headroom_nl_stall_get_start(struct netlink_callback *cb);
int headroom_nl_cgroup_get_done(struct netlink_callback *cb);
int headroom_nl_blame_get_done(struct netlink_callback *cb);

int headroom_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info);
int headroom_nl_cgroup_get_doit(struct sk_buff *skb, struct genl_info *info);
int headroom_nl_cgroup_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int headroom_nl_blame_get_doit(struct sk_buff *skb, struct genl_info *info);
int headroom_nl_blame_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int headroom_nl_stall_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int headroom_nl_params_get_doit(struct sk_buff *skb, struct genl_info *info);
int headroom_nl_params_set_doit(struct sk_buff *skb, struct genl_info *info);
int headroom_nl_trigger_add_doit(struct sk_buff *skb, struct genl_info *info);
int headroom_nl_trigger_del_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	HEADROOM_NLGRP_EVENTS,
};

extern struct genl_family headroom_nl_family;

#endif /* _LINUX_HEADROOM_GEN_H */
