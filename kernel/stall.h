/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_STALL_H
#define _HEADROOM_STALL_H

#include <linux/types.h>
#include <uapi/linux/headroom.h>

int headroom_stall_init(void);
void headroom_stall_exit(void);
bool headroom_stall_told_apart(void);
bool headroom_stall_marked(void);
void headroom_stall_begin(enum headroom_stall_cause cause);
void headroom_stall_end(enum headroom_stall_cause cause);

#endif /* _HEADROOM_STALL_H */
