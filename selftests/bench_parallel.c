// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bench_parallel
 *
 * Stream through reclaim on all CPUs at once, with a reader pinned to each, for
 * scripts/bench:
 *
 *	parallel.same VALUE	all readers in one cgroup, whose counters they share
 *	parallel.own VALUE	each reader in a cgroup of its own
 *
 * VALUE is instructions per page. A virtual machine that executes one instruction each
 * nanosecond (scripts/vm --icount) runs its CPUs in turns, so the clock counts the
 * instructions while all CPUs are busy. Waiting for a cache line that another CPU holds
 * takes no instructions; retries and spinning do.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "swap.h"
#include "workload.h"

#define PAGE		4096
#define MAX_CPUS	16
#define LIMIT_BYTES	(64 * MIB)
#define FILE_BYTES	(192 * MIB)
#define ROUNDS		3

static struct {
	int cpus;
	atomic_int ready;
	atomic_int failed;
	int64_t begin[MAX_CPUS];
	int64_t end[MAX_CPUS];
} *all;

static void file_name(char *name, size_t size, int cpu)
{
	snprintf(name, size, SCRATCH "/parallel%d", cpu);
}

static int read_range(int fd, off_t from, off_t to)
{
	static char buf[128 * 1024];
	ssize_t n;

	for (; from < to; from += n) {
		n = pread(fd, buf, sizeof(buf), from);
		if (n <= 0)
			return -1;
	}
	return 0;
}

/* Fills its share of the memory, waits for the other readers, then evicts a page per read */
static int reader(void *arg)
{
	int cpu = *(int *)arg, cpus = all->cpus, fd, err;
	char name[64];

	file_name(name, sizeof(name), cpu);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	err = pin_to_cpu(0, cpu) || fd < 0 ||
	      read_range(fd, 0, LIMIT_BYTES / cpus);
	if (err)
		atomic_fetch_add(&all->failed, 1);
	atomic_fetch_add(&all->ready, 1);
	while (atomic_load(&all->ready) < cpus)
		sched_yield();
	all->begin[cpu] = monotonic_ns();
	err = err || read_range(fd, LIMIT_BYTES / cpus, FILE_BYTES / cpus) ||
	      read_range(fd, 0, FILE_BYTES / cpus);
	all->end[cpu] = monotonic_ns();
	return err ? 1 : 0;
}

static int make_cgroup(int cpu, bool same)
{
	char name[32], limit[32];

	snprintf(name, sizeof(name), "p%d", cpu);
	snprintf(limit, sizeof(limit), "%lld", LIMIT_BYTES / (same ? 1LL : all->cpus));
	return cgroup_create_limited(name, limit);
}

/* Returns instructions per page, or a negative number */
static double run(bool same)
{
	int64_t begin = INT64_MAX, end = 0;
	int cpu[MAX_CPUS], i, err = 0;
	pid_t pid[MAX_CPUS];
	char name[64];

	all->ready = 0;
	all->failed = 0;
	for (i = 0; i < all->cpus; i++) {
		cpu[i] = i;
		file_name(name, sizeof(name), i);
		if (create_hole(name, FILE_BYTES / all->cpus) ||
		    ((!same || !i) && make_cgroup(i, same)))
			return -1;
	}
	for (i = 0; i < all->cpus; i++) {
		snprintf(name, sizeof(name), "p%d", same ? 0 : i);
		pid[i] = cgroup_start(name, reader, &cpu[i]);
	}
	for (i = 0; i < all->cpus; i++) {
		err |= wait_child(pid[i]);
		begin = all->begin[i] < begin ? all->begin[i] : begin;
		end = all->end[i] > end ? all->end[i] : end;
	}
	for (i = 0; i < all->cpus; i++) {
		file_name(name, sizeof(name), i);
		unlink(name);
		snprintf(name, sizeof(name), "p%d", i);
		if (!same || !i)
			err |= cgroup_remove(name);
	}
	if (err || all->failed)
		return -1;
	return (double)(end - begin) * PAGE / (2 * FILE_BYTES - LIMIT_BYTES);
}

static int measure(const char *name, bool same)
{
	double value[ROUNDS], least = 1e18;

	for (int i = 0; i < ROUNDS; i++) {
		value[i] = run(same);
		if (value[i] < 0) {
			fprintf(stderr, "# cannot measure %s\n", name);
			return -1;
		}
		if (getenv("BENCH_VERBOSE"))
			printf("# %s %.2f\n", name, value[i]);
		/* The clock also counts the other tasks of the machine: use the least value */
		least = value[i] < least ? value[i] : least;
	}
	printf("%s %.2f\n", name, least);
	return 0;
}

int main(void)
{
	int err;

	all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		   -1, 0);
	if (all == MAP_FAILED || cgroup_setup() || swap_use(SWAP_NONE))
		return 1;
	all->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (all->cpus > MAX_CPUS)
		all->cpus = MAX_CPUS;
	err = measure("parallel.same", true) || measure("parallel.own", false);
	cgroup_cleanup();
	return err ? 1 : 0;
}
