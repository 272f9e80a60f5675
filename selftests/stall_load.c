// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "stall_load.h"
#include "workload.h"

#define PAGE	4096

/*
 * Five times: the second use makes a page active, and MGLRU counts a file that is read
 * as working set only if it is read often.
 */
static int read_often(int fd, size_t size)
{
	char buf[PAGE];
	size_t at;
	int i;

	for (i = 0; i < 5; i++)
		for (at = 0; at < size; at += PAGE)
			if (pread(fd, buf, PAGE, at) != PAGE)
				return -1;
	return 0;
}

int use_in_rounds(void *arg)
{
	const struct rounds_job *job = arg;
	volatile char *p = NULL;
	int fd = -1, i;
	char token = 0;
	size_t at;

	/* While this end is open, read() would not return when the other process closes its own */
	close(job->evicted[1]);
	if (pin_to_cpu(0, 0))
		return 1;
	if (job->path) {
		fd = open(job->path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return 1;
	}
	if (!job->read) {
		p = mmap(NULL, job->size, job->path ? PROT_READ : PROT_READ | PROT_WRITE,
			 job->path ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd, 0);
		if (p == MAP_FAILED)
			return 1;
		madvise((void *)p, job->size, MADV_NOHUGEPAGE);
	} else if (posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM)) {
		return 1;
	}
	for (i = 0; i < job->rounds; i++) {
		if (job->read && read_often(fd, job->size))
			return 1;
		for (at = 0; p && at < job->size; at += PAGE)
			if (job->path)
				(void)p[at];
			else
				p[at + i] = at / PAGE % 255 + 1;
		if (write(job->used[1], &token, 1) != 1)
			return 1;
		/* The other process has enough */
		if (read(job->evicted[0], &token, 1) != 1)
			break;
	}
	return 0;
}

