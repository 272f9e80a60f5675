/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decide which requests a socket may send
 */
#ifndef _HEADROOM_NETLINK_RIGHTS_H
#define _HEADROOM_NETLINK_RIGHTS_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct netlink_ext_ack;
struct sk_buff;

int hr_nl_authorize(const struct sk_buff *request, u8 cmd, struct netlink_ext_ack *extack);
bool hr_nl_may_configure(const struct sk_buff *request);
kuid_t hr_nl_user(const struct sk_buff *request);

#endif /* _HEADROOM_NETLINK_RIGHTS_H */
