// SPDX-License-Identifier: GPL-2.0
/*
 * Check by which name a page is known while it is not resident: what a process can know of it,
 * and what file systems make of it. The loads have a true count by construction.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "workload.h"

#define FILE_A		SCRATCH "/a"
#define PAGES(bytes)	((int64_t)((bytes) / 4096))

FIXTURE(names)
{
	struct headroom_cgroup *cg;
};

FIXTURE_SETUP(names)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, module_reload("table_entries=1048576"));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create_limited("a", "16M"));
}

FIXTURE_TEARDOWN(names)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	unlink(FILE_A);
}

#define READ(name)	ASSERT_EQ(0, module_update(&self->cg, name))

/* What a process would do if the factors of a page's place were these */
static int read_pages_not_sampled(void *arg)
{
	const uint32_t file = 0x6a09e667, index = 0x9e3779b9, highest = UINT32_MAX >> 6;
	int fd = open(FILE_A, O_RDONLY | O_CLOEXEC);
	int64_t *pages = arg;
	struct stat st;
	char byte;

	if (fd < 0 || fstat(fd, &st) || posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM))
		return 1;
	for (uint32_t i = 0; i < PAGES(st.st_size); i++) {
		if ((uint32_t)st.st_ino * file + i * index <= highest)
			continue;
		if (pread(fd, &byte, 1, (off_t)i * 4096) != 1)
			return 1;
		++*pages;
	}
	close(fd);
	return 0;
}

/*
 * One page in 64 is tracked, but not one that a process can foresee: no choice of pages hides
 * them from the sample. The file is a hole.
 */
TEST_F_TIMEOUT(names, sample_cannot_be_avoided, 300)
{
	int64_t *pages = shared_counter();

	ASSERT_NE(NULL, pages);
	ASSERT_EQ(0, module_reload("sample_shift=6 table_entries=1048576"));
	ASSERT_EQ(0, create_hole(FILE_A, 128 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_pages_not_sampled, pages));
	*pages = 0;
	ASSERT_EQ(0, cgroup_run("a", read_pages_not_sampled, pages));
	READ("a");
	TH_LOG("%" PRIu64 " samples of %" PRId64 " refaults", self->cg->local.refault_samples,
	       *pages);
	/* All pages of the second pass were evicted before */
	EXPECT_LE(0.9 * *pages / 64, self->cg->local.refault_samples);
	EXPECT_GE(1.1 * *pages / 64, self->cg->local.refault_samples);
}

#define IMAGE		SCRATCH "/image"
#define TREE		SCRATCH "/tree"
#define MOUNT		SCRATCH "/mnt"

/* Runs a command in a shell; 0, or -1 if it fails */
static int shell(const char *format, ...)
{
	char command[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return system(command) ? -1 : 0;
}

/* Whether the kernel has a module, or has it built in, and the host a tool */
static bool have(const char *module, const char *tool)
{
	return !shell("modprobe -q %s && modprobe -q loop && command -v %s >/dev/null", module,
		      tool);
}

FIXTURE(file_system)
{
	struct headroom_cgroup *cg;
};

/*
 * @module: its kernel module
 * @tool: what makes it, or mounts it
 * @make: makes IMAGE; if @populated from TREE, which has the file
 * @mount: mounts it on MOUNT
 */
FIXTURE_VARIANT(file_system)
{
	const char *module;
	const char *tool;
	bool populated;
	const char *make;
	const char *mount;
};

#define LOOP_MOUNT	"mount -o loop " IMAGE " " MOUNT

FIXTURE_VARIANT_ADD(file_system, xfs) {
	.module = "xfs", .tool = "mkfs.xfs", .mount = LOOP_MOUNT,
	.make = "truncate -s 400M " IMAGE " && mkfs.xfs -q " IMAGE,
};

FIXTURE_VARIANT_ADD(file_system, btrfs) {
	.module = "btrfs", .tool = "mkfs.btrfs", .mount = LOOP_MOUNT,
	.make = "truncate -s 400M " IMAGE " && mkfs.btrfs -q " IMAGE,
};

FIXTURE_VARIANT_ADD(file_system, erofs) {
	.module = "erofs", .tool = "mkfs.erofs", .mount = LOOP_MOUNT, .populated = true,
	.make = "mkfs.erofs " IMAGE " " TREE " >/dev/null",
};

FIXTURE_VARIANT_ADD(file_system, squashfs) {
	.module = "squashfs", .tool = "mksquashfs", .mount = LOOP_MOUNT, .populated = true,
	.make = "mksquashfs " TREE " " IMAGE " -noD -noF -quiet -no-progress >/dev/null",
};

FIXTURE_VARIANT_ADD(file_system, fuse) {
	.module = "fuse", .tool = "squashfuse", .mount = "squashfuse " IMAGE " " MOUNT,
	.populated = true,
	.make = "mksquashfs " TREE " " IMAGE " -noD -noF -quiet -no-progress >/dev/null",
};

FIXTURE_SETUP(file_system)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	if (!have(variant->module, variant->tool))
		SKIP(return, "no %s, or no %s", variant->module, variant->tool);
	ASSERT_EQ(0, module_reload("table_entries=1048576"));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create_limited("a", "16M"));
	ASSERT_EQ(0, cgroup_create("b"));
	ASSERT_EQ(0, shell("mkdir -p " TREE " " MOUNT));
	if (variant->populated)
		ASSERT_EQ(0, create_file(TREE "/file", 48 * MIB));
	ASSERT_EQ(0, shell("%s && %s", variant->make, variant->mount));
	if (!variant->populated)
		ASSERT_EQ(0, create_file(MOUNT "/file", 48 * MIB));
}

