// SPDX-License-Identifier: GPL-2.0
/* Test decoding of netlink messages, well-formed and malformed */

#include <errno.h>
#include <stdlib.h>
#include <netlink/msg.h>
#include "connection.h"
#include "counters.h"
#include "decode.h"
#include "tap.h"

/* The message under construction; the tests decode its attributes. */
static struct nl_msg *msg;

static void begin(void)
{
	nlmsg_free(msg);
	msg = nlmsg_alloc();
	nlmsg_put(msg, 0, 0, 0x1f, 0, 0);
}

static struct nlattr *nest(int attr)
{
	return nla_nest_start(msg, attr);
}

static void end(struct nlattr *start)
{
	nla_nest_end(msg, start);
}

/* libnl's nla_nest_end() drops an empty nest; the kernel's keeps it. */
static void empty_nest(int attr)
{
	nla_put(msg, attr, 0, NULL);
}

/* Lists and histograms of the decoded cgroup */
static struct arena arena;

static int decode_cgroup(struct headroom_cgroup *cgroup)
{
	memset(cgroup, 0, sizeof(*cgroup));
	return headroom_decode_cgroup(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				      nlmsg_attrlen(nlmsg_hdr(msg), 0), cgroup, &arena);
}

/* Expect -EBADMSG for the message; a sanitizer finds leaks */
static void is_malformed(const char *name)
{
	struct headroom_cgroup cgroup;

	is_int(decode_cgroup(&cgroup), -EBADMSG, name);
	arena_free(&arena);
}

/* Begin a histogram with its head; the caller ends the nest */
static struct nlattr *histogram(int attr, uint32_t shift, uint32_t first)
{
	struct nlattr *start = nest(attr);

	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, shift);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, first);
	return start;
}

static void put_counts(size_t nr, uint64_t count)
{
	uint64_t counts[128];

	for (size_t i = 0; i < nr; i++)
		counts[i] = count;
	nla_put(msg, HEADROOM_A_HISTOGRAM_COUNTS, nr * sizeof(counts[0]), counts);
}

static void put_stall(uint32_t cause, uint32_t total)
{
	struct nlattr *stall = nest(HEADROOM_A_STATS_STALL);

	nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, cause);
	nla_put_u32(msg, HEADROOM_A_STALL_TOTAL, total);
	end(stall);
}

/* A cgroup with unknown attributes, and with stalls out of order and twice */
static void build_cgroup(void)
{
	struct nlattr *stats, *hist, *stall;
	const uint64_t counts[124] = { [0] = 3, [2] = 4, [123] = 5 };

	begin();
	nla_put_u64(msg, HEADROOM_A_CGROUP_ID, 0x100000002);
	nla_put_u32(msg, HEADROOM_A_CGROUP_PARENT_ID, 7);
	nla_put_u64(msg, HEADROOM_A_CGROUP_PSI_SOME, 1ull << 40);
	nla_put_u32(msg, HEADROOM_A_CGROUP_PSI_FULL, 5);
	stats = nest(HEADROOM_A_CGROUP_LOCAL);
	nla_put_u32(msg, HEADROOM_A_STATS_EVICTIONS, 0xffffffff);
	nla_put_u64(msg, HEADROOM_A_STATS_REFAULTS, UINT64_MAX);
	nla_put_u64(msg, HEADROOM_A_STATS_STALL_TOTAL, 1ull << 41);
	hist = histogram(HEADROOM_A_STATS_REFAULT_DISTANCE, 0, 0);
	nla_put_u32(msg, 99, 1);
	nla_put(msg, HEADROOM_A_HISTOGRAM_COUNTS, sizeof(counts), counts);
	end(hist);
	stall = nest(HEADROOM_A_STATS_STALL);
	nla_put_u64(msg, HEADROOM_A_STALL_TOTAL, 17);
	nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
	hist = histogram(HEADROOM_A_STALL_LATENCY, 10, 36);
	put_counts(1, 1);
	end(hist);
	end(stall);
	put_stall(99, 18);
	put_stall(50, 1);
	put_stall(99, 19);
	end(stats);
	empty_nest(HEADROOM_A_CGROUP_SUBTREE);
	nla_put_u16(msg, 200, 1);
}

static void test_well_formed(void)
{
	const struct headroom_bucket *bucket;
	struct headroom_cgroup cgroup;
	uint64_t elsewhere = 0;

	build_cgroup();
	is_int(decode_cgroup(&cgroup), 0, "a cgroup is decoded");
	is_uint(cgroup.id, 0x100000002, "uint of 8 bytes");
	is_uint(cgroup.parent_id, 7, "uint of 4 bytes");
	is_uint(cgroup.local.evictions, 0xffffffff, "largest uint of 4 bytes");
	is_uint(cgroup.local.refaults, UINT64_MAX, "largest uint of 8 bytes");
	is_uint(cgroup.local.refaults_shared, 0, "an absent counter is zero");
	is_uint(cgroup.local.stall_total, 1ull << 41, "total of stalls");
	ok(cgroup.psi, "PSI totals are valid");
	is_uint(cgroup.psi_some, 1ull << 40, "total of some");
	is_uint(cgroup.psi_full, 5, "total of full");
	bucket = cgroup.local.refault_distance.bucket;
	is_uint(cgroup.local.refault_distance.nr, 3, "empty buckets are absent");
	is_uint(bucket[0].count, 3, "count of the first bucket");
	is_uint(bucket[1].count, 4, "count of a bucket after an empty one");
	is_uint(bucket[1].low, 2, "its lower bound");
	is_uint(bucket[2].high, UINT64_MAX, "the last bucket is open");
	is_uint(headroom_stats_stall(&cgroup.local, HEADROOM_STALL_CAUSE_DIRECT_RECLAIM)->total, 17,
		"a stall whose cause is not its first attribute");
	for (int cause = HEADROOM_STALL_CAUSE_MEMCG_RECLAIM; cause < HEADROOM_STALL_CAUSES; cause++)
		elsewhere += headroom_stats_stall(&cgroup.local, cause)->total;
	is_uint(elsewhere, 0, "the other causes are zero");
	is_uint(headroom_stats_stall(&cgroup.local, 99)->total, 19,
		"an unknown cause is kept; the last of two wins");
	ok(cgroup.local.nr_stalls == 3 && cgroup.local.stall[1].cause == 50 &&
	   cgroup.local.stall[2].cause == 99, "the list is sorted");
	is_uint(cgroup.subtree.refaults, 0, "the subtree has no local counters");
	is_uint(cgroup.subtree.refault_distance.nr, 0, "nor local histograms");
	arena_free(&arena);
}

