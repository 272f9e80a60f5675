// SPDX-License-Identifier: GPL-2.0
/*
 * Check how much of what a cgroup and its subtree lost was taken from outside, and that an
 * evictor that spreads over many cgroups is found
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
#define FILE_B		SCRATCH "/b"
#define FILE_C		SCRATCH "/c"
#define PAGES(bytes)	((int64_t)((bytes) / 4096))
#define CHILDREN	100

/* Evictions and refaults of @victim's pages that @evictor took, according to its blame */
static struct headroom_pages taken_by(const char *victim, const char *evictor)
{
	struct headroom_blame *blame = module_blame(victim);
	struct headroom_pages sum = { 0 };
	uint64_t id = cgroup_id(evictor);
	size_t i;

	for (i = 0; blame && blame->nr && i < blame->victim[0].nr; i++)
		if (blame->victim[0].evictor[i].id == id) {
			sum.evictions += blame->victim[0].evictor[i].evictions;
			sum.refaults += blame->victim[0].evictor[i].refaults;
		}
	headroom_blame_free(blame);
	return sum;
}

FIXTURE(outside)
{
	struct headroom_cgroup *cg;
};

#define READ(name)								\
	do {									\
		const struct headroom_stats *_s;				\
										\
		ASSERT_EQ(0, module_update(&self->cg, name));			\
		_s = &self->cg->subtree;					\
		TH_LOG("%s: %" PRIu64 " evictions, %" PRIu64 " outside, %" PRIu64	\
		       " machine; %" PRIu64 " returned, %" PRIu64 " outside, %" PRIu64	\
		       " machine", name, _s->evictions, _s->evictions_outside,	\
		       _s->evictions_machine, _s->returned, _s->returned_outside,	\
		       _s->returned_machine);					\
	} while (0)

/* Nothing that @name or its subtree lost was taken from outside of it */
#define EXPECT_NONE_OUTSIDE(name)						\
	do {									\
		READ(name);							\
		EXPECT_EQ(0, self->cg->local.evictions_outside);		\
		EXPECT_EQ(0, self->cg->local.returned_outside);		\
		EXPECT_EQ(0, self->cg->subtree.evictions_outside);		\
		EXPECT_EQ(0, self->cg->subtree.returned_outside);		\
	} while (0)

FIXTURE_SETUP(outside)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, module_reload("table_entries=1048576"));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create_parent("a"));
	ASSERT_EQ(0, cgroup_create("a/v"));
}

FIXTURE_TEARDOWN(outside)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	unlink(FILE_A);
	unlink(FILE_B);
	unlink(FILE_C);
}

TEST_F_TIMEOUT(outside, own_limit, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 2 };

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a/v", "memory.max", "32M"));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &job));
	EXPECT_NONE_OUTSIDE("a/v");
	EXPECT_EQ(PAGES(96 * MIB), self->cg->local.returned);
	EXPECT_NONE_OUTSIDE("a");
}

/* A task elsewhere lowers a limit: that is no demand from outside */
TEST_F_TIMEOUT(outside, lowered_limit, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };

	ASSERT_EQ(0, create_file(FILE_A, 32 * MIB));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &job));
	ASSERT_EQ(0, cgroup_write("a/v", "memory.max", "16M"));
	EXPECT_NONE_OUTSIDE("a/v");
	EXPECT_LT(PAGES(14 * MIB), self->cg->local.evictions);
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "8M"));
	EXPECT_NONE_OUTSIDE("a");
	EXPECT_LT(PAGES(20 * MIB), self->cg->subtree.evictions);
}

/* The limit is above the victim, but the demand is its own */
TEST_F_TIMEOUT(outside, limit_above_by_itself, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 2 };

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &job));
	EXPECT_NONE_OUTSIDE("a/v");
	EXPECT_EQ(PAGES(96 * MIB), self->cg->local.returned);
}

