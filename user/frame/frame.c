// SPDX-License-Identifier: GPL-2.0
/*
 * Build frames, and look up what is in them
 *
 * Cgroups are in preorder, so that the subtree of cgroup i is the range from i to cgroup[i].end:
 *
 *	/  /a  /a/x  /a/y  /b
 *	   |<----------->|		cgroup[1].end = 4
 *
 * Paths and texts are in one buffer, and are named by their offset while it grows.
 *
 * A tenant can have sixty thousand tasks in stalls, and as many rules ask for the time of each of the
 * cgroups above them as the admin likes. So a frame has the sums of each subtree, from one walk:
 *
 *	stalled tasks	3 in /a/x, 1 in /b		each is added to its cgroup
 *	cgroups		/   /a   /a/x   /a/y   /b	those without a task below them have no sums
 *	tasks below	4    3      3      -    1	from the last one on, each is added to its parent
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "path.h"
#include "saturating.h"

const char *const frame_files[FRAME_FILES] = {
	[FRAME_MEMORY_CURRENT] = "memory.current",
	[FRAME_MEMORY_LOW] = "memory.low",
	[FRAME_MEMORY_MIN] = "memory.min",
	[FRAME_MEMORY_HIGH] = "memory.high",
	[FRAME_MEMORY_MAX] = "memory.max",
	[FRAME_MEMORY_EVENTS] = "memory.events",
	[FRAME_MEMORY_EVENTS_LOCAL] = "memory.events.local",
	[FRAME_MEMORY_STAT] = "memory.stat",
	[FRAME_MEMORY_PRESSURE] = "memory.pressure",
	[FRAME_SWAP_CURRENT] = "memory.swap.current",
	[FRAME_SWAP_MAX] = "memory.swap.max",
	[FRAME_ZSWAP_CURRENT] = "memory.zswap.current",
	[FRAME_PIDS_CURRENT] = "pids.current",
	[FRAME_OOM_GROUP] = "memory.oom.group",
	[FRAME_CPU_MAX] = "cpu.max",
	[FRAME_FREEZE] = "cgroup.freeze",
	[FRAME_EVENTS] = "cgroup.events",
	[FRAME_MARKS] = "marks",
	[FRAME_CPU_STAT] = "cpu.stat",
	[FRAME_CLAIMS] = "claims",
};

const char *const frame_host_files[FRAME_HOST_FILES] = {
	[FRAME_MEMINFO] = "/proc/meminfo",
	[FRAME_PRESSURE] = "/proc/pressure/memory",
	/* One line for each device */
	[FRAME_ZRAM] = "/sys/block/zram*/mm_stat",
	[FRAME_IO_PRESSURE] = "/proc/pressure/io",
	[FRAME_SELF] = "/proc/self/cgroup",
	[FRAME_MGLRU] = "/sys/kernel/mm/lru_gen/enabled",
};

void frame_wish_add(struct frame_wish *wish, const struct frame_wish *more)
{
	wish->files |= more->files;
	wish->host_files |= more->host_files;
	wish->stats |= more->stats;
	wish->histograms |= more->histograms;
	wish->stalled |= more->stalled;
	wish->blame |= more->blame;
}

struct frame *frame_new(void)
{
	struct frame *frame = calloc(1, sizeof(*frame));

	if (!frame)
		return NULL;
	frame->texts_size = 1;
	frame->nr_stalled = FRAME_NONE;
	frame->users = 1;
	return frame;
}

struct frame *frame_get(struct frame *frame)
{
	frame->users++;
	return frame;
}

void frame_put(struct frame *frame)
{
	if (!frame || --frame->users)
		return;
	headroom_snapshot_free(frame->snapshot);
	headroom_blame_free(frame->blame);
	free(frame->stalled);
	free(frame->stalls);
	free(frame->cgroup);
	free(frame->texts);
	free(frame->by_id);
	free(frame);
}