static struct nlattr *begin_stats(void)
{
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	return nest(HEADROOM_A_CGROUP_LOCAL);
}

/* Without a subtree attribute, the subtree is the cgroup itself. */
static void test_absent(void)
{
	struct headroom_cgroup cgroup, other;
	struct nlattr *stats, *nested;

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	nla_put_u64(msg, HEADROOM_A_CGROUP_GENERATION, 1ull << 50);
	is_int(decode_cgroup(&cgroup), 0, "a cgroup with id and generation only is decoded");
	is_uint(cgroup.generation, 1ull << 50, "its generation");
	is_uint(cgroup.local.evictions + cgroup.subtree.refaults, 0, "its counters are zero");
	ok(!cgroup.local.nr_stalls && !cgroup.local.nr_pages && !cgroup.local.nr_groups &&
	   !cgroup.target.nr_reclaim, "its lists are empty");

	stats = begin_stats();
	nla_put_u32(msg, HEADROOM_A_STATS_EVICTIONS, 3);
	nla_put_u32(msg, HEADROOM_A_STATS_STALL_TOTAL, 4);
	nested = nest(HEADROOM_A_STATS_STALL);
	nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, HEADROOM_STALL_CAUSE_REFAULT);
	nla_put_u32(msg, HEADROOM_A_STALL_COUNT, 5);
	end(nested);
	nested = nest(HEADROOM_A_STATS_PAGES);
	nla_put_u32(msg, HEADROOM_A_PAGES_KIND, HEADROOM_PAGE_KIND_ANON);
	nla_put_u32(msg, HEADROOM_A_PAGES_REASON, HEADROOM_REASON_KSWAPD);
	nla_put_u64(msg, HEADROOM_A_PAGES_REFAULTS, 1ull << 33);
	end(nested);
	nested = nest(HEADROOM_A_STATS_SAMPLE_GROUP);
	nla_put_u32(msg, HEADROOM_A_SAMPLE_GROUP_REFAULTS, 6);
	end(nested);
	nested = histogram(HEADROOM_A_STATS_REFAULT_AGE, 20, 7);
	put_counts(2, 8);
	end(nested);
	end(stats);
	is_int(decode_cgroup(&cgroup), 0, "a cgroup without a subtree is decoded");
	is_uint(cgroup.local.evictions, 3, "its local counters");
	ok(memcmp(&cgroup.subtree, &cgroup.local, sizeof(cgroup.local)) == 0,
	   "the subtree equals the local statistics");
	is_uint(cgroup.subtree.refault_age.nr, 2, "including histograms");
	ok(cgroup.subtree.nr_stalls == 1 && cgroup.subtree.nr_pages == 1 &&
	   cgroup.subtree.nr_groups == 1, "and lists");

	/* the same memory again, for an empty cgroup */
	other = cgroup;
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 2);
	is_int(headroom_decode_cgroup(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				      nlmsg_attrlen(nlmsg_hdr(msg), 0), &other, &arena), 0,
	       "another cgroup is decoded into used memory");
	memset(&cgroup, 0, sizeof(cgroup));
	cgroup.id = 2;
	ok(memcmp(&other, &cgroup, sizeof(other)) == 0, "nothing of the former one is left");
	arena_free(&arena);
}

static void test_histogram_twice(void)
{
	struct headroom_cgroup cgroup;
	struct nlattr *stats, *hist;

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_LOCAL);
	for (int i = 0; i < 2; i++) {
		hist = histogram(HEADROOM_A_STATS_REFAULT_DISTANCE, 0, i);
		put_counts(1, 1);
		end(hist);
	}
	end(stats);
	is_int(decode_cgroup(&cgroup), 0, "a cgroup with a histogram twice is decoded");
	is_uint(cgroup.local.refault_distance.nr, 1, "the last one wins");
	ok(!cgroup.psi, "PSI totals are not valid");
	arena_free(&arena);
}

static void put_one_stall(uint32_t cause, uint32_t count)
{
	struct nlattr *stall = nest(HEADROOM_A_STATS_STALL);

	nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, cause);
	nla_put_u32(msg, HEADROOM_A_STALL_COUNT, count);
	end(stall);
}

static void put_one_pages(uint32_t kind, uint32_t evictions)
{
	struct nlattr *pages = nest(HEADROOM_A_STATS_PAGES);

	nla_put_u32(msg, HEADROOM_A_PAGES_KIND, kind);
	nla_put_u32(msg, HEADROOM_A_PAGES_REASON, 1);
	nla_put_u32(msg, HEADROOM_A_PAGES_EVICTIONS, evictions);
	end(pages);
}

/* The kernel sends each list in order and in one run, but does not promise either. */
static void test_lists_in_any_order(void)
{
	struct headroom_cgroup cgroup;
	struct nlattr *stats;
	int wrong = 0;

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_LOCAL);
	for (uint32_t i = 50; i > 0; i--) {
		put_one_stall(i, 1000 + i);
		put_one_stall(99 - i, 2000 + i);
		put_one_pages(i % 2 ? i : 100 - i, i);
	}
	put_one_stall(7, 7);
	end(stats);
	is_int(decode_cgroup(&cgroup), 0, "lists in any order are decoded");
	is_uint(cgroup.local.nr_stalls, 98, "each cause is listed once");
	is_uint(cgroup.local.nr_pages, 50, "each kind is listed once");
	for (size_t i = 1; i < cgroup.local.nr_stalls; i++)
		wrong += cgroup.local.stall[i].cause <= cgroup.local.stall[i - 1].cause;
	for (size_t i = 1; i < cgroup.local.nr_pages; i++)
		wrong += cgroup.local.pages[i].kind <= cgroup.local.pages[i - 1].kind;
	is_int(wrong, 0, "the lists are sorted");
	is_uint(headroom_stats_stall(&cgroup.local, 7)->count, 7,
		"the last of two elements with the same number wins");
	is_uint(headroom_stats_stall(&cgroup.local, 60)->count, 2039, "counter of a cause");
	is_uint(headroom_stats_pages(&cgroup.local, 3, 1)->evictions, 3, "counter of a kind");
	arena_free(&arena);
}

