// SPDX-License-Identifier: GPL-2.0
/* Test the rows of 'headroom top', their order, the selection and the lines */

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include "failing_malloc.h"
#include "tap.h"
#include "text.h"
#include "top_line.h"
#include "top_model.h"

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
static struct interval interval = { .seconds = 2, .activity = activities };

/* Update the model with the cgroups whose bits are set in @there */
static int update(struct top_model *model, unsigned int there)
{
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
		activity->extra_subtree.value = activity->extra_subtree.high = n ^ 3;
		activity->psi_some = 1000000 * (n ^ 1);
	}
	interval.nr = snapshot.nr;
	return top_model_update(model, &snapshot, &interval, 4096);
}

#define ALL	0x7e	/* cgroups 1 to 6 */

static void is_shown(const struct top_model *model, const char *want, const char *what)
{
	char got[NR + 1] = "";

	for (size_t i = 0; i < model->nr && i < NR; i++)
		got[i] = '0' + model->row[i]->id;
	is_text(got, want, what);
}

static void is_ordered(struct top_model *model, enum order order, const char *want)
{
	model->order = order;
	top_model_arrange(model);
	is_shown(model, want, order_name(order));
}

static void test_order(void)
{
	struct top_model model = { 0 };

	update(&model, ALL);
	is_uint(model.nr_all, 5, "a cgroup without a path is left out");
	is_ordered(&model, BY_STALL, "43215");
	is_ordered(&model, BY_REFAULTS, "12345");
	is_ordered(&model, BY_EVICTIONS, "41325");
	is_ordered(&model, BY_EXTRA, "41235");
	is_ordered(&model, BY_PSI, "42315");
	is_ordered(&model, BY_NAME, "12345");
	model.reversed = true;
	top_model_arrange(&model);
	is_shown(&model, "54321", "reverse order");
	model.hide_idle = true;
	top_model_arrange(&model);
	is_shown(&model, "4321", "idle cgroups hidden");
	top_model_clear(&model);
}

static void test_figures(void)
{
	struct top_model model = { 0 };
	const struct top_row *row;

	update(&model, ALL);
	row = top_model_find(&model, 2);
	ok(row->stall_percent > 19.99 && row->stall_percent < 20.01, "stalls in percent");
	is_int(top_model_find(&model, 1)->cause, HEADROOM_STALL_CAUSE_REFAULT, "the main cause");
	is_int(top_model_find(&model, 4)->cause, HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM,
	       "another main cause");
	is_int(top_model_find(&model, 5)->cause, 0, "no cause");
	ok(row->refaults_per_s > 39.99 && row->refaults_per_s < 40.01, "refaults a second");
	is_text(row->extra.s, "4.0 KiB", "extra memory");
	ok(row->psi_percent > 0.14 && row->psi_percent < 0.16, "PSI in percent");
	ok(isnan(top_model_find(&model, 3)->psi_percent), "no PSI");
	ok(!top_model_find(&model, 6) && !top_model_find(&model, 99), "unknown cgroups");
	top_model_clear(&model);
	ok(!top_model_find(&model, 2), "no rows after clear");
}

static void test_tree(void)
{
	struct top_model model = { .order = BY_REFAULTS, .tree = true };

	update(&model, ALL);
	is_shown(&model, "12345", "a tree");
	is_uint(top_model_find(&model, 4)->depth, 2, "depth in the tree");
	is_text(top_model_name(top_model_find(&model, 4)), "y", "a child is named by its last component");
	is_text(top_model_name(top_model_find(&model, 1)), "/", "the root keeps its path");
	is_ordered(&model, BY_STALL, "12435");
	model.reversed = true;
	top_model_arrange(&model);
	is_shown(&model, "15234", "siblings in reverse order");
	strcpy(model.filter, "y");
	top_model_arrange(&model);
	is_shown(&model, "124", "a filter keeps the ancestors");
	model.tree = false;
	top_model_arrange(&model);
	is_shown(&model, "4", "without a tree, only the match");
	is_uint(model.row[0]->depth, 0, "depth 0 in a list");
	is_text(top_model_name(model.row[0]), "/a/y", "the full path in a list");
	model.filter[0] = '\0';
	model.top = 2;
	model.tree = true;
	update(&model, ALL);
	is_shown(&model, "234", "a subtree");
	is_uint(model.row[0]->depth, 0, "the top of the subtree has depth 0");
	top_model_clear(&model);
}

/* A cycle of parents must neither hang nor crash the model. */
static void test_ring(void)
{
	struct top_model model = { .tree = true, .filter = "x" };

	cgroups[1].parent_id = 3;
	update(&model, ALL);
	is_uint(model.nr, 0, "a cycle has no root");
	model.top = 1;
	update(&model, ALL);
	is_uint(model.nr_all, 2, "a cycle is in no subtree");
	cgroups[1].parent_id = 1;
	top_model_clear(&model);
}

