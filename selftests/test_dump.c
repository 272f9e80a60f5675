// SPDX-License-Identifier: GPL-2.0
/*
 * Check dumps of cgroups: of a subtree, of changes since a generation, with less detail;
 * which requests are refused; and that a dump is consistent while cgroups come and go.
 *
 * With HEADROOM_SCALE=full in the environment, the last test uses 5,000 cgroups and 1,000
 * dumps (make check-scale), otherwise a tenth of both.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/headroom.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "wire.h"
#include "workload.h"

#define FILE_A		SCRATCH "/a"
#define LIMIT		"1M"
#define PART		(4 * MIB)
#define STRIDE		(2 * PART)
#define PARTS		16
#define ROWS		16384
#define BIT(nr)		(1U << (nr))

/* A cgroup in a dump: bit N of a mask is set if attribute N is present; and some values */
struct row {
	uint64_t id;
	uint64_t parent_id;
	uint64_t generation;
	uint64_t evictions;
	unsigned int attrs;
	unsigned int local;
	unsigned int subtree;
	unsigned int target;
	unsigned int stall;
};

struct rows {
	int nr;
	struct row row[ROWS];
};

static uint64_t number(const struct nlattr *attr)
{
	uint64_t value = 0;

	memcpy(&value, (const char *)attr + NLA_HDRLEN, attr->nla_len - NLA_HDRLEN);
	return value;
}

#define for_each_attr(attr, first, end)						\
	for (attr = (first); (const char *)attr < (const char *)(end);		\
	     attr = (const void *)((const char *)attr + NLA_ALIGN(attr->nla_len)))

#define for_each_nested(attr, nest)						\
	for_each_attr(attr, (nest) + 1, (const char *)(nest) + (nest)->nla_len)

static void add_nest(struct row *row, const struct nlattr *nest, unsigned int *attrs)
{
	const struct nlattr *attr, *inner;

	for_each_nested(attr, nest) {
		int type = attr->nla_type & NLA_TYPE_MASK;

		*attrs |= BIT(type);
		if (attrs == &row->local && type == HEADROOM_A_STATS_EVICTIONS)
			row->evictions = number(attr);
		if (attrs != &row->target && type == HEADROOM_A_STATS_STALL)
			for_each_nested(inner, attr)
				row->stall |= BIT(inner->nla_type & NLA_TYPE_MASK);
	}
}

static void add_row(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	struct rows *rows = arg;
	struct row *row = &rows->row[rows->nr];

	if (rows->nr == ROWS)
		return;
	rows->nr++;
	memset(row, 0, sizeof(*row));
	for_each_attr(attr, NLMSG_DATA(nlh) + GENL_HDRLEN, (const char *)nlh + nlh->nlmsg_len) {
		int type = attr->nla_type & NLA_TYPE_MASK;

		row->attrs |= BIT(type);
		if (type == HEADROOM_A_CGROUP_ID)
			row->id = number(attr);
		else if (type == HEADROOM_A_CGROUP_PARENT_ID)
			row->parent_id = number(attr);
		else if (type == HEADROOM_A_CGROUP_GENERATION)
			row->generation = number(attr);
		else if (type == HEADROOM_A_CGROUP_LOCAL)
			add_nest(row, attr, &row->local);
		else if (type == HEADROOM_A_CGROUP_SUBTREE)
			add_nest(row, attr, &row->subtree);
		else if (type == HEADROOM_A_CGROUP_TARGET)
			add_nest(row, attr, &row->target);
	}
}

static const struct row *find(const struct rows *rows, uint64_t id)
{
	for (int i = 0; i < rows->nr; i++)
		if (rows->row[i].id == id)
			return &rows->row[i];
	return NULL;
}

static bool ascends(const struct rows *rows, bool by_generation)
{
	for (int i = 1; i < rows->nr; i++) {
		const struct row *row = &rows->row[i];

		if (by_generation ? row->generation <= row[-1].generation : row->id <= row[-1].id)
			return false;
	}
	return true;
}

