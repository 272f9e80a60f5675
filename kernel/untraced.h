/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Find the reason of reclaim whose begin was not followed
 */
#ifndef _HEADROOM_UNTRACED_H
#define _HEADROOM_UNTRACED_H

#include <uapi/linux/headroom.h>

enum headroom_reason hr_untraced_reason(void);
void hr_untraced_forget(void);

#endif /* _HEADROOM_UNTRACED_H */
