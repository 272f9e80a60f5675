/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_NETLINK_H
#define _HEADROOM_NETLINK_H

#include <linux/types.h>

struct genl_info;
struct headroom_config;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct nlmsghdr;
struct sk_buff;

/**
 * struct headroom_nl_origin - where a message comes from: a request, or a dump
 * @portid: who has asked
 * @seq: number of the request
 * @flags: of the message
 * @cb: the dump; NULL for a reply
 */
struct headroom_nl_origin {
	u32 portid;
	u32 seq;
	int flags;
	struct netlink_callback *cb;
};

int headroom_netlink_init(void);
void headroom_netlink_exit(void);
int headroom_netlink_refuse_attributes(const struct nlmsghdr *nlh,
				       struct netlink_ext_ack *extack);
int headroom_netlink_uint(const struct nlattr *attr, struct netlink_ext_ack *extack,
			  u64 *value);
int headroom_netlink_id(struct genl_info *info, unsigned long *id);
int headroom_netlink_refuse_id(const struct nlattr *attr, struct netlink_ext_ack *extack);
int headroom_netlink_put_config(struct sk_buff *skb, const struct headroom_config *config);

#endif /* _HEADROOM_NETLINK_H */
