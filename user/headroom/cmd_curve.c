// SPDX-License-Identifier: GPL-2.0
/* headroom curve - how many refaults more memory would save in one cgroup */

#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "cgroup_find.h"
#include "command.h"
#include "curve_plot.h"
#include "failure.h"
#include "interval.h"
#include "json.h"
#include "options.h"
#include "quantity.h"
#include "source.h"
#include "text.h"
#include "wait.h"

static struct {
	const char *name;	/* as the user wrote it */
	double seconds;		/* 0: since the module was loaded */
	const char *below_text;	/* NULL: option not given */
	double below;		/* the same in refaults per second */
	bool json;
} request;

/* The least extra memory that brings refaults down to --below */
static struct headroom_extra memory_below(const struct curve_plot *plot)
{
	return headroom_curve_memory(&plot->curve, request.below * plot->seconds);
}

static void print_below(const struct curve_plot *plot)
{
	struct headroom_extra below;

	if (curve_plot_rate(plot, curve_plot_refaults(plot)) <= request.below) {
		printf("refaults are already at or below %g per second\n", request.below);
		return;
	}
	below = memory_below(plot);
	printf("with %s more, at most %g refaults per second remain;\n",
	       curve_plot_memory(plot, below.value).s, request.below);
	printf("95 %% interval %s to ", curve_plot_memory(plot, below.low).s);
	printf("%s\n", curve_plot_memory(plot, below.high).s);
}

static int print_heading(const struct curve_plot *plot)
{
	const char *path = plot->cgroup->path ? plot->cgroup->path : request.name;
	int err = text_cgroup_heading(path, plot->cgroup->id);

	if (err < 0)
		return err;
	if (plot->seconds > 0)
		printf("in %.2f s", plot->seconds);
	else
		printf("since the module was loaded");
	printf(", %" PRIu64 " evictions, %" PRIu64 " refaults of these pages\n", plot->evictions,
	       plot->seen);
	if (!plot->target)
		puts("the cgroup's own pages, evicted for any reason");
	else if (plot->cgroup->parent_id)
		puts("the cgroup and all below it as one pool, at its own limit");
	else
		puts("the machine as one pool, when it was short of memory");
	return 0;
}

static int print_text(const struct curve_plot *plot)
{
	int err = print_heading(plot);

	if (err < 0)
		return err;
	curve_plot_summary(stdout, plot);
	if (curve_plot_refaults(plot) <= 0)
		return 0;
	putchar('\n');
	curve_plot_draw(stdout, plot);
	putchar('\n');
	curve_plot_table(stdout, plot);
	if (request.below_text) {
		putchar('\n');
		print_below(plot);
	}
	return 0;
}

/* A point of the curve of a bound */
static struct json_object *json_bound(const struct curve_plot *plot, double pages, double refaults)
{
	struct json_object *object = json_new_object();

	json_add_pages(object, "extra_bytes", pages, plot->page_size);
	json_add_number(object, "refaults", refaults);
	return object;
}

static struct json_object *json_point(const struct curve_plot *plot,
				      const struct headroom_curve_point *point)
{
	struct json_object *object = json_new_object();

	json_add_pages(object, "extra_bytes", point->pages, plot->page_size);
	json_add_number(object, "refaults", point->refaults);
	if (plot->seconds > 0)
		json_add_number(object, "refaults_per_s", curve_plot_rate(plot, point->refaults));
	json_add_number(object, "samples", point->samples);
	json_add(object, "low", json_bound(plot, point->pages_low, point->refaults_low));
	json_add(object, "high", json_bound(plot, point->pages_high, point->refaults_high));
	return object;
}

static struct json_object *json_horizon(const struct curve_plot *plot)
{
	struct json_object *object = json_new_object();

	json_add_number(object, "evictions", plot->curve.horizon);
	json_add_pages(object, "extra_bytes", curve_plot_horizon(plot), plot->page_size);
	json_add_number(object, "refaults_beyond", plot->curve.beyond);
	return object;
}