/* A list is allocated for one nest: elements of a second nest would overflow it. */
static void test_nest_twice(void)
{
	const int attrs[] = { HEADROOM_A_CGROUP_LOCAL, HEADROOM_A_CGROUP_SUBTREE,
			      HEADROOM_A_CGROUP_TARGET };
	struct nlattr *stats, *list;

	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		begin();
		nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
		for (uint32_t number = 1; number <= 2; number++) {
			stats = nest(attrs[i]);
			if (attrs[i] == HEADROOM_A_CGROUP_TARGET) {
				list = nest(HEADROOM_A_TARGET_RECLAIM);
				nla_put_u32(msg, HEADROOM_A_RECLAIM_REASON, number);
			} else {
				list = nest(HEADROOM_A_STATS_STALL);
				nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, number);
			}
			end(list);
			end(stats);
		}
		is_malformed("a nest of statistics twice is malformed");
	}
}

static void test_malformed_cgroup(void)
{
	struct nlattr *stats, *stall;

	begin();
	is_malformed("an empty message");
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_PARENT_ID, 1);
	is_malformed("a message without an id");
	begin();
	nla_put_u16(msg, HEADROOM_A_CGROUP_ID, 1);
	is_malformed("uint of 2 bytes");
	begin();
	nla_put(msg, HEADROOM_A_CGROUP_ID, 12, "twelve bytes");
	is_malformed("uint of 12 bytes");
	begin();
	nla_put(msg, HEADROOM_A_CGROUP_ID, 0, NULL);
	is_malformed("uint of no bytes");
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	nla_put_u16(msg, HEADROOM_A_CGROUP_PSI_SOME, 1);
	is_malformed("PSI of 2 bytes");

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_LOCAL);
	nla_put_u8(msg, HEADROOM_A_STATS_EVICTIONS, 1);
	end(stats);
	is_malformed("a counter of 1 byte");
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	nla_put(msg, HEADROOM_A_CGROUP_LOCAL, 8, "garbage!");
	is_malformed("garbage in place of a nest");

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_SUBTREE);
	stall = nest(HEADROOM_A_STATS_STALL);
	nla_put_u32(msg, HEADROOM_A_STALL_COUNT, 1);
	end(stall);
	end(stats);
	is_malformed("a stall without a cause");
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_SUBTREE);
	stall = nest(HEADROOM_A_STATS_STALL);
	nla_put_u32(msg, HEADROOM_A_STALL_CAUSE, 0);
	end(stall);
	end(stats);
	is_malformed("cause 0");
}

static struct nlattr *open_nest[2];

static void begin_histogram(void)
{
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	open_nest[0] = nest(HEADROOM_A_CGROUP_LOCAL);
	open_nest[1] = nest(HEADROOM_A_STATS_REFAULT_DISTANCE);
}

static void end_histogram(const char *name)
{
	end(open_nest[1]);
	end(open_nest[0]);
	is_malformed(name);
}

static void test_malformed_histogram(void)
{
	begin_histogram();
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, 0);
	put_counts(1, 1);
	end_histogram("a histogram without a shift");
	begin_histogram();
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, 0);
	put_counts(1, 1);
	end_histogram("a histogram without a first bucket");
	begin_histogram();
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, 33);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, 0);
	end_histogram("a shift that is too large");
	begin_histogram();
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, 0);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, 124);
	end_histogram("a first bucket after the last one");
	begin_histogram();
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, 0);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, 0);
	put_counts(125, 1);
	end_histogram("more counts than buckets");
	begin_histogram();
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, 0);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, 123);
	put_counts(2, 1);
	end_histogram("a count after the last bucket");
	begin_histogram();
	nla_put_u64(msg, HEADROOM_A_HISTOGRAM_SHIFT, 0);
	end_histogram("a shift of 8 bytes");
	begin_histogram();
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, 0);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, 0);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_COUNTS, 1);
	end_histogram("half a count");
	begin_histogram();
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, 0);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, UINT32_MAX);
	put_counts(1, 1);
	end_histogram("a first bucket of UINT32_MAX");
}

/* For the smallest and the largest shift, the buckets cover all values without overlap. */
static void test_buckets(void)
{
	static const struct {
		unsigned int index;
		uint64_t units;
	} known[] = {
		{ 0, 0 }, { 3, 3 }, { 4, 4 }, { 7, 7 }, { 8, 8 }, { 9, 10 }, { 12, 16 },
		{ 13, 20 }, { 48, 8192 }, { 122, 6ull << 29 }, { 123, 7ull << 29 },
	};
	struct headroom_cgroup cgroup;
	struct headroom_bucket *bucket;
	struct nlattr *stats, *hist;
	int touch;

	for (uint32_t shift = 0; shift <= 32; shift += 16) {
		stats = begin_stats();
		hist = histogram(HEADROOM_A_STATS_REFAULT_AGE, shift, 0);
		put_counts(124, 7);
		end(hist);
		end(stats);
		is_int(decode_cgroup(&cgroup), 0, "a histogram with every bucket is decoded");
		is_uint(cgroup.local.refault_age.nr, 124, "it has every bucket");
		bucket = cgroup.local.refault_age.bucket;
		touch = 0;
		for (size_t i = 1; i < cgroup.local.refault_age.nr; i++)
			touch += bucket[i].low > bucket[i - 1].low &&
				 bucket[i].low == bucket[i - 1].high + 1;
		is_int(touch, 123, "each bucket begins after the end of the one before");
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			is_uint(bucket[known[i].index].low, known[i].units << shift,
				"lower bound of a bucket");
		is_uint(bucket[123].high, UINT64_MAX, "the last bucket is open");
		arena_free(&arena);
	}
}