int evict_in_rounds(struct rounds_job *job, const char *cgroup, const char *amount,
		    const char *io_max, bool (*enough)(void))
{
	char path[128], token = 0;
	int i, fd;

	snprintf(path, sizeof(path), CGROUP_TEST "/%s/memory.reclaim", cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	for (i = 0; i < job->rounds; i++) {
		if (read(job->used[0], &token, 1) != 1 || enough())
			break;
		if (!i && cgroup_write(cgroup, "io.max", io_max))
			break;
		/* It may evict less than asked, since the pages were just used */
		if (write(fd, amount, strlen(amount)) < 0)
			fprintf(stderr, "# cannot reclaim %s from %s in round %d: %m\n", amount,
				cgroup, i);
		if (write(job->evicted[1], &token, 1) != 1)
			break;
	}
	close(fd);
	close(job->evicted[1]);
	return i == job->rounds || enough() ? 0 : -1;
}

int touch_at_random(void *arg)
{
	const struct random_job *job = arg;
	unsigned short state[3] = { 1, 2, 3 };
	volatile char *p;
	long i;

	p = map_memory(job->size);
	if (!p)
		return 1;
	fill_memory(p, job->size);
	for (i = 0; i < job->touches; i++)
		p[(size_t)(erand48(state) * (job->part / PAGE)) * PAGE + i % PAGE] = i;
	return 0;
}

int touch_and_rest(void *unused)
{
	volatile char *p = map_memory(MIB);
	size_t at;

	if (!p)
		return 1;
	for (;; usleep(10000))
		for (at = 0; at < MIB; at += PAGE)
			p[at]++;
}

static int fork_crowd(void *arg)
{
	const struct crowd *crowd = arg;
	int start[2], i;
	char none;

	if (pipe(start))
		return 1;
	for (i = 0; i < crowd->nr; i++) {
		pid_t pid = fork();

		/*
		 * A task that works, or only polls, while others are forked would slow that
		 * down. So each sleeps until the last end for writing is closed.
		 */
		if (!pid) {
			close(start[1]);
			_exit(read(start[0], &none, 1) ? 1 : crowd->work(NULL));
		}
		crowd->pid[i] = pid;
	}
	close(start[0]);
	close(start[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}

static bool crowd_is_complete(void *arg)
{
	const struct crowd *crowd = arg;

	return crowd->pid[crowd->nr - 1];
}

int crowd_start(struct crowd *crowd, const char *cgroup)
{
	crowd->pid = (pid_t *)shared_counter();
	if (!crowd->pid)
		return -1;
	crowd->first = cgroup_start(cgroup, fork_crowd, crowd);
	return crowd->first > 0 && wait_until(crowd_is_complete, crowd, 240) ? 0 : -1;
}

int crowd_end(struct crowd *crowd)
{
	int i;

	for (i = 0; i < crowd->nr; i++)
		if (crowd->pid[i] > 0)
			kill(crowd->pid[i], SIGKILL);
	return wait_child(crowd->first);
}

const char *disk_number(const char *path)
{
	static char number[32];
	struct stat st;
	dev_t dev;

	*number = 0;
	if (stat(path, &st))
		return number;
	dev = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;
	snprintf(number, sizeof(number), "%u:%u", major(dev), minor(dev));
	return number;
}

int scratch_readahead(int kib)
{
	char path[128];
	int old = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/dev/block/%s/queue/read_ahead_kb",
		 disk_number(SCRATCH));
	f = fopen(path, "r+e");
	if (!f)
		return -1;
	if (fscanf(f, "%d", &old) != 1)
		old = -1;
	rewind(f);
	fprintf(f, "%d\n", kib);
	return fclose(f) ? -1 : old;
}

pid_t find_kswapd(void)
{
	struct dirent *entry;
	pid_t found = -1;
	DIR *proc = opendir("/proc");

	while (proc && (entry = readdir(proc))) {
		char path[300], name[32] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(name, sizeof(name), f) && !strcmp(name, "kswapd0\n"))
			found = atoi(entry->d_name);
		fclose(f);
	}
	if (proc)
		closedir(proc);
	return found;
}

int starve_kswapd(void)
{
	pid_t kswapd = find_kswapd();

	return pin_to_cpu(kswapd, 0) || pin_to_cpu(0, 0) ||
	       setpriority(PRIO_PROCESS, kswapd, 19) || setpriority(PRIO_PROCESS, 0, -20) ?
	       -1 : 0;
}

int restore_kswapd(void)
{
	pid_t kswapd = find_kswapd();
	cpu_set_t cpus;

	memset(&cpus, 0xff, sizeof(cpus));
	return sched_setaffinity(kswapd, sizeof(cpus), &cpus) ||
	       setpriority(PRIO_PROCESS, kswapd, 0) ? -1 : 0;
}

/* Its own code is locked in memory, so that it never has to be read again */
int take_memory(void *arg)
{
	const struct short_job *job = arg;
	size_t taken;
	long before;

	if (starve_kswapd() || mlockall(MCL_CURRENT))
		return 1;
	before = vmstat("pgsteal_direct");
	for (taken = 0; taken < job->most; taken += MIB) {
		void *p = map_memory(MIB);

		if (!p)
			return 1;
		fill_memory(p, MIB);
		if (vmstat("pgsteal_direct") - before >= job->enough)
			return 0;
	}
	return 2;
}

int hold_memory(void *arg)
{
	const struct hold_job *job = arg;
	size_t size, at;
	char token = 0;
	char *p;

	size = vmstat("nr_free_pages") * PAGE;
	if (size <= job->leave)
		return 1;
	size = (size - job->leave) / MIB * MIB;
	p = map_memory(size);
	if (!p)
		return 1;
	if (!job->holes && mlock(p, size))
		return 1;
	for (at = 0; at < size; at += PAGE)
		p[at] = 1;
	for (at = 0; job->holes && at < size; at += 8 * PAGE)
		if (madvise(p + at + PAGE, 7 * PAGE, MADV_DONTNEED))
			return 1;
	if (write(job->done[1], &token, 1) != 1)
		return 1;
	for (;;)
		pause();
}

int work_behind_gate(void *arg)
{
	const struct gate_job *job = arg;
	char token;

	return read(job->go[0], &token, 1) == 1 ? job->work(job->arg) : 1;
}
