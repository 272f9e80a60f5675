// SPDX-License-Identifier: LGPL-2.1
/* Reading: the status, one cgroup, all cgroups, blame, stalled tasks */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connection.h"
#include "decode.h"

/*
 * Cgroups that come and go faster than a dump takes would have us read for
 * ever. What an interrupted dump may lack or hold is a cgroup that came or
 * went meanwhile, which the caller can live with when told.
 */
#define DUMP_ATTEMPTS	5

static int on_status(const struct nlattr *attrs, int len, void *arg)
{
	return headroom_decode_status(attrs, len, arg);
}

int headroom_status_get(struct headroom *h, struct headroom_status **status)
{
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_STATUS_GET,
		.reply = on_status,
	};
	int err;

	*status = NULL;
	request.arg = calloc(1, sizeof(struct headroom_status));
	if (!request.arg)
		return headroom_fail(h, -ENOMEM, "out of memory");
	err = headroom_ask(h, &request);
	if (err < 0) {
		headroom_status_free(request.arg);
		return err;
	}
	*status = request.arg;
	return 0;
}

void headroom_status_free(struct headroom_status *status)
{
	if (!status)
		return;
	headroom_status_clear(status);
	free(status);
}

/* A cgroup without a path was removed after the kernel reported it. */
static int name_cgroup(struct headroom *h, struct headroom_cgroup *cgroup)
{
	int err = headroom_cgroup_path(h, cgroup->id, &cgroup->path);

	return err == -ESTALE ? 0 : err;
}

static int on_cgroup(const struct nlattr *attrs, int len, void *arg)
{
	return headroom_decode_cgroup(attrs, len, arg);
}

int headroom_cgroup_get(struct headroom *h, uint64_t id, struct headroom_cgroup **cgroup)
{
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_CGROUP_GET,
		.id = id,
		.reply = on_cgroup,
	};
	int err;

	*cgroup = NULL;
	/* 0 means none in a request, and is no cgroup's id */
	if (!id)
		return headroom_fail(h, -ENOENT, "no cgroup has the id 0");
	request.arg = calloc(1, sizeof(**cgroup));
	if (!request.arg)
		return headroom_fail(h, -ENOMEM, "out of memory");
	err = headroom_ask(h, &request);
	if (!err)
		err = name_cgroup(h, request.arg);
	if (err < 0) {
		headroom_cgroup_free(request.arg);
		return err;
	}
	*cgroup = request.arg;
	return 0;
}

void headroom_cgroup_free(struct headroom_cgroup *cgroup)
{
	if (!cgroup)
		return;
	headroom_cgroup_clear(cgroup);
	free(cgroup);
}

/*
 * Room for one more behind @nr members of @size bytes: returns where they are then;
 * NULL if there is no memory, and they stay
 */
static void *make_room(void *member, size_t nr, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : 64;

	if (nr < *room)
		return member;
	member = reallocarray(member, wanted, size);
	if (member)
		*room = wanted;
	return member;
}

/* Dumps until it is consistent; @empty drops what an attempt read */
static int dump(struct headroom *h, struct headroom_request *request, void (*empty)(void *arg))
{
	int err;

	request->dump = true;
	for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
		empty(request->arg);
		err = headroom_ask(h, request);
		if (err < 0)
			return err;
		if (!request->interrupted)
			break;
	}
	return 0;
}

/* A dump of all cgroups in progress */
struct cgroup_dump {
	struct headroom_snapshot *snapshot;
	size_t room;
};

static int on_dumped_cgroup(const struct nlattr *attrs, int len, void *arg)
{
	struct cgroup_dump *dump = arg;
	struct headroom_snapshot *s = dump->snapshot;
	struct headroom_cgroup *cgroup;
	int err;

	cgroup = make_room(s->cgroup, s->nr, &dump->room, sizeof(*cgroup));
	if (!cgroup)
		return -ENOMEM;
	s->cgroup = cgroup;
	cgroup = &s->cgroup[s->nr++];
	memset(cgroup, 0, sizeof(*cgroup));
	err = headroom_decode_cgroup(attrs, len, cgroup);
	if (err)
		return err;
	/* headroom_snapshot_find() relies on the order that the module promises */
	return s->nr > 1 && cgroup->id <= cgroup[-1].id ? -EBADMSG : 0;
}

static void empty_snapshot(struct headroom_snapshot *s)
{
	for (size_t i = 0; i < s->nr; i++)
		headroom_cgroup_clear(&s->cgroup[i]);
	s->nr = 0;
}

static void empty_cgroup_dump(void *arg)
{
	struct cgroup_dump *dump = arg;

	empty_snapshot(dump->snapshot);
}

static int dump_cgroups(struct headroom *h, struct headroom_snapshot *s)
{
	struct cgroup_dump all = { .snapshot = s };
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_CGROUP_GET,
		.reply = on_dumped_cgroup,
		.arg = &all,
	};
	int err = dump(h, &request, empty_cgroup_dump);

	s->consistent = !request.interrupted;
	return err;
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void headroom_forget_paths(struct headroom *h)
{
	for (size_t i = 0; i < h->nr_known; i++)
		free(h->known[i].path);
	free(h->known);
	h->known = NULL;
	h->nr_known = 0;
}

