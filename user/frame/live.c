// SPDX-License-Identifier: GPL-2.0
/*
 * Read frames from this machine
 *
 * With the module, the cgroups are those of its snapshot, of which only changes are requested.
 * Without it, the tree of directories is walked. While the module is missing, each frame tries to
 * connect again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "clock.h"
#include "hooks.h"
#include "live.h"

/* The largest file that is read, memory.stat, has 2 KiB */
#define LARGEST_FILE	16384

struct live {
	struct headroom *h;
	unsigned int timeout;
	bool keep_received;
	bool connected;
	struct dirs *dirs;
	struct frame_wish wish;
	live_files *files;
	void *arg;
	live_claims *claims;
	void *claims_arg;
	struct frame *before;	/* the last one with a snapshot */
	char boot_id[40];
	char error[256];
	char buf[LARGEST_FILE];
};

static void note_error(struct live *live, int err)
{
	snprintf(live->error, sizeof(live->error), "%s",
		 live->h ? headroom_error(live->h) : strerror(-err));
}

/* Open a handle; it is set even if the module is missing */
static int connect_module(struct live *live)
{
	int err;

	headroom_close(live->h);
	err = headroom_open(&live->h);
	live->connected = !err;
	if (!err)
		err = headroom_timeout_set(live->h, live->timeout);
	if (err)
		note_error(live, err);
	return err;
}

static void read_boot_id(struct live *live)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, live->boot_id, sizeof(live->boot_id) - 1);

	if (fd >= 0)
		close(fd);
	live->boot_id[n < 0 ? 0 : n] = '\0';
	live->boot_id[strcspn(live->boot_id, "\n")] = '\0';
}

int live_open(struct live **result, unsigned int timeout, bool keep_received)
{
	struct live *live = calloc(1, sizeof(*live));
	const char *root;

	*result = live;
	if (!live)
		return -ENOMEM;
	live->timeout = timeout;
	live->keep_received = keep_received;
	connect_module(live);
	root = live->h ? headroom_cgroup_root(live->h) : NULL;
	if (!root)
		return live->h ? -ENODEV : -ENOMEM;
	live->dirs = dirs_new(root);
	read_boot_id(live);
	return live->dirs ? 0 : -ENOMEM;
}

void live_close(struct live *live)
{
	if (!live)
		return;
	frame_put(live->before);
	dirs_free(live->dirs);
	headroom_close(live->h);
	free(live);
}

struct dirs *live_dirs(struct live *live)
{
	return live->dirs;
}

const char *live_error(const struct live *live)
{
	return live->error;
}

void live_wish(struct live *live, const struct frame_wish *wish, live_files *files, void *arg)
{
	/* Snapshots with other details cannot be updated */
	if (wish->histograms != live->wish.histograms) {
		frame_put(live->before);
		live->before = NULL;
	}
	live->wish = *wish;
	live->files = files;
	live->arg = arg;
}

