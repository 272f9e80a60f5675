// SPDX-License-Identifier: GPL-2.0
/*
 * Run a load that makes probes take long, for scripts/probe-times
 *
 * usage: probe_load CASE
 *
 *	deep	a cgroup 100 levels below the one whose limit its reads and its memory exceed
 *	crowd	200 tasks that wait for memory of one cgroup
 *	huge	memory in pages of 2 MiB that goes to swap and comes back, and a file that is
 *		read in pieces as large
 *	large	a file on XFS, in folios of up to 2 MiB: evicted and read again in folios as large,
 *		in single pages, and again in large folios; and overwritten
 *	churn	1,000 cgroups that come and go while another one is over its limit
 *	root	direct reclaim and kswapd: more memory than the machine has
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "stall_load.h"
#include "swap.h"
#include "workload.h"

#define DEPTH		100
#define TASKS		200
#define FILE_PATH	SCRATCH "/probe-load"
#define HUGE_PAGE	(2 * MIB)

static int use_file_and_memory(void *unused)
{
	struct read_job file = { .path = FILE_PATH, .passes = 2 };
	struct anon_job memory = { .size = 32 * MIB, .passes = 2, .cpu = 0 };

	return read_file(&file) || touch_memory(&memory);
}

static int run_deep(void)
{
	char name[2 * DEPTH + 8] = "t";
	int level;

	if (cgroup_create_parent(name) || cgroup_write(name, "memory.max", "24M"))
		return -1;
	for (level = 1; level < DEPTH; level++) {
		strcat(name, "/d");
		if (cgroup_create_parent(name))
			return -1;
	}
	strcat(name, "/e");
	return cgroup_create(name) || cgroup_run(name, use_file_and_memory, NULL) ? -1 : 0;
}

/* They need twice the limit */
static int run_crowd(void)
{
	struct crowd crowd = { .work = touch_and_rest, .nr = TASKS };

	if (cgroup_create_limited("crowd", "100M") || crowd_start(&crowd, "crowd"))
		return -1;
	sleep(5);
	return crowd_end(&crowd);
}

/* Reads in pieces so large that the kernel may use large folios */
static int read_in_large_pieces(void)
{
	char *buffer = malloc(4 * HUGE_PAGE);
	int fd = open(FILE_PATH, O_RDONLY | O_CLOEXEC), pass;
	ssize_t n = -1;

	for (pass = 0; buffer && fd >= 0 && pass < 2; pass++) {
		lseek(fd, 0, SEEK_SET);
		while ((n = read(fd, buffer, 4 * HUGE_PAGE)) > 0)
			;
	}
	close(fd);
	free(buffer);
	return n ? 1 : 0;
}

static int use_huge_pages(void *unused)
{
	size_t size = 128 * MIB, at;
	char *memory = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int pass;

	if (memory == MAP_FAILED)
		return 1;
	memory += HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE;
	if (madvise(memory, size, MADV_HUGEPAGE))
		return 1;
	for (pass = 1; pass <= 2; pass++)
		for (at = 0; at < size; at += 4096)
			memory[at] = pass;
	return read_in_large_pieces();
}

static int run_huge(void)
{
	return cgroup_create_limited("huge", "96M") ||
	       cgroup_run("huge", use_huge_pages, NULL) ? -1 : 0;
}

#define LARGE_MOUNT	"/run/probe-load"
#define LARGE_FILE	LARGE_MOUNT "/file"
#define LARGE_SIZE	(96 * MIB)

/* Writes whole pages to all of the file, which is not in memory */
static int overwrite_large(void)
{
	int fd = open(LARGE_FILE, O_WRONLY | O_CLOEXEC);
	void *buffer = calloc(1, 2 * HUGE_PAGE);
	off_t at;
	int err = fd < 0 || !buffer;

	for (at = 0; !err && at < LARGE_SIZE; at += 2 * HUGE_PAGE)
		err = pwrite(fd, buffer, 2 * HUGE_PAGE, at) != 2 * HUGE_PAGE;
	close(fd);
	free(buffer);
	return err;
}

static int use_large_file(void *unused)
{
	struct read_job large = { .path = LARGE_FILE, .passes = 3 };
	struct read_job small = { .path = LARGE_FILE, .random = 30000, .seed = 1 };

	return read_file(&large) || read_file(&small) || read_file(&large) || overwrite_large();
}

/* A disk in memory, whose readahead is large enough */
static int run_large(void)
{
	int err = system("modprobe brd rd_nr=1 rd_size=409600 && modprobe xfs && mkdir -p " LARGE_MOUNT " && "
			 "mkfs.xfs -q -f /dev/ram0 && mount /dev/ram0 " LARGE_MOUNT " && "
			 "echo 4096 >/sys/block/ram0/bdi/read_ahead_kb") ||
		  create_file(LARGE_FILE, LARGE_SIZE) || cgroup_create_limited("large", "48M") ||
		  cgroup_run("large", use_large_file, NULL);

	return system("umount " LARGE_MOUNT " && rmmod brd") || err ? -1 : 0;
}

static int run_churn(void)
{
	pid_t pid;
	int i;

	if (cgroup_create_limited("over", "24M"))
		return -1;
	pid = cgroup_start("over", use_file_and_memory, NULL);
	for (i = 0; i < 10; i++)
		if (cgroup_create_numbered("c", 100) || cgroup_remove_numbered("c", 100))
			return -1;
	return wait_child(pid);
}

static int run_root(void)
{
	struct anon_job memory = { .size = 2200 * MIB, .passes = 1, .cpu = 0 };

	return cgroup_create("all") || cgroup_run("all", touch_memory, &memory) ? -1 : 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} cases[] = {
	{ "deep", run_deep },
	{ "crowd", run_crowd },
	{ "huge", run_huge },
	{ "large", run_large },
	{ "churn", run_churn },
	{ "root", run_root },
};

int main(int argc, char **argv)
{
	unsigned int i;
	int err = -1;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (argc != 2 || strcmp(argv[1], cases[i].name))
			continue;
		if (!cgroup_setup() && !create_file(FILE_PATH, 48 * MIB))
			err = cases[i].run();
		cgroup_cleanup();
		unlink(FILE_PATH);
		return err ? 1 : 0;
	}
	fprintf(stderr, "usage: probe_load deep|crowd|huge|large|churn|root\n");
	return 2;
}