static void put_pages(uint32_t kind, uint32_t reason, uint64_t evictions)
{
	struct nlattr *pages = nest(HEADROOM_A_STATS_PAGES);

	nla_put_u64(msg, HEADROOM_A_PAGES_REFAULTS, evictions / 2);
	nla_put_u32(msg, HEADROOM_A_PAGES_REASON, reason);
	nla_put_u64(msg, HEADROOM_A_PAGES_EVICTIONS, evictions);
	nla_put_u32(msg, HEADROOM_A_PAGES_KIND, kind);
	end(pages);
}

static void test_pages(void)
{
	struct nlattr *stats = begin_stats(), *pages;
	struct headroom_cgroup cgroup;
	uint64_t sum = 0;

	put_pages(HEADROOM_PAGE_KIND_FILE, HEADROOM_REASON_OWN_LIMIT, 10);
	put_pages(HEADROOM_PAGE_KIND_SHMEM, HEADROOM_REASON_UNKNOWN, 1ull << 40);
	put_pages(HEADROOM_PAGE_KINDS, HEADROOM_REASON_OWN_LIMIT, 1);
	put_pages(HEADROOM_PAGE_KIND_FILE, HEADROOM_REASONS, 2);
	put_pages(UINT32_MAX, UINT32_MAX, 4);
	put_pages(9, 42, 6);
	end(stats);
	is_int(decode_cgroup(&cgroup), 0, "pages by kind and reason are decoded");
	is_uint(headroom_stats_pages(&cgroup.local, HEADROOM_PAGE_KIND_FILE,
				     HEADROOM_REASON_OWN_LIMIT)->evictions, 10,
		"first kind and reason");
	is_uint(headroom_stats_pages(&cgroup.local, HEADROOM_PAGE_KIND_SHMEM,
				     HEADROOM_REASON_UNKNOWN)->refaults, 1ull << 39,
		"last kind and reason");
	for (int kind = 0; kind < HEADROOM_PAGE_KINDS; kind++)
		for (int reason = 0; reason < HEADROOM_REASONS; reason++)
			sum += headroom_stats_pages(&cgroup.local, kind, reason)->evictions;
	is_uint(sum, 10 + (1ull << 40), "unknown kinds and reasons are not counted as others");
	is_uint(cgroup.local.nr_pages, 6, "they are kept");
	is_uint(headroom_stats_pages(&cgroup.local, 9, 42)->evictions, 6, "with their numbers");
	is_uint(headroom_stats_pages(&cgroup.local, UINT32_MAX, UINT32_MAX)->evictions, 4,
		"however large");
	arena_free(&arena);

	stats = begin_stats();
	put_pages(0, HEADROOM_REASON_KSWAPD, 1);
	end(stats);
	is_malformed("kind 0");
	stats = begin_stats();
	put_pages(HEADROOM_PAGE_KIND_ANON, 0, 1);
	end(stats);
	is_malformed("reason 0");
	stats = begin_stats();
	pages = nest(HEADROOM_A_STATS_PAGES);
	nla_put_u32(msg, HEADROOM_A_PAGES_KIND, HEADROOM_PAGE_KIND_ANON);
	end(pages);
	end(stats);
	is_malformed("pages without a reason");
	stats = begin_stats();
	pages = nest(HEADROOM_A_STATS_PAGES);
	nla_put_u32(msg, HEADROOM_A_PAGES_REASON, HEADROOM_REASON_KSWAPD);
	end(pages);
	end(stats);
	is_malformed("pages without a kind");
	stats = begin_stats();
	empty_nest(HEADROOM_A_STATS_PAGES);
	end(stats);
	is_malformed("an empty nest of pages");
}

static void put_groups(int nr)
{
	struct nlattr *group;

	for (int i = 1; i <= nr; i++) {
		group = nest(HEADROOM_A_STATS_SAMPLE_GROUP);
		nla_put_u32(msg, HEADROOM_A_SAMPLE_GROUP_REFAULTS, i);
		nla_put_u64(msg, HEADROOM_A_SAMPLE_GROUP_EVICTIONS, 100 * i);
		end(group);
	}
}

static void test_groups(void)
{
	struct nlattr *stats = begin_stats();
	struct headroom_cgroup cgroup;

	put_groups(HEADROOM_SAMPLE_GROUPS);
	end(stats);
	stats = nest(HEADROOM_A_CGROUP_SUBTREE);
	put_groups(1);
	end(stats);
	is_int(decode_cgroup(&cgroup), 0, "sample groups are decoded");
	is_uint(cgroup.local.group[0].evictions, 100, "first group");
	is_uint(cgroup.local.group[15].refaults, 16, "last group");
	is_uint(cgroup.subtree.group[0].refaults, 1, "the subtree has groups of its own");
	is_uint(cgroup.subtree.nr_groups, 1, "their number may differ");
	arena_free(&arena);

	stats = begin_stats();
	put_groups(HEADROOM_SAMPLE_GROUPS + 1);
	end(stats);
	is_int(decode_cgroup(&cgroup), 0, "more groups than this library knows are decoded");
	is_uint(cgroup.local.nr_groups, HEADROOM_SAMPLE_GROUPS + 1, "they are kept");
	arena_free(&arena);
}

static struct nlattr *begin_target(void)
{
	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	return nest(HEADROOM_A_CGROUP_TARGET);
}

static void put_reclaim(uint32_t reason)
{
	struct nlattr *reclaim = nest(HEADROOM_A_TARGET_RECLAIM);

	nla_put_u32(msg, HEADROOM_A_RECLAIM_LOWEST_PRIORITY, 3);
	nla_put_u64(msg, HEADROOM_A_RECLAIM_RECLAIMED, 20);
	nla_put_u32(msg, HEADROOM_A_RECLAIM_REASON, reason);
	nla_put_u64(msg, HEADROOM_A_RECLAIM_SCANNED, 1ull << 33);
	end(reclaim);
}

