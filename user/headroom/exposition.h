/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Metrics as text: OpenMetrics 1.0, or the older text format of Prometheus
 *
 * A family is a metric with its type, unit and help; a sample is one line of it. The lines are the
 * same in both formats, so they are collected once, by family, and written in either:
 *
 *	OpenMetrics	# TYPE headroom_refaults_pages counter
 *			# UNIT headroom_refaults_pages pages
 *			headroom_refaults_pages_total{cgroup="/a"} 5
 *			# EOF
 *	Prometheus	# TYPE headroom_refaults_pages_total counter
 *			headroom_refaults_pages_total{cgroup="/a"} 5
 *
 * What was added behind a mark can be taken away again: that is how a limit on the number of series
 * leaves out whole cgroups.
 */
#ifndef EXPOSITION_H
#define EXPOSITION_H

#include <stddef.h>
#include <stdint.h>

enum exposition_format {
	EXPOSITION_OPENMETRICS,
	EXPOSITION_PROMETHEUS,
};

enum exposition_type {
	EXPOSITION_COUNTER,
	EXPOSITION_GAUGE,
	EXPOSITION_HISTOGRAM,
	EXPOSITION_INFO,
};

struct exposition;

/** exposition_new - a text without metrics; NULL if out of memory. Free it with exposition_free(). */
struct exposition *exposition_new(void);
void exposition_free(struct exposition *e);

/**
 * exposition_family - begin a family
 * @name: without "_total", "_info" or "_bucket"; it ends with "_" and @unit if there is a unit.
 *	It is copied
 * @unit: such as "seconds"; NULL for none
 * @help: a text for people; copied
 *
 * Return: its number; families are written in this order.
 */
size_t exposition_family(struct exposition *e, const char *name, enum exposition_type type,
			 const char *unit, const char *help);

/**
 * exposition_label - a label as text
 * @before: labels to put in front; NULL or "" for none
 * @value: any bytes, which are escaped; those that are not UTF-8 become U+FFFD
 *
 * Return: a text that the caller frees; NULL if out of memory.
 */
char *exposition_label(const char *before, const char *name, const char *value);

/*
 * Each adds a sample of a family to the text. @labels is a text from exposition_label(), or NULL for
 * none. If it is a failed one, call exposition_spoil().
 */
void exposition_add_uint(struct exposition *e, size_t family, const char *labels, uint64_t value);
/** exposition_add_ns - nanoseconds, as seconds */
void exposition_add_ns(struct exposition *e, size_t family, const char *labels, uint64_t ns);
/** exposition_add_number - any number; INFINITY and NAN are written as "+Inf" and "NaN" */
void exposition_add_number(struct exposition *e, size_t family, const char *labels, double value);
/**
 * exposition_add_histogram - all lines of a histogram
 * @bound: upper bounds of the buckets, ascending, without +Inf
 * @count: values up to each bound, and at the end all values
 * @nr: number of bounds
 *
 * It has no sum, which is not known.
 */
void exposition_add_histogram(struct exposition *e, size_t family, const char *labels,
			      const double *bound, const uint64_t *count, size_t nr);

/** exposition_spoil - a part is missing, for want of memory */
void exposition_spoil(struct exposition *e);

/** exposition_series - number of lines so far */
size_t exposition_series(const struct exposition *e);
/** exposition_mark - remember what there is now */
void exposition_mark(struct exposition *e);
/** exposition_undo - take away what was added behind the mark */
void exposition_undo(struct exposition *e);

/**
 * exposition_write - the whole text
 * @text: result, to be freed
 * @size: result, bytes
 *
 * Return: 0 or -ENOMEM, also if a part is missing.
 */
int exposition_write(const struct exposition *e, enum exposition_format format, char **text,
		     size_t *size);

/** exposition_media_type - the Content-Type of a format */
const char *exposition_media_type(enum exposition_format format);

#endif /* EXPOSITION_H */
