// SPDX-License-Identifier: GPL-2.0
/* Replace a file as a whole: see replace_file.h */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace_file.h"

/* Write, and close the stream */
static int write_to(FILE *out, void (*write)(FILE *out, const void *arg), const void *arg)
{
	int err;

	errno = 0;
	write(out, arg);
	err = ferror(out) ? (errno ? -errno : -EIO) : 0;
	if (fclose(out) && !err)
		err = -errno;
	return err;
}

static int write_beside(const char *beside, int fd, mode_t mode,
			void (*write)(FILE *out, const void *arg), const void *arg)
{
	FILE *out = fdopen(fd, "w");
	int err;

	if (!out) {
		err = -errno;
		close(fd);
		return err;
	}
	err = write_to(out, write, arg);
	if (!err && chmod(beside, mode))
		err = -errno;
	return err;
}

/* Whether something is there that a file cannot replace */
static bool is_special(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && !S_ISREG(st.st_mode);
}

int replace_file(const char *path, mode_t mode, void (*write)(FILE *out, const void *arg),
		 const void *arg)
{
	char *beside;
	FILE *out;
	int fd, err;

	if (is_special(path)) {
		out = fopen(path, "we");
		return out ? write_to(out, write, arg) : -errno;
	}
	if (asprintf(&beside, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		free(beside);
		return err;
	}
	err = write_beside(beside, fd, mode, write, arg);
	if (!err && rename(beside, path))
		err = -errno;
	if (err)
		unlink(beside);
	free(beside);
	return err;
}
