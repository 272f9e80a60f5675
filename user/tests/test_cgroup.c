// SPDX-License-Identifier: GPL-2.0
/* Names of cgroups, on the machine's own cgroup v2 file system */

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

	is_int(headroom_cgroup_id(h, "/", &id), 0, "id of the root");
	is_int(headroom_cgroup_id(h, root, &same), 0, "by its mount point");
	is_uint(same, id, "is the same");
	is_int(headroom_cgroup_path(h, id, &path), 0, "path of the root");
	is_text(path, "/", "is /");
	free(path);
	is_int(headroom_cgroup_id(h, "1234567", &id), 0, "a number");
	is_uint(id, 1234567, "is an id");
	is_int(headroom_cgroup_id(h, "99999999999999999999", &id), -ERANGE, "unless too large");
	is_int(headroom_cgroup_id(h, "", &id), -ENOENT, "no name");
	is_int(headroom_cgroup_id(h, "/no/such", &id), -ENOENT, "no such cgroup");
	is_text(headroom_error(h), "no such cgroup: /no/such", "sentence");
	is_int(headroom_cgroup_id(h, "/cgroup.procs", &id), -ENOENT, "a file in a cgroup");
	is_int(headroom_cgroup_id(h, "/../../../../etc", &id), -ENOENT, "out of the cgroups");
	is_int(headroom_cgroup_id(h, "/../../../../sys/kernel", &id), -ENOENT, "another kernfs");
	is_int(headroom_cgroup_path(h, UINT64_MAX / 2, &path), -ESTALE, "an id that never was");
	ok(!path, "gives no path");
	if (asprintf(&parent, "%sx", root) < 0)
		abort();
	is_int(headroom_cgroup_id(h, parent, &id), -ENOENT, "it only begins like the root");
	free(parent);
}

/* That paths are remembered relies on it. */
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
		tap_skip("a cgroup of our own", strerror(errno));
		free(directory);
		return;
	}
	is_int(headroom_cgroup_id(h, name, &id), 0, "id by a name without /");
	stat(directory, &st);
	is_uint(id, st.st_ino, "is the inode number");
	is_int(headroom_cgroup_id(h, directory, &same), 0, "by the whole path");
	is_uint(same, id, "is the same");
	is_int(headroom_cgroup_path(h, id, &path), 0, "path by id");
	ok(path && path[0] == '/' && strcmp(path + 1, name) == 0, "is %s", path);
	free(path);
	test_rename(directory);
	/* like the charges of a dead cgroup, this keeps what the id stands for */
	fd = open(directory, O_RDONLY | O_DIRECTORY);
	rmdir(directory);
	is_int(headroom_cgroup_path(h, id, &path), -ESTALE, "a cgroup removed while it is in use");
	free(path);
	close(fd);
	is_int(headroom_cgroup_path(h, id, &path), -ESTALE, "a cgroup that was removed");
	free(path);
	is_int(headroom_cgroup_id(h, name, &id), -ENOENT, "has no id");
	free(directory);
}

int main(void)
{
	struct headroom *h;
	const char *root;
	char name[64];
	char *path;

	/* names need no module: the handle is good for them all the same */
	headroom_open(&h);
	root = headroom_cgroup_root(h);
	if (!root) {
		tap_skip("names of cgroups", "no cgroup v2 file system");
		headroom_close(h);
		return tap_done();
	}
	printf("# cgroup v2 at %s\n", root);
	if (headroom_cgroup_path(h, 1, &path) == -EPERM) {
		tap_skip("names of cgroups", headroom_error(h));
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
