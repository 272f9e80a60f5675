// SPDX-License-Identifier: GPL-2.0
/* Test the difference of two blame readings, and the table */

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include "blame_level.h"
#include "blame_table.h"
#include "failing_malloc.h"
#include "tap.h"

#define KSWAPD	HEADROOM_REASON_KSWAPD
#define PROACTIVE	HEADROOM_REASON_PROACTIVE

static struct headroom_evictor before[] = {
	{ 2, KSWAPD, false, 100, 10, 0, { 0 } },
	{ 3, KSWAPD, false, 50, 5, 0, { 0 } },
	{ 4, KSWAPD, false, 20, 2, 10, { 0 } },
	{ 5, KSWAPD, false, 30, 0, 0, { 0 } },
	{ 0, 0, false, 1000, 100, 0, { 0 } },
};

static struct headroom_evictor after[] = {
	{ 2, KSWAPD, false, 140, 30, 0, { 0 } },	/* 40 more */
	{ 2, PROACTIVE, false, 7, 1, 25, { 0 } },	/* new */
	{ 4, KSWAPD, false, 25, 2, 40, { 0 } },	/* dropped out and returned */
	{ 5, KSWAPD, false, 30, 0, 0, { 0 } },	/* no change */
	{ 0, 0, false, 1075, 110, 0, { 0 } },		/* includes 50 and 5 of the one that dropped out, and 20 and 2 */
};

static struct headroom_victim earlier[] = { { 8, 5, before, { 0 } } };
static struct headroom_victim later[] = { { 7, 1, after, { 0 } }, { 8, 5, after, { 0 } } };

static void is_evictor(const struct headroom_evictor *e, uint64_t id, uint64_t evictions,
		       uint64_t refaults, uint64_t error)
{
	ok(e->id == id && e->evictions == evictions && e->refaults == refaults &&
	   e->error == error, "evictor %d evicted %d", (int)id, (int)evictions);
}

static struct headroom_blame *delta(const struct headroom_blame *now,
				    const struct headroom_blame *before)
{
	struct headroom_blame *taken;

	is_int(headroom_blame_delta(now, before, &taken), 0, "delta of blame");
	return taken;
}

static void test_since(void)
{
	const struct headroom_blame a = { 1, earlier }, b = { 2, later };
	struct headroom_blame *taken = delta(&b, &a);
	struct headroom_evictor *e = taken->victim[1].evictor;

	is_uint(taken->nr, 2, "each victim");
	is_uint(taken->victim[0].id, 7, "a new victim");
	is_evictor(&taken->victim[0].evictor[0], 2, 140, 30, 0);
	is_uint(taken->victim[1].nr, 4, "the evictors with changes, and the others");
	is_evictor(&e[0], 2, 40, 20, 0);
	is_evictor(&e[1], 2, 7, 1, 25);
	is_evictor(&e[2], 4, 25, 2, 40);
	/* 1277 - 1200 evictions, of which 72 are named; 143 - 117 refaults, of which 23 are */
	is_evictor(&e[3], 0, 5, 3, 0);
	headroom_blame_free(taken);
	taken = delta(&a, &a);
	is_uint(taken->victim[0].nr, 0, "no change");
	headroom_blame_free(taken);
	taken = delta(&a, &b);
	is_uint(taken->nr, 1, "a removed victim is left out");
	headroom_blame_free(taken);
}

/* 4 and 5, which had 30 and 20, were merged into 6; then they evicted 7, and 2 evicted 3 */
static struct headroom_evictor alone[] = {
	{ 2, KSWAPD, false, 100, 10, 0, { 0 } },
	{ 4, KSWAPD, false, 30, 4, 0, { 0 } },
	{ 5, KSWAPD, false, 20, 1, 0, { 0 } },
	{ 6, KSWAPD, false, 10, 0, 0, { 0 } },
};

static struct headroom_evictor merged[] = {
	{ 6, KSWAPD, true, 67, 7, 90, { 0 } },
	{ 2, KSWAPD, false, 103, 12, 0, { 0 } },
};

static struct headroom_victim unmerged_victim[] = { { 8, 4, alone, { 0 } } };
static struct headroom_victim merged_victim[] = { { 8, 2, merged, { 0 } } };