/*
 * A sibling takes pages of "a/v", all that this lost until then. Then "a/v" reads its file
 * again and evicts pages itself: of those that returned, the pages that the sibling took are
 * outside. With @remove, the sibling is gone by the time they return.
 */
static void check_sibling(struct __test_metadata *_metadata, FIXTURE_DATA(outside) *self,
			  bool remove)
{
	struct read_job victim = { .path = FILE_A, .passes = 1 };
	struct read_job job = { .path = FILE_B, .passes = 1 };
	uint64_t taken;

	ASSERT_EQ(0, create_file(FILE_A, 48 * MIB));
	ASSERT_EQ(0, create_file(FILE_B, 48 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_create("a/e"));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &victim));
	EXPECT_NONE_OUTSIDE("a/v");
	ASSERT_EQ(0, self->cg->local.evictions);
	ASSERT_EQ(0, cgroup_run("a/e", read_file, &job));
	READ("a/v");
	taken = self->cg->local.evictions;
	EXPECT_LT(PAGES(16 * MIB), taken);
	EXPECT_PGSTEAL("a/v", taken);
	EXPECT_EQ(taken, self->cg->local.evictions_outside);
	EXPECT_EQ(taken, taken_by("a/v", "a/e").evictions);
	if (remove)
		ASSERT_EQ(0, cgroup_remove("a/e"));
	READ("a/v");
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &victim));
	READ("a/v");
	EXPECT_EQ(taken, self->cg->local.evictions_outside);
	EXPECT_EQ(taken, self->cg->local.returned_outside);
	EXPECT_LE(taken, self->cg->local.returned);
	EXPECT_EQ(0, self->cg->local.evictions_machine);
	EXPECT_EQ(0, self->cg->local.returned_machine);
	/* "a" has both of them below it */
	EXPECT_NONE_OUTSIDE("a");
	EXPECT_LT(taken, self->cg->subtree.evictions);
	EXPECT_EQ(0, module_dropped());
}

TEST_F_TIMEOUT(outside, sibling, 300)
{
	check_sibling(_metadata, self, false);
}

TEST_F_TIMEOUT(outside, removed_evictor, 300)
{
	check_sibling(_metadata, self, true);
}

struct pageout_job {
	volatile char *memory;
	size_t size;
};

/* Reads each page and pages it out, three times */
static int page_out(void *arg)
{
	struct pageout_job *job = arg;
	size_t i;
	int pass;

	for (pass = 0; pass < 3; pass++) {
		for (i = 0; i < job->size; i += 4096)
			(void)job->memory[i];
		if (madvise((void *)job->memory, job->size, MADV_PAGEOUT))
			return 1;
	}
	return 0;
}

