// SPDX-License-Identifier: GPL-2.0
/* Metrics as text: see exposition.h */

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "exposition.h"
#include "utf8.h"

/**
 * struct family - a metric
 * @lines: its samples
 * @size: bytes of them
 * @room: bytes allocated
 * @marked: @size at the mark
 */
struct family {
	char *name;
	enum exposition_type type;
	const char *unit;
	char *help;
	char *lines;
	size_t size;
	size_t room;
	size_t marked;
};

struct exposition {
	struct family *family;
	size_t nr;
	size_t series;
	size_t marked;
	bool spoilt;
};

static const struct {
	const char *type;
	/* of the only sample of a family that is no histogram */
	const char *suffix;
} types[] = {
	[EXPOSITION_COUNTER] = { "counter", "_total" },
	[EXPOSITION_GAUGE] = { "gauge", "" },
	[EXPOSITION_HISTOGRAM] = { "histogram", "" },
	[EXPOSITION_INFO] = { "info", "_info" },
};

struct exposition *exposition_new(void)
{
	return calloc(1, sizeof(struct exposition));
}

void exposition_free(struct exposition *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->nr; i++) {
		free(e->family[i].name);
		free(e->family[i].help);
		free(e->family[i].lines);
	}
	free(e->family);
	free(e);
}

void exposition_spoil(struct exposition *e)
{
	e->spoilt = true;
}

size_t exposition_family(struct exposition *e, const char *name, enum exposition_type type,
			 const char *unit, const char *help)
{
	struct family *family = reallocarray(e->family, e->nr + 1, sizeof(*family));

	if (!family) {
		e->spoilt = true;
		return SIZE_MAX;
	}
	e->family = family;
	family += e->nr;
	*family = (struct family){
		.name = strdup(name), .type = type, .unit = unit, .help = strdup(help),
	};
	if (!family->name || !family->help)
		e->spoilt = true;
	return e->nr++;
}

/* Add to the lines of a family. */
__attribute__((format(printf, 3, 4)))
static void put(struct exposition *e, struct family *family, const char *format, ...)
{
	size_t left = family->room - family->size, room;
	va_list args;
	char *lines;
	int n;

	va_start(args, format);
	n = vsnprintf(left ? family->lines + family->size : NULL, left, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < left) {
		family->size += n;
		return;
	}
	room = 2 * family->room + n + 256;
	lines = n < 0 ? NULL : realloc(family->lines, room);
	if (!lines) {
		e->spoilt = true;
		return;
	}
	family->lines = lines;
	family->room = room;
	va_start(args, format);
	family->size += vsnprintf(lines + family->size, room - family->size, format, args);
	va_end(args);
}

/* A line; NULL if it cannot be added */
static struct family *begin(struct exposition *e, size_t number, const char *suffix,
			    const char *labels, const char *more)
{
	struct family *family = number < e->nr ? &e->family[number] : NULL;
	bool none = !labels && !more;

	if (!family || e->spoilt)
		return NULL;
	e->series++;
	put(e, family, "%s%s%s%s%s%s%s ", family->name, suffix, none ? "" : "{",
	    labels ? labels : "", labels && more ? "," : "", more ? more : "", none ? "" : "}");
	return family;
}

static struct family *begin_sample(struct exposition *e, size_t number, const char *labels)
{
	return number < e->nr ? begin(e, number, types[e->family[number].type].suffix, labels,
				      NULL) : NULL;
}

void exposition_add_uint(struct exposition *e, size_t number, const char *labels, uint64_t value)
{
	struct family *family = begin_sample(e, number, labels);

	if (family)
		put(e, family, "%" PRIu64 "\n", value);
}

void exposition_add_ns(struct exposition *e, size_t number, const char *labels, uint64_t ns)
{
	struct family *family = begin_sample(e, number, labels);
	uint64_t seconds = ns / NS_PER_S, fraction = ns % NS_PER_S;
	int decimals = 9;

	if (!family)
		return;
	/* no zeros at the end: times are a third of the text */
	for (; decimals > 1 && fraction % 10 == 0; decimals--)
		fraction /= 10;
	put(e, family, "%" PRIu64 ".%0*" PRIu64 "\n", seconds, decimals, fraction);
}

static void put_number(struct exposition *e, struct family *family, double value)
{
	if (isnan(value))
		put(e, family, "NaN\n");
	else if (isinf(value))
		put(e, family, value > 0 ? "+Inf\n" : "-Inf\n");
	else
		put(e, family, "%.10g\n", value);
}

