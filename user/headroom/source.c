// SPDX-License-Identifier: GPL-2.0
/* Where the subcommands read from: the module, or a recording */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "frame.h"
#include "mglru.h"
#include "source.h"
#include "store.h"
#include "wait.h"
#include "wall_clock.h"

/**
 * struct replay - the recording that is being read
 * @store: it; NULL for the module
 * @frame: the current frame
 * @number: its number in the recording
 * @from_moment: it is read from a moment on, not from its begin
 * @ended: there is no frame behind it
 * @error: what is wrong
 * @nr_taken: entries of @taken
 * @taken: snapshots of one cgroup that were given out as cgroups; NULL where one came back
 */
static struct {
	struct store *store;
	struct frame *frame;
	uint64_t number;
	bool from_moment;
	bool ended;
	char error[256];
	size_t nr_taken;
	struct headroom_snapshot **taken;
} replay;

static int wrong(int err, const char *message)
{
	snprintf(replay.error, sizeof(replay.error), "%s", message);
	failure_explain(replay.error);
	return err;
}

/* Read the next frame that can be read. Returns 1, 0 behind the last one, or a negative errno. */
static int next_frame(void)
{
	struct frame *frame;
	uint64_t number;
	int status;

	do {
		status = store_next(replay.store, &frame, &number);
	} while (status == -EBADMSG);
	if (status < 0)
		return wrong(status, store_error(replay.store));
	if (!status)
		return 0;
	frame_put(replay.frame);
	replay.frame = frame;
	replay.number = number;
	return 1;
}

int source_replay(const char *path, uint64_t wall)
{
	int err = store_open(&replay.store, path);

	replay.from_moment = wall;
	if (!err && wall)
		err = store_seek(replay.store, wall);
	if (!err)
		err = next_frame();
	if (err > 0)
		return EXIT_DONE;
	fprintf(stderr, "headroom: %s: %s\n", path,
		err ? store_error(replay.store) : "the recording has no frame");
	source_close();
	return EXIT_FAILED;
}

void source_close(void)
{
	for (size_t i = 0; i < replay.nr_taken; i++)
		headroom_snapshot_free(replay.taken[i]);
	free(replay.taken);
	replay.taken = NULL;
	replay.nr_taken = 0;
	frame_put(replay.frame);
	store_close(replay.store);
	replay.frame = NULL;
	replay.store = NULL;
}

bool source_is_live(void)
{
	return !replay.store;
}

const char *source_error(const struct headroom *h)
{
	return replay.store ? replay.error : headroom_error(h);
}

/* Whether the current frame has statistics */
static int check_frame(void)
{
	if (replay.frame->snapshot)
		return 0;
	return wrong(-ENODATA, "the module did not answer at this moment of the recording");
}

int source_status_get(struct headroom *h, struct headroom_status **status)
{
	int err = replay.store ? check_frame() : 0;

	if (!replay.store)
		return headroom_status_get(h, status);
	*status = NULL;
	if (err)
		return err;
	/* headroom_status_free() frees it, and texts that it does not have */
	*status = calloc(1, sizeof(**status));
	if (!*status)
		return -ENOMEM;
	(*status)->page_size = replay.frame->page_size;
	(*status)->sample_shift = replay.frame->sample_shift;
	(*status)->stalls = !replay.frame->stalls_off;
	return 0;
}

static void copy_clocks(struct headroom_snapshot *s)
{
	const struct headroom_snapshot *from = replay.frame->snapshot;

	s->time = replay.frame->time.monotonic;
	s->unix_time = replay.frame->time.wall;
	s->generation = from->generation;
	s->consistent = from->consistent;
	memcpy(s->boot_id, replay.frame->boot_id, sizeof(s->boot_id));
}

/* A snapshot of the cgroups in the subtree of @top, or of that one alone */
static int decode(uint64_t top, bool alone, struct headroom_snapshot **s)
{
	const struct headroom_snapshot *from = replay.frame->snapshot;
	size_t at = frame_find(replay.frame, top), nr = 0, i;
	struct headroom_received *cgroup;
	int err;

	cgroup = calloc(from->nr + 1, sizeof(*cgroup));
	if (!cgroup)
		return -ENOMEM;
	for (size_t j = 0; j < from->nr; j++) {
		const struct headroom_cgroup *c = &from->cgroup[j];

		i = frame_find(replay.frame, c->id);
		if (i == FRAME_NONE ||
		    (top && (i < at || i >= (alone ? at + 1 : replay.frame->cgroup[at].end))))
			continue;
		cgroup[nr++] = (struct headroom_received){
			.path = replay.frame->cgroup[i].path, .data = c->received,
			.size = c->received_size,
		};
	}
	err = headroom_snapshot_decode(cgroup, nr, s);
	free(cgroup);
	if (!err)
		copy_clocks(*s);
	return err;
}

