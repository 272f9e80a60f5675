// SPDX-License-Identifier: GPL-2.0
/*
 * Check that evicted pages which are overwritten do not count as refaults, with loads whose
 * true count is known: from the size of the file, from the pages in memory at the end, and from
 * the pages that the disk served.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "workload.h"

#define FILE_A		SCRATCH "/a"
#define SIZE		(48 * MIB)
#define PAGE		4096
#define PAGES(bytes)	((int64_t)((bytes) / PAGE))

/**
 * struct write_job - write to a file at regular places, on one CPU
 * @from: the first byte
 * @step: distance between two writes; 0: a single one
 * @length: bytes of each
 * @passes: from the begin to the end of the file
 * @pages: result, shared with the child: pages that came from the disk
 */
struct write_job {
	off_t from;
	off_t step;
	size_t length;
	int passes;
	int64_t *pages;
};

/*
 * Write back what is dirty, whenever a MiB of the file is complete. MGLRU in 6.12 does not wait
 * for writeback, and the kernel kills a task whose cgroup has nothing but dirty pages.
 */
static int clean(int fd, off_t from, off_t to)
{
	if (from / MIB == to / MIB)
		return 0;
	return sync_file_range(fd, 0, to, SYNC_FILE_RANGE_WRITE_AND_WAIT);
}

static int write_file(void *arg)
{
	const struct write_job *job = arg;
	int64_t before = disk_pages();
	int fd = open(FILE_A, O_WRONLY | O_CLOEXEC);
	void *data = malloc(job->length);
	int i, err = fd < 0 || !data || pin_to_cpu(0, 0);
	off_t at;

	/*
	 * The kernel tries again if a page of the data is in swap. Until then it can evict the pages
	 * of the file, which are overwritten once more.
	 */
	if (data && mlock(data, job->length))
		err = 1;
	if (data)
		memset(data, 0x5a, job->length);
	for (i = 0; i < job->passes; i++)
		for (at = job->from; !err && at < SIZE; at += job->step ?: SIZE)
			err = pwrite(fd, data, job->length, at) != (ssize_t)job->length ||
			      clean(fd, at, at + job->step);
	*job->pages = disk_pages() - before;
	free(data);
	close(fd);
	return err;
}

/* Overwrite the first half of the file with the second, which a page fault reads */
static int copy_within_file(void *arg)
{
	int64_t *pages = arg, before = disk_pages();
	int fd = open(FILE_A, O_RDWR | O_CLOEXEC);
	char *half = mmap(NULL, SIZE / 2, PROT_READ, MAP_SHARED, fd, SIZE / 2);
	off_t at;

	if (half == MAP_FAILED || pin_to_cpu(0, 0))
		return 1;
	for (at = 0; at < SIZE / 2; at += MIB / 4)
		if (pwrite(fd, half + at, MIB / 4, at) != MIB / 4 || clean(fd, at, at + MIB / 4))
			return 1;
	*pages = disk_pages() - before;
	return 0;
}

static int write_mapped(void *arg)
{
	int64_t *pages = arg, before = disk_pages();
	int fd = open(FILE_A, O_RDWR | O_CLOEXEC);
	char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	off_t at;

	if (memory == MAP_FAILED || pin_to_cpu(0, 0))
		return 1;
	for (at = 0; at < SIZE; at += PAGE) {
		memset(memory + at, 0x5a, PAGE);
		if (clean(fd, at, at + PAGE))
			return 1;
	}
	*pages = disk_pages() - before;
	return 0;
}

FIXTURE(overwrite)
{
	struct headroom_cgroup *cg;
	int64_t *pages;
};

FIXTURE_SETUP(overwrite)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, module_reload("table_entries=1048576"));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create_limited("a", "24M"));
	ASSERT_EQ(0, create_file(FILE_A, SIZE));
	self->pages = shared_counter();
	ASSERT_NE(NULL, self->pages);
}

FIXTURE_TEARDOWN(overwrite)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	unlink(FILE_A);
}

#define READ()	ASSERT_EQ(0, module_update(&self->cg, "a"))