static struct json_object *json_below(const struct curve_plot *plot)
{
	struct json_object *object = json_new_object();
	struct headroom_extra extra = memory_below(plot);

	json_add_number(object, "refaults_per_s", request.below);
	json_add_extra(object, &extra, plot->page_size);
	return object;
}

static int print_json(const struct curve_plot *plot)
{
	struct headroom_extra extra = headroom_curve_extra(&plot->curve, SAVED_SHARE);
	struct json_object *object = json_new_object(), *points = json_new_array();

	json_add_time(object, source_now());
	json_add_uint(object, "id", plot->cgroup->id);
	json_add_text(object, "path", plot->cgroup->path);
	if (plot->seconds > 0)
		json_add_number(object, "interval_s", plot->seconds);
	json_add_uint(object, "page_size", plot->page_size);
	json_add_uint(object, "sample_shift", plot->sample_shift);
	json_add_text(object, "pool", plot->target ? "target" : "local");
	json_add_uint(object, "evictions", plot->evictions);
	json_add_uint(object, "refaults", plot->seen);
	json_add_extra(object, &extra, plot->page_size);
	json_add(object, "horizon", json_horizon(plot));
	for (size_t i = 0; i < plot->curve.nr; i++)
		json_append(points, json_point(plot, &plot->curve.point[i]));
	json_add(object, "points", points);
	if (request.below_text)
		json_add(object, "below", json_below(plot));
	return json_print_line(object);
}

static int print_curve(const struct curve_plot *plot)
{
	int err = request.json ? print_json(plot) : print_text(plot);

	return err < 0 ? say_failure(NULL, err) : EXIT_DONE;
}

static int measure(struct headroom *h, uint64_t id, struct curve_plot *plot)
{
	struct headroom_cgroup *before = NULL, *now = NULL;
	uint64_t start = source_now();
	int code = EXIT_DONE, err = 0;

	if (request.seconds > 0) {
		err = source_cgroup_get(h, id, &before);
		/* a signal ends the wait early; the command prints what it has measured */
		if (!err)
			code = source_wait_whole(clock_after(start, request.seconds));
	}
	if (!err && !code)
		err = source_cgroup_get(h, id, &now);
	if (!err && !code) {
		plot->seconds = before ? (source_now() - start) / 1e9 : 0;
		err = curve_plot_build(plot, now, before);
	}
	if (err < 0) {
		code = say_failure(h, err);
	} else if (!code) {
		code = print_curve(plot);
		headroom_curve_clear(&plot->curve);
	}
	source_cgroup_free(before);
	source_cgroup_free(now);
	return code;
}

static int show(struct headroom *h)
{
	struct headroom_status *status;
	struct curve_plot plot = { 0 };
	uint64_t id;
	int err, code;

	err = source_status_get(h, &status);
	if (err < 0)
		return say_failure(h, err);
	plot.page_size = status->page_size;
	plot.sample_shift = status->sample_shift;
	headroom_status_free(status);
	code = cgroup_find(h, request.name, &id);
	return code ? code : measure(h, id, &plot);
}

static const struct option options[] = {
	{ "CGROUP", OPTION_OPERAND, NULL, "path, name or id of the cgroup", &request.name },
	PROCESS_OPTIONS(&request.name),
	{ "--interval", OPTION_SECONDS, "TIME",
	  "measure for TIME instead of since the module was loaded",
	  &request.seconds },
	{ "--below", OPTION_TEXT, "RATE",
	  "print the memory that lowers refaults to RATE per second", &request.below_text },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object, with all points",
	  &request.json },
	{ 0 }
};

static int check(const struct command *command)
{
	if (request.below_text && !quantity_parse(request.below_text, quantity_plain, &request.below))
		return usage_error(command, "--below must be a rate in refaults per second, not '%s'",
				   request.below_text);
	if (request.below_text && request.seconds <= 0)
		return usage_error(command, "--below needs --interval");
	return EXIT_DONE;
}

const struct command curve_command = {
	.name = "curve",
	.summary = "how many refaults more memory would save in one cgroup",
	.options = options,
	.check = check,
	.run = show,
	.replays = true,
};
