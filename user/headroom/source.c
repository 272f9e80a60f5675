// SPDX-License-Identifier: GPL-2.0
/* Where the subcommands read from: the module, or a recording */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "dirs.h"
#include "failure.h"
#include "frame.h"
#include "mglru.h"
#include "source.h"
#include "store.h"
#include "wait.h"
#include "wall_clock.h"

/**
 * struct moment - a frame, to tell whether counters begin again behind it
 * @boot_id: the boot
 * @boot: CLOCK_BOOTTIME, ns
 */
struct moment {
	char boot_id[40];
	uint64_t boot;
};

/**
 * struct replay - the recording that is being read
 * @store: it; NULL for the module
 * @frame: the current frame
 * @number: its number in the recording
 * @from_moment: it is read from a moment on, not from its begin
 * @ended: there is no frame behind it
 * @mark: where a measurement began
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
	struct moment mark;
	char error[256];
	size_t nr_taken;
	struct headroom_snapshot **taken;
} replay;

/* Directories of this machine's cgroups whose files were read; NULL if none was */
static struct dirs *dirs;

/* Close the directories of cgroups of which no file was read since the last snapshot */
static void begin_round(void)
{
	if (!dirs)
		return;
	dirs_end_round(dirs);
	dirs_begin_round(dirs);
}

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
	if (err > 0) {
		source_mark();
		return EXIT_DONE;
	}
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
	dirs_free(dirs);
	replay.frame = NULL;
	replay.store = NULL;
	dirs = NULL;
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

	if (!replay.store) {
		begin_round();
		return headroom_snapshot_take(h, filter, s);
	}
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

/* Read a file of this machine; the directory stays open for the next reading */
static int read_live_file(struct headroom *h, uint64_t id, const char *path, enum frame_file file,
			  char *text, size_t size)
{
	const char *root = headroom_cgroup_root(h);
	ssize_t n;
	int dir;

	if (!root)
		return -ENODEV;
	if (!dirs)
		dirs = dirs_new(root);
	if (!dirs)
		return -ENOMEM;
	dir = dirs_open(dirs, id, path);
	n = dir < 0 ? dir : dirs_read(dir, frame_files[file], text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	return n < 0 ? n : 0;
}

int source_file_read(struct headroom *h, uint64_t id, const char *path, enum frame_file file,
		     char *text, size_t size)
{
	const char *recorded = NULL;
	size_t i;

	if (!replay.store)
		return read_live_file(h, id, path, file, text, size);
	i = frame_find(replay.frame, id);
	if (i != FRAME_NONE)
		recorded = frame_text(replay.frame, i, file);
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

/* The part of a name below the cgroup root, which is where systemd mounts it: on its own, or beside v1 */
static const char *below_root(const char *name)
{
	static const char *const roots[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		size_t len = strlen(roots[i]);

		if (!strncmp(name, roots[i], len) && (!name[len] || name[len] == '/'))
			return name + len;
	}
	return name;
}

/* The path that a name leads to, as the kernel would resolve it: "a/", "//a", "/a/." and "/b/../a" are "/a" */
static void resolve(const char *name, char *path, size_t size)
{
	size_t len, used = 0;

	for (name = below_root(name); *name; name += len) {
		name += strspn(name, "/");
		len = strcspn(name, "/");
		if (!len || (len == 1 && *name == '.'))
			continue;
		if (len == 2 && !strncmp(name, "..", 2)) {
			while (used && path[--used] != '/')
				;
			continue;
		}
		if (used + len + 2 > size) {
			/* longer than any */
			used = 0;
			break;
		}
		path[used++] = '/';
		memcpy(path + used, name, len);
		used += len;
	}
	if (!used && !*name)
		path[used++] = '/';
	path[used] = '\0';
}

int source_cgroup_id(struct headroom *h, const char *name, uint64_t *id)
{
	char path[PATH_MAX];
	size_t i;

	if (!replay.store)
		return headroom_cgroup_id(h, name, id);
	if (!*name)
		return wrong(-ENOENT, "no such cgroup: the name is empty");
	if (!name[strspn(name, "0123456789")]) {
		*id = strtoull(name, NULL, 10);
		return check_cgroup(*id);
	}
	resolve(name, path, sizeof(path));
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

static struct moment moment_of(const struct frame *frame)
{
	struct moment moment = { .boot = frame->time.boot };

	memcpy(moment.boot_id, frame->boot_id, sizeof(moment.boot_id));
	return moment;
}

/*
 * The module numbers its generations from CLOCK_BOOTTIME in ns, at the moment when it is loaded, and
 * there are fewer than one in a ns. So a generation that has reached the time of an earlier frame is
 * of a module that was loaded behind it.
 */
static const char *break_between(const struct moment *before, const struct frame *now)
{
	if (strcmp(before->boot_id, now->boot_id))
		return "a boot";
	if (now->snapshot && now->snapshot->generation >= before->boot)
		return "a reload of the module";
	return NULL;
}

void source_mark(void)
{
	if (replay.store)
		replay.mark = moment_of(replay.frame);
}

const char *source_break(void)
{
	return replay.store ? break_between(&replay.mark, replay.frame) : NULL;
}

/* Go back to the last frame that is @length before the current one, from which its counters go on */
static int go_back(uint64_t length)
{
	struct frame *end = frame_get(replay.frame);
	uint64_t wall = end->time.wall;
	int err = store_seek(replay.store, wall > length ? wall - length : 0);
	struct moment begin;

	err = err ? wrong(err, store_error(replay.store)) : next_frame();
	begin = moment_of(replay.frame);
	if (err > 0 && (break_between(&begin, end) ||
			replay.frame->time.monotonic + length > end->time.monotonic))
		err = wrong(-ENODATA, "the recording has no frame that long before, of the same boot and the same module: use a later --at, or a shorter --interval");
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
	while (status > 0 && !source_break() && replay.frame->time.monotonic < until)
		status = next_frame();
	replay.ended = !status;
	if (status < 0)
		fprintf(stderr, "headroom: %s\n", replay.error);
	return status < 0 ? EXIT_FAILED : EXIT_DONE;
}

int source_wait_whole(uint64_t until)
{
	int code = source_wait(until);
	const char *what = code ? NULL : source_break();

	if (!what)
		return code;
	fprintf(stderr, "headroom: there is %s in the interval, behind which counters begin again: use another --at, or a shorter --interval\n",
		what);
	return EXIT_FAILED;
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