static void test_selection(void)
{
	struct top_model model = { .order = BY_NAME };

	update(&model, ALL);
	is_uint(model.selected, 1, "the first row is selected initially");
	top_model_move(&model, 2);
	is_uint(model.selected, 3, "the selection moves");
	model.reversed = true;
	top_model_arrange(&model);
	is_uint(model.selected, 3, "stays on its cgroup");
	is_uint(model.position, 2, "and follows its row");
	model.reversed = false;
	update(&model, ALL & ~(1u << 2));
	is_uint(model.position, 1, "also when rows before it are removed");
	ok(!model.gone, "the selected cgroup is not gone");
	update(&model, ALL & ~(1u << 3));
	is_text(model.gone, "/a/x", "the removed cgroup is reported");
	is_uint(model.selected, 2, "the next row is selected");
	update(&model, ALL);
	ok(!model.gone, "a removal is reported once");
	top_model_move(&model, 99);
	is_uint(model.selected, 5, "stops at the end");
	update(&model, ALL & ~(1u << 5));
	is_uint(model.selected, 4, "the row before a removed last row");
	top_model_move(&model, -99);
	is_uint(model.selected, 1, "stops at the start");
	strcpy(model.filter, "b");
	update(&model, ALL);
	is_uint(model.selected, 5, "selects a row that is shown");
	ok(!model.gone, "a hidden cgroup is not gone");
	update(&model, 0);
	is_text(model.gone, "/b", "all are gone");
	is_uint(model.selected, 0, "nothing to select");
	top_model_move(&model, 1);
	is_uint(model.position, 0, "nothing to move to");
	update(&model, ALL);
	is_uint(model.selected, 5, "selects again when there are rows");
	top_model_clear(&model);
}

static void is_line(char *line, const char *want, const char *what)
{
	is_text(line, want, what);
	free(line);
}

static void test_lines(void)
{
	struct top_row row = {
		.path = "/a/bcdefghijklmnopqrstuvwxyz", .stall_percent = 12.34, .psi_percent = NAN,
		.cause = HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM, .refaults_per_s = 1234.5,
		.evictions_per_s = 0.01, .extra = { "32.0 MiB" },
	};
	struct top_model model = { .order = BY_EXTRA, .nr = 3, .nr_all = 4 };

	is_line(top_line_heading(80), "CGROUP                STALL% CAUSE          REFAULT/s  "
		"EVICT/s      EXTRA   PSI%", "headings");
	is_line(top_line_row(&row, 80),
		"~ghijklmnopqrstuvwxyz   12.3 high reclaim        1234     <0.1   32.0 MiB      -",
		"a row");
	is_line(top_line_heading(74), "CGROUP                 STALL% CAUSE          REFAULT/s  "
		"EVICT/s      EXTRA", "PSI is dropped first");
	is_line(top_line_heading(34), "CGROUP            STALL% REFAULT/s", "two columns fit");
	is_line(top_line_heading(25), "CGROUP             STALL%", "one column fits");
	is_line(top_line_heading(22), "CGROUP                ", "no column fits");
	is_line(top_line_row(&row, 3), "~yz", "a narrow screen");
	row.depth = 3;
	is_line(top_line_row(&row, 34), "      ~qrstuvwxyz   12.3      1234", "indented");
	row.depth = 300;
	is_line(top_line_row(&row, 25), "         ~stuvwxyz   12.3", "indented by half at most");
	row.refaults_per_s = 0;
	row.extra = (struct text){ "-" };
	row.psi_percent = 5;
	row.cause = 0;
	row.depth = 0;
	row.path = "/\033";
	is_line(top_line_row(&row, 80), "/\\x1b                   12.3 -                      0"
		"     <0.1          -    5.0", "no values, and a name with a control character");
	is_line(top_line_state(&model, "every 0.5 s"), "headroom: 3 of 4 cgroups, by extra, every 0.5 s",
		"the summary");
	model.tree = model.reversed = model.hide_idle = true;
	strcpy(model.filter, "a\033");
	is_line(top_line_state(&model, "every 60 s"), "headroom: 3 of 4 cgroups, by extra reversed, every 60 s, "
		"tree, busy ones, filter a\\x1b", "the summary with all settings");
}

static void test_memory(void)
{
	struct top_model model = { .tree = true };
	unsigned int nth = 0, wrong = 0;
	char *line;
	int err;

	do {
		update(&model, ALL);
		top_model_move(&model, 1);
		malloc_fail(++nth);
		err = update(&model, ALL & ~4);
		wrong += err != (malloc_count >= nth ? -ENOMEM : 0);
		wrong += err && model.nr;
		if (!err) {
			line = top_line_row(model.row[0], 80);
			wrong += !line != (malloc_count >= nth);
			free(line);
		}
	} while (malloc_count >= nth);
	malloc_fail(0);
	is_uint(wrong, 0, "returns -ENOMEM, without rows, if an allocation fails");
	ok(nth > 10, "%u allocations fail", nth - 1);
	top_model_clear(&model);
}

int main(void)
{
	setlocale(LC_CTYPE, "C");
	test_order();
	test_figures();
	test_tree();
	test_ring();
	test_selection();
	test_lines();
	test_memory();
	return tap_done();
}
