// SPDX-License-Identifier: GPL-2.0
/*
 * Check refaults of large folios, whose pages share entries of the nonresident table. All of them
 * are evicted on request, so that the pages in memory say how many come back.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "swap.h"
#include "workload.h"

#define PAGE		4096L
#define PAGES(bytes)	((int64_t)((bytes) / PAGE))
#define HUGE_PAGE	(2 * MIB)
#define BLOCK		16
#define ANON		HEADROOM_PAGE_KIND_ANON
#define TABLE		" table_entries=1048576"

#define READ(name)	ASSERT_EQ(0, module_update(&self->cg, name))

static int write_to(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 || write(fd, value, strlen(value)) < 0;

	close(fd);
	return err ? -1 : 0;
}

/**
 * struct huge_job - memory that goes to swap as a whole and comes back in parts
 * @size: bytes
 * @huge: in pages of 2 MiB; otherwise of 4 KiB
 * @first: first page that comes back
 * @step: from each to the next one; 0: none comes back
 * @rest: then all others come back
 */
struct huge_job {
	size_t size;
	bool huge;
	long first;
	long step;
	bool rest;
};

/* Bytes of the process in swap; -1 on failure */
static int64_t swapped(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	int64_t kib = -1;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmSwap: %" SCNd64, &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib < 0 ? -1 : kib * 1024;
}

/* Not zero, not one repeated value */
static void fill_pages(uint64_t *p, size_t size)
{
	size_t i;

	for (i = 0; i < size / PAGE; i++) {
		p[i * 512] = i + 1;
		p[i * 512 + 1] = ~i;
	}
}

static bool page_is_intact(const volatile uint64_t *p, size_t i)
{
	return p[i * 512] == i + 1;
}

/* 2 if the kernel has split the memory */
static int use_huge_memory(void *arg)
{
	const struct huge_job *job = arg;
	char *memory = mmap(NULL, job->size + HUGE_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int64_t before = vmstat("thp_swpout"), i;
	uint64_t *p;

	if (memory == MAP_FAILED || pin_to_cpu(0, 0))
		return 1;
	p = (uint64_t *)(memory + HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE);
	if (madvise(p, job->size, job->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
		return 1;
	fill_pages(p, job->size);
	if (madvise(p, job->size, MADV_PAGEOUT) || swapped() != (int64_t)job->size)
		return 1;
	if (job->huge && vmstat("thp_swpout") - before != (int64_t)(job->size / HUGE_PAGE))
		return 2;
	for (i = job->first; job->step && i < PAGES(job->size); i += job->step)
		if (!page_is_intact(p, i))
			return 1;
	for (i = 0; job->rest && i < PAGES(job->size); i++)
		if (!page_is_intact(p, i))
			return 1;
	return 0;
}

FIXTURE(huge)
{
	struct headroom_cgroup *cg;
	int64_t cluster;
};

FIXTURE_VARIANT(huge)
{
	const char *module;
};

FIXTURE_VARIANT_ADD(huge, functions) { .module = "swap_kprobes=1" TABLE };
FIXTURE_VARIANT_ADD(huge, tracepoints) { .module = "swap_kprobes=0" TABLE };

/* zram takes 2 MiB in one piece, and has them when the write returns */
FIXTURE_SETUP(huge)
{
	if (!swap_has(SWAP_ZRAM))
		SKIP(return, "no zram");
	if (kernel_is_6_1() && strstr(variant->module, "swap_kprobes=0"))
		SKIP(return, "6.1 reads from zram without an event");
	ASSERT_EQ(0, swap_use(SWAP_SMALL));
	self->cluster = set_sysctl("vm/page-cluster", 0);
	ASSERT_LE(0, self->cluster);
	ASSERT_EQ(0, write_to("/sys/kernel/mm/transparent_hugepage/enabled", "madvise"));
	ASSERT_EQ(0, module_reload(variant->module));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_create("b"));
}

FIXTURE_TEARDOWN(huge)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	set_sysctl("vm/page-cluster", self->cluster);
	swap_restore();
}

static uint64_t unknown(const struct headroom_stats *stats)
{
	return headroom_stats_pages(stats, ANON, HEADROOM_REASON_UNKNOWN)->refaults;
}

/* Run the job in a cgroup, and read that */
#define USE(name, job) do {							\
	int _status = cgroup_run(name, use_huge_memory, job);			\
										\
	if (_status == 2)							\
		SKIP(return, "the kernel does not swap 2 MiB in one piece");	\
	ASSERT_EQ(0, _status);							\
	READ(name);								\
	print_pages(name, &self->cg->local);					\
} while (0)