static void test_merged(void)
{
	const struct headroom_blame a = { 1, unmerged_victim }, b = { 1, merged_victim };
	struct headroom_blame *taken = delta(&b, &a);
	struct headroom_evictor *e = taken->victim[0].evictor;

	is_uint(taken->victim[0].nr, 2, "two evictors, and nothing is left for others");
	is_evictor(&e[0], 6, 7, 2, 0);
	is_evictor(&e[1], 2, 3, 2, 0);
	ok(e[0].merged && !e[1].merged, "the merged entry");
	headroom_blame_free(taken);
	taken = delta(&b, &b);
	is_uint(taken->victim[0].nr, 0, "no change");
	headroom_blame_free(taken);
}

/* 3, a child of 9, was removed after 50 pages and 5 refaults: 9 got its entry by that, and took 7 */
static struct headroom_evictor with_child[] = {
	{ 2, KSWAPD, false, 100, 10, 0, { 0 } },
	{ 3, KSWAPD, false, 50, 5, 0, { 0 } },
	{ 0, 0, false, 10, 0, 0, { 0 } },
};

static struct headroom_evictor without_child[] = {
	{ 2, KSWAPD, false, 140, 30, 0, { 0 } },
	{ 9, KSWAPD, false, 57, 6, 0, { 0 } },
	{ 4, PROACTIVE, false, 60, 0, 0, { 0 } },
	{ 0, 0, false, 15, 0, 0, { 0 } },
};

static void test_removed_evictor(void)
{
	struct headroom_victim then = { 8, 3, with_child, { 0 } };
	struct headroom_victim now = { 8, 4, without_child, { 0 } };
	const struct headroom_blame a = { 1, &then }, b = { 1, &now };
	struct headroom_blame *taken = delta(&b, &a);
	struct headroom_evictor *e = taken->victim[0].evictor;

	is_uint(taken->victim[0].nr, 4, "the parent of a removed evictor");
	is_evictor(&e[0], 2, 40, 20, 0);
	is_evictor(&e[1], 9, 7, 1, 0);
	/* pages keep their reason */
	is_evictor(&e[2], 4, 60, 0, 0);
	is_evictor(&e[3], 0, 5, 0, 0);
	headroom_blame_free(taken);
}

/* 2 or 9 may be the parent: what either took is between 10 and 60, and both together 70 */
static void test_two_heirs(void)
{
	static struct headroom_evictor after_removal[] = {
		{ 2, KSWAPD, false, 160, 10, 0, { 0 } },
		{ 9, KSWAPD, false, 60, 5, 0, { 0 } },
		{ 0, 0, false, 10, 0, 0, { 0 } },
	};
	struct headroom_victim then = { 8, 3, with_child, { 0 } };
	struct headroom_victim now = { 8, 3, after_removal, { 0 } };
	const struct headroom_blame a = { 1, &then }, b = { 1, &now };
	struct headroom_blame *taken = delta(&b, &a);
	struct headroom_evictor *e = taken->victim[0].evictor;

	is_uint(taken->victim[0].nr, 3, "two that may be the parent");
	is_evictor(&e[0], 2, 10, 0, 50);
	is_evictor(&e[1], 9, 10, 0, 50);
	is_evictor(&e[2], 0, 50, 0, 0);
	headroom_blame_free(taken);
}

/*
 * A victim with few evictors, of which some are removed: what each really took is known. Cgroup i is
 * the parent of i + CHILDREN, and the list is never full.
 */
#define CHILDREN	5
#define HISTORIES	20000

static void take_pages(struct headroom_victim *victim, uint64_t id, uint32_t reason,
		       uint64_t evictions, uint64_t refaults)
{
	size_t i = 0;

	while (i < victim->nr && (victim->evictor[i].id != id || victim->evictor[i].reason != reason))
		i++;
	if (i == victim->nr)
		victim->evictor[victim->nr++] = (struct headroom_evictor){ id, reason, false, 0, 0, 0, { 0 } };
	victim->evictor[i].evictions += evictions;
	victim->evictor[i].refaults += refaults;
}

/* @removed: a bit for each cgroup, which counts for children only */
static uint64_t heir(uint64_t id, uint64_t removed)
{
	return id > CHILDREN && removed >> id & 1 ? id - CHILDREN : id;
}

