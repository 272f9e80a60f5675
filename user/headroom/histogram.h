/* SPDX-License-Identifier: GPL-2.0 */
/* Draw histograms as bars */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include "headroom.h"
#include "text.h"

/**
 * struct axis - how to label the values of a histogram
 * @heading: heading above the labels
 * @label: format a value to the width of @heading
 * @counted: heading of the counts
 * @page_size: passed to @label
 */
struct axis {
	const char *heading;
	struct text (*label)(uint64_t value, uint32_t page_size);
	const char *counted;
	uint32_t page_size;
};

/** histogram_print - print one bar for each row of octaves */
void histogram_print(const struct headroom_histogram *hist, const struct axis *axis);

#endif /* HISTOGRAM_H */