static int remember_paths(struct headroom *h, const struct headroom_snapshot *s)
{
	struct known_path *known;

	headroom_forget_paths(h);
	h->known = calloc(s->nr ? s->nr : 1, sizeof(*h->known));
	if (!h->known)
		return headroom_fail(h, -ENOMEM, "out of memory");
	for (size_t i = 0; i < s->nr; i++) {
		if (!s->cgroup[i].path)
			continue;
		known = &h->known[h->nr_known];
		known->id = s->cgroup[i].id;
		known->path = strdup(s->cgroup[i].path);
		if (!known->path)
			return headroom_fail(h, -ENOMEM, "out of memory");
		h->nr_known++;
	}
	return 0;
}

/*
 * Looking up a path takes four system calls, for all cgroups as long as the
 * dump itself. Once is enough: the kernel uses no id twice, and a cgroup v2
 * cannot be renamed. Both lists are in order of id.
 */
static int name_cgroups(struct headroom *h, struct headroom_snapshot *s)
{
	struct headroom_cgroup *cgroup;
	size_t k = 0;
	int err;

	for (cgroup = s->cgroup; cgroup < s->cgroup + s->nr; cgroup++) {
		while (k < h->nr_known && h->known[k].id < cgroup->id)
			k++;
		if (k < h->nr_known && h->known[k].id == cgroup->id) {
			cgroup->path = h->known[k].path;
			h->known[k].path = NULL;
			continue;
		}
		err = name_cgroup(h, cgroup);
		if (err < 0) {
			/* those that were handed over are no longer there */
			headroom_forget_paths(h);
			return err;
		}
	}
	return remember_paths(h, s);
}

int headroom_snapshot_take(struct headroom *h, const struct headroom_filter *filter,
			   struct headroom_snapshot **snapshot)
{
	struct headroom_snapshot *s;
	int err;

	(void)filter;
	*snapshot = NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return headroom_fail(h, -ENOMEM, "out of memory");
	err = dump_cgroups(h, s);
	/* before the names, which cost time that is not the kernel's */
	s->time = monotonic_ns();
	if (!err)
		err = name_cgroups(h, s);
	if (err < 0) {
		headroom_snapshot_free(s);
		return err;
	}
	*snapshot = s;
	return 0;
}

void headroom_snapshot_free(struct headroom_snapshot *s)
{
	if (!s)
		return;
	empty_snapshot(s);
	free(s->cgroup);
	free(s);
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

/* Blame being read; @room is that of the array */
struct blame_read {
	struct headroom_blame *blame;
	size_t room;
};

static int on_victim(const struct nlattr *attrs, int len, void *arg)
{
	struct blame_read *read = arg;
	struct headroom_blame *blame = read->blame;
	struct headroom_victim *victim;
	int err;

	victim = make_room(blame->victim, blame->nr, &read->room, sizeof(*victim));
	if (!victim)
		return -ENOMEM;
	blame->victim = victim;
	victim = &blame->victim[blame->nr++];
	memset(victim, 0, sizeof(*victim));
	err = headroom_decode_blame(attrs, len, victim);
	if (err)
		return err;
	return blame->nr > 1 && victim->id <= victim[-1].id ? -EBADMSG : 0;
}

static void empty_blame(void *arg)
{
	struct blame_read *read = arg;
	struct headroom_blame *blame = read->blame;

	for (size_t i = 0; i < blame->nr; i++)
		headroom_victim_clear(&blame->victim[i]);
	blame->nr = 0;
}

int headroom_blame_get(struct headroom *h, uint64_t id, struct headroom_blame **blame)
{
	struct blame_read read = { .blame = calloc(1, sizeof(**blame)) };
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_BLAME_GET,
		.id = id,
		.reply = on_victim,
		.arg = &read,
	};
	int err;

	*blame = NULL;
	if (!read.blame)
		return headroom_fail(h, -ENOMEM, "out of memory");
	err = id ? headroom_ask(h, &request) : dump(h, &request, empty_blame);
	if (err < 0) {
		headroom_blame_free(read.blame);
		return err;
	}
	*blame = read.blame;
	return 0;
}

void headroom_blame_free(struct headroom_blame *blame)
{
	struct blame_read read = { .blame = blame };

	if (!blame)
		return;
	empty_blame(&read);
	free(blame->victim);
	free(blame);
}

/* Stalled tasks being read; @room is that of the array */
struct stalled_read {
	struct headroom_stalled *stalled;
	size_t nr;
	size_t room;
};

static int on_stalled(const struct nlattr *attrs, int len, void *arg)
{
	struct stalled_read *read = arg;
	struct headroom_stalled *stalled;

	stalled = make_room(read->stalled, read->nr, &read->room, sizeof(*stalled));
	if (!stalled)
		return -ENOMEM;
	read->stalled = stalled;
	stalled = &read->stalled[read->nr++];
	memset(stalled, 0, sizeof(*stalled));
	return headroom_decode_stalled(attrs, len, stalled);
}

static void empty_stalled(void *arg)
{
	struct stalled_read *read = arg;

	read->nr = 0;
}

int headroom_stalled_get(struct headroom *h, struct headroom_stalled **stalled, size_t *nr)
{
	struct stalled_read read = { 0 };
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_STALL_GET,
		.reply = on_stalled,
		.arg = &read,
	};
	int err;

	*stalled = NULL;
	*nr = 0;
	err = dump(h, &request, empty_stalled);
	/* an attempt that was interrupted may have had some where the last has none */
	if (err < 0 || !read.nr) {
		free(read.stalled);
		return err;
	}
	*stalled = read.stalled;
	*nr = read.nr;
	return 0;
}
