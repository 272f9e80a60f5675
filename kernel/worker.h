/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run the sweep in process context, when a probe asks for it and at intervals
 */
#ifndef _HEADROOM_WORKER_H
#define _HEADROOM_WORKER_H

#include <linux/types.h>

int hr_worker_init(void);
void hr_worker_exit(void);
void hr_worker_start(void (*sweep)(void));
void hr_worker_stop(void);
void hr_worker_kick(bool now);

#endif /* _HEADROOM_WORKER_H */
