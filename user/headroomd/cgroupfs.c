// SPDX-License-Identifier: GPL-2.0
/*
 * Read and write cgroup files; no other file of the daemon writes below the cgroup root
 *
 * A path may lead to another cgroup from one moment to the next, since cgroups are removed and
 * created again. So a path is followed once, to open the directory. The descriptor leads to the same
 * cgroup for as long as it is open: after the cgroup is removed, it opens no file.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroupfs.h"

bool cgroupfs_path_valid(const char *path)
{
	const char *p = path;

	if (path[0] != '/' || !path[1])
		return false;
	while (p) {
		size_t n = strcspn(++p, "/");

		if (n == 0 || (n == 1 && p[0] == '.') ||
		    (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p = strchr(p, '/');
	}
	return true;
}

int cgroupfs_open(const char *root, const char *path, uint64_t *id)
{
	char name[PATH_MAX];
	int n = snprintf(name, sizeof(name), "%s%s", root, path);
	struct stat st;
	int dir, err;

	if (n < 0 || (size_t)n >= sizeof(name))
		return -ENAMETOOLONG;
	dir = open(name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	if (fstat(dir, &st)) {
		err = -errno;
		close(dir);
		return err;
	}
	*id = st.st_ino;
	return dir;
}

/* Read at most @size - 1 bytes of a file as a string */
static int slurp(int dir, const char *file, char *buf, size_t size)
{
	int err, fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	err = n < 0 ? -errno : 0;
	close(fd);
	if (err)	/* ENODEV: the cgroup is being removed */
		return err == -ENODEV ? -ENOENT : err;
	buf[n] = '\0';
	return 0;
}

static int parse(const char *text, uint64_t *value)
{
	char *end;

	if (!strncmp(text, "max", 3)) {
		*value = CGROUPFS_MAX;
		return 0;
	}
	errno = 0;
	*value = strtoull(text, &end, 10);
	return end == text || errno ? -EBADMSG : 0;
}

int cgroupfs_read(int dir, const char *file, uint64_t *value)
{
	char text[64];
	int err = slurp(dir, file, text, sizeof(text));

	return err ? err : parse(text, value);
}

int cgroupfs_read_key(int dir, const char *file, const char *key, uint64_t *value)
{
	char text[8192];
	size_t n = strlen(key);
	const char *line = text;
	int err = slurp(dir, file, text, sizeof(text));

	if (err)
		return err;
	while (line) {
		if (!strncmp(line, key, n) && line[n] == ' ')
			return parse(line + n + 1, value);
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return -ENODATA;
}

int cgroupfs_read_memory(int dir, struct cgroupfs_memory *m)
{
	static const char events[] = "memory.events.local";
	uint64_t high, max_hits, high_hits;
	int err = cgroupfs_read(dir, "memory.current", &m->current);

	if (!err)
		err = cgroupfs_read(dir, "memory.max", &m->limit);
	if (!err)
		err = cgroupfs_read(dir, "memory.high", &high);
	if (!err)
		err = cgroupfs_read_key(dir, events, "max", &max_hits);
	if (!err)
		err = cgroupfs_read_key(dir, events, "high", &high_hits);
	if (!err)
		err = cgroupfs_read_key(dir, events, "low", &m->breaches);
	if (err)
		return err;
	if (high < m->limit)
		m->limit = high;
	m->limit_hits = max_hits + high_hits;
	return 0;
}

int cgroupfs_write(int dir, const char *file, uint64_t value)
{
	char text[32];
	ssize_t n;
	int fd, err;

	if (value == CGROUPFS_MAX)
		snprintf(text, sizeof(text), "max");
	else
		snprintf(text, sizeof(text), "%" PRIu64, value);
	fd = openat(dir, file, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	err = n < 0 ? -errno : 0;
	close(fd);
	return err == -ENODEV ? -ENOENT : err;
}
