// SPDX-License-Identifier: LGPL-2.1
/*
 * Take snapshots of all cgroups
 *
 * A program that takes a snapshot every second should not pay for its memory each time, with
 * page faults for each cgroup. So the handle keeps the memory of one freed snapshot for the
 * next one.
 */

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <netlink/msg.h>

#include "connection.h"
#include "decode.h"
#include "path_cache.h"

/*
 * The memory that is kept. The handle and its snapshots share this structure; the last of
 * @holders frees it. Any thread may free a snapshot.
 */
struct spare {
	atomic_uint holders;
	_Atomic(struct memory *) memory;
};

/* A snapshot and its memory; @room is the capacity of the array of cgroups */
struct memory {
	struct headroom_snapshot s;
	size_t room;
	struct arena arena;
	struct paths *paths;
	struct spare *spare;
};

static void free_memory(struct memory *m)
{
	if (!m)
		return;
	arena_free(&m->arena);
	free(m->s.cgroup);
	free(m);
}

static void put_spare(struct spare *spare)
{
	if (!spare || atomic_fetch_sub(&spare->holders, 1) > 1)
		return;
	free_memory(atomic_load(&spare->memory));
	free(spare);
}

void headroom_forget_spare(struct headroom *h)
{
	put_spare(h->spare);
	h->spare = NULL;
}

void headroom_snapshot_free(struct headroom_snapshot *s)
{
	struct memory *m = (struct memory *)s;
	struct spare *spare = m ? m->spare : NULL;

	if (!m)
		return;
	paths_put(m->paths);
	/* free the memory that was kept so far: the newer has the size of the last snapshot */
	free_memory(atomic_exchange(&spare->memory, m));
	put_spare(spare);
}

static struct memory *get_memory(struct headroom *h)
{
	struct memory *m;

	if (!h->spare) {
		h->spare = calloc(1, sizeof(*h->spare));
		if (!h->spare)
			return NULL;
		h->spare->holders = 1;
	}
	m = atomic_exchange(&h->spare->memory, NULL);
	if (!m)
		m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->s = (struct headroom_snapshot){ .cgroup = m->s.cgroup };
	m->paths = NULL;
	m->spare = h->spare;
	atomic_fetch_add(&h->spare->holders, 1);
	return m;
}

static int grow(struct memory *m)
{
	size_t room = m->room ? 2 * m->room : 64;
	struct headroom_cgroup *cgroup = reallocarray(m->s.cgroup, room, sizeof(*cgroup));

	if (!cgroup)
		return -ENOMEM;
	m->s.cgroup = cgroup;
	m->room = room;
	return 0;
}

/* A dump in progress */
struct snapshot_dump {
	struct memory *m;
	const struct headroom_filter *filter;
};

/* The kernel dumps in order of id, and changes in order of generation. */
static bool is_in_order(const struct headroom_cgroup *cgroup, bool changes)
{
	return changes ? cgroup->generation > cgroup[-1].generation :
			 cgroup->id > cgroup[-1].id;
}

static int on_dumped_cgroup(const struct nlattr *attrs, int len, void *arg)
{
	const struct snapshot_dump *dump = arg;
	struct memory *m = dump->m;
	struct headroom_cgroup *cgroup;
	size_t i = m->s.nr;
	int err;

	if (i == m->room && grow(m) < 0)
		return -ENOMEM;
	cgroup = &m->s.cgroup[i];
	m->s.nr++;
	err = headroom_decode_cgroup(attrs, len, cgroup, &m->arena);
	if (err)
		return err;
	if (cgroup->generation > m->s.generation)
		m->s.generation = cgroup->generation;
	return m->s.nr > 1 && !is_in_order(cgroup, dump->filter->since) ? -EBADMSG : 0;
}

static void empty_dump(void *arg)
{
	const struct snapshot_dump *dump = arg;

	dump->m->s.nr = 0;
	dump->m->s.generation = dump->filter->since;
	arena_empty(&dump->m->arena);
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

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int compare_cgroups(const void *a, const void *b)
{
	const struct headroom_cgroup *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

static int dump_cgroups(struct headroom *h, struct memory *m,
			const struct headroom_filter *filter)
{
	struct snapshot_dump dump = { .m = m, .filter = filter };
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_CGROUP_GET,
		.put = put_filter,
		.asked = filter,
		.reply = on_dumped_cgroup,
		.arg = &dump,
		.bulk = true,
	};
	int err = headroom_dump(h, &request, empty_dump);

	m->s.consistent = !request.interrupted;
	/* before looking up paths, which takes time after the dump */
	m->s.time = monotonic_ns();
	if (filter->since && m->s.nr > 1)
		qsort(m->s.cgroup, m->s.nr, sizeof(*m->s.cgroup), compare_cgroups);
	return err;
}

int headroom_snapshot_take(struct headroom *h, const struct headroom_filter *filter,
			   struct headroom_snapshot **s)
{
	static const struct headroom_filter all;
	struct memory *m;
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
	m = get_memory(h);
	if (!m)
		return headroom_fail(h, -ENOMEM, "out of memory");
	err = dump_cgroups(h, m, filter);
	if (!err)
		err = paths_name(h, &m->s, &m->paths);
	if (err < 0) {
		headroom_snapshot_free(&m->s);
		return err;
	}
	*s = &m->s;
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
