// SPDX-License-Identifier: GPL-2.0
/*
 * Open directories of cgroups, by id; no other file opens one, or reads or writes in it
 *
 * The table is a hash with open addressing. Removal leaves a hole that is filled by moving later
 * entries back, so there are no marks of removed ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dirs.h"

/**
 * struct entry - an open directory
 * @id: cgroup id; 0 if the entry is free
 * @fd: its descriptor
 * @round: the last round that used it
 */
struct entry {
	uint64_t id;
	int fd;
	unsigned int round;
};

struct dirs {
	char *root;
	unsigned int round;
	size_t nr;
	size_t size;	/* a power of two */
	struct entry *entry;
};

/* The default of 1024 is for programs that call select(), and not enough for each cgroup */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct dirs *dirs_new(const char *root)
{
	struct dirs *dirs = calloc(1, sizeof(*dirs));

	if (!dirs)
		return NULL;
	raise_limit();
	dirs->size = 16;
	dirs->entry = calloc(dirs->size, sizeof(*dirs->entry));
	dirs->root = strdup(root);
	if (dirs->entry && dirs->root)
		return dirs;
	dirs_free(dirs);
	return NULL;
}

void dirs_free(struct dirs *dirs)
{
	if (!dirs)
		return;
	for (size_t i = 0; dirs->entry && i < dirs->size; i++)
		if (dirs->entry[i].id)
			close(dirs->entry[i].fd);
	free(dirs->entry);
	free(dirs->root);
	free(dirs);
}

const char *dirs_root(const struct dirs *dirs)
{
	return dirs->root;
}

static size_t place_of(const struct dirs *dirs, uint64_t id)
{
	return (id * 0x9e3779b97f4a7c15ull >> 32) & (dirs->size - 1);
}

/* The entry of a cgroup, or the free one where it belongs */
static struct entry *find(const struct dirs *dirs, uint64_t id)
{
	size_t i = place_of(dirs, id);

	while (dirs->entry[i].id && dirs->entry[i].id != id)
		i = (i + 1) & (dirs->size - 1);
	return &dirs->entry[i];
}

static int grow(struct dirs *dirs)
{
	struct entry *old = dirs->entry, *entry;
	size_t size = dirs->size;

	entry = calloc(2 * size, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	dirs->entry = entry;
	dirs->size = 2 * size;
	for (size_t i = 0; i < size; i++)
		if (old[i].id)
			*find(dirs, old[i].id) = old[i];
	free(old);
	return 0;
}

static void remove_at(struct dirs *dirs, size_t hole)
{
	size_t mask = dirs->size - 1, i = hole;

	close(dirs->entry[hole].fd);
	dirs->nr--;
	for (;;) {
		dirs->entry[hole].id = 0;
		do {
			i = (i + 1) & mask;
			if (!dirs->entry[i].id)
				return;
			/* Whether the entry's place is cyclically behind the hole: it stays */
		} while (((i - place_of(dirs, dirs->entry[i].id)) & mask) < ((i - hole) & mask));
		dirs->entry[hole] = dirs->entry[i];
		hole = i;
	}
}

static int open_path(const struct dirs *dirs, const char *path, uint64_t *id)
{
	char name[PATH_MAX];
	int n = snprintf(name, sizeof(name), "%s%s", dirs->root, path);
	struct stat st;
	int fd, err;

	if (n < 0 || (size_t)n >= sizeof(name))
		return -ENAMETOOLONG;
	fd = open(name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		err = -errno;
		close(fd);
		return err;
	}
	*id = st.st_ino;
	return fd;
}

uint64_t dirs_id(const struct dirs *dirs, const char *path)
{
	uint64_t id;
	int fd = open_path(dirs, path, &id);

	if (fd < 0) {
		errno = -fd;
		return 0;
	}
	close(fd);
	return id;
}

int dirs_open(struct dirs *dirs, uint64_t id, const char *path)
{
	struct entry *entry = find(dirs, id);
	uint64_t found;
	int fd;

	if (entry->id) {
		entry->round = dirs->round;
		return entry->fd;
	}
	/* At most half of it is in use, so that a search ends soon */
	if (2 * dirs->nr >= dirs->size) {
		if (grow(dirs))
			return -ENOMEM;
		entry = find(dirs, id);
	}
	fd = open_path(dirs, path, &found);
	if (fd < 0)
		return fd;
	if (found != id) {
		close(fd);
		return -ENOENT;
	}
	*entry = (struct entry){ .id = id, .fd = fd, .round = dirs->round };
	dirs->nr++;
	return fd;
}

void dirs_begin_round(struct dirs *dirs)
{
	dirs->round++;
}

void dirs_end_round(struct dirs *dirs)
{
	size_t i = 0;

	/* A removal may move another entry to this place */
	while (i < dirs->size) {
		if (dirs->entry[i].id && dirs->entry[i].round != dirs->round)
			remove_at(dirs, i);
		else
			i++;
	}
}

ssize_t dirs_read(int dir, const char *file, char *buf, size_t size)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size);
	if (n < 0)	/* ENODEV: the cgroup is being removed */
		n = errno == ENODEV ? -ENOENT : -errno;
	close(fd);
	return n;
}

int dirs_write(int dir, const char *file, const char *text)
{
	int fd = openat(dir, file, O_WRONLY | O_TRUNC | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno == ENODEV ? -ENOENT : -errno;
	close(fd);
	return err;
}
