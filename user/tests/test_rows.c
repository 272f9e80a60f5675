// SPDX-License-Identifier: GPL-2.0
/* Test the rows of 'headroom list' and 'headroom top', their order, the selection and the lines */

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include "blame_sum.h"
#include "blame_sum.h"
#include "failing_malloc.h"
#include "nearest.h"
#include "row_line.h"
#include "rows.h"
#include "row_line.h"
#include "rows.h"
#include "tap.h"
#include "text.h"
#include "top_state.h"

static struct headroom_cgroup cgroups[] = {
	{ .id = 1, .path = "/", .psi = true },
	{ .id = 2, .parent_id = 1, .path = "/a", .psi = true },
	{ .id = 3, .parent_id = 2, .path = "/a/x" },
	{ .id = 4, .parent_id = 2, .path = "/a/y" },
	{ .id = 5, .parent_id = 1, .path = "/b" },
	{ .id = 6, .parent_id = 1, .path = NULL },
};

#define NR	(sizeof(cgroups) / sizeof(cgroups[0]))

static struct activity activities[NR];
static struct headroom_cgroup present[NR];
static struct headroom_snapshot snapshot = { .cgroup = present };
static struct stalls {
	struct headroom_stall stall[3];
} stalls[8];
/* What each one took from others, or NULL */
static const double *blame;
static struct interval interval = { .seconds = 2, .activity = activities };

/* Update the rows with the cgroups whose bits are set in @there */
static int update(struct rows *rows, unsigned int there)
{
	int err;

	snapshot.nr = 0;
	memset(activities, 0, sizeof(activities));
	for (size_t i = 0; i < NR; i++) {
		struct activity *activity = &activities[snapshot.nr];
		uint64_t n = cgroups[i].id;

		if (!(there & 1u << n))
			continue;
		present[snapshot.nr] = cgroups[i];
		activity->cgroup = &present[snapshot.nr++];
		/* each sort key gives a different order; cgroup 5 is idle */
		if (n == 5)
			continue;
		activity->subtree.stall_total = 200000000 * n;
		stalls[n] = (struct stalls){ {
			{ .cause = HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM,
			  .total = 50000000 * n },
			{ .cause = HEADROOM_STALL_CAUSE_REFAULT, .total = 100000000 },
			{ .cause = HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM, .total = 1ull << 40 },
		} };
		activity->subtree.nr_stalls = 3;
		activity->subtree.stall = stalls[n].stall;
		activity->subtree.refaults = 100 - 10 * n;
		activity->subtree.evictions = n ^ 2;
		activity->subtree.evictions_outside = n == 3;
		activity->extra_subtree.value = activity->extra_subtree.high = n ^ 3;
		activity->psi_some = 1000000 * (n ^ 1);
		activity->psi_full = 1000000 * (n == 2);
	}
	interval.nr = snapshot.nr;
	err = rows_update(rows, &snapshot, &interval, blame, 4096);
	return err ? err : rows_arrange(rows);
}

#define ALL	0x7e	/* cgroups 1 to 6 */

static void is_shown(const struct rows *rows, const char *want, const char *what)
{
	char got[NR + 1] = "";

	for (size_t i = 0; i < rows->nr && i < NR; i++)
		got[i] = '0' + rows->row[i]->id;
	is_text(got, want, what);
}

static void is_ordered(struct rows *rows, enum column order, const char *want)
{
	rows->order = order;
	rows_arrange(rows);
	is_shown(rows, want, column_name(order));
}

static void test_order(void)
{
	struct rows rows = { 0 };

	update(&rows, ALL);
	is_uint(rows.nr_all, 5, "a cgroup without a path is left out");
	is_ordered(&rows, COLUMN_STALL, "43215");
	is_ordered(&rows, COLUMN_REFAULTS, "12345");
	is_ordered(&rows, COLUMN_EVICTIONS, "41325");
	is_ordered(&rows, COLUMN_EXTRA, "41235");
	is_ordered(&rows, COLUMN_PSI, "21435");
	is_ordered(&rows, COLUMN_NAME, "12345");
	rows.reversed = true;
	rows_arrange(&rows);
	is_shown(&rows, "54321", "reverse order");
	rows.hide_idle = true;
	rows_arrange(&rows);
	is_shown(&rows, "4321", "idle cgroups hidden");
	rows_clear(&rows);
}

