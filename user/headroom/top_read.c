// SPDX-License-Identifier: GPL-2.0
/* Read the statistics for 'headroom top' */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blame_table.h"
#include "parameter.h"
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
	read->before = read->now = read->since = NULL;
	read->blame = NULL;
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
	struct top_page page = {
		.now = cgroup,
		.before = headroom_snapshot_find(read->since, read->id),
		.seconds = (read->now->time - read->since->time) / 1e9,
		.names = &names,
		.page_size = read->page_size,
		.sample_shift = read->sample_shift,
	};
	int err = read_blame(read, &taken);

	if (err < 0)
		return err;
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

static int update_model(struct top_read *read, const struct interval *interval)
{
	int err = top_model_update(&read->model, read->now, interval, read->page_size);

	if (!err && read->model.gone)
		err = note_gone(read, read->model.gone);
	return err;
}

static int update(struct top_read *read)
{
	const struct headroom_snapshot *before = read->before ? read->before : read->since;
	struct interval *interval;
	int err = interval_new(read->now, before, read->sample_shift, &interval);

	/* without elapsed time there are no rates */
	if (!err && interval->seconds > 0) {
		read->seconds = interval->seconds;
		err = update_model(read, interval);
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

int top_read_take(struct top_read *read)
{
	struct headroom_filter filter = { .ancestor = read->model.top };
	struct headroom_snapshot *s = NULL;
	int err = read_status(read);
	bool booted;

	/* the details of pages include the groups of sampled ones */
	if (!read->sample_shift)
		filter.omit = HEADROOM_DETAIL_PAGES;

	if (!err)
		err = source_snapshot_take(read->h, &filter, &s);
	if (err < 0) {
		note_failure(read, err);
		return 0;
	}
	read->error = 0;
	booted = read->now && strcmp(read->now->boot_id, s->boot_id);
	if (booted)
		forget(read);
	if (!read->now) {
		read->now = s;
		begin(read);
		if (booted)
			snprintf(read->notice, sizeof(read->notice),
				 "this is the first frame after a boot, and rates need two");
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
	return update(read);
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
	if (!read->model.selected)
		return 0;
	read->id = read->model.selected;
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
	top_model_clear(&read->model);
}
