// SPDX-License-Identifier: GPL-2.0
/*
 * The lock of the tree of records
 *
 * Rollup, statistics and histograms are read and summed up under this lock, assert it,
 * and know nothing of the tree: so it has a file of its own below them. The head of
 * registry.c has its place in the order of locks.
 */
#include "registry_lock.h"

/* The tree of records, and what readers know of it */
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