static bool roughly(double value, double wanted)
{
	return fabs(value - wanted) < 0.001;
}

static void test_values(void)
{
	struct rows rows = { 0 };
	const struct row *row;

	update(&rows, ALL);
	row = rows_find(&rows, 2);
	ok(roughly(row->value[COLUMN_STALL], 20), "stalls in percent");
	ok(roughly(row->value[COLUMN_HIGH], 5) && roughly(row->value[COLUMN_READ], 5) &&
	   row->value[COLUMN_RECLAIM] == 0, "its parts in percent");
	is_int(rows_find(&rows, 1)->value[COLUMN_CAUSE], HEADROOM_STALL_CAUSE_REFAULT,
	       "the main cause");
	is_int(rows_find(&rows, 4)->value[COLUMN_CAUSE], HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM,
	       "another main cause");
	is_int(rows_find(&rows, 5)->value[COLUMN_CAUSE], 0, "no cause");
	ok(roughly(row->value[COLUMN_REFAULTS], 40), "refaults a second");
	is_text(row->extra.s, "4.0 KiB", "extra memory");
	ok(row->value[COLUMN_EXTRA] == 4096, "and in bytes");
	ok(roughly(row->value[COLUMN_PSI], 0.15) && roughly(row->value[COLUMN_FULL], 0.05),
	   "PSI in percent");
	ok(rows_find(&rows, 3)->value[COLUMN_TAKEN] == 0.5, "evictions for others");
	ok(isnan(rows_find(&rows, 3)->value[COLUMN_PSI]), "no PSI");
	ok(row->value[COLUMN_ID] == 2, "the id");
	ok(isnan(row->value[COLUMN_MEMORY]) && isnan(row->value[COLUMN_LIMIT]) &&
	   isnan(row->value[COLUMN_LOW]) && isnan(row->value[COLUMN_SWAP]) &&
	   isnan(row->value[COLUMN_BLAME]), "what was not read is unknown");
	ok(!rows_find(&rows, 6) && !rows_find(&rows, 99), "unknown cgroups");
	rows_clear(&rows);
	ok(!rows_find(&rows, 2), "no rows after clear");
}

/* What is unknown is neither zero nor the largest. */
static void test_unknown(void)
{
	static const double memory[] = { 0, NAN, 5, 0, INFINITY, 7 };
	struct rows rows = { .order = COLUMN_LIMIT };

	update(&rows, ALL);
	for (size_t i = 0; i < rows.nr_all; i++)
		rows.all[i].value[COLUMN_LIMIT] = memory[rows.all[i].id];
	rows_arrange(&rows);
	is_shown(&rows, "45231", "no limit first, unknown ones last");
	rows_clear(&rows);
}

static void test_limit(void)
{
	struct rows rows = { .limit = 2, .hide_idle = true };

	update(&rows, ALL);
	is_shown(&rows, "43", "the first two");
	is_uint(rows.nr_beyond, 2, "two more");
	is_uint(rows.nr_idle, 1, "and an idle one");
	rows.tree = true;
	rows_arrange(&rows);
	is_shown(&rows, "1243", "with their ancestors");
	is_uint(rows.nr_beyond, 0, "and none is hidden");
	rows.limit = 1;
	rows.order = COLUMN_REFAULTS;
	rows.hide_idle = false;
	rows_arrange(&rows);
	is_shown(&rows, "1", "one of all");
	is_uint(rows.nr_beyond, 4, "four more");
	strcpy(rows.filter, "a");
	rows_arrange(&rows);
	is_shown(&rows, "12", "the limit is on those that match");
	is_uint(rows.nr_beyond, 2, "and so is the number of others");
	rows_clear(&rows);
}

