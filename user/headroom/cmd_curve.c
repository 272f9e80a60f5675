// SPDX-License-Identifier: GPL-2.0
/* headroom curve - how many refaults more memory would save in one cgroup */

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "curve_plot.h"
#include "failure.h"
#include "interval.h"
#include "json.h"
#include "options.h"
#include "quantity.h"
#include "source.h"
#include "text.h"
#include "utf8.h"
#include "wait.h"

static struct {
	const char *name;	/* as the user wrote it */
	double seconds;		/* 0: since the module was loaded */
	const char *below_text;	/* NULL: option not given */
	double below;		/* the same in refaults per second */
	const char *svg;
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

/* Size of the drawing and the frame of the plot in it, in SVG units */
#define SVG_WIDTH	720
#define SVG_HEIGHT	400
#define SVG_LEFT	90
#define SVG_TOP		40
#define SVG_RIGHT	690
#define SVG_BOTTOM	340
#define SVG_TICKS	4

static double svg_x(const struct curve_plot *plot, double pages)
{
	return SVG_LEFT + (SVG_RIGHT - SVG_LEFT) * pages / curve_plot_reach(plot);
}

static double svg_y(const struct curve_plot *plot, double refaults)
{
	double most = curve_plot_refaults(plot) > 0 ? curve_plot_refaults(plot) : 1;

	return SVG_BOTTOM - (SVG_BOTTOM - SVG_TOP) * refaults / most;
}

static void svg_text(FILE *out, const char *text)
{
	size_t len;

	for (; *text; text += len ? len : 1) {
		len = utf8_sequence(text);
		/* invalid UTF-8, or a character that XML forbids */
		if (!len || (unsigned char)*text < 0x20)
			fputs("\xef\xbf\xbd", out);
		else if (*text == '<' || *text == '&')
			fputs(*text == '<' ? "&lt;" : "&amp;", out);
		else
			fwrite(text, 1, len, out);
	}
}

static void svg_axes(FILE *out, const struct curve_plot *plot)
{
	double most = curve_plot_refaults(plot) > 0 ? curve_plot_refaults(plot) : 1, x, y;

	for (int tick = 0; tick <= SVG_TICKS; tick++) {
		x = svg_x(plot, curve_plot_reach(plot) * tick / SVG_TICKS);
		y = svg_y(plot, most * tick / SVG_TICKS);
		fprintf(out, "<path class=\"grid\" d=\"M%.1f %d V%d M%d %.1f H%d\"/>\n", x, SVG_TOP,
			SVG_BOTTOM, SVG_LEFT, y, SVG_RIGHT);
		fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x,
			SVG_BOTTOM + 18, curve_plot_memory(plot, curve_plot_reach(plot) * tick / SVG_TICKS).s);
		fprintf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
			SVG_LEFT - 8, y + 4, text_number(curve_plot_rate(plot, most * tick / SVG_TICKS)).s);
	}
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">extra memory</text>\n",
		(SVG_LEFT + SVG_RIGHT) / 2, SVG_BOTTOM + 42);
	fprintf(out, "<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">"
		"%s</text>\n", (SVG_TOP + SVG_BOTTOM) / 2, curve_plot_unit(plot));
}

/* A point beyond the frame is moved to its edge */
static void svg_point(FILE *out, const struct curve_plot *plot, double pages, double refaults)
{
	fprintf(out, "%.1f,%.1f ", fmin(svg_x(plot, pages), SVG_RIGHT),
		fmax(svg_y(plot, refaults), SVG_TOP));
}

static void svg_curve(FILE *out, const struct curve_plot *plot)
{
	const struct headroom_curve *curve = &plot->curve;

	fputs("<polyline class=\"curve\" points=\"", out);
	for (size_t i = 0; i < curve->nr; i++)
		svg_point(out, plot, curve->point[i].pages, curve->point[i].refaults);
	fputs("\"/>\n", out);
}

