// SPDX-License-Identifier: LGPL-2.1
/* Read the status, one cgroup, blame and stalled tasks; snapshot.c reads all cgroups */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "decode.h"

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

/* A single cgroup and the memory of its lists and histograms */
struct one_cgroup {
	struct headroom_cgroup cgroup;
	struct arena arena;
};

/* A cgroup that was removed after the kernel reported it has no path. */
static int name_cgroup(struct headroom *h, struct headroom_cgroup *cgroup)
{
	char *path;
	int err = headroom_cgroup_path(h, cgroup->id, &path);

	cgroup->path = path;
	return err == -ESTALE ? 0 : err;
}

static int on_cgroup(const struct nlattr *attrs, int len, void *arg)
{
	struct one_cgroup *one = arg;

	return headroom_decode_cgroup(attrs, len, &one->cgroup, &one->arena);
}

int headroom_cgroup_get(struct headroom *h, uint64_t id, struct headroom_cgroup **cgroup)
{
	struct headroom_request request = {
		.cmd = HEADROOM_CMD_CGROUP_GET,
		.id = id,
		.reply = on_cgroup,
	};
	struct one_cgroup *one;
	int err;

	*cgroup = NULL;
	/* in a request, 0 stands for no cgroup */
	if (!id)
		return headroom_fail(h, -ENOENT, "no cgroup has the id 0");
	one = calloc(1, sizeof(*one));
	if (!one)
		return headroom_fail(h, -ENOMEM, "out of memory");
	request.arg = one;
	err = headroom_ask(h, &request);
	if (!err)
		err = name_cgroup(h, &one->cgroup);
	if (err < 0) {
		headroom_cgroup_free(&one->cgroup);
		return err;
	}
	*cgroup = &one->cgroup;
	return 0;
}

void headroom_cgroup_free(struct headroom_cgroup *cgroup)
{
	struct one_cgroup *one = (struct one_cgroup *)cgroup;

	if (!one)
		return;
	free((char *)one->cgroup.path);
	arena_free(&one->arena);
	free(one);
}

/*
 * Make room for one more element after @nr elements of @size bytes. Return the array, which
 * may have moved; NULL without memory, and then the array is unchanged.
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

/* Blame being read, and the capacity of its array */
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
	err = id ? headroom_ask(h, &request) : headroom_dump(h, &request, empty_blame);
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

/* Stalled tasks being read, and the capacity of the array */
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
	err = headroom_dump(h, &request, empty_stalled);
	/* an interrupted attempt may have allocated the array, and the last one found none */
	if (err < 0 || !read.nr) {
		free(read.stalled);
		return err;
	}
	*stalled = read.stalled;
	*nr = read.nr;
	return 0;
}