/* Each page that comes back is one refault, in any order; the table has few entries for them */
TEST_F_TIMEOUT(huge, page_by_page, 600)
{
	struct huge_job job = { .size = 8 * MIB, .huge = true, .first = 3, .step = 7 };
	int64_t pages = PAGES(job.size), used = MODULE_STATUS(table_used);
	int64_t remembered = MODULE_STATUS(table_remembered);
	int64_t some = (pages - job.first + job.step - 1) / job.step;
	const struct headroom_stats *a;

	USE("a", &job);
	a = &self->cg->local;
	EXPECT_EQ(pages, pages_of_kind(a, ANON).evictions);
	EXPECT_EQ(some, pages_of_kind(a, ANON).refaults);
	EXPECT_EQ(some, a->returned);
	EXPECT_EQ(some, headroom_histogram_count(&a->refault_distance));
	EXPECT_EQ(some, headroom_histogram_count(&a->refault_age));
	/*
	 * Pages of other programs may be evicted and come back, too. Those of the last folio are
	 * counted with the next one.
	 */
	EXPECT_LE(pages - PAGES(HUGE_PAGE), MODULE_STATUS(table_remembered) - remembered);
	EXPECT_GE(pages + 16, MODULE_STATUS(table_remembered) - remembered);
	EXPECT_LE(pages / BLOCK, MODULE_STATUS(table_used) - used);
	EXPECT_GE(pages / BLOCK + 16, MODULE_STATUS(table_used) - used);

	/* And all others: no entry is left over */
	job.rest = true;
	used = MODULE_STATUS(table_used);
	USE("b", &job);
	EXPECT_EQ(pages, pages_of_kind(&self->cg->local, ANON).refaults);
	EXPECT_EQ(pages, self->cg->local.returned);
	EXPECT_EQ(0, unknown(&self->cg->local));
	EXPECT_EQ(0, self->cg->local.refaults_shared);
	EXPECT_GE(used + 16, MODULE_STATUS(table_used));
	EXPECT_EQ(0, module_dropped());
}

/*
 * A process exits with its memory in swap, and another one swaps into its slots: the disk has no
 * room for both. What comes back is the second one's, with small pages after large and the reverse.
 */
TEST_F_TIMEOUT(huge, reused_slots, 600)
{
	struct huge_job large = { .size = 26 * MIB, .huge = true };
	struct huge_job small = { .size = 26 * MIB };
	int64_t pages = PAGES(large.size);

	USE("a", &large);
	EXPECT_EQ(pages, pages_of_kind(&self->cg->local, ANON).evictions);
	small.step = 1;
	USE("b", &small);
	EXPECT_EQ(pages, pages_of_kind(&self->cg->local, ANON).refaults);
	EXPECT_EQ(pages, self->cg->local.returned);
	EXPECT_EQ(0, unknown(&self->cg->local));
	EXPECT_EQ(0, self->cg->local.refaults_shared);
	READ("a");
	EXPECT_EQ(0, self->cg->local.returned);

	/* Entries of small pages stay for slots that a large one uses next */
	small.step = 0;
	USE("b", &small);
	large.step = 1;
	USE("a", &large);
	EXPECT_EQ(pages, pages_of_kind(&self->cg->local, ANON).refaults);
	EXPECT_EQ(pages, self->cg->local.returned);
	EXPECT_EQ(0, unknown(&self->cg->local));
	EXPECT_EQ(0, self->cg->local.refaults_shared);
	READ("b");
	EXPECT_EQ(pages, self->cg->local.returned);
	EXPECT_EQ(0, module_dropped());
}