static uint64_t largest(const struct rows *rows)
{
	uint64_t generation = 0;

	for (int i = 0; i < rows->nr; i++)
		if (rows->row[i].generation > generation)
			generation = rows->row[i].generation;
	return generation;
}

FIXTURE(dump)
{
	struct exchange x;
	struct rows *rows;
	int family;
	int fd;
};

FIXTURE_SETUP(dump)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, create_hole(FILE_A, PARTS * STRIDE));
	self->rows = malloc(sizeof(*self->rows));
	ASSERT_NE(NULL, self->rows);
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	self->family = family_id(self->fd, NULL);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(dump)
{
	close(self->fd);
	free(self->rows);
	cgroup_cleanup();
	unlink(FILE_A);
}

/* Sends the prepared request and reads all of the dump; 0 or a negative errno */
static int take(int fd, struct exchange *x, struct rows *rows)
{
	int err;

	rows->nr = 0;
	err = begin_exchange(fd, x) ?: finish_exchange(fd, x, add_row, rows);
	return err ?: x->error;
}

/* Begins the prepared dump on a new socket and reads one message; the socket, or -1 */
static int begin_dump(struct exchange *x, struct rows *rows)
{
	int fd = open_socket();

	rows->nr = 0;
	if (fd >= 0 && !limit_to_one_message(fd) && !begin_exchange(fd, x) &&
	    continue_exchange(fd, x, add_row, rows) == 1)
		return fd;
	return -1;
}

/* Reads the rest of that dump and closes the socket; 0 or a negative errno */
static int end_dump(int fd, struct exchange *x, struct rows *rows)
{
	int err = finish_exchange(fd, x, add_row, rows);

	close(fd);
	return err ?: x->error;
}

#define PREPARE()	prepare(&self->x, self->family, HEADROOM_CMD_CGROUP_GET, NLM_F_DUMP)
#define TAKE()		ASSERT_EQ(0, take(self->fd, &self->x, self->rows))

#define TAKE_ALL()	do { PREPARE(); TAKE(); } while (0)

#define TAKE_SINCE(generation)							\
	do {									\
		PREPARE();							\
		put_u64(&self->x, HEADROOM_A_CGROUP_SINCE, generation);		\
		TAKE();								\
	} while (0)

/*
 * Reads more than fits, twice, which causes evictions, refaults and stalls. Each call reads
 * another part of the file, at a distance that readahead of large folios does not bridge, so that
 * no page was evicted from another cgroup before.
 */
static int load(const char *cgroup)
{
	static int part;
	struct read_job job = {
		.path = FILE_A, .passes = 2, .from = part++ % PARTS * STRIDE, .size = PART,
	};

	return cgroup_write(cgroup, "memory.max", LIMIT) || cgroup_run(cgroup, read_file, &job);
}

static int create_two(const char *parent, const char *one, const char *two)
{
	return cgroup_create_parent(parent) || cgroup_create(one) || cgroup_create(two);
}

/* Each cgroup has a generation of its own, and none has 0 */
TEST_F(dump, generations_are_unique)
{
	ASSERT_EQ(0, create_two("a", "a/b", "a/c"));
	TAKE_ALL();
	EXPECT_FALSE(self->x.interrupted);
	EXPECT_TRUE(ascends(self->rows, false));
	EXPECT_LE(5, self->rows->nr);
	for (int i = 0; i < self->rows->nr; i++) {
		EXPECT_NE(0, self->rows->row[i].generation);
		for (int k = 0; k < i; k++)
			EXPECT_NE(self->rows->row[k].generation,
				  self->rows->row[i].generation);
	}
}