void exposition_add_number(struct exposition *e, size_t number, const char *labels, double value)
{
	struct family *family = begin_sample(e, number, labels);

	if (family)
		put_number(e, family, value);
}

void exposition_add_histogram(struct exposition *e, size_t number, const char *labels,
			      const double *bound, const uint64_t *count, size_t nr)
{
	char le[48] = "le=\"+Inf\"";
	struct family *family;

	for (size_t i = 0; i <= nr; i++) {
		if (i < nr)
			/* OpenMetrics wants the number that other exporters would write */
			snprintf(le, sizeof(le), bound[i] == floor(bound[i]) ? "le=\"%.1f\"" :
				 "le=\"%.10g\"", bound[i]);
		else
			strcpy(le, "le=\"+Inf\"");
		family = begin(e, number, "_bucket", labels, le);
		if (family)
			put(e, family, "%" PRIu64 "\n", count[i]);
	}
}

char *exposition_label(const char *before, const char *name, const char *value)
{
	char *valid = utf8_valid(value), *text = NULL;
	size_t size;
	FILE *out = valid ? open_memstream(&text, &size) : NULL;

	if (!out) {
		free(valid);
		return NULL;
	}
	if (before && *before)
		fprintf(out, "%s,", before);
	fprintf(out, "%s=\"", name);
	for (const char *c = valid; *c; c++) {
		if (*c == '\n')
			fputs("\\n", out);
		else if (*c == '\\' || *c == '"')
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
	free(valid);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

size_t exposition_series(const struct exposition *e)
{
	return e->series;
}

void exposition_mark(struct exposition *e)
{
	for (size_t i = 0; i < e->nr; i++)
		e->family[i].marked = e->family[i].size;
	e->marked = e->series;
}

void exposition_undo(struct exposition *e)
{
	for (size_t i = 0; i < e->nr; i++)
		e->family[i].size = e->family[i].marked;
	e->series = e->marked;
}

/* The help needs no quotes escaped in the older format, which would show the backslash. */
static void write_help(FILE *out, const char *help, bool quotes)
{
	for (; *help; help++) {
		if (*help == '\n')
			fputs("\\n", out);
		else if (*help == '\\' || (quotes && *help == '"'))
			fprintf(out, "\\%c", *help);
		else
			fputc(*help, out);
	}
	fputc('\n', out);
}

static void write_open(FILE *out, const struct family *family)
{
	fprintf(out, "# TYPE %s %s\n", family->name, types[family->type].type);
	if (family->unit)
		fprintf(out, "# UNIT %s %s\n", family->name, family->unit);
	fprintf(out, "# HELP %s ", family->name);
	write_help(out, family->help, true);
}

/* The names of the older format are those of its samples, and it does not know the type info. */
static void write_old(FILE *out, const struct family *family)
{
	const char *suffix = types[family->type].suffix, *type = types[family->type].type;

	if (family->type == EXPOSITION_INFO)
		type = "gauge";
	fprintf(out, "# HELP %s%s ", family->name, suffix);
	write_help(out, family->help, false);
	fprintf(out, "# TYPE %s%s %s\n", family->name, suffix, type);
}

int exposition_write(const struct exposition *e, enum exposition_format format, char **text,
		     size_t *size)
{
	FILE *out = e->spoilt ? NULL : open_memstream(text, size);
	bool failed;

	if (!out) {
		*text = NULL;
		return -ENOMEM;
	}
	for (size_t i = 0; i < e->nr; i++) {
		if (format == EXPOSITION_OPENMETRICS)
			write_open(out, &e->family[i]);
		else if (e->family[i].size)
			write_old(out, &e->family[i]);
		if (e->family[i].size)
			fwrite(e->family[i].lines, 1, e->family[i].size, out);
	}
	if (format == EXPOSITION_OPENMETRICS)
		fputs("# EOF\n", out);
	failed = ferror(out);
	if (!fclose(out) && !failed)
		return 0;
	free(*text);
	*text = NULL;
	return -ENOMEM;
}

const char *exposition_media_type(enum exposition_format format)
{
	return format == EXPOSITION_OPENMETRICS ?
	       "application/openmetrics-text; version=1.0.0; charset=utf-8" :
	       "text/plain; version=0.0.4; charset=utf-8";
}