static void test_target(void)
{
	struct nlattr *target = begin_target(), *nested;
	const struct headroom_reclaim *reclaim;
	struct headroom_cgroup cgroup;

	nla_put_u32(msg, HEADROOM_A_TARGET_EVICTIONS, 77);
	nested = histogram(HEADROOM_A_TARGET_DISTANCE, 0, 5);
	put_counts(1, 9);
	end(nested);
	put_reclaim(HEADROOM_REASON_KSWAPD);
	put_reclaim(42);
	end(target);
	is_int(decode_cgroup(&cgroup), 0, "a target is decoded");
	is_uint(cgroup.target.evictions, 77, "evictions of the target");
	is_uint(cgroup.target.distance.bucket[0].low, 5, "distances of the target");
	reclaim = headroom_target_reclaim(&cgroup.target, HEADROOM_REASON_KSWAPD);
	is_uint(reclaim->scanned, 1ull << 33, "scanned pages");
	is_uint(reclaim->reclaimed, 20, "reclaimed pages");
	is_uint(reclaim->lowest_priority, 3, "lowest priority");
	is_uint(headroom_target_reclaim(&cgroup.target, HEADROOM_REASON_UNKNOWN)->scanned, 0,
		"a missing reason is zero");
	is_uint(headroom_target_reclaim(&cgroup.target, 42)->reclaimed, 20,
		"an unknown reason is kept");
	arena_free(&arena);

	target = begin_target();
	put_reclaim(0);
	end(target);
	is_malformed("reclaim for reason 0");
	target = begin_target();
	nested = nest(HEADROOM_A_TARGET_RECLAIM);
	nla_put_u32(msg, HEADROOM_A_RECLAIM_SCANNED, 1);
	end(nested);
	end(target);
	is_malformed("reclaim without a reason");
	target = begin_target();
	nested = nest(HEADROOM_A_TARGET_RECLAIM);
	nla_put_u32(msg, HEADROOM_A_RECLAIM_REASON, HEADROOM_REASON_KSWAPD);
	nla_put_u64(msg, HEADROOM_A_RECLAIM_LOWEST_PRIORITY, 1);
	end(nested);
	end(target);
	is_malformed("a priority of 8 bytes");
	target = begin_target();
	nested = histogram(HEADROOM_A_TARGET_DISTANCE, 40, 0);
	end(nested);
	end(target);
	is_malformed("a target with a malformed histogram");
}

static int decode_blame(struct headroom_victim *victim)
{
	memset(victim, 0, sizeof(*victim));
	return headroom_decode_blame(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				     nlmsg_attrlen(nlmsg_hdr(msg), 0), victim);
}

static void is_malformed_blame(const char *name)
{
	struct headroom_victim victim;

	is_int(decode_blame(&victim), -EBADMSG, name);
	headroom_victim_clear(&victim);
}

/* An @id or @reason of 0 is left out */
static void put_evictor(int attr, uint64_t id, uint32_t reason, uint64_t refaults)
{
	struct nlattr *evictor = nest(attr);

	nla_put_u32(msg, HEADROOM_A_EVICTOR_EVICTIONS, 2 * refaults);
	if (id)
		nla_put_u64(msg, HEADROOM_A_EVICTOR_ID, id);
	if (reason)
		nla_put_u32(msg, HEADROOM_A_EVICTOR_REASON, reason);
	nla_put_u64(msg, HEADROOM_A_EVICTOR_REFAULTS, refaults);
	nla_put_u32(msg, HEADROOM_A_EVICTOR_ERROR, 6);
	if (reason == HEADROOM_REASONS)
		nla_put_flag(msg, HEADROOM_A_EVICTOR_MERGED);
	end(evictor);
}

static void begin_blame(void)
{
	begin();
	nla_put_u64(msg, HEADROOM_A_BLAME_ID, 0x100000002);
}

static void test_blame(void)
{
	struct headroom_victim victim;

	begin_blame();
	put_evictor(HEADROOM_A_BLAME_EVICTOR, 1ull << 40, HEADROOM_REASON_KSWAPD, 8);
	put_evictor(HEADROOM_A_BLAME_EVICTOR, 2, HEADROOM_REASONS, 7);
	put_evictor(HEADROOM_A_BLAME_OTHERS, 0, 0, 5);
	nla_put_u16(msg, 200, 1);
	is_int(decode_blame(&victim), 0, "a victim is decoded");
	is_uint(victim.id, 0x100000002, "its id");
	is_uint(victim.nr, 3, "number of evictors");
	is_uint(victim.evictor[0].id, 1ull << 40, "id of an evictor");
	is_uint(victim.evictor[0].reason, HEADROOM_REASON_KSWAPD, "its reason");
	is_uint(victim.evictor[0].evictions, 16, "its evictions");
	is_uint(victim.evictor[0].refaults, 8, "its refaults");
	is_uint(victim.evictor[0].error, 6, "its error");
	is_uint(victim.evictor[1].reason, HEADROOM_REASONS, "an unknown reason is kept");
	ok(victim.evictor[1].merged && !victim.evictor[0].merged, "a merged entry is marked");
	is_uint(victim.evictor[2].id, 0, "the others have no id");
	is_uint(victim.evictor[2].evictions, 10, "evictions of the others");
	headroom_victim_clear(&victim);

	begin_blame();
	put_evictor(HEADROOM_A_BLAME_OTHERS, 0, 0, 0);
	is_int(decode_blame(&victim), 0, "a victim with empty others is decoded");
	is_uint(victim.nr, 0, "it has no evictors");
	headroom_victim_clear(&victim);
}

