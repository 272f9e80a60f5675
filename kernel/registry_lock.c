// SPDX-License-Identifier: GPL-2.0
/*
 * The lock of the tree of records
 *
 * Rollup, statistics, histograms and blame lists assert this lock when they are read or
 * summed up, but do not know the tree. So the lock has a file of its own below them. The
 * head of registry.c has its place in the order of locks.
 */
#include "registry_lock.h"

/* Protects the tree of records, and what readers read of a record */
DEFINE_MUTEX(hr_registry_mutex);

/**
 * hr_registry_lock - keep the tree of records as it is
 *
 * Context: process, may sleep. No probe takes this lock.
 */
void hr_registry_lock(void)
{
	mutex_lock(&hr_registry_mutex);
}

/**
 * hr_registry_unlock - allow the tree to change again
 *
 * Context: process.
 */
void hr_registry_unlock(void)
{
	mutex_unlock(&hr_registry_mutex);
}