/* Waits until as many pages are overwritten; the last ones are counted after some seconds */
static bool are_overwritten(void *arg)
{
	const uint64_t *pages = arg;
	struct headroom_cgroup *cg = module_read("a");
	bool are = cg && cg->local.overwritten >= *pages;

	headroom_cgroup_free(cg);
	return are;
}

#define WAIT_OVERWRITTEN(pages) do {						\
	uint64_t _pages = pages;						\
										\
	EXPECT_TRUE(wait_until(are_overwritten, &_pages, 60));			\
} while (0)

/*
 * The disk also serves some pages of metadata for the first time, and they are no refaults. A
 * kernel thread may read some for the task.
 */
#define EXPECT_REFAULTS(truth) do {						\
	EXPECT_GE((truth) + 8, self->cg->local.refaults);			\
	EXPECT_LE((truth) * 0.997 - 150, self->cg->local.refaults);		\
} while (0)

/* A ring of log files: nothing is read, so nothing is a refault */
TEST_F_TIMEOUT(overwrite, whole_pages, 300)
{
	struct write_job job = { .step = MIB / 4, .length = MIB / 4, .passes = 3,
				 .pages = self->pages };
	int64_t truth;

	ASSERT_EQ(0, cgroup_run("a", write_file, &job));
	READ();
	/*
	 * A page came into memory once more than it was overwritten, and was evicted as often,
	 * unless it is there. MGLRU keeps some all the time.
	 */
	truth = self->cg->local.evictions - absent_pages(FILE_A);
	EXPECT_LE(2 * PAGES(SIZE) * 0.9, truth);
	WAIT_OVERWRITTEN(truth * 0.997);
	READ();
	TH_LOG("evictions %" PRIu64 ", refaults %" PRIu64 ", overwritten %" PRIu64
	       ", from the disk %" PRId64, self->cg->local.evictions, self->cg->local.refaults,
	       self->cg->local.overwritten, *self->pages);
	EXPECT_GE(truth + 8, self->cg->local.overwritten);
	/* Metadata */
	EXPECT_GE(500, *self->pages);
	EXPECT_REFAULTS(*self->pages);
	EXPECT_EQ(0, module_dropped());
}

/* A page that is written to in part is read first: the disk says how many */
TEST_F_TIMEOUT(overwrite, parts_of_pages, 300)
{
	struct read_job read = { .path = FILE_A, .passes = 1 };
	struct write_job part = { .from = 100, .step = PAGE, .length = 100, .passes = 2,
				  .pages = self->pages };
	struct write_job whole = { .length = PAGE, .passes = 1, .pages = self->pages };

	ASSERT_EQ(0, cgroup_run("a", read_file, &read));
	ASSERT_EQ(0, cgroup_run("a", write_file, &part));
	EXPECT_LE(2 * PAGES(SIZE) * 0.9, *self->pages);
	READ();
	EXPECT_REFAULTS(*self->pages);
	/* A page that is overwritten last is counted last */
	ASSERT_EQ(0, cgroup_run("a", write_file, &whole));
	WAIT_OVERWRITTEN(1);
	READ();
	EXPECT_EQ(1, self->cg->local.overwritten);
}

/* The source of the write is a mapping of the file itself: its pages are read */
TEST_F_TIMEOUT(overwrite, from_its_own_pages, 300)
{
	struct read_job read = { .path = FILE_A, .passes = 1, .size = SIZE / 2 };
	struct read_job rest = { .path = FILE_A, .passes = 1, .from = SIZE / 2 };

	if (kernel_has_large_folios())
		SKIP(return, "with large folios, some of these refaults count as overwritten");
	ASSERT_EQ(0, cgroup_run("a", read_file, &read));
	ASSERT_EQ(0, cgroup_run("a", read_file, &rest));
	ASSERT_EQ(0, cgroup_run("a", copy_within_file, self->pages));
	WAIT_OVERWRITTEN(PAGES(SIZE / 2) * 0.9);
	READ();
	/* A page may be evicted while the kernel reads what is to be written to it */
	EXPECT_GE(PAGES(SIZE / 2) + 8, self->cg->local.overwritten);
	EXPECT_LT(0, *self->pages);
	EXPECT_REFAULTS(*self->pages);
}