static void take_at_random(struct headroom_victim *victim, struct headroom_victim *truth,
			   uint64_t removed)
{
	for (long n = random() % 12; n > 0; n--) {
		uint64_t id = heir(1 + random() % (2 * CHILDREN), removed);
		uint32_t reason = random() % 4 ? KSWAPD : PROACTIVE;
		uint64_t evictions = 1 + random() % (random() % 4 ? 20 : 400);
		uint64_t refaults = random() % (evictions + 1);

		take_pages(victim, id, reason, evictions, refaults);
		if (truth)
			take_pages(truth, id, reason, evictions, refaults);
	}
}

/* The list of @from without the removed ones */
static void remove_children(struct headroom_victim *victim, const struct headroom_victim *from,
			    uint64_t removed)
{
	for (size_t i = 0; i < from->nr; i++) {
		const struct headroom_evictor *e = &from->evictor[i];

		take_pages(victim, heir(e->id, removed), e->reason, e->evictions, e->refaults);
	}
}

/* Whether what the delta says of each evictor is within its bounds, and the sums are exact */
static bool is_within_bounds(const struct headroom_victim *taken, const struct headroom_victim *truth)
{
	uint64_t sums[2] = { 0 }, true_sums[2] = { 0 }, others = 0;

	for (size_t i = 0; i < taken->nr; i++) {
		const struct headroom_evictor *e = &taken->evictor[i];

		sums[0] += e->evictions;
		sums[1] += e->refaults;
		others += e->id ? 0 : e->evictions;
	}
	for (size_t i = 0; i < truth->nr; i++) {
		const struct headroom_evictor *real = &truth->evictor[i];
		struct headroom_evictor none = { .error = others }, *e = &none;

		for (size_t j = 0; j < taken->nr; j++)
			if (taken->evictor[j].id == real->id &&
			    taken->evictor[j].reason == real->reason)
				e = &taken->evictor[j];
		true_sums[0] += real->evictions;
		true_sums[1] += real->refaults;
		if (e->evictions > real->evictions || e->evictions + e->error < real->evictions ||
		    e->refaults > real->refaults)
			return false;
	}
	return sums[0] == true_sums[0] && sums[1] == true_sums[1];
}

static void test_histories(void)
{
	unsigned int wrong = 0, named = 0;

	srandom(1);
	for (unsigned int i = 0; i < HISTORIES; i++) {
		struct headroom_evictor list[3][4 * CHILDREN];
		struct headroom_victim then = { 8, 0, list[0], { 0 } }, now = { 8, 0, list[1], { 0 } };
		struct headroom_victim truth = { 8, 0, list[2], { 0 } };
		const struct headroom_blame a = { 1, &then }, b = { 1, &now };
		struct headroom_blame *taken;
		uint64_t removed = random();

		take_at_random(&then, NULL, 0);
		remove_children(&now, &then, removed);
		take_at_random(&now, &truth, removed);
		if (headroom_blame_delta(&b, &a, &taken))
			break;
		wrong += !is_within_bounds(&taken->victim[0], &truth);
		for (size_t j = 0; j < taken->victim[0].nr; j++)
			named += taken->victim[0].evictor[j].id != 0;
		headroom_blame_free(taken);
	}
	is_uint(wrong, 0, "random histories: pages are a lower bound, and their sum is exact");
	ok(named > HISTORIES, "%u evictors are named", named);
}

/* A list at random, as no kernel would have it */
static void fill_at_random(struct headroom_victim *victim)
{
	victim->nr = 1 + random() % 6;
	for (size_t i = 0; i < victim->nr; i++)
		victim->evictor[i] = (struct headroom_evictor){
			.id = i ? (random() % 2) * 10 + i : 0, .reason = i ? KSWAPD + random() % 2 : 0,
			.merged = i && random() % 4 == 0, .evictions = random() % 1000,
			.refaults = random() % 1000, .error = random() % 2,
		};
}

static uint64_t sum_of(const struct headroom_victim *victim, size_t offset)
{
	uint64_t all = 0;

	for (size_t i = 0; i < victim->nr; i++)
		all += *(const uint64_t *)((const char *)&victim->evictor[i] + offset);
	return all;
}