/* Counters that are zero are left out, and so is the subtree of a cgroup without children */
TEST_F(dump, zeros_are_left_out)
{
	const struct row *row;

	ASSERT_EQ(0, create_two("a", "a/b", "a/c"));
	ASSERT_EQ(0, load("a/b"));
	TAKE_ALL();
	row = find(self->rows, cgroup_id("a/c"));
	ASSERT_NE(NULL, row);
	EXPECT_EQ(0, row->attrs & (BIT(HEADROOM_A_CGROUP_LOCAL) | BIT(HEADROOM_A_CGROUP_SUBTREE) |
				   BIT(HEADROOM_A_CGROUP_TARGET)));
	row = find(self->rows, cgroup_id("a/b"));
	ASSERT_NE(NULL, row);
	EXPECT_LT(0, row->evictions);
	EXPECT_EQ(0, row->attrs & BIT(HEADROOM_A_CGROUP_SUBTREE));
	row = find(self->rows, cgroup_id("a"));
	ASSERT_NE(NULL, row);
	EXPECT_EQ(0, row->attrs & BIT(HEADROOM_A_CGROUP_LOCAL));
	EXPECT_NE(0, row->subtree & BIT(HEADROOM_A_STATS_REFAULTS));
	EXPECT_NE(0, row->subtree & BIT(HEADROOM_A_STATS_STALL));

	/* The parent keeps what was counted in a/b */
	ASSERT_EQ(0, cgroup_remove("a/b"));
	TAKE_ALL();
	EXPECT_EQ(NULL, find(self->rows, cgroup_id("a/b")));
	row = find(self->rows, cgroup_id("a"));
	ASSERT_NE(NULL, row);
	EXPECT_NE(0, row->subtree & BIT(HEADROOM_A_STATS_STALL));
}

/* The attributes that @detail adds to the statistics, and no others, are in @stats */
static void check_stats(struct __test_metadata *_metadata, unsigned int detail,
			unsigned int stats)
{
	const unsigned int sums = BIT(HEADROOM_A_STATS_EVICTIONS) |
		BIT(HEADROOM_A_STATS_REFAULTS) | BIT(HEADROOM_A_STATS_REFAULTS_SHARED) |
		BIT(HEADROOM_A_STATS_REFAULT_SAMPLES) | BIT(HEADROOM_A_STATS_RETURNED) |
		BIT(HEADROOM_A_STATS_OVERWRITTEN) |
		BIT(HEADROOM_A_STATS_STALL_TOTAL) | BIT(HEADROOM_A_STATS_EVICTIONS_OUTSIDE) |
		BIT(HEADROOM_A_STATS_RETURNED_OUTSIDE) | BIT(HEADROOM_A_STATS_EVICTIONS_MACHINE) |
		BIT(HEADROOM_A_STATS_RETURNED_MACHINE) | BIT(HEADROOM_A_STATS_FORGOTTEN) |
		BIT(HEADROOM_A_STATS_DISPLACED) | BIT(HEADROOM_A_STATS_RECLAIMS_DROPPED) |
		BIT(HEADROOM_A_STATS_STALLS_DROPPED);
	unsigned int want = 0;

	if (detail & HEADROOM_DETAIL_PAGES)
		want |= BIT(HEADROOM_A_STATS_PAGES);
	if (detail & HEADROOM_DETAIL_STALLS)
		want |= BIT(HEADROOM_A_STATS_STALL);
	if (detail & HEADROOM_DETAIL_HISTOGRAMS)
		want |= BIT(HEADROOM_A_STATS_REFAULT_DISTANCE) | BIT(HEADROOM_A_STATS_REFAULT_AGE);
	EXPECT_NE(0, stats & BIT(HEADROOM_A_STATS_EVICTIONS));
	EXPECT_EQ(want, stats & ~sums);
}

static void check_row(struct __test_metadata *_metadata, unsigned int detail,
		      const struct row *row)
{
	const unsigned int psi = BIT(HEADROOM_A_CGROUP_PSI_SOME) | BIT(HEADROOM_A_CGROUP_PSI_FULL);

	EXPECT_EQ((detail & HEADROOM_DETAIL_STALLS) && (detail & HEADROOM_DETAIL_HISTOGRAMS),
		  !!(row->stall & BIT(HEADROOM_A_STALL_LATENCY)));
	EXPECT_EQ(!!(detail & HEADROOM_DETAIL_PSI), !!(row->attrs & psi));
}

