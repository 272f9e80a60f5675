/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Snapshots and the memory that they are in
 *
 * Internal to the library.
 */
#ifndef HEADROOM_SNAPSHOT_H
#define HEADROOM_SNAPSHOT_H

#include <stddef.h>
#include "arena.h"
#include "headroom.h"

struct paths;
struct spare;

/**
 * struct snapshot - a snapshot, and the memory that belongs to it
 * @s: what programs see; first, since they free the whole by it
 * @room: cgroups that @s.cgroup has room for
 * @arena: lists, histograms and what was kept as received
 * @paths: holds the paths; NULL if they are in @arena
 * @spare: where the memory goes when the snapshot is freed; NULL for nowhere
 * @filter: what it was taken with; unknown if @recorded
 * @recorded: it was read from a recording
 */
struct snapshot {
	struct headroom_snapshot s;
	size_t room;
	struct arena arena;
	struct paths *paths;
	struct spare *spare;
	struct headroom_filter filter;
	bool recorded;
};

/**
 * snapshot_new - an empty snapshot
 * @h: handle that keeps the memory of the last one; NULL for memory of its own
 *
 * Return: the snapshot, to be freed by headroom_snapshot_free(); NULL without memory.
 */
struct snapshot *snapshot_new(struct headroom *h);
/** snapshot_add - room for one more cgroup, not cleared; NULL without memory */
struct headroom_cgroup *snapshot_add(struct snapshot *snapshot);
/**
 * snapshot_add_received - decode a cgroup and add it
 * @attrs: attributes of a cgroup-get reply
 * @len: their bytes
 * @keep: keep a copy of them in the cgroup
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int snapshot_add_received(struct snapshot *snapshot, const struct nlattr *attrs, int len,
			  bool keep);
/** headroom_forget_spare - release the memory that @h keeps for the next snapshot */
void headroom_forget_spare(struct headroom *h);

#endif /* HEADROOM_SNAPSHOT_H */