#define MOUNT		"/run/large"
#define FILE_A		MOUNT "/a"
#define SIZE		(24 * MIB)
#define DISK		"/dev/ram0"

FIXTURE(file)
{
	struct headroom_cgroup *cg;
};

FIXTURE_VARIANT(file)
{
	const char *type;
};

FIXTURE_VARIANT_ADD(file, xfs) { .type = "xfs" };
FIXTURE_VARIANT_ADD(file, ext4) { .type = "ext4" };

static int shell(const char *format, const char *argument)
{
	char command[512];

	snprintf(command, sizeof(command), format, argument);
	return system(command) ? -1 : 0;
}

/* A disk in memory, so that only the file has pages in the page cache */
FIXTURE_SETUP(file)
{
	if (!strcmp(variant->type, "ext4") && !kernel_has_large_folios())
		SKIP(return, "ext4 has no large folios");
	/* After a test that was ended by its timeout */
	shell("umount %s 2>/dev/null", MOUNT);
	if (shell("modprobe -q brd rd_nr=1 rd_size=409600 && modprobe -q %s", variant->type) ||
	    shell("command -v mkfs.%s >/dev/null", variant->type))
		SKIP(return, "no %s, or no disk in memory", variant->type);
	ASSERT_EQ(0, module_reload(TABLE));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_create("b"));
	ASSERT_EQ(0, shell("wipefs -qa " DISK " && mkfs.%s -q " DISK, variant->type));
	ASSERT_EQ(0, shell("mkdir -p " MOUNT " && mount -t %s " DISK " " MOUNT, variant->type));
	ASSERT_EQ(0, shell("echo %s >/sys/block/ram0/bdi/read_ahead_kb", "4096"));
	ASSERT_EQ(0, create_file(FILE_A, SIZE));
	/* Else pages of this program may be dropped, and come back as pages of a task's cgroup */
	ASSERT_EQ(0, mlockall(MCL_CURRENT));
	ASSERT_EQ(0, drop_caches());
}

FIXTURE_TEARDOWN(file)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	shell("umount %s 2>/dev/null; rmmod brd", MOUNT);
}

/* Reads the file and has all of it evicted. Returns how many pages that were, -1 on failure. */
static int64_t evict_file(const char *cgroup)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	int i;

	if (cgroup_run(cgroup, read_file, &job) || absent_pages(FILE_A))
		return -1;
	for (i = 0; i < 100 && absent_pages(FILE_A) < PAGES(SIZE); i++)
		cgroup_write(cgroup, "memory.reclaim", "8M");
	return absent_pages(FILE_A);
}

/**
 * struct part - a part of a file to read or write, as a task of a cgroup
 * @from: first byte
 * @step: from each to the next one; 0: there is only one
 * @size: bytes of each
 * @flags: of open()
 */
struct part {
	off_t from;
	off_t step;
	size_t size;
	int flags;
};

/* Exactly these pages, without readahead */
static int use_part(void *arg)
{
	const struct part *part = arg;
	int fd = open(FILE_A, part->flags | O_CLOEXEC);
	char *data = aligned_alloc(PAGE, part->size);
	struct stat st;
	off_t at;
	ssize_t n;

	if (fd < 0 || !data || fstat(fd, &st) || pin_to_cpu(0, 0) ||
	    posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		return 1;
	memset(data, 0x5a, part->size);
	for (at = part->from; at < SIZE; at += part->step ?: SIZE) {
		n = (part->flags & O_ACCMODE) == O_RDONLY ? pread(fd, data, part->size, at) :
							     pwrite(fd, data, part->size, at);
		if (n != (ssize_t)part->size)
			return 1;
	}
	free(data);
	close(fd);
	return 0;
}

#define USE_PART(...) ASSERT_EQ(0, cgroup_run("a", use_part, &(struct part){ __VA_ARGS__ }))

/* What has come back so far, and as refaults; each page that is in memory now has done so */
#define EXPECT_BACK(pages) do {							\
	READ("a");								\
	EXPECT_EQ(pages, self->cg->local.refaults);				\
	EXPECT_EQ(pages, self->cg->local.returned);				\
} while (0)

