/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Register the generic netlink family "headroom"
 */
#ifndef _HEADROOM_NETLINK_H
#define _HEADROOM_NETLINK_H

int hr_netlink_init(void);
void hr_netlink_exit(void);

#endif /* _HEADROOM_NETLINK_H */
