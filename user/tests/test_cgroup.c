// SPDX-License-Identifier: GPL-2.0
/* Test ids and paths of cgroups on the machine's own cgroup v2 file system */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "headroom.h"
#include "tap.h"

static void test_root(struct headroom *h, const char *root)
{
	char *path, *parent;
	uint64_t id, same;

	is_int(headroom_cgroup_id(h, "/", &id), 0, "the root has an id");
	is_int(headroom_cgroup_id(h, root, &same), 0, "the mount point has an id");
	is_uint(same, id, "it is that of the root");
	is_int(headroom_cgroup_path(h, id, &path), 0, "the id of the root has a path");
	is_text(path, "/", "the path is /");
	free(path);
	is_int(headroom_cgroup_id(h, "1234567", &id), 0, "a number is accepted");
	is_uint(id, 1234567, "it is an id");
	is_int(headroom_cgroup_id(h, "99999999999999999999", &id), -ERANGE,
	       "a number beyond 64 bits is refused");
	is_int(headroom_cgroup_id(h, "", &id), -ENOENT, "an empty name is refused");
	is_int(headroom_cgroup_id(h, "/no/such", &id), -ENOENT,
	       "a cgroup that does not exist is refused");
	is_text(headroom_error(h), "no such cgroup: /no/such", "the message names it");
	is_int(headroom_cgroup_id(h, "/cgroup.procs", &id), -ENOENT,
	       "a file in a cgroup is refused");
	is_int(headroom_cgroup_id(h, "/../../../../etc", &id), -ENOENT,
	       "a path that leaves the hierarchy is refused");
	is_int(headroom_cgroup_id(h, "/../../../../sys/kernel", &id), -ENOENT,
	       "a directory of another kernfs is refused");
	is_int(headroom_cgroup_path(h, UINT64_MAX / 2, &path), -ESTALE,
	       "an id that was never used has no path");
	ok(!path, "no path is returned");
	if (asprintf(&parent, "%sx", root) < 0)
		abort();
	is_int(headroom_cgroup_id(h, parent, &id), -ENOENT,
	       "a path that only begins like the root is refused");
	free(parent);
}

/* The cache of paths relies on this. */
static void test_rename(const char *directory)
{
	char *other;

	if (asprintf(&other, "%s-renamed", directory) < 0)
		abort();
	ok(rename(directory, other) < 0 && errno == EPERM, "a cgroup v2 cannot be renamed");
	free(other);
}

static void test_birth_and_death(struct headroom *h, const char *root, const char *name)
{
	char *directory, *path = NULL;
	uint64_t id, same;
	struct stat st;
	int fd;

	if (asprintf(&directory, "%s/%s", root, name) < 0)
		abort();
	if (mkdir(directory, 0755) < 0) {
		tap_skip("cgroup made by the test", strerror(errno));
		free(directory);
		return;
	}
	is_int(headroom_cgroup_id(h, name, &id), 0, "a name without a leading / has an id");
	stat(directory, &st);
	is_uint(id, st.st_ino, "it is the inode number");
	is_int(headroom_cgroup_id(h, directory, &same), 0, "the absolute path has an id");
	is_uint(same, id, "it is the same");
	is_int(headroom_cgroup_path(h, id, &path), 0, "the id has a path");
	ok(path && path[0] == '/' && strcmp(path + 1, name) == 0, "it is %s", path);
	free(path);
	test_rename(directory);
	/* an open descriptor keeps the removed cgroup in memory, as charged pages would */
	fd = open(directory, O_RDONLY | O_DIRECTORY);
	rmdir(directory);
	is_int(headroom_cgroup_path(h, id, &path), -ESTALE,
	       "a removed cgroup that is in use has no path");
	free(path);
	close(fd);
	is_int(headroom_cgroup_path(h, id, &path), -ESTALE, "a removed cgroup has no path");
	free(path);
	is_int(headroom_cgroup_id(h, name, &id), -ENOENT, "a removed cgroup has no id");
	free(directory);
}

int main(void)
{
	struct headroom *h;
	const char *root;
	char name[64];
	char *path;

	/* lookups need no module: a handle that is not connected will do */
	headroom_open(&h);
	root = headroom_cgroup_root(h);
	if (!root) {
		tap_skip("ids and paths of cgroups", "no cgroup v2 file system");
		headroom_close(h);
		return tap_done();
	}
	printf("# cgroup v2 at %s\n", root);
	if (headroom_cgroup_path(h, 1, &path) == -EPERM) {
		tap_skip("ids and paths of cgroups", headroom_error(h));
		headroom_close(h);
		return tap_done();
	}
	free(path);
	test_root(h, root);
	snprintf(name, sizeof(name), "headroom-test-%d", getpid());
	test_birth_and_death(h, root, name);
	snprintf(name, sizeof(name), "headroom-test-%d (deleted)", getpid());
	test_birth_and_death(h, root, name);
	headroom_close(h);
	return tap_done();
}