#define EVICT() do {								\
	int64_t _used = MODULE_STATUS(table_used);				\
										\
	ASSERT_EQ(PAGES(SIZE), evict_file("a"));				\
	READ("a");								\
	EXPECT_EQ(PAGES(SIZE), self->cg->local.evictions);			\
	/* Most of it was in large folios */					\
	EXPECT_GE(PAGES(SIZE) / 4, MODULE_STATUS(table_used) - _used);		\
} while (0)

/* The file comes back in the same large folios */
TEST_F_TIMEOUT(file, in_full, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	int64_t used = MODULE_STATUS(table_used);

	EVICT();
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	EXPECT_BACK(PAGES(SIZE));
	EXPECT_EQ(PAGES(SIZE), headroom_histogram_count(&self->cg->local.refault_distance));
	EXPECT_GE(used + 16, MODULE_STATUS(table_used));
	EXPECT_EQ(0, module_dropped());
}

/* Single pages, then larger parts that begin and end within blocks, then the rest */
TEST_F_TIMEOUT(file, in_parts, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	int64_t used = MODULE_STATUS(table_used);

	EVICT();
	USE_PART(.from = 5 * PAGE, .step = 37 * PAGE, .size = PAGE);
	EXPECT_BACK((PAGES(SIZE) - 5 + 36) / 37);
	USE_PART(.from = 3 * PAGE, .step = 101 * PAGE, .size = 6 * PAGE);
	EXPECT_BACK(PAGES(SIZE) - absent_pages(FILE_A));
	/* By folios of other sizes and alignments */
	ASSERT_EQ(0, shell("echo %s >/sys/block/ram0/bdi/read_ahead_kb", "24"));
	job.from = 11 * PAGE;
	job.size = SIZE / 2;
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	EXPECT_BACK(PAGES(SIZE) - absent_pages(FILE_A));
	job.from = 0;
	job.size = 0;
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	EXPECT_BACK(PAGES(SIZE));
	EXPECT_GE(used + 16, MODULE_STATUS(table_used));
	EXPECT_EQ(0, module_dropped());
}

/* Pages evicted one by one come back in large folios: they have entries of their own */
TEST_F_TIMEOUT(file, small_then_large, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	int i;

	USE_PART(.from = 0, .step = PAGE, .size = PAGE);
	for (i = 0; i < 100 && absent_pages(FILE_A) < PAGES(SIZE); i++)
		cgroup_write("a", "memory.reclaim", "8M");
	ASSERT_EQ(PAGES(SIZE), absent_pages(FILE_A));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	EXPECT_BACK(PAGES(SIZE));
	EXPECT_EQ(0, module_dropped());
}

/* Another cgroup reads the file: its blocks are shared refaults */
TEST_F_TIMEOUT(file, shared, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };

	EVICT();
	ASSERT_EQ(0, cgroup_run("b", read_file, &job));
	READ("b");
	EXPECT_EQ(PAGES(SIZE), self->cg->local.refaults);
	EXPECT_EQ(PAGES(SIZE), self->cg->local.refaults_shared);
	READ("a");
	EXPECT_EQ(PAGES(SIZE), self->cg->local.returned);
}

#define WITHIN		21	/* pages: one block and a part of the next one */

/* The end of the file is cut off within a block and written again: only the rest returns */
TEST_F_TIMEOUT(file, truncated, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };

	EVICT();
	ASSERT_EQ(0, truncate(FILE_A, WITHIN * PAGE));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	EXPECT_BACK(WITHIN);
	USE_PART(.from = WITHIN * PAGE, .size = SIZE - WITHIN * PAGE, .flags = O_WRONLY);
	EXPECT_BACK(WITHIN);
	EXPECT_EQ(0, self->cg->local.overwritten);
	/* Nor is anything left for a later read */
	ASSERT_EQ(0, drop_caches());
	ASSERT_EQ(PAGES(SIZE), absent_pages(FILE_A));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	EXPECT_BACK(WITHIN);
}

