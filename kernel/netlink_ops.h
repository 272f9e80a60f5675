/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Change the generated family where the generator falls short
 */
#ifndef _HEADROOM_NETLINK_OPS_H
#define _HEADROOM_NETLINK_OPS_H

struct genl_family;

void hr_nl_adapt_family(struct genl_family *family);

#endif /* _HEADROOM_NETLINK_OPS_H */