static int check_cgroup(uint64_t id)
{
	size_t i = frame_find(replay.frame, id);

	if (i != FRAME_NONE && replay.frame->cgroup[i].stats)
		return 0;
	return wrong(-ENOENT, "there is no such cgroup at this moment of the recording");
}

int source_snapshot_take(struct headroom *h, const struct headroom_filter *filter,
			 struct headroom_snapshot **s)
{
	int err;

	if (!replay.store)
		return headroom_snapshot_take(h, filter, s);
	*s = NULL;
	err = check_frame();
	if (!err && filter && filter->ancestor)
		err = check_cgroup(filter->ancestor);
	return err ? err : decode(filter ? filter->ancestor : 0, false, s);
}

/* A place in @taken for one more snapshot; NULL if out of memory */
static struct headroom_snapshot **find_place(void)
{
	struct headroom_snapshot **taken;

	for (size_t i = 0; i < replay.nr_taken; i++)
		if (!replay.taken[i])
			return &replay.taken[i];
	taken = reallocarray(replay.taken, replay.nr_taken + 1, sizeof(*taken));
	if (!taken)
		return NULL;
	replay.taken = taken;
	taken[replay.nr_taken] = NULL;
	return &taken[replay.nr_taken++];
}

int source_cgroup_get(struct headroom *h, uint64_t id, struct headroom_cgroup **cgroup)
{
	struct headroom_snapshot **place = NULL;
	int err;

	if (!replay.store)
		return headroom_cgroup_get(h, id, cgroup);
	*cgroup = NULL;
	err = check_frame();
	if (!err)
		err = check_cgroup(id);
	if (!err) {
		place = find_place();
		err = place ? decode(id, true, place) : -ENOMEM;
	}
	if (!err)
		*cgroup = &(*place)->cgroup[0];
	return err;
}

void source_cgroup_free(struct headroom_cgroup *cgroup)
{
	if (!replay.store) {
		headroom_cgroup_free(cgroup);
		return;
	}
	for (size_t i = 0; i < replay.nr_taken; i++) {
		if (!cgroup || !replay.taken[i] || &replay.taken[i]->cgroup[0] != cgroup)
			continue;
		headroom_snapshot_free(replay.taken[i]);
		replay.taken[i] = NULL;
	}
}

static int copy_victim(struct headroom_victim *to, const struct headroom_victim *from)
{
	*to = *from;
	to->evictor = calloc(from->nr + 1, sizeof(*to->evictor));
	if (!to->evictor) {
		to->nr = 0;
		return -ENOMEM;
	}
	memcpy(to->evictor, from->evictor, from->nr * sizeof(*to->evictor));
	return 0;
}

/* headroom_blame_free() frees the arrays one by one */
static int copy_blame(const struct headroom_blame *from, uint64_t id, struct headroom_blame **blame)
{
	struct headroom_blame *to = calloc(1, sizeof(*to));
	int err = 0;

	*blame = to;
	if (to)
		to->victim = calloc(from->nr + 1, sizeof(*to->victim));
	if (!to || !to->victim)
		return -ENOMEM;
	for (size_t i = 0; !err && i < from->nr; i++)
		if (!id || from->victim[i].id == id)
			err = copy_victim(&to->victim[to->nr++], &from->victim[i]);
	return err;
}

int source_blame_get(struct headroom *h, uint64_t id, struct headroom_blame **blame)
{
	int err;

	if (!replay.store)
		return headroom_blame_get(h, id, blame);
	*blame = NULL;
	if (!replay.frame->blame)
		return wrong(-ENODATA, "the recording has no blame at this moment");
	err = copy_blame(replay.frame->blame, id, blame);
	if (err) {
		headroom_blame_free(*blame);
		*blame = NULL;
	}
	return err;
}

int source_stalled_get(struct headroom *h, struct headroom_stalled **stalled, size_t *nr)
{
	size_t size;

	if (!replay.store)
		return headroom_stalled_get(h, stalled, nr);
	*stalled = NULL;
	*nr = 0;
	if (replay.frame->nr_stalled == FRAME_NONE)
		return wrong(-ENODATA, "the recording has no stalled tasks at this moment");
	size = replay.frame->nr_stalled * sizeof(**stalled);
	*stalled = malloc(size + 1);
	if (!*stalled)
		return -ENOMEM;
	if (size)
		memcpy(*stalled, replay.frame->stalled, size);
	*nr = replay.frame->nr_stalled;
	return 0;
}