/* Each detail adds its own attributes and no others, in every combination */
TEST_F(dump, detail)
{
	ASSERT_EQ(0, create_two("a", "a/b", "a/c"));
	ASSERT_EQ(0, load("a/b"));
	for (unsigned int detail = 0; detail < 32; detail++) {
		const struct row *parent, *child;

		PREPARE();
		put_u32(&self->x, HEADROOM_A_CGROUP_DETAIL, detail);
		TAKE();
		child = find(self->rows, cgroup_id("a/b"));
		ASSERT_NE(NULL, child);
		check_stats(_metadata, detail, child->local);
		check_row(_metadata, detail, child);
		parent = find(self->rows, cgroup_id("a"));
		ASSERT_NE(NULL, parent);
		check_stats(_metadata, detail, parent->subtree);
		check_row(_metadata, detail, parent);

		EXPECT_NE(0, child->target & BIT(HEADROOM_A_TARGET_EVICTIONS));
		EXPECT_EQ((detail & HEADROOM_DETAIL_TARGET) && module_sees_scans(),
			  !!(child->target & BIT(HEADROOM_A_TARGET_RECLAIM)));
		EXPECT_EQ(!!(detail & HEADROOM_DETAIL_HISTOGRAMS),
			  !!(child->target & BIT(HEADROOM_A_TARGET_DISTANCE)));
	}
}

