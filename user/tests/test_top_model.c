// SPDX-License-Identifier: GPL-2.0
/* What 'headroom top' shows: rows, their order, the selection; and its lines */

#include <locale.h>
#include <math.h>
#include <stdlib.h>
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

/* Takes in those cgroups whose bits are set in @there */
static void update(struct top_model *model, unsigned int there)
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
		/* each measure has an order of its own; 5 is idle */
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
		activity->extra_subtree = n ^ 3;
		activity->psi_some = 1000000 * (n ^ 1);
	}
	interval.nr = snapshot.nr;
	top_model_update(model, &snapshot, &interval, 4096);
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
	is_shown(model, want, order_names[order]);
}

static void test_order(void)
{
	struct top_model model = { 0 };

	update(&model, ALL);
	is_uint(model.nr_all, 5, "one without a path is gone already");
	is_ordered(&model, BY_STALL, "43215");
	is_ordered(&model, BY_REFAULTS, "12345");
	is_ordered(&model, BY_EVICTIONS, "41325");
	is_ordered(&model, BY_EXTRA, "41235");
	is_ordered(&model, BY_PSI, "42315");
	is_ordered(&model, BY_NAME, "12345");
	model.reversed = true;
	top_model_arrange(&model);
	is_shown(&model, "54321", "the other way round");
	model.hide_idle = true;
	top_model_arrange(&model);
	is_shown(&model, "4321", "busy ones");
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
	       "and another");
	is_int(top_model_find(&model, 5)->cause, 0, "none");
	ok(row->refaults_per_s > 39.99 && row->refaults_per_s < 40.01, "refaults a second");
	ok(row->extra_bytes > 4095.9 && row->extra_bytes < 4096.1, "extra memory in bytes");
	ok(row->psi_percent > 0.14 && row->psi_percent < 0.16, "PSI in percent");
	ok(isnan(top_model_find(&model, 3)->psi_percent), "no PSI");
	ok(!top_model_find(&model, 6) && !top_model_find(&model, 99), "not there");
	top_model_clear(&model);
	ok(!top_model_find(&model, 2), "nothing left");
}

static void test_tree(void)
{
	struct top_model model = { .order = BY_REFAULTS, .tree = true };

	update(&model, ALL);
	is_shown(&model, "12345", "a tree");
	is_uint(top_model_find(&model, 4)->depth, 2, "how deep");
	is_text(top_model_name(top_model_find(&model, 4)), "y", "the last part of a path");
	is_text(top_model_name(top_model_find(&model, 1)), "/", "of the root all");
	is_ordered(&model, BY_STALL, "12435");
	model.reversed = true;
	top_model_arrange(&model);
	is_shown(&model, "15234", "siblings the other way round");
	strcpy(model.filter, "y");
	top_model_arrange(&model);
	is_shown(&model, "124", "with what is above");
	model.tree = false;
	top_model_arrange(&model);
	is_shown(&model, "4", "without a tree alone");
	is_uint(model.row[0]->depth, 0, "not deep");
	is_text(top_model_name(model.row[0]), "/a/y", "all of its path");
	model.filter[0] = '\0';
	model.top = 2;
	model.tree = true;
	update(&model, ALL);
	is_shown(&model, "234", "a subtree");
	is_uint(model.row[0]->depth, 0, "its root is not deep");
	top_model_clear(&model);
}

/* Parents that never end must not hang it, nor take it down. */
static void test_ring(void)
{
	struct top_model model = { .tree = true, .filter = "x" };

	cgroups[1].parent_id = 3;
	update(&model, ALL);
	is_uint(model.nr, 0, "a ring hangs below nothing");
	model.top = 1;
	update(&model, ALL);
	is_uint(model.nr_all, 2, "nor is it below anything");
	cgroups[1].parent_id = 1;
	top_model_clear(&model);
}

static void test_selection(void)
{
	struct top_model model = { .order = BY_NAME };

	update(&model, ALL);
	is_uint(model.selected, 1, "the first row at first");
	top_model_move(&model, 2);
	is_uint(model.selected, 3, "moved");
	model.reversed = true;
	top_model_arrange(&model);
	is_uint(model.selected, 3, "stays on its cgroup");
	is_uint(model.position, 2, "where it is now");
	model.reversed = false;
	update(&model, ALL & ~(1u << 2));
	is_uint(model.position, 1, "when those before it go, too");
	ok(!model.gone, "it is not gone");
	update(&model, ALL & ~(1u << 3));
	is_text(model.gone, "/a/x", "what is gone");
	is_uint(model.selected, 2, "what took its place");
	update(&model, ALL);
	ok(!model.gone, "that is said once");
	top_model_move(&model, 99);
	is_uint(model.selected, 5, "not beyond the end");
	update(&model, ALL & ~(1u << 5));
	is_uint(model.selected, 4, "when the last one goes, that before it");
	top_model_move(&model, -99);
	is_uint(model.selected, 1, "not beyond the beginning");
	strcpy(model.filter, "b");
	update(&model, ALL);
	is_uint(model.selected, 5, "one that is shown");
	ok(!model.gone, "what is not shown is not gone");
	update(&model, 0);
	is_text(model.gone, "/b", "all are gone");
	is_uint(model.selected, 0, "nothing to select");
	top_model_move(&model, 1);
	is_uint(model.position, 0, "nor to move to");
	update(&model, ALL);
	is_uint(model.selected, 5, "until there is");
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
		.evictions_per_s = 0.01, .extra_bytes = 1 << 25,
	};
	struct top_model model = { .order = BY_EXTRA, .nr = 3, .nr_all = 4 };

	is_line(top_line_heading(80), "CGROUP                STALL% CAUSE          REFAULT/s  "
		"EVICT/s      EXTRA   PSI%", "headings");
	is_line(top_line_row(&row, 80),
		"~ghijklmnopqrstuvwxyz   12.3 high reclaim        1234     <0.1   32.0 MiB      -",
		"a row");
	is_line(top_line_heading(74), "CGROUP                 STALL% CAUSE          REFAULT/s  "
		"EVICT/s      EXTRA", "PSI goes first");
	is_line(top_line_heading(34), "CGROUP            STALL% REFAULT/s", "two stay");
	is_line(top_line_heading(25), "CGROUP             STALL%", "one stays");
	is_line(top_line_heading(22), "CGROUP                ", "none");
	is_line(top_line_row(&row, 3), "~yz", "a narrow one");
	row.depth = 3;
	is_line(top_line_row(&row, 34), "      ~qrstuvwxyz   12.3      1234", "indented");
	row.depth = 300;
	is_line(top_line_row(&row, 25), "         ~stuvwxyz   12.3", "not out of sight");
	row.refaults_per_s = 0;
	row.psi_percent = 5;
	row.cause = 0;
	row.depth = 0;
	row.path = "/\033";
	is_line(top_line_row(&row, 80), "/\\x1b                   12.3 -                      0"
		"     <0.1          -    5.0", "nothing to say, and a name that is no good");
	is_line(top_line_state(&model, 0.5), "headroom: 3 of 4 cgroups, by extra, every 0.5 s",
		"the state");
	model.tree = model.reversed = model.hide_idle = true;
	strcpy(model.filter, "a\033");
	is_line(top_line_state(&model, 60), "headroom: 3 of 4 cgroups, by extra reversed, every 60 s, "
		"tree, busy ones, filter a\\x1b", "all of it");
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
	return tap_done();
}
