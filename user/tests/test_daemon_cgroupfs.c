// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and writing cgroup files, on a fake cgroup tree
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "tap.h"
#include "tree.h"

#define LOW	"memory.low"
#define EVENTS	"memory.events.local"

/* The errno of each read and write, or 0 */
static int file_error;

ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

ssize_t __wrap_read(int fd, void *data, size_t size)
{
	errno = file_error;
	return file_error ? -1 : __real_read(fd, data, size);
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	errno = file_error;
	return file_error ? -1 : __real_write(fd, data, size);
}

/* Open the cgroup "a" of the fake tree, which exists */
static int open_a(void)
{
	uint64_t id;
	int a = cgroupfs_open(dir, "/a", &id);

	if (a < 0)
		abort();
	return a;
}

static void check_open(void)
{
	char path[5000];
	uint64_t id, other;
	int a, b;

	make_cgroup("a", "1");
	a = cgroupfs_open(dir, "/a", &id);
	ok(a >= 0 && id, "open a cgroup");
	is_int(cgroupfs_open(dir, "/none", &other), -ENOENT, "a missing cgroup");
	is_int(cgroupfs_open(dir, "/a/memory.low", &other), -ENOTDIR, "a file");
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	is_int(cgroupfs_open(dir, path, &other), -ENAMETOOLONG, "a path that is too long");

	replace_cgroup("a", "2");
	b = cgroupfs_open(dir, "/a", &other);
	ok(b >= 0 && other != id, "another cgroup at the same path has another id");
	cgroupfs_write(a, LOW, 3);
	is_uint(low_of("a"), 2, "the first descriptor does not lead to it");
	close(a);
	close(b);
}

static void check_read(void)
{
	uint64_t value;
	int a;

	make_cgroup("a", "4096\n");
	a = open_a();
	is_int(cgroupfs_read(a, LOW, &value), 0, "read a number");
	is_uint(value, 4096, "its value");
	make_cgroup("a", "max\n");
	is_int(cgroupfs_read(a, LOW, &value), 0, "read max");
	ok(value == CGROUPFS_MAX, "max is a value of its own");
	make_cgroup("a", "x");
	is_int(cgroupfs_read(a, LOW, &value), -EBADMSG, "a file without a number");
	is_int(cgroupfs_read(a, "none", &value), -ENOENT, "a missing file");
	close(a);
}

static void check_read_key(void)
{
	uint64_t value;
	int a;

	make_cgroup("a", "0");
	a = open_a();
	put("a/" EVENTS, "low 1\nhigh 22\nmax 333\n");
	is_int(cgroupfs_read_key(a, EVENTS, "max", &value), 0, "read the value of a key");
	is_uint(value, 333, "from its own line");
	is_int(cgroupfs_read_key(a, EVENTS, "ma", &value), -ENODATA,
	       "the beginning of a key is not that key");
	close(a);
}

static void check_write(void)
{
	int a;

	make_cgroup("a", "123456789");
	a = open_a();
	is_int(cgroupfs_write(a, LOW, 4096), 0, "write a number");
	is_text(get("a/memory.low"), "4096", "the file holds it");
	is_int(cgroupfs_write(a, LOW, CGROUPFS_MAX), 0, "write max");
	is_text(get("a/memory.low"), "max", "the file holds it");
	is_int(cgroupfs_write(a, "none", 0), -ENOENT, "a missing file is not made");
	ok(!get("a/none"), "it is still missing");
	close(a);
}

/* The files of a cgroup that is being removed can still be opened */
static void check_removal(void)
{
	uint64_t value;
	int a;

	make_cgroup("a", "0");
	a = open_a();
	file_error = ENODEV;
	is_int(cgroupfs_read(a, LOW, &value), -ENOENT, "read during removal");
	is_int(cgroupfs_write(a, LOW, 0), -ENOENT, "write during removal");
	file_error = EACCES;
	is_int(cgroupfs_read(a, LOW, &value), -EACCES, "read without permission");
	is_int(cgroupfs_write(a, LOW, 0), -EACCES, "write without permission");
	file_error = 0;
	close(a);
}

static void check_memory(void)
{
	struct cgroupfs_memory m;
	int a;

	make_cgroup("a", "0");
	a = open_a();
	put("a/memory.current", "1000\n");
	put("a/memory.max", "3000\n");
	put("a/memory.high", "max\n");
	put("a/" EVENTS, "low 1\nhigh 20\nmax 300\noom 4000\n");
	is_int(cgroupfs_read_memory(a, &m), 0, "read memory and limits");
	is_uint(m.current, 1000, "memory.current");
	is_uint(m.limit, 3000, "the limit is memory.max");
	is_uint(m.limit_hits, 320, "hits of both limits");
	is_uint(m.breaches, 1, "reclaim below memory.low");
	put("a/memory.high", "2000\n");
	cgroupfs_read_memory(a, &m);
	is_uint(m.limit, 2000, "or memory.high, if that is less");
	unlink(in_dir("a/memory.high"));
	is_int(cgroupfs_read_memory(a, &m), -ENOENT, "a cgroup without memory.high");
	close(a);
}

static void check_paths(void)
{
	ok(cgroupfs_path_valid("/a.b/c..d/..."), "dots within a name are valid");
	ok(!cgroupfs_path_valid("/a/"), "a trailing slash is not");
	ok(!cgroupfs_path_valid(""), "nor is an empty path");
	ok(!cgroupfs_path_valid("/a/../b"), "nor '..'");
	ok(!cgroupfs_path_valid("/."), "nor '.'");
}

int main(void)
{
	make_dir();
	check_open();
	check_read();
	check_read_key();
	check_write();
	check_removal();
	check_memory();
	check_paths();
	remove_dir();
	return tap_done();
}