/* A dump of a subtree has the ancestor and all cgroups below it */
TEST_F(dump, ancestor)
{
	ASSERT_EQ(0, create_two("a", "a/b", "a/c"));
	ASSERT_EQ(0, cgroup_create("d"));
	ASSERT_EQ(0, cgroup_write("a/b", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create("a/b/e"));
	PREPARE();
	put_u64(&self->x, HEADROOM_A_CGROUP_ANCESTOR, cgroup_id("a"));
	TAKE();
	EXPECT_EQ(4, self->rows->nr);
	EXPECT_TRUE(ascends(self->rows, false));
	EXPECT_NE(NULL, find(self->rows, cgroup_id("a")));
	EXPECT_NE(NULL, find(self->rows, cgroup_id("a/b")));
	EXPECT_NE(NULL, find(self->rows, cgroup_id("a/c")));
	EXPECT_NE(NULL, find(self->rows, cgroup_id("a/b/e")));

	PREPARE();
	put_u64(&self->x, HEADROOM_A_CGROUP_ANCESTOR, cgroup_id("d"));
	TAKE();
	EXPECT_EQ(1, self->rows->nr);
}

/* A dump since a generation has the cgroup that changed and its ancestors, children first */
TEST_F(dump, since)
{
	uint64_t before;

	ASSERT_EQ(0, create_two("a", "a/b", "a/c"));
	ASSERT_EQ(0, load("a/c"));
	TAKE_ALL();
	before = largest(self->rows);
	TAKE_SINCE(before);
	EXPECT_EQ(0, self->rows->nr);

	ASSERT_EQ(0, load("a/b"));
	TAKE_SINCE(before);
	ASSERT_EQ(4, self->rows->nr);
	EXPECT_TRUE(ascends(self->rows, true));
	EXPECT_LT(before, self->rows->row[0].generation);
	EXPECT_EQ(cgroup_id("a/b"), self->rows->row[0].id);
	EXPECT_EQ(cgroup_id("a"), self->rows->row[1].id);
	EXPECT_EQ(cgroup_id(""), self->rows->row[2].id);
	EXPECT_EQ(0, self->rows->row[3].parent_id);
	EXPECT_LT(0, self->rows->row[0].evictions);

	/* Two children have changed: each ancestor comes once */
	before = largest(self->rows);
	ASSERT_EQ(0, load("a/b"));
	ASSERT_EQ(0, load("a/c"));
	TAKE_SINCE(before);
	EXPECT_EQ(5, self->rows->nr);
	EXPECT_TRUE(ascends(self->rows, true));

	TAKE_SINCE(largest(self->rows));
	EXPECT_EQ(0, self->rows->nr);
	TAKE_SINCE(0);
	EXPECT_LE(5, self->rows->nr);
	EXPECT_TRUE(ascends(self->rows, true));
}

/* Both conditions hold: a change outside of the subtree is left out */
TEST_F(dump, since_and_ancestor)
{
	uint64_t before;

	ASSERT_EQ(0, create_two("a", "a/b", "a/c"));
	ASSERT_EQ(0, cgroup_create("d"));
	TAKE_ALL();
	before = largest(self->rows);
	ASSERT_EQ(0, load("d"));
	PREPARE();
	put_u64(&self->x, HEADROOM_A_CGROUP_SINCE, before);
	put_u64(&self->x, HEADROOM_A_CGROUP_ANCESTOR, cgroup_id("a"));
	TAKE();
	EXPECT_EQ(0, self->rows->nr);
	TAKE_SINCE(before);
	EXPECT_EQ(3, self->rows->nr);
}

/* A birth changes the new cgroup only, and a removal changes its parent */
TEST_F(dump, since_births_and_deaths)
{
	uint64_t before;

	ASSERT_EQ(0, create_two("a", "a/b", "a/c"));
	TAKE_ALL();
	before = largest(self->rows);
	ASSERT_EQ(0, cgroup_create("new"));
	TAKE_SINCE(before);
	ASSERT_EQ(1, self->rows->nr);
	EXPECT_EQ(cgroup_id("new"), self->rows->row[0].id);
	before = largest(self->rows);
	ASSERT_EQ(0, cgroup_remove("a/b"));
	TAKE_SINCE(before);
	ASSERT_EQ(1, self->rows->nr);
	EXPECT_EQ(cgroup_id("a"), self->rows->row[0].id);
	TAKE_SINCE(largest(self->rows));
	EXPECT_EQ(0, self->rows->nr);
}

/* A generation from before the module was reloaded is older than all new ones */
TEST_F(dump, since_before_a_reload)
{
	uint64_t before;
	int all;

	TAKE_ALL();
	before = largest(self->rows);
	close(self->fd);
	ASSERT_EQ(0, module_reload(""));
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	self->family = family_id(self->fd, NULL);
	ASSERT_LT(0, self->family);
	TAKE_ALL();
	all = self->rows->nr;
	TAKE_SINCE(before);
	EXPECT_EQ(all, self->rows->nr);
}

/* With so many cgroups a dump takes at least four messages; the kernel fills up to two ahead */
#define FILLERS	3200

/*
 * Events that were counted during the dump that was just read may be in it or not, but the
 * next dump has them: it has "early", which was already reported when they were counted, and
 * "late", which was not.
 */
#define CHECK_NEXT_DUMP(by_generation)						\
	do {									\
		EXPECT_TRUE(ascends(self->rows, by_generation));		\
		EXPECT_LE(FILLERS, self->rows->nr);				\
		TAKE_SINCE(largest(self->rows));				\
		EXPECT_EQ(4, self->rows->nr);					\
		EXPECT_NE(NULL, find(self->rows, cgroup_id("early")));		\
		EXPECT_NE(NULL, find(self->rows, cgroup_id("late")));		\
	} while (0)

/* Events are counted during a dump; another reader may read "late" in between, or not */
TEST_F_TIMEOUT(dump, counts_during_a_dump, 1200)
{
	ASSERT_EQ(0, cgroup_create("early"));
	ASSERT_EQ(0, cgroup_create_numbered("f", FILLERS));
	ASSERT_EQ(0, cgroup_create("late"));
	for (int other = 0; other < 2; other++) {
		int fd;

		PREPARE();
		fd = begin_dump(&self->x, self->rows);
		ASSERT_LE(0, fd);
		ASSERT_NE(NULL, find(self->rows, cgroup_id("early")));
		ASSERT_GT(FILLERS / 2, self->rows->nr);
		ASSERT_EQ(0, load("early"));
		ASSERT_EQ(0, load("late"));
		if (other) {
			struct headroom_cgroup *cg = module_read("late");

			ASSERT_NE(NULL, cg);
			headroom_cgroup_free(cg);
		}
		EXPECT_EQ(0, end_dump(fd, &self->x, self->rows));
		EXPECT_FALSE(self->x.interrupted);
		CHECK_NEXT_DUMP(false);
	}
	ASSERT_EQ(0, cgroup_remove_numbered("f", FILLERS));
}

/* The same for a dump since a generation, in whose order the cgroups move as well */
TEST_F_TIMEOUT(dump, counts_during_a_dump_since, 1200)
{
	uint64_t before;
	int fd;

	ASSERT_EQ(0, cgroup_create("early"));
	TAKE_ALL();
	before = largest(self->rows);
	ASSERT_EQ(0, load("early"));
	TAKE_SINCE(before);
	ASSERT_EQ(0, cgroup_create_numbered("f", FILLERS));
	ASSERT_EQ(0, cgroup_create("late"));
	PREPARE();
	put_u64(&self->x, HEADROOM_A_CGROUP_SINCE, before);
	fd = begin_dump(&self->x, self->rows);
	ASSERT_LE(0, fd);
	ASSERT_NE(NULL, find(self->rows, cgroup_id("early")));
	ASSERT_EQ(0, load("early"));
	ASSERT_EQ(0, load("late"));
	headroom_cgroup_free(module_read("late"));
	EXPECT_EQ(0, end_dump(fd, &self->x, self->rows));
	CHECK_NEXT_DUMP(true);
	ASSERT_EQ(0, cgroup_remove_numbered("f", FILLERS));
}

/* Begins a dump of all cgroups, of all since the first generation, or of those of the test */
static int begin_kind(struct exchange *x, int family, int kind, struct rows *rows)
{
	prepare(x, family, HEADROOM_CMD_CGROUP_GET, NLM_F_DUMP);
	if (kind)
		put_u64(x, HEADROOM_A_CGROUP_SINCE, 0);
	if (kind == 2)
		put_u64(x, HEADROOM_A_CGROUP_ANCESTOR, cgroup_id(""));
	return begin_dump(x, rows);
}

/* A dump that was begun and is not read on blocks neither other requests nor the unload */
TEST_F_TIMEOUT(dump, unfinished_dumps_block_nothing, 1200)
{
	struct exchange unfinished;
	int fd[3];

	ASSERT_EQ(0, cgroup_create_numbered("f", FILLERS));
	for (int i = 0; i < 3; i++) {
		fd[i] = begin_kind(i ? &self->x : &unfinished, self->family, i, self->rows);
		ASSERT_LE(0, fd[i]);
	}
	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, load("a"));
	TAKE_ALL();
	EXPECT_NE(NULL, find(self->rows, cgroup_id("a")));
	ASSERT_EQ(0, cgroup_remove("a"));
	EXPECT_LE(0, MODULE_STATUS(cgroups));
	/* The dumps drop their references, whether they are read to the end or closed */
	ASSERT_EQ(0, cgroup_remove_numbered("f", FILLERS));
	EXPECT_EQ(0, end_dump(fd[0], &unfinished, self->rows));
	EXPECT_TRUE(unfinished.interrupted);
	close(fd[1]);
	close(fd[2]);
	EXPECT_EQ(0, module_unload());
}