void live_describe(struct live *live, live_claims *claims, void *arg)
{
	live->claims = claims;
	live->claims_arg = arg;
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int keep_hooks(struct frame *frame, const struct headroom_status *status)
{
	size_t size;
	char *text = hooks_text(status, &size);
	int err = text ? frame_set_hooks(frame, text, size) : -ENOMEM;

	free(text);
	return err;
}

static int read_status(struct live *live, struct frame *frame)
{
	struct headroom_status *status;
	int err = headroom_status_get(live->h, &status);

	if (err)
		return err;
	frame->page_size = status->page_size;
	frame->sample_shift = status->sample_shift;
	frame->stalls_off = !status->stalls;
	frame->psi_off = !status->psi;
	frame->effort = status->worker_time + status->request_time;
	err = keep_hooks(frame, status);
	headroom_status_free(status);
	return err;
}

static int read_snapshot(struct live *live, struct frame *frame)
{
	const struct headroom_filter filter = {
		.omit = live->wish.histograms ? 0 : HEADROOM_DETAIL_HISTOGRAMS,
		.keep_received = live->keep_received,
	};

	if (!live->before)
		return headroom_snapshot_take(live->h, &filter, &frame->snapshot);
	return headroom_snapshot_update(live->h, live->before->snapshot, &frame->snapshot, NULL);
}

static int read_module(struct live *live, struct frame *frame)
{
	int err = live->connected ? 0 : connect_module(live);

	if (!err)
		err = read_status(live, frame);
	if (!err)
		err = read_snapshot(live, frame);
	if (!err && live->wish.stalled)
		err = headroom_stalled_get(live->h, &frame->stalled, &frame->nr_stalled);
	if (!err && live->wish.blame)
		err = headroom_blame_get(live->h, 0, &frame->blame);
	if (!err)
		return 0;
	note_error(live, err);
	headroom_snapshot_free(frame->snapshot);
	frame->snapshot = NULL;
	frame_put(live->before);
	live->before = NULL;
	return err;
}

static bool is_true(const char *text, ssize_t size)
{
	static const char *const words[] = { "1", "y", "yes", "t", "true", "on" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (size == (ssize_t)strlen(words[i]) && !strncasecmp(text, words[i], size))
			return true;
	return false;
}

/*
 * The owner of a cgroup, and the extended attributes by which systemd and oomd mark those to kill
 * first, last or never. A descriptor of O_PATH has no attributes, but the link to it has. Most
 * cgroups have none, which one call says.
 */
static ssize_t read_marks(int dir, char *buf, size_t size)
{
	static const char *const marks[] = {
		"trusted.oomd_prefer", "trusted.oomd_avoid", "trusted.oomd_omit",
		"user.oomd_prefer", "user.oomd_avoid", "user.oomd_omit",
	};
	char link[32], value[8];
	struct stat st;
	size_t n;

	if (fstat(dir, &st))
		return -errno;
	n = snprintf(buf, size, "owner %u\n", st.st_uid);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	if (!listxattr(link, NULL, 0))
		return n;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (is_true(value, getxattr(link, marks[i], value, sizeof(value))))
			n += snprintf(buf + n, size - n, "%s\n", marks[i]);
	return n;
}

/* Read a text of a cgroup into the buffer. Returns its length, or a negative errno. */
static ssize_t read_text(struct live *live, uint64_t id, int dir, enum frame_file file)
{
	size_t n = 0;

	if (file == FRAME_MARKS)
		return read_marks(dir, live->buf, sizeof(live->buf));
	if (file != FRAME_CLAIMS)
		return dirs_read(dir, frame_files[file], live->buf, sizeof(live->buf));
	if (live->claims)
		n = live->claims(live->claims_arg, id, live->buf, sizeof(live->buf));
	return n ? (ssize_t)n : -ENOENT;
}

static int read_files(struct live *live, struct frame *frame, size_t i, const char *path,
		      uint32_t files)
{
	struct frame_cgroup *cgroup = &frame->cgroup[i];
	int dir, err = 0;

	if (!files)
		return 0;
	dir = dirs_open(live->dirs, cgroup->id, path);
	if (dir == -ENOMEM)
		return dir;
	if (dir < 0) {
		cgroup->error = dir;
		return 0;
	}
	for (unsigned int file = 0; !err && file < FRAME_FILES; file++) {
		ssize_t n;

		if (!(files & FRAME_BIT(file)))
			continue;
		n = read_text(live, cgroup->id, dir, file);
		if (n >= 0)
			err = frame_set_text(frame, i, file, live->buf, n);
		else if (n != -ENOENT && !frame->cgroup[i].error)
			frame->cgroup[i].error = n;
	}
	return err;
}

static int add_cgroup(struct live *live, struct frame *frame, uint64_t id, const char *path,
		      const struct headroom_cgroup *stats)
{
	size_t i = frame_add(frame, id, path, stats);

	if (i == FRAME_NONE)
		return -ENOMEM;
	return read_files(live, frame, i, path, live->wish.files &
			  (live->files ? live->files(live->arg, id, path) : 0));
}

static int add_snapshot(struct live *live, struct frame *frame)
{
	struct headroom_node *node;
	int err = headroom_snapshot_tree(frame->snapshot, &node);

	for (size_t i = 0; !err && i < frame->snapshot->nr; i++)
		if (node[i].cgroup->path)
			err = add_cgroup(live, frame, node[i].cgroup->id, node[i].cgroup->path,
					 node[i].cgroup);
	free(node);
	return err;
}

/* Whether a cgroup has the memory controller; the root always has */
static bool has_memory(int fd)
{
	return faccessat(fd, "memory.current", F_OK, 0) == 0;
}

static int walk(struct live *live, struct frame *frame, int fd, char *path, size_t length);

/* Walk the children of the cgroup @dir, whose path is @path without a slash at its end */
static int walk_children(struct live *live, struct frame *frame, DIR *dir, char *path,
			 size_t length)
{
	struct dirent *entry;
	int fd, n, err = 0;

	while (!err && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		n = snprintf(path + length, PATH_MAX - length, "/%s", entry->d_name);
		if ((size_t)n >= PATH_MAX - length)
			continue;
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && has_memory(fd)) {
			err = add_cgroup(live, frame, entry->d_ino, path, NULL);
			if (!err)
				err = walk(live, frame, fd, path, length + n);
		} else if (fd >= 0) {
			close(fd);
		}
	}
	return err;
}

/* Walk a cgroup whose directory is @fd, which is closed */
static int walk(struct live *live, struct frame *frame, int fd, char *path, size_t length)
{
	DIR *dir = fdopendir(fd);
	int err;

	if (!dir) {
		close(fd);
		return errno == ENOMEM ? -ENOMEM : 0;
	}
	err = walk_children(live, frame, dir, path, length);
	closedir(dir);
	return err;
}

static int add_directories(struct live *live, struct frame *frame)
{
	char path[PATH_MAX] = "/";
	uint64_t id = dirs_id(live->dirs, "/");
	int fd = open(dirs_root(live->dirs), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return 0;
	err = add_cgroup(live, frame, id, path, NULL);
	if (err)
		close(fd);
	return err ? err : walk(live, frame, fd, path, 0);
}

/* Read all files that a pattern names, one behind the other */
static size_t read_pattern(const char *pattern, char *buf, size_t size)
{
	size_t used = 0;
	glob_t found;
	ssize_t n;

	if (glob(pattern, 0, NULL, &found))
		return 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		int fd = open(found.gl_pathv[i], O_RDONLY | O_CLOEXEC);

		n = fd < 0 ? -1 : read(fd, buf + used, size - used);
		used += n < 0 ? 0 : n;
		if (fd >= 0)
			close(fd);
	}
	globfree(&found);
	return used;
}

/* Of /proc/meminfo, keep the lines that signals read: the others change all the time */
static size_t keep_lines(char *text, size_t size)
{
	static const char *const kept[] = { "Mem", "Swap", "Zswap" };
	char *to = text, *end = text + size, *line, *next;

	for (line = text; line < end; line = next) {
		next = memchr(line, '\n', end - line);
		next = next ? next + 1 : end;
		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
			if (strncmp(line, kept[i], strlen(kept[i])))
				continue;
			memmove(to, line, next - line);
			to += next - line;
			break;
		}
	}
	return to - text;
}

