// SPDX-License-Identifier: GPL-2.0
/*
 * usage: curve_load WORKLOAD LIMIT
 *
 * Run a workload in a cgroup with a limit of LIMIT MiB, and print the misses that the disk
 * served and those that Headroom predicts for more memory, for scripts/curve-table:
 *
 *	misses RATIO
 *	PERCENT RATIO	for a limit that is PERCENT larger
 *
 * RATIO is a share of the reads in the measured part. A read is of one page, without
 * readahead, on one CPU. Before the measured part the workload reads the whole file once,
 * and then makes as many reads as will be measured.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "module.h"
#include "workload.h"

#define FILE_NAME	SCRATCH "/curve"
#define PAGE		4096
#define READS		122880

struct load {
	const char *name;
	long pages;		/* size of the file */
	long random;		/* the first pages of it, which are read at random */
	double zipf;		/* exponent: 0 is uniform */
};

/* The other pages are read in a loop; with both kinds, reads alternate between them */
static const struct load loads[] = {
	{ .name = "uniform", .pages = 24576, .random = 24576 },
	{ .name = "zipf-0.8", .pages = 24576, .random = 24576, .zipf = 0.8 },
	{ .name = "zipf-1.1", .pages = 24576, .random = 24576, .zipf = 1.1 },
	{ .name = "loop", .pages = 20480 },
	{ .name = "mixed", .pages = 24576, .random = 12288, .zipf = 0.8 },
};

static const int more[] = { 25, 50, 100 };

/* Pipes: the child is warm; the parent says go */
static int warm[2], go[2];
static int64_t *misses;

/* Cumulative probability of each page, the most popular first */
static double *popularity(const struct load *load)
{
	double *sum = calloc(load->random + 1, sizeof(*sum)), all = 0;

	for (long i = 0; sum && i < load->random; i++)
		sum[i] = all += pow(i + 1, -load->zipf);
	for (long i = 0; sum && i < load->random; i++)
		sum[i] /= all;
	return sum;
}

/* Ranks are scattered over the file: the factor is coprime to the number of pages */
static long random_page(const struct load *load, const double *sum, unsigned short *state)
{
	double at = erand48(state);
	long low = 0, high = load->random - 1;

	while (low < high) {
		long middle = (low + high) / 2;

		if (sum[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low * 10007 % load->random;
}

static int read_pages(const struct load *load, int fd, const double *sum, long nr,
		      unsigned short *state)
{
	long looped = load->pages - load->random, step = looped && load->random ? 2 : 1;
	static char buf[PAGE];

	for (long i = 0; i < nr; i++) {
		long page = i % load->pages;

		if (sum && load->random && (!looped || i % 2))
			page = random_page(load, sum, state);
		else if (sum)
			page = load->random + i / step % looped;
		if (pread(fd, buf, PAGE, page * PAGE) != PAGE)
			return -1;
	}
	return 0;
}

static int run_load(void *arg)
{
	const struct load *load = arg;
	/* Whole passes, so that the measured part starts where the warm-up ends */
	long nr = READS / load->pages * load->pages;
	unsigned short state[3] = { 1, 0, 0x330e };
	double *sum = popularity(load);
	int fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);
	int64_t before;
	char byte = 0;

	if (fd < 0 || !sum || pin_to_cpu(0, 0) || posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM) ||
	    read_pages(load, fd, NULL, load->pages, state) ||
	    read_pages(load, fd, sum, nr, state))
		return 1;
	if (write(warm[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
		return 1;
	before = disk_pages();
	if (read_pages(load, fd, sum, nr, state))
		return 1;
	misses[0] = disk_pages() - before;
	misses[1] = nr;
	return 0;
}

static int predict(const struct headroom_cgroup *now, const struct headroom_cgroup *before,
		   long limit)
{
	double reads = misses[1], left;
	struct headroom_curve curve;
	struct headroom_stats delta;
	struct headroom_pool pool = {
		.distance = &delta.refault_distance, .clock = now->local.evictions,
	};

	if (headroom_stats_delta(&now->local, &before->local, &delta))
		return -1;
	pool.evictions = delta.evictions;
	if (headroom_curve_build(&pool, &curve))
		return -1;
	printf("misses %.4f\n", misses[0] / reads);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		/* The curve is that of an old pool, which has more refaults than there were misses */
		left = headroom_curve_at(&curve, limit * MIB / PAGE * more[i] / 100).refaults /
		       curve.point[0].refaults;
		printf("%d %.4f\n", more[i], misses[0] * left / reads);
	}
	if (getenv("CURVE_LOAD_VERBOSE")) {
		printf("# evictions %" PRIu64 " of %" PRIu64 ", refaults %" PRIu64 "\n",
		       delta.evictions, now->local.evictions, delta.refaults);
		for (size_t i = 0; i < delta.refault_distance.nr; i++)
			printf("# %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			       delta.refault_distance.bucket[i].low,
			       delta.refault_distance.bucket[i].high,
			       delta.refault_distance.bucket[i].count);
	}
	headroom_curve_clear(&curve);
	headroom_stats_clear(&delta);
	return 0;
}

static int measure(const struct load *load, long limit)
{
	struct headroom_cgroup *before, *now;
	char byte = 0, max[32];
	pid_t pid;

	snprintf(max, sizeof(max), "%ldM", limit);
	if (cgroup_setup() || cgroup_create_limited("curve", max) ||
	    pipe(warm) || pipe(go))
		return -1;
	pid = cgroup_start("curve", run_load, (void *)load);
	close(warm[1]);
	if (read(warm[0], &byte, 1) != 1)
		return -1;
	before = module_read("curve");
	if (write(go[1], &byte, 1) != 1 || wait_child(pid))
		return -1;
	now = module_read("curve");
	return before && now ? predict(now, before, limit) : -1;
}

int main(int argc, char **argv)
{
	int err = -1;

	for (size_t i = 0; argc == 3 && i < sizeof(loads) / sizeof(loads[0]); i++) {
		if (strcmp(argv[1], loads[i].name))
			continue;
		misses = shared_counter();
		err = create_file(FILE_NAME, loads[i].pages * PAGE) || !misses ||
		      module_reload("table_entries=1048576") ||
		      measure(&loads[i], strtol(argv[2], NULL, 10));
		cgroup_cleanup();
		module_unload();
		unlink(FILE_NAME);
		return err ? 1 : 0;
	}
	fputs("usage: curve_load uniform|zipf-0.8|zipf-1.1|loop|mixed LIMIT\n", stderr);
	return 2;
}
