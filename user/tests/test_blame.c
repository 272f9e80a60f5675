// SPDX-License-Identifier: GPL-2.0
/* Test the difference of two blame readings, and the table */

#include <errno.h>
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
	is_evictor(&e[0], 2, 3, 2, 0);
	is_evictor(&e[1], 6, 7, 2, 0);
	ok(e[1].merged && !e[0].merged, "the merged entry");
	headroom_blame_free(taken);
	taken = delta(&b, &b);
	is_uint(taken->victim[0].nr, 0, "no change");
	headroom_blame_free(taken);
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
	test_table();
	test_memory();
	return tap_done();
}