static int read_live_file(struct headroom *h, const char *path, const char *file, char *text,
			  size_t size)
{
	const char *root = headroom_cgroup_root(h);
	char *name;
	ssize_t len;
	int fd, err;

	if (!root)
		return -ENODEV;
	if (asprintf(&name, "%s%s/%s", root, path, file) < 0)
		return -ENOMEM;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	err = -errno;
	free(name);
	if (fd < 0)
		return err;
	len = read(fd, text, size - 1);
	err = len < 0 ? -errno : 0;
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	return err;
}

int source_file_read(struct headroom *h, const char *path, const char *file, char *text,
		     size_t size)
{
	const char *recorded = NULL;
	size_t i;

	if (!replay.store)
		return read_live_file(h, path, file, text, size);
	i = frame_find_path(replay.frame, path);
	for (int f = 0; i != FRAME_NONE && f < FRAME_FILES; f++)
		if (!strcmp(frame_files[f], file))
			recorded = frame_text(replay.frame, i, f);
	if (!recorded)
		return -ENODATA;
	snprintf(text, size, "%s", recorded);
	return 0;
}

int source_mglru(void)
{
	const char *text;

	if (!replay.store)
		return mglru_is_on();
	text = frame_host_text(replay.frame, FRAME_MGLRU);
	/* a kernel without it has no such file, of which the text is empty */
	return text ? mglru_parse(text) : -ENODATA;
}

int source_cgroup_id(struct headroom *h, const char *name, uint64_t *id)
{
	char *end, path[4096];
	size_t i;

	if (!replay.store)
		return headroom_cgroup_id(h, name, id);
	*id = strtoull(name, &end, 10);
	if (end != name && !*end)
		return check_cgroup(*id);
	if (!strncmp(name, "/sys/fs/cgroup", 14) && (!name[14] || name[14] == '/'))
		name += 14;
	snprintf(path, sizeof(path), "%s%s", *name == '/' ? "" : "/", name);
	/* "/a/" is "/a" */
	for (i = strlen(path); i > 1 && path[i - 1] == '/'; i--)
		path[i - 1] = '\0';
	i = frame_find_path(replay.frame, path);
	if (i == FRAME_NONE)
		return wrong(-ENOENT, "there is no such cgroup at this moment of the recording");
	*id = replay.frame->cgroup[i].id;
	return 0;
}

int source_cgroup_path(struct headroom *h, uint64_t id, char **path)
{
	size_t i;

	if (!replay.store)
		return headroom_cgroup_path(h, id, path);
	i = frame_find(replay.frame, id);
	*path = i == FRAME_NONE ? NULL : strdup(replay.frame->cgroup[i].path);
	return i == FRAME_NONE ? -ESTALE : *path ? 0 : -ENOMEM;
}

uint64_t source_now(void)
{
	return replay.store ? replay.frame->time.monotonic : clock_now();
}

uint64_t source_wall(uint64_t time)
{
	if (!replay.store)
		return wall_clock_ns(time);
	return replay.frame->time.wall - (replay.frame->time.monotonic - time);
}

const char *source_boot_id(void)
{
	if (!replay.store)
		return wall_clock_boot_id();
	return replay.frame->boot_id[0] ? replay.frame->boot_id : NULL;
}

/* Go back to the last frame that is @length before the current one, in the same boot */
static int go_back(uint64_t length)
{
	struct frame *end = frame_get(replay.frame);
	uint64_t wall = end->time.wall;
	int err = store_seek(replay.store, wall > length ? wall - length : 0);

	err = err ? wrong(err, store_error(replay.store)) : next_frame();
	if (err > 0 && (strcmp(replay.frame->boot_id, end->boot_id) ||
			replay.frame->time.monotonic + length > end->time.monotonic))
		err = wrong(-ENODATA, "the recording has no frame that long before, in the same boot: use a later --at, or a shorter --interval");
	frame_put(end);
	return err > 0 ? 0 : err;
}

int source_begin(uint64_t length, uint64_t *until)
{
	bool back = replay.store && replay.from_moment;

	*until = source_now() + (back ? 0 : length);
	return back ? go_back(length) : 0;
}

int source_wait(uint64_t until)
{
	int status = 1;

	if (!replay.store)
		return wait_for(-1, until);
	while (status > 0 && replay.frame->time.monotonic < until)
		status = next_frame();
	replay.ended = !status;
	if (status < 0)
		fprintf(stderr, "headroom: %s\n", replay.error);
	return status < 0 ? EXIT_FAILED : EXIT_DONE;
}

int source_step(long frames)
{
	uint64_t from = replay.number, back = frames < 0 ? -frames : 0;
	int status = 1;

	if (back) {
		status = store_seek_frame(replay.store, from > back ? from - back : 0);
		status = status ? wrong(status, store_error(replay.store)) : next_frame();
	}
	for (; status > 0 && frames > 0; frames--)
		status = next_frame();
	return status < 0 ? status : replay.number != from;
}

bool source_ended(void)
{
	return replay.ended;
}
