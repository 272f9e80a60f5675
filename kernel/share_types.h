/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a record that share.c owns
 */
#ifndef _HEADROOM_SHARE_TYPES_H
#define _HEADROOM_SHARE_TYPES_H

#include <linux/types.h>

/**
 * struct hr_share - a record's part in the division of the nonresident table
 * @own: entries that the cgroup itself holds
 * @held: entries that it and its descendants hold
 * @entries: the share of the cgroup and its descendants, in entries
 *
 * The registry lock protects it.
 */
struct hr_share {
	u64 own;
	u64 held;
	u64 entries;
};

#endif /* _HEADROOM_SHARE_TYPES_H */