/* The area between the bounds */
static void svg_band(FILE *out, const struct curve_plot *plot)
{
	const struct headroom_curve *curve = &plot->curve;

	fputs("<polygon class=\"band\" points=\"", out);
	for (size_t i = 0; i < curve->nr; i++)
		svg_point(out, plot, curve->point[i].pages_low, curve->point[i].refaults_low);
	for (size_t i = curve->nr; i > 0; i--)
		svg_point(out, plot, curve->point[i - 1].pages_high,
			  curve->point[i - 1].refaults_high);
	fputs("\"/>\n", out);
}

static void write_svg(FILE *out, const struct curve_plot *plot)
{
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		"font-family=\"sans-serif\" font-size=\"13\">\n", SVG_WIDTH, SVG_HEIGHT);
	/* grey and blue that contrast with a white and with a black background */
	fputs("<style>text{fill:#808080}.grid{stroke:#808080;stroke-opacity:.3;fill:none}"
	      ".curve{stroke:#3987e5;stroke-width:2;fill:none}"
	      ".band{fill:#3987e5;fill-opacity:.2;stroke:none}</style>\n<title>", out);
	svg_text(out, plot->cgroup->path ? plot->cgroup->path : request.name);
	fprintf(out, "</title>\n<text x=\"%d\" y=\"24\">", SVG_LEFT);
	svg_text(out, plot->cgroup->path ? plot->cgroup->path : request.name);
	if (plot->seconds > 0)
		fprintf(out, ", %.2f s", plot->seconds);
	fputs("</text>\n", out);
	svg_axes(out, plot);
	svg_band(out, plot);
	svg_curve(out, plot);
	fputs("</svg>\n", out);
}

static int write_svg_file(const struct curve_plot *plot)
{
	FILE *out = fopen(request.svg, "we");
	bool failed = !out;

	if (out) {
		write_svg(out, plot);
		failed = ferror(out);
		failed = fclose(out) || failed;
	}
	if (!failed)
		return EXIT_DONE;
	fprintf(stderr, "headroom: cannot write %s: %s\n", request.svg, strerror(errno));
	return EXIT_FAILED;
}

static int print_curve(const struct curve_plot *plot)
{
	int code = EXIT_DONE, err;

	if (request.svg && strcmp(request.svg, "-") == 0) {
		write_svg(stdout, plot);
		return EXIT_DONE;
	}
	if (request.svg)
		code = write_svg_file(plot);
	err = request.json ? print_json(plot) : print_text(plot);
	return err < 0 ? say_failure(NULL, err) : code;
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
			code = source_wait(clock_after(start, request.seconds));
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
	int err;

	err = source_status_get(h, &status);
	if (err < 0)
		return say_failure(h, err);
	plot.page_size = status->page_size;
	plot.sample_shift = status->sample_shift;
	headroom_status_free(status);
	err = source_cgroup_id(h, request.name, &id);
	if (err < 0)
		return say_failure(h, err);
	return measure(h, id, &plot);
}

static const struct option options[] = {
	{ "CGROUP", OPTION_OPERAND, NULL, "path or id of the cgroup", &request.name },
	{ "--interval", OPTION_SECONDS, "TIME",
	  "measure for TIME instead of since the module was loaded",
	  &request.seconds },
	{ "--below", OPTION_TEXT, "RATE",
	  "print the memory that lowers refaults to RATE per second", &request.below_text },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object, with all points",
	  &request.json },
	{ "--svg", OPTION_TEXT, "FILE", "write a drawing to FILE; -: to stdout, without text",
	  &request.svg },
	{ 0 }
};

static int check(const struct command *command)
{
	if (request.below_text && !quantity_parse(request.below_text, quantity_plain, &request.below))
		return usage_error(command, "--below must be a rate in refaults per second, not '%s'",
				   request.below_text);
	if (request.below_text && request.seconds <= 0)
		return usage_error(command, "--below needs --interval");
	if (request.json && request.svg && strcmp(request.svg, "-") == 0)
		return usage_error(command, "--json and --svg - exclude each other");
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