static uint64_t grown(const struct headroom_victim *now, const struct headroom_victim *then,
		      size_t offset)
{
	uint64_t later = sum_of(now, offset), earlier = sum_of(then, offset);

	return later > earlier ? later - earlier : 0;
}

static void test_sums(void)
{
	const size_t evictions = offsetof(struct headroom_evictor, evictions);
	const size_t refaults = offsetof(struct headroom_evictor, refaults);
	unsigned int wrong = 0;

	srandom(1);
	for (unsigned int i = 0; i < HISTORIES; i++) {
		struct headroom_evictor list[2][6];
		struct headroom_victim then = { 8, 0, list[0], { 0 } }, now = { 8, 0, list[1], { 0 } };
		const struct headroom_blame a = { 1, &then }, b = { 1, &now };
		struct headroom_blame *taken;

		fill_at_random(&then);
		fill_at_random(&now);
		if (headroom_blame_delta(&b, &a, &taken))
			break;
		wrong += sum_of(&taken->victim[0], evictions) != grown(&now, &then, evictions) ||
			 sum_of(&taken->victim[0], refaults) != grown(&now, &then, refaults);
		headroom_blame_free(taken);
	}
	is_uint(wrong, 0, "the delta of any two lists adds up to what the victim lost between them");
}

static struct name name[] = { { 2, "/a/quite/long/name" }, { 4, NULL }, { 8, "/victim" } };
static const struct names names = { 3, name };
static const struct headroom_blame blame = { 2, later };

static void test_table(void)
{
	struct blame_table rows;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	is_int(blame_table_select(&blame, &names, "/victim", &rows), 0, "selects victims");
	is_uint(rows.nr, 1, "one victim");
	is_uint(rows.row[0].evictions, 1277, "all evictions of the victim");
	is_int(blame_table_print(out, &rows, &names, 72), 0, "prints them");
	fclose(out);
	ok(strstr(text, "\n/victim ~/long/name "), "a long name is shortened");
	ok(strstr(text, "\n/victim 4 "), "a removed cgroup is named by its id");
	ok(strstr(text, " 25+40 "), "the upper bound of further evictions");
	ok(strstr(text, "(others)"), "the other evictors");
	free(text);
	free(rows.row);
}

/* Any allocation may fail: expect -ENOMEM, and success without a failure. */
static void test_memory(void)
{
	FILE *out = fopen("/dev/null", "w");
	struct blame_table rows;
	unsigned int nth = 0, wrong = 0;
	int err;

	do {
		malloc_fail(++nth);
		err = blame_table_select(&blame, &names, "/", &rows);
		if (!err)
			err = blame_table_print(out, &rows, &names, SIZE_MAX);
		free(rows.row);
		wrong += err != (malloc_count >= nth ? -ENOMEM : 0);
	} while (malloc_count >= nth);
	malloc_fail(0);
	fclose(out);
	is_uint(wrong, 0, "returns -ENOMEM if an allocation fails");
	ok(nth > 10, "%u allocations fail", nth - 1);
}

static void test_beside(void)
{
	static const struct {
		const char *path, *around;
		unsigned long level;
	} cases[] = {
		{ "/a/b", "/a/b", 2 },
		{ "/a/b/c/d", "/a/b", 2 },	/* below: the cgroup itself */
		{ "/a/d/e", "/a/b", 2 },	/* a sibling, /a/d */
		{ "/a/bc/e", "/a/b", 2 },
		{ "/a/b/c", "/a/bc", 2 },
		{ "/x/y/z", "/a/b", 1 },
		{ "/x", "/a", 1 },
		{ "/a", "/a/b", 2 },		/* an ancestor stays */
		{ "/a/b", "/a/b/c/d", 3 },
		{ "/", "/a/b", 1 },
		{ "/x/y", "/", 1 },
		{ "/", "/", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(blame_level_beside(cases[i].path, cases[i].around) == cases[i].level,
		   "%s beside %s: level %lu", cases[i].path, cases[i].around, cases[i].level);
}

int main(void)
{
	test_beside();
	test_since();
	test_merged();
	test_removed_evictor();
	test_two_heirs();
	test_histories();
	test_sums();
	test_table();
	test_memory();
	return tap_done();
}