/* Cgroup 3 takes from 4, its sibling, and from 5; 5 from itself and from one that is gone. */
static void test_blame(void)
{
	struct headroom_evictor by_3 = { .id = 3, .evictions = 9, .refaults = 4 };
	struct headroom_evictor by_both[] = {
		{ .id = 5, .refaults = 50 }, { .id = 3, .refaults = 6 }, { .id = 0, .refaults = 100 },
		{ .id = 99, .refaults = 1000 },
	};
	struct headroom_evictor by_5 = { .id = 5, .refaults = 10000 };
	struct headroom_victim victim[] = {
		{ .id = 4, .nr = 1, .evictor = &by_3 }, { .id = 5, .nr = 4, .evictor = by_both },
		{ .id = 77, .nr = 1, .evictor = &by_5 },
	};
	const struct headroom_blame taken = { .nr = 3, .victim = victim };
	struct rows rows = { .order = COLUMN_BLAME, .hide_idle = true };
	double *sum;

	update(&rows, ALL);
	sum = blame_sum(&taken, &snapshot, false);
	ok(sum[2] == 10, "an evictor takes from its sibling and from outside");
	ok(sum[1] == 6, "and its parent only from outside");
	ok(sum[0] == 0 && sum[3] == 0, "the root has no outside, a victim takes nothing");
	ok(sum[4] == 0, "what it takes from itself, or from one that is gone, does not count");
	blame = sum;
	update(&rows, ALL);
	is_shown(&rows, "3241", "by what they took");
	ok(rows_find(&rows, 3)->value[COLUMN_BLAME] == 5, "a second");
	free(sum);
	blame = sum = blame_sum(&taken, &snapshot, true);
	ok(sum[4] == 10000, "unless only a subtree is known");
	update(&rows, ALL);
	is_shown(&rows, "53241", "who takes from others is not idle");
	blame = NULL;
	free(sum);
	rows_clear(&rows);
}

static void test_tree(void)
{
	struct rows rows = { .order = COLUMN_REFAULTS, .tree = true };

	update(&rows, ALL);
	is_shown(&rows, "12345", "a tree");
	is_uint(rows_find(&rows, 4)->depth, 2, "depth in the tree");
	is_text(rows_name(rows_find(&rows, 4)), "y", "a child is named by its last component");
	is_text(rows_name(rows_find(&rows, 1)), "/", "the root keeps its path");
	is_ordered(&rows, COLUMN_STALL, "12435");
	rows.reversed = true;
	rows_arrange(&rows);
	is_shown(&rows, "15234", "siblings in reverse order");
	strcpy(rows.filter, "y");
	rows_arrange(&rows);
	is_shown(&rows, "124", "a filter keeps the ancestors");
	rows.tree = false;
	rows_arrange(&rows);
	is_shown(&rows, "4", "without a tree, only the match");
	is_uint(rows.row[0]->depth, 0, "depth 0 in a list");
	is_text(rows_name(rows.row[0]), "/a/y", "the full path in a list");
	rows.filter[0] = '\0';
	rows.top = 2;
	rows.tree = true;
	update(&rows, ALL);
	is_shown(&rows, "234", "a subtree");
	is_uint(rows.row[0]->depth, 0, "the top of the subtree has depth 0");
	rows_clear(&rows);
}

/* A cycle of parents must neither hang nor crash the rows. */
static void test_ring(void)
{
	struct rows rows = { .tree = true, .filter = "x" };

	cgroups[1].parent_id = 3;
	update(&rows, ALL);
	is_uint(rows.nr, 0, "a cycle has no root");
	rows.top = 1;
	update(&rows, ALL);
	is_uint(rows.nr_all, 2, "a cycle is in no subtree");
	cgroups[1].parent_id = 1;
	rows_clear(&rows);
}

