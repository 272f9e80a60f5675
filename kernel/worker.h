/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run the sweep in process context, when a probe asks for it and at intervals
 */
#ifndef _HEADROOM_WORKER_H
#define _HEADROOM_WORKER_H

#include <linux/types.h>

struct work_struct;

int hr_worker_init(void);
void hr_worker_exit(void);
void hr_worker_start(unsigned long (*sweep)(void));
void hr_worker_stop(void);
void hr_worker_kick(bool now);
void hr_worker_queue(struct work_struct *work);
int hr_worker_call(int (*function)(void *arg), void *arg);

#endif /* _HEADROOM_WORKER_H */
