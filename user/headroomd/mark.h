/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Marks: which cgroups are to be acted on first, last or never
 *
 * They are the extended attributes that oomd and systemd set on a cgroup's directory. Each name below
 * exists as "trusted.NAME", which only CAP_SYS_ADMIN can set, and as "user.NAME", which the owner of
 * the cgroup can:
 *
 *	oomd_prefer	before all cgroups without it
 *	oomd_avoid	only if there is no other
 *	oomd_omit	never
 *
 * "trusted." always counts. "user." counts by the rule of systemd-oomd (ManagedOOMPreference= in
 * systemd.resource-control(5)), so that a tenant cannot have others take its place: the cgroup is
 * owned by root, or it is below the cgroup that the rule applies to and both have the same owner.
 *
 * omit outweighs the others, as in systemd, and prefer outweighs avoid, as in oomd. Marks are not
 * inherited, as in both: one counts where the cgroup is compared with its siblings. Below a cgroup
 * that is passed over nothing is looked at, so the mark decides about the subtree.
 */
#ifndef HEADROOMD_MARK_H
#define HEADROOMD_MARK_H

#include <stddef.h>

#include "frame.h"

/** enum mark - in the order in which cgroups are taken */
enum mark {
	MARK_PREFER,
	MARK_NONE,
	MARK_AVOID,
	MARK_OMIT,
	MARK_UNKNOWN,	/* the frame does not have FRAME_MARKS of it */
};

/**
 * mark_of - the mark of a cgroup that counts for a rule
 * @top: the cgroup that the rule applies to
 */
enum mark mark_of(const struct frame *frame, size_t cgroup, size_t top);
/**
 * mark_beside - the same for a rule that acts beside its own cgroup, on whose behalf it does
 * @victim: that cgroup
 *
 * "user." counts if the cgroup is owned by root or has the same owner: what a tenant does to itself
 * is its own affair, but it cannot take itself out at the expense of another.
 */
enum mark mark_beside(const struct frame *frame, size_t cgroup, size_t victim);

#endif /* HEADROOMD_MARK_H */
