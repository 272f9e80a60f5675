// SPDX-License-Identifier: LGPL-2.1
/*
 * Take snapshots of all cgroups
 *
 * A program that takes a snapshot every second should not pay for memory each time, with
 * a page fault for each cgroup. The handle therefore keeps the memory of one freed
 * snapshot for the next one.
 */

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netlink/msg.h>

#include "nanoseconds.h"
#include "connection.h"
#include "decode.h"
#include "path_cache.h"
#include "snapshot.h"

/*
 * The kept memory. The handle and its snapshots share this; the last of @holders frees it. Any
 * thread may free a snapshot.
 */
struct spare {
	atomic_uint holders;
	_Atomic(struct snapshot *) snapshot;
};

static void free_memory(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	arena_free(&snapshot->arena);
	free(snapshot->s.cgroup);
	free(snapshot);
}

static void put_spare(struct spare *spare)
{
	if (!spare || atomic_fetch_sub(&spare->holders, 1) > 1)
		return;
	free_memory(atomic_load(&spare->snapshot));
	free(spare);
}

void headroom_forget_spare(struct headroom *h)
{
	put_spare(h->spare);
	h->spare = NULL;
}

void headroom_snapshot_free(struct headroom_snapshot *s)
{
	struct snapshot *snapshot = (struct snapshot *)s;
	struct spare *spare = s ? snapshot->spare : NULL;

	if (!s)
		return;
	paths_put(snapshot->paths);
	/* Keep this one, and free the one that was kept before */
	free_memory(spare ? atomic_exchange(&spare->snapshot, snapshot) : snapshot);
	put_spare(spare);
}

static struct spare *hold_spare(struct headroom *h)
{
	if (!h->spare) {
		h->spare = calloc(1, sizeof(*h->spare));
		if (!h->spare)
			return NULL;
		h->spare->holders = 1;
	}
	atomic_fetch_add(&h->spare->holders, 1);
	return h->spare;
}

struct snapshot *snapshot_new(struct headroom *h)
{
	struct spare *spare = h ? hold_spare(h) : NULL;
	struct snapshot *snapshot;

	if (h && !spare)
		return NULL;
	snapshot = spare ? atomic_exchange(&spare->snapshot, NULL) : NULL;
	if (!snapshot)
		snapshot = calloc(1, sizeof(*snapshot));
	if (!snapshot) {
		put_spare(spare);
		return NULL;
	}
	snapshot->s = (struct headroom_snapshot){ .cgroup = snapshot->s.cgroup };
	arena_empty(&snapshot->arena);
	snapshot->paths = NULL;
	snapshot->spare = spare;
	return snapshot;
}

struct headroom_cgroup *snapshot_add(struct snapshot *snapshot)
{
	size_t room = snapshot->room ? 2 * snapshot->room : 64;
	struct headroom_cgroup *cgroup = snapshot->s.cgroup;

	if (snapshot->s.nr == snapshot->room) {
		cgroup = reallocarray(cgroup, room, sizeof(*cgroup));
		if (!cgroup)
			return NULL;
		snapshot->s.cgroup = cgroup;
		snapshot->room = room;
	}
	return &cgroup[snapshot->s.nr++];
}

static int keep_received(struct headroom_cgroup *cgroup, const struct nlattr *attrs, int len,
			 struct arena *arena)
{
	void *copy = arena_alloc(arena, ((size_t)len + 7) & ~(size_t)7);

	if (!copy)
		return -ENOMEM;
	cgroup->received = memcpy(copy, attrs, len);
	cgroup->received_size = len;
	return 0;
}

int snapshot_add_received(struct snapshot *snapshot, const struct nlattr *attrs, int len,
			  bool keep)
{
	struct headroom_cgroup *cgroup = snapshot_add(snapshot);
	int err;

	if (!cgroup)
		return -ENOMEM;
	err = headroom_decode_cgroup(attrs, len, cgroup, &snapshot->arena);
	if (err)
		return err;
	return keep ? keep_received(cgroup, attrs, len, &snapshot->arena) : 0;
}

/* In order of id; a dump of changes comes in order of generation */
static bool is_in_order(const struct headroom_cgroup *cgroup, bool changes)
{
	return changes ? cgroup->generation > cgroup[-1].generation :
			 cgroup->id > cgroup[-1].id;
}

