/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Divide the nonresident table among the cgroups
 */
#ifndef _HEADROOM_SHARE_H
#define _HEADROOM_SHARE_H

struct list_head;

void hr_share_divide(struct list_head *records);

#endif /* _HEADROOM_SHARE_H */