static void test_selection(void)
{
	struct rows rows = { .order = COLUMN_NAME };

	update(&rows, ALL);
	is_uint(rows.selected, 1, "the first row is selected initially");
	rows_move(&rows, 2);
	is_uint(rows.selected, 3, "the selection moves");
	rows.reversed = true;
	rows_arrange(&rows);
	is_uint(rows.selected, 3, "stays on its cgroup");
	is_uint(rows.position, 2, "and follows its row");
	rows.reversed = false;
	update(&rows, ALL & ~(1u << 2));
	is_uint(rows.position, 1, "also when rows before it are removed");
	ok(!rows.gone, "the selected cgroup is not gone");
	update(&rows, ALL & ~(1u << 3));
	is_text(rows.gone, "/a/x", "the removed cgroup is reported");
	is_uint(rows.selected, 2, "the next row is selected");
	update(&rows, ALL);
	ok(!rows.gone, "a removal is reported once");
	rows_move(&rows, 99);
	is_uint(rows.selected, 5, "stops at the end");
	update(&rows, ALL & ~(1u << 5));
	is_uint(rows.selected, 4, "the row before a removed last row");
	rows_move(&rows, -99);
	is_uint(rows.selected, 1, "stops at the start");
	strcpy(rows.filter, "b");
	update(&rows, ALL);
	is_uint(rows.selected, 5, "selects a row that is shown");
	ok(!rows.gone, "a hidden cgroup is not gone");
	update(&rows, 0);
	is_text(rows.gone, "/b", "all are gone");
	is_uint(rows.selected, 0, "nothing to select");
	rows_move(&rows, 1);
	is_uint(rows.position, 0, "nothing to move to");
	update(&rows, ALL);
	is_uint(rows.selected, 5, "selects again when there are rows");
	rows_clear(&rows);
}

static void is_line(char *line, const char *want, const char *what)
{
	is_text(line, want, what);
	free(line);
}

static struct row_layout fitted(const struct column_set *set, enum column order, size_t width)
{
	struct row_layout layout;

	row_layout_fit(&layout, set, order, width);
	return layout;
}

static const struct column_set top_columns = { 7, {
	COLUMN_STALL, COLUMN_CAUSE, COLUMN_REFAULTS, COLUMN_EVICTIONS, COLUMN_MEMORY, COLUMN_EXTRA,
	COLUMN_PSI,
}, false };

static char *heading(size_t width)
{
	struct row_layout layout = fitted(&top_columns, COLUMN_STALL, width);

	return row_line_heading(&layout);
}

static char *line_of(const struct row *row, size_t width)
{
	struct row_layout layout = fitted(&top_columns, COLUMN_STALL, width);

	return row_line(row, &layout);
}

static void test_lines(void)
{
	struct row row = {
		.path = "/a/bcdefghijklmnopqrstuvwxyz", .extra = { "32.0 MiB" },
		.value = {
			[COLUMN_STALL] = 12.34, [COLUMN_PSI] = NAN, [COLUMN_REFAULTS] = 1234.5,
			[COLUMN_CAUSE] = HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM,
			[COLUMN_EVICTIONS] = 0.01, [COLUMN_MEMORY] = 1 << 20,
		},
	};

	is_line(heading(91), "CGROUP                STALL% CAUSE          REFAULT/s  EVICT/s     MEMORY"
		"      EXTRA   PSI%", "headings");
	is_line(line_of(&row, 91), "~ghijklmnopqrstuvwxyz   12.3 high reclaim        1234     <0.1"
		"    1.0 MiB   32.0 MiB      -", "a row");
	is_line(heading(85), "CGROUP                   STALL% CAUSE          REFAULT/s     MEMORY"
		"      EXTRA   PSI%", "evictions are dropped first");
	is_line(heading(34), "CGROUP            STALL% REFAULT/s", "two columns fit");
	is_line(heading(25), "CGROUP             STALL%", "one column fits");
	is_line(heading(22), "CGROUP                ", "no column fits");
	is_line(line_of(&row, 3), "~yz", "a narrow screen");
	row.depth = 3;
	is_line(line_of(&row, 34), "      ~qrstuvwxyz   12.3      1234", "indented");
	row.depth = 300;
	is_line(line_of(&row, 25), "         ~stuvwxyz   12.3", "indented by half at most");
	row.value[COLUMN_REFAULTS] = row.value[COLUMN_CAUSE] = row.depth = 0;
	row.extra = (struct text){ "-" };
	row.value[COLUMN_PSI] = 5;
	row.value[COLUMN_MEMORY] = NAN;
	row.path = "/\033";
	is_line(line_of(&row, 91), "/\\x1b                   12.3 -                      0     <0.1"
		"          -          -    5.0", "no values, and a name with a control character");
}

