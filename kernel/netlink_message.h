/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the family "headroom": begin, end and send them, check requests
 */
#ifndef _HEADROOM_NETLINK_MESSAGE_H
#define _HEADROOM_NETLINK_MESSAGE_H

#include <linux/gfp_types.h>
#include <linux/skbuff.h>
#include <linux/types.h>

struct genl_family;
struct genl_info;
struct hr_params;
struct netlink_callback;
struct netlink_ext_ack;
struct nlattr;
struct nlmsghdr;

/**
 * struct hr_nl_origin - the request that a message answers
 * @portid: socket that sent the request; 0 in a notification
 * @seq: number of the request; 0 in a notification
 * @flags: NLM_F_* of the message
 * @cb: the dump; NULL for a reply or a notification
 */
struct hr_nl_origin {
	u32 portid;
	u32 seq;
	int flags;
	struct netlink_callback *cb;
};

/* The family, once hr_nl_message_init() has set it */
extern const struct genl_family *hr_nl_family;

/**
 * hr_nl_dumped - the return value of a dump's callback
 * @skb: the message that the callback filled
 * @err: 0 at the end of the dump, or the reason why the rest is not in @skb
 *
 * Return: 0 to end the dump in this message; a positive value to be called again with
 * another message; or @err, which fails the dump.
 */
static inline int hr_nl_dumped(const struct sk_buff *skb, int err)
{
	return err && skb->len ? skb->len : err;
}

void hr_nl_message_init(const struct genl_family *family);
struct hr_nl_origin hr_nl_reply_to(const struct genl_info *info);
struct hr_nl_origin hr_nl_dump_to(struct netlink_callback *cb);
struct sk_buff *hr_nl_new(size_t room, gfp_t gfp);
void *hr_nl_begin(struct sk_buff *skb, const struct hr_nl_origin *to, int cmd);
int hr_nl_end(struct sk_buff *skb, void *hdr, int err);
int hr_nl_reply(struct sk_buff *skb, struct genl_info *info, int err);
bool hr_nl_listened(void);
void hr_nl_multicast(struct sk_buff *skb);
int hr_nl_refuse_attributes(const struct nlmsghdr *nlh,
			    struct netlink_ext_ack *extack);
int hr_nl_uint(const struct nlattr *attr, struct netlink_ext_ack *extack, u64 *value);
int hr_nl_id(struct genl_info *info, u64 *id);
int hr_nl_refuse_id(const struct nlattr *attr, struct netlink_ext_ack *extack);
int hr_nl_fill_params(struct sk_buff *skb, const struct hr_nl_origin *to, int cmd,
		      const struct hr_params *params);

#endif /* _HEADROOM_NETLINK_MESSAGE_H */
