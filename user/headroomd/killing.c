// SPDX-License-Identifier: GPL-2.0
/*
 * Kill a cgroup, and verify it
 *
 * cgroup.kill reaches all tasks, also those that are being forked. Processes are listed and opened
 * before, and their pidfds show which of them have ended. One that is forked in between dies as well,
 * without being listed. Success is a cgroup without tasks: a process that was moved out of it before
 * the kill, or whose number was reused, is not waited for and not reported as killed.
 *
 * The memory of a killed process is freed when its last thread exits, which may be waiting for a
 * lock or a disk. process_mrelease() frees it from here at once.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "dirs.h"
#include "field.h"
#include "killing.h"

/* Processes that are opened, and how long to wait until the cgroup has no task */
#define MOST_PROCESSES	256
#define TIMEOUT		(10 * NS_PER_S)
/* How long a process may take from leaving the cgroup until it has ended */
#define LAST_MOMENT	NS_PER_S
/* cgroups below, at most so many levels */
#define MOST_LEVELS	64
/* How much of the text to keep for what follows a list of pids */
#define RESERVED	96

/**
 * struct killed - the processes of a cgroup
 * @nr: number that are opened
 * @others: number that are not
 */
struct killed {
	size_t nr;
	size_t others;
	struct {
		pid_t pid;
		int fd;
		bool ended;
	} process[MOST_PROCESSES];
};

static void add_process(struct killed *k, pid_t pid)
{
	int fd = -1;

	if (k->nr < MOST_PROCESSES)
		fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0) {
		k->process[k->nr].pid = pid;
		k->process[k->nr].fd = fd;
		k->process[k->nr++].ended = false;
	} else if (k->nr == MOST_PROCESSES || errno != ESRCH) {
		/* One that has ended by now needs no killing */
		k->others++;
	}
}

static void list_procs(struct killed *k, int dir)
{
	int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	int pid;

	if (!f) {
		if (fd >= 0)
			close(fd);
		return;
	}
	/* Processes of another pid namespace are 0 */
	while (fscanf(f, "%d", &pid) == 1)
		if (pid > 0)
			add_process(k, pid);
	fclose(f);
}

static void list_tree(struct killed *k, int dir, int levels)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	list_procs(k, dir);
	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while (levels && (entry = readdir(d))) {
		int child;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child = openat(fd, entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (child < 0)
			continue;
		list_tree(k, child, levels - 1);
		close(child);
	}
	closedir(d);
}

/* Notes which processes have ended; returns whether all have */
static bool check_ended(struct killed *k)
{
	bool all = true;

	for (size_t i = 0; i < k->nr; i++) {
		struct pollfd poll_fd = { .fd = k->process[i].fd, .events = POLLIN };

		if (!k->process[i].ended)
			k->process[i].ended = poll(&poll_fd, 1, 0) > 0;
		all = all && k->process[i].ended;
	}
	return all;
}

/* Whether no task is left. A cgroup that was removed has none; one that cannot be read may. */
static bool is_empty(int dir)
{
	char text[256];
	ssize_t n = dirs_read(dir, "cgroup.events", text, sizeof(text) - 1);
	uint64_t populated;

	if (n < 0)
		return n == -ENOENT;
	text[n] = '\0';
	return field_key(text, "populated", &populated) && !populated;
}

static void release_memory(const struct killed *k)
{
	/* An error means that there is nothing to release: the process has ended, or shares it */
	for (size_t i = 0; i < k->nr; i++)
		if (!k->process[i].ended)
			syscall(SYS_process_mrelease, k->process[i].fd, 0);
}

static int wait_for_end(struct killed *k, int dir)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	uint64_t begin = clock_now(), emptied = 0;

	for (;;) {
		bool ended = check_ended(k);

		if (!emptied && is_empty(dir))
			emptied = clock_now();
		if (emptied && (ended || clock_now() - emptied > LAST_MOMENT))
			return 0;
		if (!emptied && clock_now() - begin > TIMEOUT)
			return -ETIMEDOUT;
		release_memory(k);
		nanosleep(&pause, NULL);
	}
}

/* Append the pids of processes that have ended, or that have not, as far as there is room */
static void print_pids(char *text, size_t size, const struct killed *k, bool ended, size_t others)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < k->nr; i++) {
		if (k->process[i].ended != ended)
			continue;
		if (n + RESERVED < size)
			n += snprintf(text + n, size - n, " %d", k->process[i].pid);
		else
			others++;
	}
	if (others && n < size)
		snprintf(text + n, size - n, " and %zu other%s", others, others == 1 ? "" : "s");
}

/* If the cgroup is empty, those that were not opened have ended as well */
static void describe(char *text, size_t size, const char *path, const struct killed *k, int err)
{
	size_t others = err ? 0 : k->others, ended = others;

	for (size_t i = 0; i < k->nr; i++)
		ended += k->process[i].ended;
	if (err && err != -ETIMEDOUT) {
		snprintf(text, size, "cannot kill %s: %s", path, err == -ENOENT ?
			 "it was removed" : strerror(-err));
		return;
	}
	snprintf(text, size, "killed %zu process%s of %s%s", ended, ended == 1 ? "" : "es", path,
		 ended ? ":" : "");
	print_pids(text, err ? size / 2 : size, k, true, others);
	if (!err)
		return;
	snprintf(text + strlen(text), size - strlen(text), "; after %d s it still has tasks:",
		 (int)(TIMEOUT / NS_PER_S));
	print_pids(text, size, k, false, k->others);
}

int killing_run(int dir, const char *path, char *text, size_t size)
{
	struct killed *k = calloc(1, sizeof(*k));
	int err;

	if (!k) {
		snprintf(text, size, "cannot kill %s: out of memory", path);
		return -ENOMEM;
	}
	list_tree(k, dir, MOST_LEVELS);
	err = dirs_write(dir, "cgroup.kill", "1");
	if (!err)
		err = wait_for_end(k, dir);
	describe(text, size, path, k, err);
	for (size_t i = 0; i < k->nr; i++)
		close(k->process[i].fd);
	free(k);
	return err;
}
