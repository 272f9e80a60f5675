// SPDX-License-Identifier: LGPL-2.1
/*
 * Translate between ids and paths of cgroups
 *
 * A cgroup's id is the file handle of its directory. The kernel opens a directory by its
 * handle in constant time, however many cgroups there are, and the link in /proc/self/fd is
 * its path. This works as long as the directory exists.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>

#include "connection.h"

/* File handles of kernfs, the file system below cgroup: include/linux/exportfs.h */
#define FILEID_KERNFS	0xfe

struct kernfs_handle {
	struct file_handle head;
	unsigned char id[sizeof(uint64_t)];
};

/* mountinfo escapes blanks and backslashes as \ and three octal digits. */
static void unescape(char *text)
{
	const char *from = text;
	char *to = text;

	while (*from) {
		if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
			*to++ = (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0');
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

/*
 * The mount point, if a line of mountinfo is a mount of a whole cgroup v2 file system; a
 * bind mount of a part of it does not contain all cgroups.
 */
static char *cgroup2_mount(const char *line)
{
	const char *type = strstr(line, " - ");
	char *root = NULL, *point = NULL;

	if (!type || strncmp(type, " - cgroup2 ", strlen(" - cgroup2 ")) != 0)
		return NULL;
	if (sscanf(line, "%*u %*u %*u:%*u %ms %ms", &root, &point) != 2 ||
	    strcmp(root, "/") != 0) {
		free(point);
		point = NULL;
	} else {
		unescape(point);
	}
	free(root);
	return point;
}

const char *headroom_cgroup_root(struct headroom *h)
{
	FILE *mounts;
	char *line = NULL;
	size_t size = 0;

	if (h->root)
		return h->root;
	mounts = fopen("/proc/self/mountinfo", "re");
	if (!mounts)
		return NULL;
	while (!h->root && getline(&line, &size, mounts) >= 0)
		h->root = cgroup2_mount(line);
	free(line);
	fclose(mounts);
	return h->root;
}

static int fail_without_root(struct headroom *h)
{
	return headroom_fail(h, -ENODEV, "no cgroup v2 file system is mounted");
}

static int open_root(struct headroom *h)
{
	const char *root = headroom_cgroup_root(h);

	if (h->root_fd >= 0)
		return 0;
	if (!root)
		return fail_without_root(h);
	h->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (h->root_fd < 0)
		return headroom_fail(h, -errno, "cannot open %s: %s", root, strerror(errno));
	return 0;
}

static int fail_removed(struct headroom *h, uint64_t id)
{
	return headroom_fail(h, -ESTALE, "no cgroup has the id %" PRIu64, id);
}

static int open_cgroup(struct headroom *h, uint64_t id)
{
	struct kernfs_handle handle = {
		.head = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS },
	};
	int fd;

	memcpy(handle.head.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(h->root_fd, &handle.head, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	switch (errno) {
	case ESTALE:
	case ENOENT:
	case ENOTDIR:	/* the id of a file in a cgroup */
		return fail_removed(h, id);
	case EPERM:
		return headroom_fail(h, -EPERM,
				     "needs CAP_DAC_READ_SEARCH to look up paths of cgroups: run as root");
	default:
		return headroom_fail(h, -errno, "cannot open the cgroup with id %" PRIu64 ": %s",
				     id, strerror(errno));
	}
}

/* The part of @path below @root, "/" for the root itself; NULL if @path is not below it */
static const char *below(const char *root, const char *path)
{
	size_t len = strlen(root);

	if (strncmp(path, root, len) != 0)
		return NULL;
	if (path[len] == '\0')
		return "/";
	return path[len] == '/' ? path + len : NULL;
}

/* The path of a cgroup removed after it was opened ends in " (deleted)", as may a name. */
static bool still_exists(const char *path, uint64_t id)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_ino == id;
}

static int path_of(struct headroom *h, int fd, uint64_t id, char **path)
{
	static const char deleted[] = " (deleted)";
	char link[sizeof("/proc/self/fd/") + 11], target[PATH_MAX];
	const char *name;
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		return headroom_fail(h, -errno, "cannot read %s: %s", link, strerror(errno));
	target[len] = '\0';
	name = below(h->root, target);
	if (!name)
		return fail_removed(h, id);
	if (len >= (ssize_t)strlen(deleted) &&
	    strcmp(target + len - strlen(deleted), deleted) == 0 && !still_exists(target, id))
		return fail_removed(h, id);
	*path = strdup(name);
	return *path ? 0 : headroom_fail(h, -ENOMEM, "out of memory");
}

int headroom_cgroup_path(struct headroom *h, uint64_t id, char **path)
{
	int fd, err;

	*path = NULL;
	err = open_root(h);
	if (err < 0)
		return err;
	fd = open_cgroup(h, id);
	if (fd < 0)
		return fd;
	err = path_of(h, fd, id, path);
	close(fd);
	return err;
}

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

static int parse_id(struct headroom *h, const char *name, uint64_t *id)
{
	uint64_t number;

	errno = 0;
	number = strtoull(name, NULL, 10);
	if (errno)
		return headroom_fail(h, -ERANGE, "%s is too large for a cgroup id", name);
	if (!number)
		return headroom_fail(h, -ENOENT, "no cgroup has the id 0");
	*id = number;
	return 0;
}

static int id_of(struct headroom *h, int fd, const char *name, uint64_t *id)
{
	struct kernfs_handle handle = { .head.handle_bytes = sizeof(*id) };
	struct statfs fs;
	int mount_id;

	/* "/../../etc" leads out of the hierarchy, and sysfs is a kernfs, too */
	if (fstatfs(fd, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC)
		return headroom_fail(h, -ENOENT, "%s is not a cgroup", name);
	if (name_to_handle_at(fd, "", &handle.head, &mount_id, AT_EMPTY_PATH) < 0)
		return headroom_fail(h, -errno, "cannot read the id of cgroup %s: %s", name,
				     strerror(errno));
	if (handle.head.handle_type != FILEID_KERNFS)
		return headroom_fail(h, -ENOENT, "%s is not a cgroup", name);
	memcpy(id, handle.head.f_handle, sizeof(*id));
	return 0;
}

static int open_named(struct headroom *h, const char *name)
{
	const char *root = headroom_cgroup_root(h);
	char *path = NULL;
	int fd, err;

	if (!root)
		return fail_without_root(h);
	if (asprintf(&path, "%s/%s", below(root, name) ? "" : root, name) < 0)
		return headroom_fail(h, -ENOMEM, "out of memory");
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	err = errno;
	free(path);
	if (fd >= 0)
		return fd;
	if (err == ENOENT || err == ENOTDIR)
		return headroom_fail(h, -ENOENT, "no such cgroup: %s", name);
	return headroom_fail(h, -err, "cannot open cgroup %s: %s", name, strerror(err));
}

int headroom_cgroup_id(struct headroom *h, const char *name, uint64_t *id)
{
	int fd, err;

	*id = 0;
	if (is_number(name))
		return parse_id(h, name, id);
	if (!*name)
		return headroom_fail(h, -ENOENT, "no such cgroup: the name is empty");
	fd = open_named(h, name);
	if (fd < 0)
		return fd;
	err = id_of(h, fd, name, id);
	close(fd);
	return err;
}
