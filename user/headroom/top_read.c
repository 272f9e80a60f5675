// SPDX-License-Identifier: GPL-2.0
/* Read the statistics for 'headroom top' */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blame_sum.h"
#include "blame_table.h"
#include "parameter.h"
#include "row_read.h"
#include "source.h"
#include "text.h"
#include "top_page.h"
#include "top_read.h"

/* Set the notice to "/a is gone". */
static int note_gone(struct top_read *read, const char *path)
{
	char *name = text_name(path);

	if (!name)
		return -ENOMEM;
	snprintf(read->notice, sizeof(read->notice), "%s is gone", name);
	free(name);
	return 0;
}

/* Drop all readings: after a failure the module may have been reloaded. */
static void forget(struct top_read *read)
{
	headroom_snapshot_free(read->before);
	headroom_snapshot_free(read->now);
	headroom_snapshot_free(read->since);
	headroom_blame_free(read->blame);
	headroom_blame_free(read->evictors);
	read->before = read->now = read->since = NULL;
	read->blame = read->evictors = NULL;
}

static void note_failure(struct top_read *read, int err)
{
	if (err == -ENOTCONN)
		snprintf(read->notice, sizeof(read->notice),
			 "the module is not loaded: showing old figures, waiting for it");
	else if (err == -ENOENT)
		snprintf(read->notice, sizeof(read->notice),
			 "the cgroup of --subtree is gone: showing old figures");
	else if (err == -ENODATA)
		snprintf(read->notice, sizeof(read->notice), "%s: showing old figures",
			 source_error(read->h));
	else
		snprintf(read->notice, sizeof(read->notice), "%s", source_error(read->h));
	read->error = err;
	forget(read);
}

static int read_status(struct top_read *read)
{
	struct headroom_status *status;
	int err = source_status_get(read->h, &status);

	if (err < 0)
		return err;
	read->page_size = status->page_size;
	read->sample_shift = status->sample_shift;
	read->tracked = status->stalls;
	headroom_status_free(status);
	return 0;
}

/* Keep only the victims in the subtree of the page's cgroup. */
static void keep_subtree(struct headroom_blame *blame, const struct headroom_snapshot *s,
			 uint64_t top)
{
	size_t nr = 0;

	for (size_t i = 0; i < blame->nr; i++) {
		if (is_in_subtree(s, blame->victim[i].id, top))
			blame->victim[nr++] = blame->victim[i];
		else
			free(blame->victim[i].evictor);
	}
	blame->nr = nr;
}

/* The evictions since the page was opened */
static int read_blame(struct top_read *read, struct headroom_blame **taken)
{
	struct headroom_blame *blame;
	int err = source_blame_get(read->h, 0, &blame);

	if (err < 0)
		return err;
	keep_subtree(blame, read->now, read->id);
	if (!read->blame) {
		read->blame = blame;
		blame = NULL;
	}
	err = headroom_blame_delta(blame ? blame : read->blame, read->blame, taken);
	headroom_blame_free(blame);
	return err;
}

static int write_page(struct top_read *read, const struct headroom_cgroup *cgroup)
{
	struct headroom_blame *taken;
	struct names names;
	const struct row *row = rows_find(&read->rows, read->id);
	struct row *known = row ? &read->rows.all[row - read->rows.all] : NULL;
	struct top_page page = {
		.now = cgroup,
		.before = headroom_snapshot_find(read->since, read->id),
		.seconds = (read->now->time - read->since->time) / 1e9,
		.names = &names,
		.page_size = read->page_size,
		.sample_shift = read->sample_shift,
	};
	int err = known ? row_read_files(read->h, &read->rows, &known, 1, ROW_FILES) : -ENOENT;

	if (!err)
		err = read_blame(read, &taken);
	if (err < 0)
		return err;
	page.memory = row->memory;
	page.limit = row->limit;
	page.blame = taken;
	err = blame_names(read->h, taken, &names);
	if (!err) {
		free(read->page);
		read->page = top_page_text(&page);
		err = read->page ? 0 : -ENOMEM;
	}
	names_free(&names);
	headroom_blame_free(taken);
	return err;
}

/* Rewrite the open page. If its cgroup was removed, keep the last figures. */
static int update_page(struct top_read *read)
{
	const struct headroom_cgroup *cgroup;
	int err;

	if (!read->id || !read->since || read->since == read->now)
		return 0;
	cgroup = headroom_snapshot_find(read->now, read->id);
	err = cgroup ? write_page(read, cgroup) : -ENOENT;
	if (err == -ENOENT)
		snprintf(read->notice, sizeof(read->notice),
			 "this cgroup is gone: these are its last figures");
	else if (err < 0 && err != -ENOMEM)
		snprintf(read->notice, sizeof(read->notice), "%s", source_error(read->h));
	return err == -ENOMEM ? err : 0;
}

/* What each cgroup took from others since @then; *sum is NULL if that is unknown */
static int sum_blame(struct top_read *read, const struct headroom_blame *then, double **sum)
{
	struct headroom_blame *taken;
	int err;

	*sum = NULL;
	if (!then || !read->evictors)
		return 0;
	err = headroom_blame_delta(read->evictors, then, &taken);
	if (err)
		return err;
	*sum = blame_sum(taken, read->now, read->rows.top);
	headroom_blame_free(taken);
	return *sum ? 0 : -ENOMEM;
}