/* Attributes that a dump, or a request for one cgroup, refuses */
FIXTURE(refusal)
{
	struct exchange x;
	int family;
	int fd;
};

FIXTURE_VARIANT(refusal)
{
	int attr;
	int bytes;
	uint64_t value;
	int error;
	const char *sentence;
	bool one;
};

/* On Linux 6.1 the module checks the length of a number itself */
FIXTURE_VARIANT_ADD(refusal, unknown_ancestor) {
	.attr = HEADROOM_A_CGROUP_ANCESTOR, .bytes = 8, .value = 1ULL << 60,
	.error = -ENOENT, .sentence = "no cgroup with this id has the memory controller",
};

FIXTURE_VARIANT_ADD(refusal, ancestor_of_no_bytes) {
	.attr = HEADROOM_A_CGROUP_ANCESTOR, .bytes = 0,
};

FIXTURE_VARIANT_ADD(refusal, ancestor_of_2_bytes) {
	.attr = HEADROOM_A_CGROUP_ANCESTOR, .bytes = 2, .value = 1,
};

FIXTURE_VARIANT_ADD(refusal, ancestor_of_12_bytes) {
	.attr = HEADROOM_A_CGROUP_ANCESTOR, .bytes = 12, .value = 1,
};

FIXTURE_VARIANT_ADD(refusal, since_of_no_bytes) {
	.attr = HEADROOM_A_CGROUP_SINCE, .bytes = 0,
};