/* A page that is written to by way of a mapping is read first, as a whole */
TEST_F_TIMEOUT(overwrite, by_a_mapping, 300)
{
	struct read_job read = { .path = FILE_A, .passes = 1 };

	ASSERT_EQ(0, cgroup_run("a", read_file, &read));
	ASSERT_EQ(0, cgroup_run("a", write_mapped, self->pages));
	READ();
	EXPECT_LE(PAGES(SIZE) * 0.9, *self->pages);
	EXPECT_REFAULTS(*self->pages);
	EXPECT_EQ(0, self->cg->local.overwritten);
}

/* Replace the file by direct writes of @job->length bytes each */
static int write_directly(void *arg)
{
	const struct write_job *job = arg;
	int fd = open(FILE_A, O_WRONLY | O_DIRECT | O_CLOEXEC);
	void *data = aligned_alloc(PAGE, job->length);
	int err = fd < 0 || !data;
	off_t at;

	/*
	 * The kernel tries again if a page of the data is in swap. Until then it can evict the pages
	 * of the file, which are overwritten once more.
	 */
	if (data && mlock(data, job->length))
		err = 1;
	if (data)
		memset(data, 0x5a, job->length);
	for (at = 0; !err && at < SIZE; at += job->step)
		err = pwrite(fd, data, job->length, at) != (ssize_t)job->length;
	free(data);
	close(fd);
	return err;
}

/* Direct writes that fail: their memory cannot be read */
static int fail_to_write(void *arg)
{
	int fd = open(FILE_A, O_WRONLY | O_DIRECT | O_CLOEXEC);
	void *nothing = mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return nothing == MAP_FAILED || pwrite(fd, nothing, SIZE, 0) != -1 || errno != EFAULT;
}

/* What is read after a direct write was never in memory */
static void check_direct(struct __test_metadata *_metadata, int64_t *pages,
			 struct headroom_cgroup **cg, size_t length)
{
	struct read_job read = { .path = FILE_A, .passes = 1, .pages = pages };
	struct write_job job = { .step = length, .length = length };

	if (module_hook("iomap_dio_complete") != 1)
		SKIP(return, "no event of direct I/O");
	ASSERT_EQ(0, cgroup_run("a", read_file, &read));
	ASSERT_EQ(0, cgroup_run("..", write_directly, &job));
	ASSERT_EQ(0, module_update(cg, "a"));
	/* All pages that had been evicted */
	WAIT_OVERWRITTEN((*cg)->local.evictions * 0.99 - 50);
	ASSERT_EQ(0, cgroup_run("a", read_file, &read));
	EXPECT_LE(PAGES(SIZE), *pages);
	ASSERT_EQ(0, module_update(cg, "a"));
	EXPECT_GE(50, (*cg)->local.refaults);
	EXPECT_EQ(0, MODULE_STATUS(dropped.direct_writes));
}

TEST_F_TIMEOUT(overwrite, long_direct_writes, 300)
{
	check_direct(_metadata, self->pages, &self->cg, MIB);
}

TEST_F_TIMEOUT(overwrite, short_direct_writes, 300)
{
	check_direct(_metadata, self->pages, &self->cg, 4 * PAGE);
}

/* Nothing was replaced, so what is read again are refaults */
TEST_F_TIMEOUT(overwrite, failed_direct_writes, 300)
{
	struct read_job read = { .path = FILE_A, .passes = 1, .pages = self->pages };
	uint64_t evicted;

	ASSERT_EQ(0, cgroup_run("a", read_file, &read));
	READ();
	evicted = self->cg->local.evictions;
	EXPECT_LE(PAGES(SIZE) * 0.4, evicted);
	/* They also drop the pages that are in memory, without evicting them */
	ASSERT_EQ(0, cgroup_run("..", fail_to_write, NULL));
	ASSERT_EQ(0, cgroup_run("a", read_file, &read));
	READ();
	EXPECT_LE(PAGES(SIZE) * 0.9, *self->pages);
	EXPECT_REFAULTS(evicted);
	EXPECT_EQ(0, self->cg->local.overwritten);
}

TEST_HARNESS_MAIN