static int read_host(struct live *live, struct frame *frame)
{
	int err = 0;

	for (unsigned int file = 0; !err && file < FRAME_HOST_FILES; file++) {
		size_t size;

		if (!(live->wish.host_files & FRAME_BIT(file)))
			continue;
		/* A NUL behind it, for comparisons */
		size = read_pattern(frame_host_files[file], live->buf, sizeof(live->buf) - 1);
		live->buf[size] = '\0';
		if (file == FRAME_MEMINFO)
			size = keep_lines(live->buf, size);
		err = frame_set_host_text(frame, file, live->buf, size);
	}
	return err;
}

static int fill(struct live *live, struct frame *frame)
{
	int err = frame->snapshot ? add_snapshot(live, frame) : add_directories(live, frame);

	if (!err)
		err = read_host(live, frame);
	return err ? err : frame_finish(frame);
}

int live_read(struct live *live, struct frame **result)
{
	struct frame *frame = frame_new();
	int err;

	*result = NULL;
	if (!frame)
		return -ENOMEM;
	frame->time = (struct frame_clocks){
		.monotonic = read_clock(CLOCK_MONOTONIC), .boot = read_clock(CLOCK_BOOTTIME),
		.wall = read_clock(CLOCK_REALTIME),
	};
	memcpy(frame->boot_id, live->boot_id, sizeof(frame->boot_id));
	frame->page_size = sysconf(_SC_PAGESIZE);
	frame->module_error = live->wish.stats ? read_module(live, frame) : 0;
	dirs_begin_round(live->dirs);
	err = fill(live, frame);
	dirs_end_round(live->dirs);
	if (err) {
		frame_put(frame);
		return err;
	}
	if (frame->snapshot) {
		frame_put(live->before);
		live->before = frame_get(frame);
	}
	*result = frame;
	return 0;
}