FIXTURE_VARIANT_ADD(refusal, since_of_7_bytes) {
	.attr = HEADROOM_A_CGROUP_SINCE, .bytes = 7,
};

FIXTURE_VARIANT_ADD(refusal, since_of_16_bytes) {
	.attr = HEADROOM_A_CGROUP_SINCE, .bytes = 16,
};

FIXTURE_VARIANT_ADD(refusal, unknown_detail) {
	.attr = HEADROOM_A_CGROUP_DETAIL, .bytes = 4, .value = 32,
};

FIXTURE_VARIANT_ADD(refusal, detail_of_2_bytes) {
	.attr = HEADROOM_A_CGROUP_DETAIL, .bytes = 2, .value = 1,
};

FIXTURE_VARIANT_ADD(refusal, detail_of_8_bytes) {
	.attr = HEADROOM_A_CGROUP_DETAIL, .bytes = 8, .value = 1,
};

FIXTURE_VARIANT_ADD(refusal, unknown_attribute) {
	.attr = 99, .bytes = 4,
};

FIXTURE_VARIANT_ADD(refusal, id_in_a_dump) {
	.attr = HEADROOM_A_CGROUP_ID, .bytes = 4, .value = 1,
};

FIXTURE_VARIANT_ADD(refusal, generation_in_a_dump) {
	.attr = HEADROOM_A_CGROUP_GENERATION, .bytes = 4, .value = 1,
};

FIXTURE_VARIANT_ADD(refusal, ancestor_of_one) {
	.attr = HEADROOM_A_CGROUP_ANCESTOR, .bytes = 4, .value = 1, .one = true,
};

FIXTURE_VARIANT_ADD(refusal, since_of_one) {
	.attr = HEADROOM_A_CGROUP_SINCE, .bytes = 4, .value = 1, .one = true,
};

FIXTURE_VARIANT_ADD(refusal, detail_of_one) {
	.attr = HEADROOM_A_CGROUP_DETAIL, .bytes = 4, .value = 1, .one = true,
};

