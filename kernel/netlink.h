/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_NETLINK_H
#define _HEADROOM_NETLINK_H

struct headroom_config;
struct netlink_ext_ack;
struct nlmsghdr;
struct sk_buff;

int headroom_netlink_init(void);
void headroom_netlink_exit(void);
int headroom_netlink_refuse_attributes(const struct nlmsghdr *nlh,
				       struct netlink_ext_ack *extack);
int headroom_netlink_put_config(struct sk_buff *skb, const struct headroom_config *config);

#endif /* _HEADROOM_NETLINK_H */
