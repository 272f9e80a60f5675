/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock of the tree of records
 */
#ifndef _HEADROOM_REGISTRY_LOCK_H
#define _HEADROOM_REGISTRY_LOCK_H

#include <linux/lockdep.h>
#include <linux/mutex.h>

extern struct mutex hr_registry_mutex;

/* Complain if the caller does not hold the lock */
#define hr_registry_assert_locked()	lockdep_assert_held(&hr_registry_mutex)

void hr_registry_lock(void);
void hr_registry_unlock(void);

#endif /* _HEADROOM_REGISTRY_LOCK_H */