static int on_dumped_cgroup(const struct nlattr *attrs, int len, void *arg)
{
	struct snapshot *snapshot = arg;
	const struct headroom_filter *filter = &snapshot->filter;
	const struct headroom_cgroup *cgroup;
	int err = snapshot_add_received(snapshot, attrs, len, filter->keep_received);

	if (err)
		return err;
	cgroup = &snapshot->s.cgroup[snapshot->s.nr - 1];
	if (cgroup->generation > snapshot->s.generation)
		snapshot->s.generation = cgroup->generation;
	return snapshot->s.nr > 1 && !is_in_order(cgroup, filter->since) ? -EBADMSG : 0;
}

static void empty_dump(void *arg)
{
	struct snapshot *snapshot = arg;

	snapshot->s.nr = 0;
	snapshot->s.generation = snapshot->filter.since;
	arena_empty(&snapshot->arena);
}

static int put_filter(struct nl_msg *msg, const void *asked)
{
	const struct headroom_filter *filter = asked;

	/* 8 bytes suit kernels with and without the attribute type uint */
	if (filter->ancestor && nla_put_u64(msg, HEADROOM_A_CGROUP_ANCESTOR, filter->ancestor) < 0)
		return -1;
	if (filter->since && nla_put_u64(msg, HEADROOM_A_CGROUP_SINCE, filter->since) < 0)
		return -1;
	if (!(filter->omit & HEADROOM_DETAIL_ALL))
		return 0;
	return nla_put_u32(msg, HEADROOM_A_CGROUP_DETAIL, HEADROOM_DETAIL_ALL & ~filter->omit);
}

static int compare_cgroups(const void *a, const void *b)
{
	const struct headroom_cgroup *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

/* Which boot the monotonic clock belongs to; empty if that cannot be read */
static void read_boot_id(char *id, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file)
		return;
	if (!fgets(id, size, file))
		id[0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	fclose(file);
}

static void note_time(struct headroom *h, struct headroom_snapshot *s)
{
	s->time = clock_ns(CLOCK_MONOTONIC);
	s->unix_time = clock_ns(CLOCK_REALTIME);
	if (!h->boot_id[0])
		read_boot_id(h->boot_id, sizeof(h->boot_id));
	memcpy(s->boot_id, h->boot_id, sizeof(s->boot_id));
}

static int dump_cgroups(struct headroom *h, struct snapshot *snapshot)
{
	struct headroom_snapshot *s = &snapshot->s;
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_CGROUP_GET,
		.put = put_filter,
		.asked = &snapshot->filter,
		.reply = on_dumped_cgroup,
		.arg = snapshot,
		.bulk = true,
	};
	int err = headroom_dump(h, &request, empty_dump);

	s->consistent = !request.interrupted;
	/* Before the paths are looked up, which takes time after the kernel's reading */
	note_time(h, s);
	if (snapshot->filter.since && s->nr > 1)
		qsort(s->cgroup, s->nr, sizeof(*s->cgroup), compare_cgroups);
	return err;
}

int headroom_snapshot_take(struct headroom *h, const struct headroom_filter *filter,
			   struct headroom_snapshot **s)
{
	static const struct headroom_filter all;
	struct snapshot *snapshot;
	int err;

	*s = NULL;
	if (!filter)
		filter = &all;
	err = headroom_refuse_reserved(h, "struct headroom_filter", filter->reserved,
				       sizeof(filter->reserved) / sizeof(filter->reserved[0]));
	if (!err && filter->omit & ~HEADROOM_DETAIL_ALL)
		err = headroom_fail(h, -EINVAL, "struct headroom_filter: omit has unknown flags");
	if (err)
		return err;
	snapshot = snapshot_new(h);
	if (!snapshot)
		return headroom_fail(h, -ENOMEM, "out of memory");
	snapshot->filter = *filter;
	err = dump_cgroups(h, snapshot);
	if (!err)
		err = paths_name(h, &snapshot->s, &snapshot->paths);
	if (err < 0) {
		headroom_snapshot_free(&snapshot->s);
		return err;
	}
	*s = &snapshot->s;
	return 0;
}

static int compare_id(const void *key, const void *member)
{
	uint64_t id = *(const uint64_t *)key;
	const struct headroom_cgroup *cgroup = member;

	return (id > cgroup->id) - (id < cgroup->id);
}

const struct headroom_cgroup *
headroom_snapshot_find(const struct headroom_snapshot *s, uint64_t id)
{
	if (!s->nr)
		return NULL;
	return bsearch(&id, s->cgroup, s->nr, sizeof(*s->cgroup), compare_id);
}