int top_read_arrange(struct top_read *read)
{
	int err = row_read_sorted(read->h, &read->rows);

	return err ? err : rows_arrange(&read->rows);
}

int top_read_sort(struct top_read *read, enum column order)
{
	read->rows.order = order;
	if (!read->columns.chosen)
		column_set_add(&read->columns, order);
	return top_read_arrange(read);
}

static int update_rows(struct top_read *read, const struct interval *interval,
		       const struct headroom_blame *then)
{
	double *sum;
	int err = sum_blame(read, then, &sum);

	if (!err)
		err = rows_update(&read->rows, read->now, interval, sum, read->page_size);
	free(sum);
	if (!err)
		err = top_read_arrange(read);
	if (!err && read->rows.gone)
		err = note_gone(read, read->rows.gone);
	return err;
}

/* @then: the blame of the reading before; NULL if unknown */
static int update(struct top_read *read, const struct headroom_blame *then)
{
	const struct headroom_snapshot *before = read->before ? read->before : read->since;
	struct interval *interval;
	int err = interval_new(read->now, before, read->sample_shift, &interval);

	/* without elapsed time there are no rates */
	if (!err && interval->seconds > 0) {
		read->seconds = interval->seconds;
		err = update_rows(read, interval, then);
		if (!err)
			err = update_page(read);
	}
	interval_free(interval);
	return err;
}

/* The first reading, or the first after the module came back: the measurement starts here. */
static void begin(struct top_read *read)
{
	read->notice[0] = '\0';
	if (!read->tracked)
		snprintf(read->notice, sizeof(read->notice), source_is_live() ?
			 "stalls are not tracked: " STALLS_ON : "stalls were not tracked");
}

/* Whether a column needs the evictors of all cgroups */
static bool needs_blame(const struct top_read *read)
{
	return read->rows.order == COLUMN_BLAME || column_set_has(&read->columns, COLUMN_BLAME);
}

static int take_statistics(struct top_read *read, struct headroom_snapshot **s,
			   struct headroom_blame **evictors)
{
	struct headroom_filter filter = { .ancestor = read->rows.top };
	int err = read_status(read);

	/* the details of pages include the groups of sampled ones */
	if (!read->sample_shift)
		filter.omit = HEADROOM_DETAIL_PAGES;
	if (!err)
		err = source_snapshot_take(read->h, &filter, s);
	if (err || !needs_blame(read))
		return err;
	err = source_blame_get(read->h, 0, evictors);
	/* a recording need not have it */
	if (err == -ENODATA)
		return 0;
	if (err)
		headroom_snapshot_free(*s);
	return err;
}

/* Take over a reading; the rows are of the time since the one before, if there is one */
static int add_reading(struct top_read *read, struct headroom_snapshot *s,
		       const struct headroom_blame *then)
{
	if (!read->now) {
		read->now = s;
		begin(read);
		return 0;
	}
	headroom_snapshot_free(read->before);
	read->before = read->now;
	read->now = s;
	/* a page opened before the second reading, or after a reload, is measured from here */
	if (read->id && !read->since) {
		read->since = read->before;
		read->before = NULL;
	}
	return update(read, then);
}

int top_read_take(struct top_read *read)
{
	struct headroom_snapshot *s = NULL;
	struct headroom_blame *evictors = NULL, *then;
	int err = take_statistics(read, &s, &evictors);
	const char *broken;

	if (err < 0) {
		note_failure(read, err);
		return 0;
	}
	read->error = 0;
	broken = read->now ? source_break() : NULL;
	source_mark();
	if (broken)
		forget(read);
	then = read->evictors;
	read->evictors = evictors;
	err = add_reading(read, s, then);
	headroom_blame_free(then);
	if (broken)
		snprintf(read->notice, sizeof(read->notice),
			 "this is the first frame after %s, and rates need two", broken);
	return err;
}

/* Take the reading of the current frame, and of the one before it, from which rates are computed */
static int take_two(struct top_read *read)
{
	int status = source_step(-1), err;

	forget(read);
	if (status < 0)
		return status;
	err = top_read_take(read);
	if (err)
		return err;
	status = source_step(1);
	return status > 0 ? top_read_take(read) : status;
}

int top_read_move(struct top_read *read, long frames)
{
	uint64_t from = source_now();
	int err = source_step(frames);

	if (err >= 0 && frames != 1)
		err = take_two(read);
	else if (err > 0)
		err = top_read_take(read);
	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		note_failure(read, err);
		return 0;
	}
	if (frames && source_now() == from)
		snprintf(read->notice, sizeof(read->notice), frames < 0 ?
			 "the recording begins here" : "the recording ends here");
	return source_now() != from;
}

int top_read_open_page(struct top_read *read)
{
	top_read_close_page(read);
	if (!read->rows.selected)
		return 0;
	read->id = read->rows.selected;
	read->since = read->before;
	read->before = NULL;
	return read->now ? update_page(read) : 0;
}

void top_read_close_page(struct top_read *read)
{
	if (!read->before) {
		read->before = read->since;
		read->since = NULL;
	}
	headroom_snapshot_free(read->since);
	headroom_blame_free(read->blame);
	free(read->page);
	read->since = NULL;
	read->blame = NULL;
	read->page = NULL;
	read->id = 0;
}

void top_read_clear(struct top_read *read)
{
	top_read_close_page(read);
	forget(read);
	rows_clear(&read->rows);
}