FIXTURE_SETUP(refusal)
{
	ASSERT_EQ(0, module_reload(""));
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	self->family = family_id(self->fd, NULL);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(refusal)
{
	close(self->fd);
}

static void no_row(const struct nlmsghdr *nlh, void *arg)
{
}

/* A refusal names the attribute and says why */
TEST_F(refusal, names_the_attribute)
{
	char bytes[16] = { 0 };
	unsigned int offset;

	memcpy(bytes, &variant->value, sizeof(variant->value));
	prepare(&self->x, self->family, HEADROOM_CMD_CGROUP_GET, variant->one ? 0 : NLM_F_DUMP);
	/* A valid attribute comes first */
	if (variant->one)
		put_u32(&self->x, HEADROOM_A_CGROUP_ID, 1);
	else if (variant->attr != HEADROOM_A_CGROUP_DETAIL)
		put_u32(&self->x, HEADROOM_A_CGROUP_DETAIL, HEADROOM_DETAIL_PAGES);
	offset = next_offset(&self->x);
	put_attr(&self->x, variant->attr, bytes, variant->bytes);
	ASSERT_EQ(0, begin_exchange(self->fd, &self->x));
	ASSERT_EQ(0, finish_exchange(self->fd, &self->x, no_row, NULL));
	EXPECT_EQ(0, self->x.replies);
	EXPECT_GT(0, self->x.error);
	if (variant->error)
		EXPECT_EQ(variant->error, self->x.error);
	/* On Linux 6.1 the module cannot attach a message when a dump does not start */
	if (!*self->x.sentence && !variant->one && kernel_is_6_1())
		return;
	EXPECT_STRNE("", self->x.sentence);
	if (variant->sentence)
		EXPECT_STREQ(variant->sentence, self->x.sentence);
	EXPECT_EQ(offset, self->x.offset);
}

/* Creates and removes cgroups until it is killed */
static int churn(void *unused)
{
	char name[32];

	for (unsigned int i = 0; ; i++) {
		snprintf(name, sizeof(name), "churn/%u", i % 64);
		if (i >= 64 && cgroup_remove(name))
			return 1;
		if (cgroup_create(name))
			return 1;
	}
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool has(const uint64_t *id, int nr, uint64_t wanted)
{
	return bsearch(&wanted, id, nr, sizeof(*id), compare_ids);
}

/*
 * Returns what is wrong with a dump that was not marked as interrupted, or NULL: it has each
 * cgroup once, all that live, and the parent of each.
 */
static const char *wrong(const struct rows *rows, const uint64_t *live, int nr_live)
{
	static uint64_t ids[ROWS];

	for (int i = 0; i < rows->nr; i++)
		ids[i] = rows->row[i].id;
	qsort(ids, rows->nr, sizeof(*ids), compare_ids);
	for (int i = 1; i < rows->nr; i++)
		if (ids[i] == ids[i - 1])
			return "a cgroup is there twice";
	for (int i = 0; i < nr_live; i++)
		if (!has(ids, rows->nr, live[i]))
			return "a cgroup is missing";
	for (int i = 0; i < rows->nr; i++)
		if (rows->row[i].parent_id && !has(ids, rows->nr, rows->row[i].parent_id))
			return "the parent of a cgroup is missing";
	return NULL;
}

/* Creates @nr cgroups, 100 below each parent, and stores their ids; 0 or -1 */
static int create_hundreds(uint64_t *id, int nr)
{
	char name[32];

	for (int i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "s%d", i / 100);
		if (i % 100 == 0 && cgroup_create_parent(name))
			return -1;
		snprintf(name, sizeof(name), "s%d/%d", i / 100, i);
		if (cgroup_create(name))
			return -1;
		id[i] = cgroup_id(name);
	}
	return 0;
}

/* Dumps are consistent, or marked as interrupted, while other cgroups come and go */
TEST_F_TIMEOUT(dump, scale, 3600)
{
	const char *form = getenv("HEADROOM_SCALE");
	bool full = form && !strcmp(form, "full");
	int cgroups = full ? 5000 : 500, dumps = full ? 1000 : 100, marked = 0, i;
	uint64_t *live = calloc(cgroups, sizeof(*live));
	const char *what = NULL;
	pid_t pid;

	ASSERT_NE(NULL, live);
	ASSERT_EQ(0, create_hundreds(live, cgroups));
	ASSERT_EQ(0, cgroup_create_parent("churn"));
	pid = fork();
	if (!pid)
		_exit(churn(NULL));
	for (i = 0; i < dumps && !what; i++) {
		PREPARE();
		/* Every second dump is in the order of generations, and has all cgroups as well */
		if (i % 2)
			put_u64(&self->x, HEADROOM_A_CGROUP_SINCE, 0);
		TAKE();
		marked += self->x.interrupted;
		if (!ascends(self->rows, i % 2))
			what = "the order is wrong";
		else if (!self->x.interrupted)
			what = wrong(self->rows, live, cgroups);
	}
	end_child(pid);
	TH_LOG("%d dumps of %d cgroups, %d marked as interrupted", i, self->rows->nr, marked);
	EXPECT_STREQ("", what ?: "");
	/* Now no cgroup comes or goes */
	TAKE_ALL();
	EXPECT_FALSE(self->x.interrupted);
	EXPECT_STREQ("", wrong(self->rows, live, cgroups) ?: "");
	free(live);
}

TEST_HARNESS_MAIN
