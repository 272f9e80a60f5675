// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "workload.h"

static void path_of(char *path, size_t size, const char *name, const char *file)
{
	snprintf(path, size, "%s%s%s%s%s", CGROUP_TEST, *name ? "/" : "", name,
		 file ? "/" : "", file ? file : "");
}

static int complain(const char *what, const char *path)
{
	fprintf(stderr, "# cannot %s %s: %s\n", what, path, strerror(errno));
	return -1;
}

static int write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return complain("open", path);
	n = write(fd, value, strlen(value));
	if (n < 0)
		complain("write to", path);
	close(fd);
	return n < 0 ? -1 : 0;
}

int cgroup_setup(void)
{
	if (write_file(CGROUP_ROOT "/cgroup.subtree_control", "+memory"))
		return -1;
	cgroup_cleanup();
	if (mkdir(CGROUP_TEST, 0755) && errno != EEXIST)
		return complain("create", CGROUP_TEST);
	return write_file(CGROUP_TEST "/cgroup.subtree_control", "+memory");
}

static int enable(const char *controller)
{
	return write_file(CGROUP_ROOT "/cgroup.subtree_control", controller) ||
	       write_file(CGROUP_TEST "/cgroup.subtree_control", controller) ? -1 : 0;
}

int cgroup_enable_io(void)
{
	return enable("+io");
}

int cgroup_enable_cpu(void)
{
	return enable("+cpu");
}

void cgroup_cleanup(void)
{
	if (access(CGROUP_TEST, F_OK))
		return;
	write_file(CGROUP_TEST "/cgroup.kill", "1");
	if (system("for i in $(seq 100); do "
		   "find " CGROUP_TEST " -depth -type d -exec rmdir {} + 2>/dev/null;"
		   "[ -d " CGROUP_TEST " ] || exit 0; sleep 0.1; done; exit 1"))
		fprintf(stderr, "# cannot remove %s\n", CGROUP_TEST);
}

int cgroup_create(const char *name)
{
	char path[256];

	path_of(path, sizeof(path), name, NULL);
	return mkdir(path, 0755) ? complain("create", path) : 0;
}

int cgroup_create_parent(const char *name)
{
	return cgroup_create(name) || cgroup_write(name, "cgroup.subtree_control", "+memory") ?
	       -1 : 0;
}

int cgroup_create_limited(const char *name, const char *limit)
{
	return cgroup_create(name) || cgroup_write(name, "memory.max", limit) ? -1 : 0;
}

/* A cgroup is busy until the kernel has finished the exit of its last task */
int cgroup_remove(const char *name)
{
	char path[256];
	int i;

	path_of(path, sizeof(path), name, NULL);
	for (i = 0; i < 1000; i++) {
		if (!rmdir(path))
			return 0;
		if (errno != EBUSY)
			break;
		usleep(10000);
	}
	return complain("remove", path);
}

static int for_each_numbered(const char *prefix, int nr, int (*call)(const char *name))
{
	char name[64];
	int i;

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "%s%d", prefix, i);
		if (call(name))
			return -1;
	}
	return 0;
}

int cgroup_create_numbered(const char *prefix, int nr)
{
	return for_each_numbered(prefix, nr, cgroup_create);
}

int cgroup_remove_numbered(const char *prefix, int nr)
{
	return for_each_numbered(prefix, nr, cgroup_remove);
}

int cgroup_write(const char *name, const char *file, const char *value)
{
	char path[256];

	path_of(path, sizeof(path), name, file);
	return write_file(path, value);
}

int cgroup_enter(const char *name)
{
	return cgroup_write(name, "cgroup.procs", "0");
}

int64_t cgroup_read(const char *name, const char *file, const char *key)
{
	char path[256], line[256];
	int64_t value = -1;
	FILE *f;

	path_of(path, sizeof(path), name, file);
	f = fopen(path, "re");
	if (!f)
		return complain("open", path);
	while (fgets(line, sizeof(line), f)) {
		size_t n = key ? strlen(key) : 0;

		if (key && (strncmp(line, key, n) || line[n] != ' '))
			continue;
		value = strtoll(line + n, NULL, 10);
		break;
	}
	fclose(f);
	return value;
}

int64_t cgroup_pressure(const char *name, const char *which)
{
	char path[256], line[256];
	int64_t value = -1;
	FILE *f;

	path_of(path, sizeof(path), name, "memory.pressure");
	f = fopen(path, "re");
	if (!f)
		return complain("open", path);
	while (fgets(line, sizeof(line), f)) {
		const char *total = strstr(line, "total=");

		if (!strncmp(line, which, strlen(which)) && total)
			value = strtoll(total + 6, NULL, 10) * 1000;
	}
	fclose(f);
	return value;
}

struct steal {
	const char *name;
	int64_t awaited, pages;
};

static bool has_reached(void *arg)
{
	struct steal *steal = arg;

	steal->pages = cgroup_read(steal->name, "memory.stat", "pgsteal");
	return steal->pages < 0 || steal->pages >= steal->awaited;
}

int64_t cgroup_pgsteal(const char *name, int64_t awaited)
{
	struct steal steal = { .name = name, .awaited = awaited };

	wait_until(has_reached, &steal, 60);
	return steal.pages;
}

static bool all_freed(void *unused)
{
	return !cgroup_read("", "cgroup.stat", "nr_dying_descendants");
}

int cgroup_wait_freed(void)
{
	if (wait_until(all_freed, NULL, 240))
		return 0;
	fprintf(stderr, "# the kernel has not freed all removed cgroups within four minutes\n");
	return -1;
}

uint64_t cgroup_id(const char *name)
{
	char path[256];
	struct stat st;

	path_of(path, sizeof(path), name, NULL);
	return stat(path, &st) ? 0 : st.st_ino;
}

pid_t cgroup_start(const char *name, int (*work)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	alarm(0);
	_exit(cgroup_enter(name) ? 99 : work(arg));
}

int wait_child(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void end_child(pid_t pid)
{
	if (pid > 0 && !kill(pid, SIGKILL))
		waitpid(pid, NULL, 0);
}

int cgroup_apply(void *arg)
{
	const struct cgroup_setting *setting = arg;

	return cgroup_write(setting->cgroup, setting->file, setting->value) ? 1 : 0;
}

int cgroup_run(const char *name, int (*work)(void *arg), void *arg)
{
	return wait_child(cgroup_start(name, work, arg));
}