static bool are_overwritten(void *arg)
{
	struct headroom_cgroup *cg = module_read("a");
	bool are = cg && (int64_t)cg->local.overwritten >= *(int64_t *)arg;

	headroom_cgroup_free(cg);
	return are;
}

#define EXPECT_OVERWRITTEN(pages) do {						\
	int64_t _pages = pages;							\
										\
	EXPECT_TRUE(wait_until(are_overwritten, &_pages, 60));			\
	READ("a");								\
	EXPECT_EQ(_pages, self->cg->local.overwritten);				\
} while (0)

/* Parts of blocks are overwritten; what is left returns when the file is read */
TEST_F_TIMEOUT(file, overwritten, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	int64_t direct = 0;

	EVICT();
	USE_PART(.from = 5 * PAGE, .size = 50 * PAGE, .flags = O_WRONLY);
	EXPECT_OVERWRITTEN(50);
	EXPECT_BACK(0);
	/* iomap reports direct writes from 6.6 on */
	if (module_hook("iomap_dio_complete") > 0) {
		/* The first at once, the other by a worker */
		USE_PART(.from = 203 * PAGE, .size = 7 * PAGE, .flags = O_WRONLY | O_DIRECT);
		EXPECT_OVERWRITTEN(57);
		USE_PART(.from = 403 * PAGE, .size = 70 * PAGE, .flags = O_WRONLY | O_DIRECT);
		EXPECT_OVERWRITTEN(127);
		direct = 77;
	}
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	EXPECT_EQ(PAGES(SIZE) - 50 - direct, self->cg->local.refaults);
	EXPECT_EQ(PAGES(SIZE) - 50 - direct, self->cg->local.returned);
	EXPECT_EQ(0, module_dropped());
}

/*
 * Blocks are forgotten when the table is full, some of them in part, and the rest when it is
 * replaced. Each page that was remembered is forgotten or returns.
 */
TEST_F_TIMEOUT(file, small_table, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	const struct headroom_params new = { .table_entries = 1024 };
	struct headroom_status *status;
	struct headroom *h;

	ASSERT_EQ(0, module_reload("table_entries=512"));
	ASSERT_EQ(0, create_file(FILE_A, 64 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	USE_PART(.from = 5 * PAGE, .step = 37 * PAGE, .size = PAGE);
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	USE_PART(.from = 7 * PAGE, .step = 31 * PAGE, .size = PAGE);
	ASSERT_EQ(0, headroom_open(&h));
	ASSERT_EQ(0, headroom_params_set(h, &new, HEADROOM_PARAM_TABLE_ENTRIES));
	headroom_close(h);
	READ("a");
	status = module_status();
	ASSERT_NE(NULL, status);
	TH_LOG("%" PRIu64 " evicted, %" PRIu64 " returned, %" PRIu64 " + %" PRIu64 " forgotten",
	       self->cg->local.evictions, self->cg->local.returned, status->dropped.table_full,
	       status->dropped.resized);
	EXPECT_LT(0, self->cg->local.refaults);
	EXPECT_LT(0, status->dropped.table_full);
	/* More than one for each entry */
	EXPECT_LT(512, status->dropped.resized);
	EXPECT_EQ(self->cg->local.forgotten, status->dropped.table_full);
	EXPECT_EQ(self->cg->local.evictions,
		  status->table_remembered + status->dropped.table_busy);
	EXPECT_EQ(status->table_remembered, status->dropped.table_full +
		  status->dropped.resized + self->cg->local.refaults);
	headroom_status_free(status);
}

/* A file that is removed while its pages are evicted leaves no refault to another one */
TEST_F_TIMEOUT(file, removed, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };

	EVICT();
	ASSERT_EQ(0, unlink(FILE_A));
	ASSERT_EQ(0, create_file(FILE_A, SIZE));
	ASSERT_EQ(0, drop_caches());
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	EXPECT_BACK(0);
}

TEST_HARNESS_MAIN