static void test_malformed_blame(void)
{
	struct nlattr *evictor;

	begin();
	is_malformed_blame("blame without a victim");
	begin_blame();
	put_evictor(HEADROOM_A_BLAME_EVICTOR, 2, HEADROOM_REASON_KSWAPD, 1);
	put_evictor(HEADROOM_A_BLAME_EVICTOR, 0, HEADROOM_REASON_KSWAPD, 1);
	is_malformed_blame("an evictor without an id");
	begin_blame();
	evictor = nest(HEADROOM_A_BLAME_EVICTOR);
	nla_put_u32(msg, HEADROOM_A_EVICTOR_ID, 0);
	nla_put_u32(msg, HEADROOM_A_EVICTOR_REASON, HEADROOM_REASON_KSWAPD);
	end(evictor);
	is_malformed_blame("an evictor with the id 0");
	begin_blame();
	put_evictor(HEADROOM_A_BLAME_EVICTOR, 2, 0, 1);
	is_malformed_blame("an evictor without a reason");
	begin_blame();
	nla_put(msg, HEADROOM_A_BLAME_EVICTOR, 0, NULL);
	is_malformed_blame("an empty evictor");
	begin_blame();
	nla_put(msg, HEADROOM_A_BLAME_OTHERS, 5, "other");
	is_malformed_blame("garbage in place of the others");
	begin_blame();
	nla_put(msg, HEADROOM_A_BLAME_ID, 3, "ids");
	is_malformed_blame("an id of 3 bytes");
}

static int decode_stalled(struct headroom_stalled *stalled)
{
	memset(stalled, 0, sizeof(*stalled));
	return headroom_decode_stalled(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				       nlmsg_attrlen(nlmsg_hdr(msg), 0), stalled);
}

/* Arguments of 0 are left out */
static void put_stalled(uint32_t pid, uint64_t cgroup, uint32_t cause)
{
	begin();
	nla_put_u64(msg, HEADROOM_A_STALLED_TIME, 1ull << 33);
	if (cause)
		nla_put_u32(msg, HEADROOM_A_STALLED_CAUSE, cause);
	if (cgroup)
		nla_put_u64(msg, HEADROOM_A_STALLED_CGROUP, cgroup);
	if (pid)
		nla_put_u32(msg, HEADROOM_A_STALLED_PID, pid);
}

static void is_malformed_stalled(const char *name)
{
	struct headroom_stalled stalled;

	is_int(decode_stalled(&stalled), -EBADMSG, name);
}

static void test_stalled(void)
{
	struct headroom_stalled stalled;

	put_stalled(4711, 0x100000002, HEADROOM_STALL_CAUSE_SWAP_IN);
	nla_put_u16(msg, 200, 1);
	is_int(decode_stalled(&stalled), 0, "a stalled task is decoded");
	is_uint(stalled.pid, 4711, "pid");
	is_uint(stalled.cgroup, 0x100000002, "cgroup");
	is_uint(stalled.cause, HEADROOM_STALL_CAUSE_SWAP_IN, "cause");
	is_uint(stalled.time, 1ull << 33, "time");
	put_stalled(1, 1, HEADROOM_STALL_CAUSES);
	is_int(decode_stalled(&stalled), 0, "a stalled task with an unknown cause is decoded");
	is_uint(stalled.cause, HEADROOM_STALL_CAUSES, "the cause is kept");

	begin();
	is_malformed_stalled("a stalled task without attributes");
	put_stalled(0, 1, 1);
	is_malformed_stalled("a stalled task without a pid");
	put_stalled(1, 0, 1);
	is_malformed_stalled("a stalled task without a cgroup");
	put_stalled(1, 1, 0);
	is_malformed_stalled("a stalled task without a cause");
	put_stalled(1, 1, 1);
	nla_put_u64(msg, HEADROOM_A_STALLED_PID, 1);
	is_malformed_stalled("a pid of 8 bytes");
	put_stalled(1, 1, 1);
	nla_put_u8(msg, HEADROOM_A_STALLED_TIME, 1);
	is_malformed_stalled("a time of 1 byte");
	put_stalled(1, 1, 1);
	nla_put_u16(msg, HEADROOM_A_STALLED_CGROUP, 1);
	is_malformed_stalled("a cgroup of 2 bytes");
	put_stalled(1, 1, 1);
	nla_put_u16(msg, HEADROOM_A_STALLED_CAUSE, 1);
	is_malformed_stalled("a cause of 2 bytes");
}

/* A truncated message is refused or decoded in part, without a read behind its end. */
static void test_truncation(void)
{
	int full, accepted = 0;
	struct headroom_cgroup cgroup;
	char *copy;

	begin_histogram();
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_SHIFT, 0);
	nla_put_u32(msg, HEADROOM_A_HISTOGRAM_FIRST, 0);
	put_counts(2, 3);
	end(open_nest[1]);
	end(open_nest[0]);
	full = nlmsg_attrlen(nlmsg_hdr(msg), 0);
	for (int len = 0; len < full; len++) {
		/* a copy of exactly this size lets a sanitizer see reads behind its end */
		copy = malloc(len ? len : 1);
		memcpy(copy, nlmsg_attrdata(nlmsg_hdr(msg), 0), len);
		memset(&cgroup, 0, sizeof(cgroup));
		accepted += headroom_decode_cgroup((struct nlattr *)copy, len, &cgroup,
						   &arena) == 0;
		arena_free(&arena);
		free(copy);
	}
	/* except for the one that ends after the id */
	is_int(accepted, 1, "truncated messages are refused");
}

static int decode_status(struct headroom_status *status)
{
	memset(status, 0, sizeof(*status));
	return headroom_decode_status(nlmsg_attrdata(nlmsg_hdr(msg), 0),
				      nlmsg_attrlen(nlmsg_hdr(msg), 0), status);
}

static void begin_status(void)
{
	begin();
	nla_put_string(msg, HEADROOM_A_STATUS_VERSION, "1.2");
	nla_put_u32(msg, HEADROOM_A_STATUS_PAGE_SIZE, 4096);
}

static void is_malformed_status(const char *name)
{
	struct headroom_status status;

	is_int(decode_status(&status), -EBADMSG, name);
	headroom_status_clear(&status);
}