TEST_F_TIMEOUT(outside, pageout_by_itself, 300)
{
	struct pageout_job job = { .size = 16 * MIB };
	int fd;

	ASSERT_EQ(0, create_file(FILE_A, job.size));
	fd = open(FILE_A, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	job.memory = mmap(NULL, job.size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	ASSERT_NE(MAP_FAILED, job.memory);
	ASSERT_EQ(0, cgroup_run("a/v", page_out, &job));
	munmap((void *)job.memory, job.size);
	EXPECT_NONE_OUTSIDE("a/v");
	EXPECT_LE(0.99 * PAGES(2 * job.size), self->cg->local.returned);
}

/* memory.reclaim of "a/v", written by itself, by another cgroup, and by the root */
TEST_F_TIMEOUT(outside, request, 300)
{
	struct cgroup_setting order = { "a/v", "memory.reclaim", "4M" };
	struct read_job job = { .path = FILE_A, .passes = 1 };
	uint64_t itself, other;

	/* The kernel may evict nearly twice what was asked for, and all three find enough */
	ASSERT_EQ(0, create_file(FILE_A, 32 * MIB));
	ASSERT_EQ(0, cgroup_create("e"));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &job));
	ASSERT_EQ(0, cgroup_run("a/v", cgroup_apply, &order));
	EXPECT_NONE_OUTSIDE("a/v");
	itself = self->cg->local.evictions;
	EXPECT_LE(PAGES(3 * MIB), itself);

	ASSERT_EQ(0, cgroup_run("e", cgroup_apply, &order));
	READ("a/v");
	other = self->cg->local.evictions - itself;
	EXPECT_LE(PAGES(3 * MIB), other);
	EXPECT_EQ(other, self->cg->local.evictions_outside);
	EXPECT_EQ(0, self->cg->local.evictions_machine);
	READ("a");
	EXPECT_EQ(other, self->cg->subtree.evictions_outside);

	ASSERT_EQ(0, cgroup_write("a/v", "memory.reclaim", "4M"));
	READ("a/v");
	EXPECT_LE(PAGES(3 * MIB), self->cg->local.evictions_machine);
	EXPECT_EQ(self->cg->local.evictions - itself, self->cg->local.evictions_outside);
	EXPECT_EQ(self->cg->local.evictions_outside - other, self->cg->local.evictions_machine);
	READ("a");
	EXPECT_EQ(self->cg->subtree.evictions_outside - other,
		  self->cg->subtree.evictions_machine);

	ASSERT_EQ(0, cgroup_run("a/v", read_file, &job));
	READ("a/v");
	EXPECT_EQ(self->cg->local.evictions_outside, self->cg->local.returned_outside);
	EXPECT_EQ(self->cg->local.evictions_machine, self->cg->local.returned_machine);
	EXPECT_NONE_OUTSIDE("..");
}

/* "a/v" evicts from its sibling "a/w", and "e" from both: all that "a" lost is one reading */
TEST_F_TIMEOUT(outside, nested_subtree, 300)
{
	struct read_job w = { .path = FILE_A, .passes = 1 };
	struct read_job v = { .path = FILE_B, .passes = 1 };
	struct read_job e = { .path = FILE_C, .passes = 1 };
	struct headroom_pages from_v, from_w;
	uint64_t between, all;

	ASSERT_EQ(0, create_file(FILE_A, 32 * MIB));
	ASSERT_EQ(0, create_file(FILE_B, 48 * MIB));
	ASSERT_EQ(0, create_file(FILE_C, 48 * MIB));
	ASSERT_EQ(0, cgroup_write("", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_create("a/w"));
	ASSERT_EQ(0, cgroup_create("e"));
	ASSERT_EQ(0, cgroup_run("a/w", read_file, &w));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &v));
	READ("a/w");
	between = self->cg->local.evictions_outside;
	EXPECT_LT(0, between);
	EXPECT_NONE_OUTSIDE("a/v");
	EXPECT_NONE_OUTSIDE("a");
	EXPECT_LE(between, self->cg->subtree.evictions);

	all = self->cg->subtree.evictions;
	ASSERT_EQ(0, cgroup_run("e", read_file, &e));
	READ("a");
	/* Nothing else ran below "a" since */
	EXPECT_EQ(self->cg->subtree.evictions - all, self->cg->subtree.evictions_outside);
	all = self->cg->subtree.evictions_outside;
	EXPECT_LT(PAGES(16 * MIB), all);
	from_v = taken_by("a/v", "e");
	from_w = taken_by("a/w", "e");
	EXPECT_EQ(all, from_v.evictions + from_w.evictions);
	READ("a/w");
	EXPECT_EQ(between + from_w.evictions, self->cg->local.evictions_outside);
	EXPECT_NONE_OUTSIDE("");

	/* The victim is removed: its parent keeps the numbers */
	ASSERT_EQ(0, cgroup_remove("a/w"));
	READ("a");
	EXPECT_EQ(all, self->cg->subtree.evictions_outside);
	EXPECT_EQ(0, self->cg->local.evictions_outside);
	EXPECT_EQ(0, module_dropped());
}