/* Store a text of @size bytes and a NUL. Returns its offset, or a negative errno. */
static int64_t add_text(struct frame *frame, const char *text, size_t size)
{
	size_t offset = frame->texts_size, room = frame->texts_room;
	char *texts;

	if (size >= UINT32_MAX - offset)
		return -EFBIG;
	if (offset + size + 1 > room) {
		room = 2 * room + size + 4096;
		texts = realloc(frame->texts, room);
		if (!texts)
			return -ENOMEM;
		frame->texts = texts;
		frame->texts_room = room;
	}
	memcpy(frame->texts + offset, text, size);
	frame->texts[offset + size] = '\0';
	frame->texts_size += size + 1;
	return offset;
}

static int set_text(struct frame *frame, uint32_t *field, const char *text, size_t size)
{
	int64_t offset = add_text(frame, text, size);

	if (offset < 0)
		return offset;
	*field = offset;
	return 0;
}

size_t frame_add(struct frame *frame, uint64_t id, const char *path,
		 const struct headroom_cgroup *stats)
{
	size_t room = frame->room;
	struct frame_cgroup *all;
	int64_t offset;

	if (frame->nr == room) {
		room = 2 * room + 16;
		all = reallocarray(frame->cgroup, room, sizeof(*all));
		if (!all)
			return FRAME_NONE;
		frame->cgroup = all;
		frame->room = room;
	}
	offset = add_text(frame, path, strlen(path));
	if (offset < 0)
		return FRAME_NONE;
	frame->cgroup[frame->nr] = (struct frame_cgroup){
		.id = id, .path_text = offset, .stats = stats,
	};
	return frame->nr++;
}

int frame_set_text(struct frame *frame, size_t cgroup, enum frame_file file, const char *text,
		   size_t size)
{
	return set_text(frame, &frame->cgroup[cgroup].text[file], text, size);
}

int frame_set_host_text(struct frame *frame, enum frame_host_file file, const char *text,
			size_t size)
{
	return set_text(frame, &frame->host[file], text, size);
}

int frame_set_hooks(struct frame *frame, const char *text, size_t size)
{
	int err = set_text(frame, &frame->hooks_text, text, size);

	if (!err)
		frame->hooks = hooks_parse(frame_hooks_text(frame));
	return err;
}

static const char *text_at(const struct frame *frame, uint32_t offset)
{
	return offset ? frame->texts + offset : NULL;
}

static int compare_ids(const void *a, const void *b, void *arg)
{
	const struct frame_cgroup *cgroup = arg;
	uint64_t left = cgroup[*(const size_t *)a].id, right = cgroup[*(const size_t *)b].id;

	return (left > right) - (left < right);
}

/* Link each cgroup to its parent, and its ancestors to its end */
static void link_tree(struct frame *frame)
{
	size_t open = FRAME_NONE;

	for (size_t i = 0; i < frame->nr; i++) {
		struct frame_cgroup *c = &frame->cgroup[i];

		while (open != FRAME_NONE && !path_is_below(c->path, frame->cgroup[open].path)) {
			frame->cgroup[open].end = i;
			open = frame->cgroup[open].parent;
		}
		c->parent = open;
		c->depth = open == FRAME_NONE ? 0 : frame->cgroup[open].depth + 1;
		open = i;
	}
	for (; open != FRAME_NONE; open = frame->cgroup[open].parent)
		frame->cgroup[open].end = frame->nr;
}

/* --- open stalls --- */

/* Which cgroups have a stalled task in their subtree; returns their number */
static size_t mark(const struct frame *frame, bool *marked)
{
	size_t nr = 0;

	for (size_t i = 0; i < frame->nr_stalled; i++) {
		size_t cgroup = frame_find(frame, frame->stalled[i].cgroup);

		for (; cgroup != FRAME_NONE && !marked[cgroup]; nr++) {
			marked[cgroup] = true;
			cgroup = frame->cgroup[cgroup].parent;
		}
	}
	return nr;
}