static void test_status(void)
{
	struct headroom_status status;
	struct nlattr *hook;

	begin_status();
	hook = nest(HEADROOM_A_STATUS_HOOK);
	nla_put_string(msg, HEADROOM_A_HOOK_NAME, "a");
	end(hook);
	nla_put_u64(msg, HEADROOM_A_STATUS_TABLE_REMEMBERED, 1ull << 40);
	nla_put_u64(msg, HEADROOM_A_STATUS_HISTOGRAMS, 1ull << 34);
	nla_put_u32(msg, HEADROOM_A_STATUS_STALLED, 3);
	nla_put_string(msg, HEADROOM_A_STATUS_KERNEL, "6.1.0");
	nla_put_u32(msg, HEADROOM_A_STATUS_TRIGGERS, 4);
	nla_put_u64(msg, HEADROOM_A_STATUS_WORKER_TIME, 1ull << 35);
	nla_put_u32(msg, HEADROOM_A_STATUS_REQUEST_TIME, 5);
	nla_put_u64(msg, HEADROOM_A_STATUS_EVENT_SEQ, 1ull << 36);
	is_int(decode_status(&status), 0, "a status is decoded");
	is_uint(status.table_remembered, 1ull << 40, "remembered pages");
	is_uint(status.histograms, 1ull << 34, "histograms");
	is_uint(status.stalled, 3, "stalled tasks");
	is_text(status.kernel, "6.1.0", "kernel");
	is_uint(status.triggers, 4, "triggers");
	is_uint(status.worker_time, 1ull << 35, "time of background work");
	is_uint(status.request_time, 5, "time of requests");
	is_uint(status.event_seq, 1ull << 36, "sequence number of the last event");
	ok(!status.stalls, "an absent flag is false");
	is_text(status.hook[0].covers, "", "an absent string of a hook is empty");
	headroom_status_clear(&status);
}

static void test_malformed_status(void)
{
	struct nlattr *hook;

	begin();
	nla_put_u32(msg, HEADROOM_A_STATUS_PAGE_SIZE, 4096);
	is_malformed_status("a status without a version");
	begin();
	nla_put_string(msg, HEADROOM_A_STATUS_VERSION, "1.2");
	is_malformed_status("a status without a page size");
	begin();
	nla_put_u32(msg, HEADROOM_A_STATUS_PAGE_SIZE, 4096);
	nla_put(msg, HEADROOM_A_STATUS_VERSION, 3, "1.2");
	is_malformed_status("a string without a NUL");
	begin_status();
	nla_put_u64(msg, HEADROOM_A_STATUS_CGROUPS, 1);
	is_malformed_status("a u32 of 8 bytes");
	begin_status();
	nla_put_u32(msg, HEADROOM_A_STATUS_SAMPLE_SHIFT, 64);
	is_malformed_status("a sample shift out of range");
	begin_status();
	empty_nest(HEADROOM_A_STATUS_HOOK);
	is_malformed_status("a hook without a name");
	begin_status();
	hook = nest(HEADROOM_A_STATUS_HOOK);
	nla_put_string(msg, HEADROOM_A_HOOK_NAME, "a");
	nla_put_u16(msg, HEADROOM_A_HOOK_ATTACHED, 1);
	end(hook);
	is_malformed_status("a flag of 2 bytes");
	begin_status();
	nla_put_u16(msg, HEADROOM_A_STATUS_TABLE_REMEMBERED, 1);
	is_malformed_status("remembered pages of 2 bytes");
	begin_status();
	nla_put_u64(msg, HEADROOM_A_STATUS_STALLED, 1);
	is_malformed_status("stalled tasks of 8 bytes");
	begin_status();
	nla_put_u16(msg, HEADROOM_A_STATUS_HISTOGRAMS, 1);
	is_malformed_status("histograms of 2 bytes");
	begin_status();
	nla_put(msg, HEADROOM_A_STATUS_KERNEL, 3, "6.1");
	is_malformed_status("a kernel release without a NUL");
	begin_status();
	nla_put_u16(msg, HEADROOM_A_STATUS_WORKER_TIME, 1);
	is_malformed_status("a time of 2 bytes");
	begin_status();
	nla_put(msg, HEADROOM_A_STATUS_DROPPED, 5, "drop");
	is_malformed_status("garbage in place of dropped counters");
}

static void test_labels(void)
{
	char label[HEADROOM_LABEL_SIZE];

	is_text(headroom_stall_cause_label(HEADROOM_STALL_CAUSE_REFAULT, label, sizeof(label)),
		"refault", "the label of a known cause is its name");
	is_text(headroom_stall_cause_label(99, label, sizeof(label)), "cause_99",
		"label of an unknown cause");
	is_text(headroom_page_kind_label(9, label, sizeof(label)), "kind_9",
		"label of an unknown kind");
	is_text(headroom_reason_label(UINT32_MAX, label, sizeof(label)), "reason_4294967295",
		"label of the largest reason");
}

static void test_causes(void)
{
	int in_total = 0;

	for (int cause = 0; cause <= HEADROOM_STALL_CAUSES; cause++)
		in_total += headroom_stall_in_total(cause);
	is_int(in_total, 8, "number of causes in the total");
	ok(headroom_stall_in_total(HEADROOM_STALL_CAUSE_DIRECT_RECLAIM) &&
	   headroom_stall_in_total(HEADROOM_STALL_CAUSE_OTHER),
	   "first and last cause in the total");
	ok(!headroom_stall_in_total(HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM) &&
	   !headroom_stall_in_total(HEADROOM_STALL_CAUSES),
	   "proactive reclaim and unknown causes are not in the total");
	is_text(headroom_stall_cause_name(HEADROOM_STALL_CAUSE_THROTTLED_NOPROGRESS),
		"throttled_noprogress", "name of a cause");
	ok(!headroom_stall_cause_name(HEADROOM_STALL_CAUSES), "an unknown cause has no name");
	test_labels();
}