static void test_columns(void)
{
	struct row row = {
		.id = 4711, .path = "/a", .value = {
			[COLUMN_LIMIT] = INFINITY, [COLUMN_LOW] = 0, [COLUMN_SWAP] = NAN,
		},
	};
	struct row_layout layout;
	struct column_set set;
	const char *wrong = NULL;

	ok(column_set_parse("low,name,limit,swap,low,id", &set, &wrong) && set.nr == 4,
	   "the name is always there, and no column twice");
	layout = fitted(&set, COLUMN_STALL, 30);
	is_line(row_line_heading(&layout), "CGROUP                  LOW       LIMIT       SWAP       ID",
		"chosen columns are not dropped");
	is_line(row_line(&row, &layout), "/a                      0 B         max          -     4711",
		"zero, no limit, and unknown");
	ok(!column_set_parse("low,lim", &set, &wrong), "a column that does not exist");
	is_text(wrong, "lim", "is reported");
	ok(!column_set_parse("", &set, &wrong) && !column_set_parse("low,", &set, &wrong) && !*wrong,
	   "an empty name");
	set = top_columns;
	column_set_add(&set, COLUMN_BLAME);
	layout = fitted(&set, COLUMN_BLAME, 34);
	is_line(row_line_heading(&layout), "CGROUP             STALL%  BLAME/s",
		"the column by which rows are sorted is not dropped");
	is_uint(column_of_key('v'), COLUMN_BLAME, "the key of a column");
	is_uint(column_of_key('n'), COLUMN_NAME, "the key of the name");
	is_uint(column_of_key('Z'), NR_ORDERS, "a key of none");
}

static void test_state(void)
{
	struct rows rows = { .order = COLUMN_EXTRA, .nr = 3, .nr_all = 4 };

	is_line(top_state(&rows, "every 0.5 s"), "headroom: 3 of 4 cgroups, by extra, every 0.5 s",
		"the summary");
	rows.tree = rows.reversed = rows.hide_idle = true;
	strcpy(rows.filter, "a\033");
	is_line(top_state(&rows, "every 60 s"), "headroom: 3 of 4 cgroups, by extra reversed, every 60 s, "
		"tree, busy ones, filter a\\x1b", "the summary with all settings");
}

static void test_nearest(void)
{
	is_text(nearest_word("memroy,", 6, column_name), "memory", "characters exchanged");
	is_text(nearest_word("refault", 7, column_name), "refaults", "one is missing");
	is_text(nearest_word("evicctions", 10, column_name), "evictions", "one is too much");
	ok(!nearest_word("cpu", 3, column_name), "nothing is near");
	ok(!nearest_word("", 0, column_name), "nothing is near to nothing");
	ok(!nearest_word("memorymemorymemorymemorymemorymemorymemory", 42, column_name),
	   "nor to a long text");
}

static void test_memory(void)
{
	struct rows rows = { .tree = true };
	unsigned int nth = 0, wrong = 0;
	char *line;
	int err;

	do {
		update(&rows, ALL);
		rows_move(&rows, 1);
		malloc_fail(++nth);
		err = update(&rows, ALL & ~4);
		wrong += err != (malloc_count >= nth ? -ENOMEM : 0);
		wrong += err && rows.nr;
		if (!err) {
			line = line_of(rows.row[0], 80);
			wrong += !line != (malloc_count >= nth);
			free(line);
		}
	} while (malloc_count >= nth);
	malloc_fail(0);
	is_uint(wrong, 0, "returns -ENOMEM, without rows, if an allocation fails");
	ok(nth > 10, "%u allocations fail", nth - 1);
	rows_clear(&rows);
}

int main(void)
{
	setlocale(LC_CTYPE, "C");
	test_order();
	test_values();
	test_unknown();
	test_limit();
	test_blame();
	test_tree();
	test_ring();
	test_selection();
	test_lines();
	test_columns();
	test_state();
	test_nearest();
	test_memory();
	return tap_done();
}