static void add_task(struct frame_stalls *stalls, const struct headroom_stalled *task)
{
	if (task->cause < HEADROOM_STALL_CAUSES)
		stalls->time[task->cause] = saturating_add(stalls->time[task->cause], task->time);
	if (!headroom_stall_in_total(task->cause))
		return;
	stalls->tasks++;
	stalls->total = saturating_add(stalls->total, task->time);
	if (task->time > stalls->longest)
		stalls->longest = task->time;
}

static void add_child(struct frame_stalls *parent, const struct frame_stalls *child)
{
	for (size_t i = 0; i < HEADROOM_STALL_CAUSES; i++)
		parent->time[i] = saturating_add(parent->time[i], child->time[i]);
	parent->tasks += child->tasks;
	parent->total = saturating_add(parent->total, child->total);
	if (child->longest > parent->longest)
		parent->longest = child->longest;
}

static int add_tasks(struct frame *frame, const bool *marked, size_t nr)
{
	struct frame_stalls *next;

	frame->stalls = calloc(nr, sizeof(*frame->stalls));
	if (!frame->stalls)
		return -ENOMEM;
	next = frame->stalls;
	for (size_t i = 0; i < frame->nr; i++)
		if (marked[i])
			frame->cgroup[i].stalls = next++;
	for (size_t i = 0; i < frame->nr_stalled; i++) {
		size_t cgroup = frame_find(frame, frame->stalled[i].cgroup);

		if (cgroup != FRAME_NONE)
			add_task(frame->cgroup[cgroup].stalls, &frame->stalled[i]);
	}
	for (size_t i = frame->nr; i-- > 0;) {
		const struct frame_cgroup *c = &frame->cgroup[i];

		if (c->stalls && c->parent != FRAME_NONE)
			add_child(frame->cgroup[c->parent].stalls, c->stalls);
	}
	return 0;
}

static int sum_stalls(struct frame *frame)
{
	bool *marked;
	size_t nr;
	int err = 0;

	if (!frame->stalled || frame->nr_stalled == FRAME_NONE)
		return 0;
	marked = calloc(frame->nr + 1, sizeof(*marked));
	if (!marked)
		return -ENOMEM;
	nr = mark(frame, marked);
	if (nr)
		err = add_tasks(frame, marked, nr);
	free(marked);
	return err;
}

/* --- the whole --- */

int frame_finish(struct frame *frame)
{
	/* One more, since none are not an error */
	frame->by_id = calloc(frame->nr + 1, sizeof(*frame->by_id));
	if (!frame->by_id)
		return -ENOMEM;
	for (size_t i = 0; i < frame->nr; i++) {
		struct frame_cgroup *c = &frame->cgroup[i];

		frame->by_id[i] = i;
		c->path = text_at(frame, c->path_text);
	}
	link_tree(frame);
	qsort_r(frame->by_id, frame->nr, sizeof(*frame->by_id), compare_ids, frame->cgroup);
	return sum_stalls(frame);
}

size_t frame_find(const struct frame *frame, uint64_t id)
{
	size_t low = 0, high = frame->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t found = frame->cgroup[frame->by_id[middle]].id;

		if (found == id)
			return frame->by_id[middle];
		if (found < id)
			low = middle + 1;
		else
			high = middle;
	}
	return FRAME_NONE;
}

size_t frame_find_path(const struct frame *frame, const char *path)
{
	size_t i = 0;

	while (i < frame->nr) {
		if (strcmp(frame->cgroup[i].path, path) == 0)
			return i;
		i = path_is_below(path, frame->cgroup[i].path) ? i + 1 : frame->cgroup[i].end;
	}
	return FRAME_NONE;
}

const char *frame_text(const struct frame *frame, size_t cgroup, enum frame_file file)
{
	return text_at(frame, frame->cgroup[cgroup].text[file]);
}

const char *frame_host_text(const struct frame *frame, enum frame_host_file file)
{
	return text_at(frame, frame->host[file]);
}

const char *frame_hooks_text(const struct frame *frame)
{
	return text_at(frame, frame->hooks_text);
}