/* The path of the first evictor of @victim that the command prints, summed up at @level */
static int first_evictor(const char *victim, int level, char *path, size_t size)
{
	char command[256], *line = NULL, *at, *end;
	size_t room = 0;
	FILE *f;
	int err = -1;

	snprintf(command, sizeof(command),
		 "build/user/headroom blame /headroom-test/%s --level %d --json", victim, level);
	f = popen(command, "re");
	if (f && getline(&line, &room, f) > 0) {
		fprintf(stderr, "# %s", line);
		at = strstr(line, "\"evictors\":[");
		at = at ? strstr(at, "\"path\":\"") : NULL;
		end = at ? strchr(at + strlen("\"path\":\""), '"') : NULL;
		if (end) {
			snprintf(path, size, "%.*s", (int)(end - at - strlen("\"path\":\"")),
				 at + strlen("\"path\":\""));
			err = 0;
		}
	}
	free(line);
	if (f)
		pclose(f);
	return err;
}

/*
 * 100 cgroups below "a/e" take a little of "a/v" each, and "a/w" alone more than each of
 * them: at the level of "a/e", that is first.
 */
TEST_F_TIMEOUT(outside, spread_evictor, 600)
{
	struct cgroup_setting little = { "a/v", "memory.reclaim", "512K" };
	struct cgroup_setting much = { "a/v", "memory.reclaim", "16M" };
	struct read_job v = { .path = FILE_A, .passes = 1 };
	struct headroom_pages sum = { 0 }, whole, others = { 0 };
	struct headroom_blame *blame;
	char name[32], first[64];
	size_t i;
	int n;

	ASSERT_EQ(0, create_file(FILE_A, 160 * MIB));
	ASSERT_EQ(0, cgroup_create("a/w"));
	ASSERT_EQ(0, cgroup_create_parent("a/e"));
	ASSERT_EQ(0, cgroup_create_numbered("a/e/", CHILDREN));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &v));
	for (n = 0; n < CHILDREN; n++) {
		snprintf(name, sizeof(name), "a/e/%d", n);
		/* Less than was requested may be found */
		ASSERT_LE(0, cgroup_run(name, cgroup_apply, &little));
		if (n == CHILDREN / 2)
			ASSERT_LE(0, cgroup_run("a/w", cgroup_apply, &much));
	}
	READ("a/v");
	EXPECT_EQ(self->cg->local.evictions, self->cg->local.evictions_outside);
	EXPECT_LT(PAGES(50 * MIB), self->cg->local.evictions);
	/* All that is not by "a/w" is by "a/e" and those below it */
	whole = taken_by("a/v", "a/w");
	EXPECT_LT(0, whole.evictions);
	blame = module_blame("a/v");
	ASSERT_NE(NULL, blame);
	for (i = 0; i < blame->victim[0].nr; i++) {
		const struct headroom_evictor *entry = &blame->victim[0].evictor[i];

		sum.evictions += entry->evictions;
		if (!entry->id)
			others.evictions += entry->evictions;
		EXPECT_EQ(entry->merged, entry->id == cgroup_id("a/e"));
	}
	headroom_blame_free(blame);
	EXPECT_EQ(self->cg->local.evictions, sum.evictions);
	EXPECT_EQ(0, others.evictions);
	ASSERT_EQ(0, first_evictor("a/v", 3, first, sizeof(first)));
	EXPECT_STREQ("/headroom-test/a/e", first);

	/* The pages return: the merged entry has their refaults, too */
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &v));
	whole = taken_by("a/v", "a/e");
	TH_LOG("merged: %" PRIu64 " evictions, %" PRIu64 " refaults", whole.evictions,
	       whole.refaults);
	EXPECT_LT(0.9 * whole.evictions, whole.refaults);
	ASSERT_EQ(0, first_evictor("a/v", 3, first, sizeof(first)));
	EXPECT_STREQ("/headroom-test/a/e", first);
	EXPECT_EQ(0, module_dropped());
}

TEST_HARNESS_MAIN