/* Every counter of the tables reaches its own field. */
static void test_counters(void)
{
	const struct headroom_counter *counter;
	struct headroom_cgroup cgroup;
	struct nlattr *stats;
	uint64_t value = 100;
	int right = 0, all = 0;

	begin();
	nla_put_u32(msg, HEADROOM_A_CGROUP_ID, 1);
	stats = nest(HEADROOM_A_CGROUP_LOCAL);
	for (counter = headroom_stats_counters; counter->name; counter++)
		nla_put_u32(msg, counter->attribute, value++);
	end(stats);
	is_int(decode_cgroup(&cgroup), 0, "a cgroup with all counters is decoded");
	value = 100;
	for (counter = headroom_stats_counters; counter->name; counter++, all++)
		right += headroom_counter_get(counter, &cgroup.local) == value++;
	is_int(right, all, "each counter is in its member");
	/* all attributes but the nests: pages, two distances and ages, groups and stalls */
	is_int(all, HEADROOM_A_STATS_MAX - 7, "the table has every counter of the specification");
	is_uint(cgroup.local.stalls_dropped, value - 1, "the last counter has its value");
	arena_free(&arena);

	for (all = 0, counter = headroom_dropped_counters; counter->name; counter++)
		all++;
	is_int(all, HEADROOM_A_DROPPED_MAX,
	       "the table has every drop counter of the specification");
	test_causes();
	for (int cause = 1; cause < HEADROOM_STALL_CAUSES; cause++)
		ok(headroom_stall_cause_name(cause), "cause %d has a name", cause);
	for (int kind = 1; kind < HEADROOM_PAGE_KINDS; kind++)
		ok(headroom_page_kind_name(kind), "kind %d has a name", kind);
	for (int reason = 1; reason < HEADROOM_REASONS; reason++)
		ok(headroom_reason_name(reason), "reason %d has a name", reason);
	is_text(headroom_page_kind_name(HEADROOM_PAGE_KIND_SHMEM), "shmem", "name of a kind");
	is_text(headroom_reason_name(HEADROOM_REASON_OWN_LIMIT), "own_limit", "name of a reason");
	ok(!headroom_reason_name(HEADROOM_REASONS), "an unknown reason has no name");
}

/* Exporters rely on a name, a unit and a meaning for each counter. */
static void test_public_counters(void)
{
	const struct headroom_stall stall = { .count = 3, .longest = 7 };
	const struct headroom_counter *counter;
	int of, nr = 0, incomplete = 0, gauges = 0;

	for (of = HEADROOM_COUNTERS_STATS; of <= HEADROOM_COUNTERS_DROPPED; of++) {
		counter = headroom_counters(of);
		ok(counter->name, "structure %d has counters", of);
		for (; counter->name; counter++, nr++) {
			incomplete += !*counter->unit || !*counter->meaning || !counter->attribute;
			gauges += !counter->cumulative;
		}
	}
	is_int(nr, 40, "number of counters");
	is_int(incomplete, 0, "each counter has unit, meaning and attribute");
	is_int(gauges, 2,
	       "two counters are not cumulative: the longest stall and the error of an evictor");
	ok(!headroom_counters(of)->name, "an unknown structure has no counters");
	for (counter = headroom_counters(HEADROOM_COUNTERS_STALL); counter->name; counter++)
		if (!strcmp(counter->name, "longest"))
			ok(!counter->cumulative && headroom_counter_value(counter, &stall) == 7,
			   "the longest stall is not cumulative, and its value can be read");
}

static void begin_error(int type, int flags)
{
	struct nlmsgerr error = { .error = -EINVAL, .msg.nlmsg_len = NLMSG_HDRLEN };

	nlmsg_free(msg);
	msg = nlmsg_alloc();
	nlmsg_put(msg, 0, 0, type, 0, flags);
	if (type == NLMSG_ERROR)
		nlmsg_append(msg, &error, sizeof(error), 0);
	else
		nlmsg_append(msg, &error.error, sizeof(error.error), 0);
}

static void test_extack(void)
{
	struct nlmsgerr *error;
	uint32_t request[4] = { 0 };

	begin_error(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_u32(msg, NLMSGERR_ATTR_OFFS, 20);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "the reason");
	is_text(headroom_extack(nlmsg_hdr(msg)), "the reason", "message after a capped request");

	begin_error(NLMSG_ERROR, NLM_F_ACK_TLVS);
	nlmsg_append(msg, request, 10, NLMSG_ALIGNTO);
	error = nlmsg_data(nlmsg_hdr(msg));
	error->msg.nlmsg_len += 10;
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "the reason");
	is_text(headroom_extack(nlmsg_hdr(msg)), "the reason", "message after a whole request");
	error->msg.nlmsg_len = 1 << 30;
	ok(!headroom_extack(nlmsg_hdr(msg)), "no message: the request exceeds the ACK");
	error->msg.nlmsg_len = 0x80000000;
	ok(!headroom_extack(nlmsg_hdr(msg)), "no message: the request exceeds INT_MAX");
	error->msg.nlmsg_len = UINT32_MAX;
	ok(!headroom_extack(nlmsg_hdr(msg)), "no message: the request has UINT32_MAX bytes");

	begin_error(NLMSG_DONE, NLM_F_ACK_TLVS);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "the reason");
	is_text(headroom_extack(nlmsg_hdr(msg)), "the reason", "message at the end of a dump");

	begin_error(NLMSG_ERROR, NLM_F_CAPPED);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "the reason");
	ok(!headroom_extack(nlmsg_hdr(msg)), "no message without the flag");
	begin_error(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	ok(!headroom_extack(nlmsg_hdr(msg)), "no message without attributes");
	nla_put(msg, NLMSGERR_ATTR_MSG, 6, "endles");
	ok(!headroom_extack(nlmsg_hdr(msg)), "a message without a NUL is ignored");
	begin_error(NLMSG_DONE, NLM_F_ACK_TLVS);
	nlmsg_hdr(msg)->nlmsg_type = NLMSG_ERROR;
	ok(!headroom_extack(nlmsg_hdr(msg)), "a truncated error has no message");
}

int main(void)
{
	test_well_formed();
	test_absent();
	test_histogram_twice();
	test_nest_twice();
	test_lists_in_any_order();
	test_malformed_cgroup();
	test_malformed_histogram();
	test_buckets();
	test_pages();
	test_groups();
	test_target();
	test_blame();
	test_malformed_blame();
	test_stalled();
	test_truncation();
	test_status();
	test_malformed_status();
	test_counters();
	test_public_counters();
	test_extack();
	nlmsg_free(msg);
	return tap_done();
}