FIXTURE_TEARDOWN(file_system)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	shell("umount " MOUNT " 2>/dev/null; rm -rf " IMAGE " " TREE);
}

/* Each page of a file that is three times as large as the memory returns in each pass */
TEST_F_TIMEOUT(file_system, read_again, 600)
{
	struct read_job job = { .path = MOUNT "/file", .passes = 3 };
	int64_t truth = 2 * PAGES(48 * MIB);
	struct headroom_pages pages;

	ASSERT_EQ(0, shell("sync"));
	ASSERT_EQ(0, drop_caches());
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	pages = pages_of_kind(&self->cg->local, HEADROOM_PAGE_KIND_FILE);
	TH_LOG("%" PRIu64 " refaults of %" PRId64 ", %" PRIu64 " evictions", pages.refaults, truth,
	       pages.evictions);
	EXPECT_LE(0.99 * truth, pages.refaults);
	/* and perhaps some metadata */
	EXPECT_GE(1.01 * truth, pages.refaults);
	EXPECT_EQ(pages.refaults, self->cg->local.returned);
}

/* The first read of a snapshot is no refault of the file that it was made from */
TEST_F_TIMEOUT(names, btrfs_snapshot, 600)
{
	struct read_job job = { .path = MOUNT "/origin/file", .passes = 1 };
	uint64_t evicted;

	if (!have("btrfs", "mkfs.btrfs"))
		SKIP(return, "no btrfs");
	ASSERT_EQ(0, cgroup_create("b"));
	ASSERT_EQ(0, shell("mkdir -p " MOUNT " && truncate -s 400M " IMAGE " && "
			   "mkfs.btrfs -q " IMAGE " && " LOOP_MOUNT " && "
			   "btrfs -q subvolume create " MOUNT "/origin"));
	ASSERT_EQ(0, create_file(MOUNT "/origin/file", 48 * MIB));
	ASSERT_EQ(0, shell("btrfs -q subvolume snapshot " MOUNT "/origin " MOUNT "/snapshot"));
	ASSERT_EQ(0, shell("sync"));
	ASSERT_EQ(0, drop_caches());

	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	evicted = self->cg->local.evictions;
	EXPECT_LE(PAGES(32 * MIB), evicted);
	job.path = MOUNT "/snapshot/file";
	ASSERT_EQ(0, cgroup_run("b", read_file, &job));
	READ("b");
	TH_LOG("%" PRIu64 " evictions, %" PRIu64 " refaults of the snapshot", evicted,
	       self->cg->local.refaults);
	EXPECT_EQ(0, self->cg->local.refaults);

	/* Nor has it taken the refaults of that file */
	job.path = MOUNT "/origin/file";
	ASSERT_EQ(0, cgroup_run("b", read_file, &job));
	READ("b");
	EXPECT_LE(0.99 * evicted, self->cg->local.refaults);
	EXPECT_GE(evicted, self->cg->local.refaults);
	EXPECT_EQ(self->cg->local.refaults, self->cg->local.refaults_shared);
	shell("umount " MOUNT "; rm -f " IMAGE);
}

#define OVERLAY(n)	"mkdir -p " MOUNT #n " " TREE "/u" #n " " TREE "/w" #n " && "	\
			"mount -t overlay -o lowerdir=" TREE "/lower,upperdir=" TREE "/u" #n	\
			",workdir=" TREE "/w" #n " overlay " MOUNT #n

/* Two containers share a layer of their images: they share its pages, too */
TEST_F_TIMEOUT(names, overlay_shared_layer, 600)
{
	struct read_job job = { .path = MOUNT "1/file", .passes = 1 };
	uint64_t evicted;

	if (!have("overlay", "mount"))
		SKIP(return, "no overlayfs");
	ASSERT_EQ(0, cgroup_create("b"));
	ASSERT_EQ(0, shell("mkdir -p " TREE "/lower"));
	ASSERT_EQ(0, create_file(TREE "/lower/file", 48 * MIB));
	ASSERT_EQ(0, shell(OVERLAY(1) " && " OVERLAY(2)));

	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	/* With large folios, some pages are evicted before they are read, and come back in "a" */
	evicted = self->cg->local.evictions - self->cg->local.returned;
	EXPECT_LE(PAGES(32 * MIB), evicted);
	job.path = MOUNT "2/file";
	ASSERT_EQ(0, cgroup_run("b", read_file, &job));
	READ("b");
	EXPECT_EQ(evicted, self->cg->local.refaults);
	EXPECT_EQ(evicted, self->cg->local.refaults_shared);
	READ("a");
	EXPECT_EQ(self->cg->local.evictions, self->cg->local.returned);
	shell("umount " MOUNT "1 " MOUNT "2; rm -rf " TREE);
}

TEST_HARNESS_MAIN
