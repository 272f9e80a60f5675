/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_NETLINK_H
#define _HEADROOM_NETLINK_H

#include <linux/skbuff.h>
#include <linux/types.h>

struct genl_info;
struct hr_params;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct nlmsghdr;

/**
 * struct hr_nl_origin - where a message comes from: a request, or a dump
 * @portid: who has asked
 * @seq: number of the request
 * @flags: of the message
 * @cb: the dump; NULL for a reply
 */
struct hr_nl_origin {
	u32 portid;
	u32 seq;
	int flags;
	struct netlink_callback *cb;
};

/**
 * hr_nl_dumped - what the callback of a dump returns
 * @skb: the message that it filled
 * @err: 0 if that was all, or why the rest is not in it
 *
 * Return: 0 has the end of the dump put into the same message; more than 0 has the
 * callback called again, with another one.
 */
static inline int hr_nl_dumped(const struct sk_buff *skb, int err)
{
	return err && skb->len ? skb->len : err;
}

int hr_netlink_init(void);
void hr_netlink_exit(void);
int hr_nl_refuse_attributes(const struct nlmsghdr *nlh,
			    struct netlink_ext_ack *extack);
int hr_nl_uint(const struct nlattr *attr, struct netlink_ext_ack *extack, u64 *value);
int hr_nl_id(struct genl_info *info, u64 *id);
int hr_nl_refuse_id(const struct nlattr *attr, struct netlink_ext_ack *extack);
int hr_nl_put_config(struct sk_buff *skb, const struct hr_params *config);

#endif /* _HEADROOM_NETLINK_H */
