// SPDX-License-Identifier: GPL-2.0
/*
 * Check the interval of the extra memory while a cgroup is young
 *
 * Random pages of a file are read, and a part of it fits into the cgroup. All pages are alike,
 * so with m pages absent each read misses with probability m / pages of the file, and memory
 * for 90 % of the absent pages saves 90 % of the refaults, whatever the LRU keeps. At each
 * age that memory must be inside the interval, or beyond the horizon. Ages are evictions.
 *
 * HEADROOM_CURVE_SEEDS is the number of runs, each with other random pages.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "workload.h"

#define FILE_NAME	SCRATCH "/young"
#define FILE_PAGES	(90 * MIB / PAGE)
#define PAGE		4096L
#define SHARE		0.9
/* Reads between two looks at the clock */
#define READS		1024

/*
 * Those of about 5, 10, 30, 50 and 120 seconds of reads from a disk in a virtual machine. The file
 * is a hole, so that its reads take less.
 */
static const uint64_t ages[] = { 2800, 5600, 17000, 30000, 68000 };

#define NR_AGES		(sizeof(ages) / sizeof(ages[0]))

/* The reader makes READS reads for each byte that it gets, and then sends one back */
struct reader {
	uint64_t seed;
	int go[2], done[2];
};

static int read_random_pages(void *arg)
{
	struct reader *reader = arg;
	unsigned short state[3] = { reader->seed, reader->seed >> 16, 0x330e };
	int fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);
	static char buf[PAGE];
	char byte;

	close(reader->go[1]);
	if (fd < 0 || pin_to_cpu(0, 0) || posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		return 1;
	while (read(reader->go[0], &byte, 1) == 1) {
		for (int i = 0; i < READS; i++)
			if (pread(fd, buf, PAGE, nrand48(state) % FILE_PAGES * PAGE) != PAGE)
				return 1;
		if (write(reader->done[1], &byte, 1) != 1)
			return 1;
	}
	return 0;
}

FIXTURE(curve)
{
	struct headroom_cgroup *cg;
	struct reader reader;
	pid_t pid;
};

FIXTURE_SETUP(curve)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, create_hole(FILE_NAME, FILE_PAGES * PAGE));
}

FIXTURE_TEARDOWN(curve)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	unlink(FILE_NAME);
}

/* A cgroup without a past, in which nothing of the file is in memory */
static bool begin(FIXTURE_DATA(curve) *self, uint64_t seed)
{
	cgroup_cleanup();
	if (drop_caches() || module_reload("table_entries=1048576") || cgroup_setup() ||
	    cgroup_create_limited("a", "51M") || pipe2(self->reader.go, O_CLOEXEC) ||
	    pipe2(self->reader.done, O_CLOEXEC))
		return false;
	self->reader.seed = seed;
	self->pid = cgroup_start("a", read_random_pages, &self->reader);
	close(self->reader.go[0]);
	close(self->reader.done[1]);
	return self->pid > 0;
}

static bool end(FIXTURE_DATA(curve) *self)
{
	close(self->reader.go[1]);
	close(self->reader.done[0]);
	return !wait_child(self->pid);
}

static bool grow_older(FIXTURE_DATA(curve) *self, uint64_t age)
{
	char byte = 0;

	do {
		if (write(self->reader.go[1], &byte, 1) != 1 ||
		    read(self->reader.done[0], &byte, 1) != 1 || module_update(&self->cg, "a"))
			return false;
	} while (self->cg->local.evictions < age);
	return true;
}

struct young {
	double horizon;		/* as memory, pages */
	struct headroom_extra extra;
};

static bool estimate(const struct headroom_cgroup *cg, struct young *young)
{
	const struct headroom_pool pool = {
		.distance = &cg->local.refault_distance,
		.evictions = cg->local.evictions, .clock = cg->local.evictions,
	};
	struct headroom_curve curve;

	if (headroom_curve_build(&pool, &curve))
		return false;
	young->extra = headroom_curve_extra(&curve, SHARE);
	young->horizon = curve.point[curve.nr - 1].pages;
	headroom_curve_clear(&curve);
	return true;
}

TEST_F_TIMEOUT(curve, young, 7200)
{
	const char *wanted = getenv("HEADROOM_CURVE_SEEDS");
	int seeds = wanted ? atoi(wanted) : 3, right[NR_AGES] = { 0 };
	struct young young;
	double truth;

	for (int seed = 1; seed <= seeds; seed++) {
		ASSERT_TRUE(begin(self, seed));
		for (size_t i = 0; i < NR_AGES; i++) {
			ASSERT_TRUE(grow_older(self, ages[i]));
			ASSERT_TRUE(estimate(self->cg, &young));
			truth = SHARE * absent_pages(FILE_NAME);
			right[i] += (young.extra.low <= truth && truth <= young.extra.high) ||
				    truth > young.horizon;
			TH_LOG("%" PRIu64 " evictions, %" PRIu64 " refaults: %.0f pages, %.0f to %.0f, horizon %.0f; true %.0f",
			       self->cg->local.evictions, self->cg->local.refaults,
			       young.extra.value, young.extra.low, young.extra.high,
			       young.horizon, truth);
		}
		/* The oldest says something about its own truth, and not only that it is far */
		EXPECT_LT(truth, young.horizon);
		EXPECT_GT(0.15 * truth, young.extra.high - young.extra.low);
		ASSERT_TRUE(end(self));
	}
	for (size_t i = 0; i < NR_AGES; i++) {
		TH_LOG("after %" PRIu64 " evictions: %d of %d", ages[i], right[i], seeds);
		EXPECT_LE(seeds - (seeds < 10 ? 1 : seeds / 10), right[i]);
	}
}

TEST_HARNESS_MAIN
